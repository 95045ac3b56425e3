"""Small applications that do or do not have a loop, run against a real server with a real driver.

Each takes a function that opens a connection and runs in a database of its own. `EXPECTED` says what must be found there:
(kind, number of statements per iteration, iterations of each window in order, part of the first statement).
An intended pause is `PAUSE`; everything faster is one request.
"""

import threading
import time
from collections.abc import Callable

import psycopg

Connect = Callable[..., "psycopg.Connection[tuple[object, ...]]"]
PAUSE = 0.3
SCHEMA = """
CREATE TABLE customer (id int PRIMARY KEY, name text, active boolean DEFAULT true);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, created_at timestamptz DEFAULT now());
CREATE TABLE line (id serial PRIMARY KEY, order_id int, product_id int, qty int);
CREATE TABLE product (id int PRIMARY KEY, name text, parent_id int);
CREATE TABLE job (id int PRIMARY KEY, done boolean DEFAULT false);
INSERT INTO customer SELECT n, 'customer ' || n FROM generate_series(1, 200) n;
INSERT INTO orders SELECT n, n % 50 + 1, 'open' FROM generate_series(1, 400) n;
INSERT INTO line (order_id, product_id, qty) SELECT n % 100 + 1, n % 40 + 1, 1 FROM generate_series(1, 300) n;
INSERT INTO product SELECT n, 'product ' || n, n - 1 FROM generate_series(1, 60) n;
INSERT INTO job SELECT n FROM generate_series(1, 30) n;
"""

CUSTOMERS = "SELECT id FROM customer ORDER BY id LIMIT %s"
ORDERS_OF = "SELECT id, status FROM orders WHERE customer_id = %s"
ONE_CUSTOMER = "SELECT id, name FROM customer WHERE id = %s"


def loop_in_transaction(connect: Connect) -> None:
    with connect() as c:
        for (id_,) in c.execute(CUSTOMERS, (12,)).fetchall():
            c.execute(ORDERS_OF, (id_,)).fetchall()


def loop_in_autocommit(connect: Connect) -> None:
    with connect(autocommit=True) as c:
        for (id_,) in c.execute(CUSTOMERS, (9,)).fetchall():
            c.execute(ORDERS_OF, (id_,)).fetchall()


def loop_with_inlined_literals(connect: Connect) -> None:
    with connect(cursor_factory=psycopg.ClientCursor) as c:
        for (id_,) in c.execute(CUSTOMERS, (7,)).fetchall():
            c.execute("SELECT count(*) FROM orders WHERE customer_id = %s AND status = 'open'", (id_,)).fetchall()


def loop_of_prepared_statements(connect: Connect) -> None:
    with connect() as c:
        for (id_,) in c.execute(CUSTOMERS, (15,)).fetchall():
            c.execute(ORDERS_OF, (id_,), prepare=True).fetchall()


def pair_per_row(connect: Connect) -> None:
    with connect() as c:
        for (id_,) in c.execute(CUSTOMERS, (20,)).fetchall():
            c.execute(ONE_CUSTOMER, (id_,)).fetchall()
            c.execute("SELECT count(*), max(created_at) FROM orders WHERE customer_id = %s", (id_,)).fetchall()


def nested_loops(connect: Connect) -> None:
    with connect() as c:
        for (id_,) in c.execute("SELECT id FROM orders WHERE id <= %s", (6,)).fetchall():
            for (product,) in c.execute("SELECT product_id FROM line WHERE order_id = %s LIMIT 3", (id_,)).fetchall():
                c.execute("SELECT name FROM product WHERE id = %s", (product,)).fetchall()


def commit_per_row(connect: Connect) -> None:
    with connect() as c:
        for id_ in range(1, 11):
            c.execute("UPDATE orders SET status = %s WHERE id = %s", ("paid", id_))
            c.commit()


def connection_per_call(connect: Connect) -> None:
    for id_ in range(1, 9):
        with connect(autocommit=True) as c:
            c.execute(ONE_CUSTOMER, (id_,)).fetchall()


def same_question_again(connect: Connect) -> None:
    with connect() as c:
        for _ in range(7):
            c.execute("SELECT name FROM customer WHERE id = %s", (1,)).fetchall()


def loop_in_each_test(connect: Connect) -> None:
    with connect() as c:
        for _ in range(3):
            c.execute("SAVEPOINT test")
            for (id_,) in c.execute(CUSTOMERS, (6,)).fetchall():
                c.execute(ORDERS_OF, (id_,)).fetchall()
            c.execute("ROLLBACK TO SAVEPOINT test")


def slow_loop_in_transaction(connect: Connect) -> None:
    with connect() as c:
        for (id_,) in c.execute(CUSTOMERS, (6,)).fetchall():
            c.execute(ORDERS_OF, (id_,)).fetchall()
            time.sleep(PAUSE)


def two_requests_with_a_loop(connect: Connect) -> None:
    with connect(autocommit=True) as c:
        for count in (6, 8):
            for (id_,) in c.execute(CUSTOMERS, (count,)).fetchall():
                c.execute(ORDERS_OF, (id_,)).fetchall()
            time.sleep(PAUSE)


def interleaved_sessions(connect: Connect) -> None:
    with connect() as a, connect() as b:
        for c in (a, b):
            c.execute(CUSTOMERS, (10,)).fetchall()
        for id_ in range(1, 11):
            a.execute(ORDERS_OF, (id_,)).fetchall()
            b.execute(ORDERS_OF, (id_ + 100,)).fetchall()


def insert_row_by_row(connect: Connect) -> None:
    with connect() as c:
        for n in range(10):
            c.execute("INSERT INTO line (order_id, product_id, qty) VALUES (%s, %s, %s)", (1, n, 1))
            time.sleep(0.002)


def list_of_one(connect: Connect) -> None:
    with connect() as c:
        for (id_,) in c.execute(CUSTOMERS, (8,)).fetchall():
            c.execute("DELETE FROM orders WHERE customer_id IN (%s)", (id_,))


def one_trace_on_two_connections(connect: Connect) -> None:
    comment = " /*route='%%2Forders',traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/"
    with connect(autocommit=True) as a, connect(autocommit=True) as b:
        a.execute(CUSTOMERS + comment, (8,)).fetchall()
        for id_ in range(1, 9):
            (a if id_ % 2 else b).execute(ORDERS_OF + comment, (id_,)).fetchall()


def climbing_a_tree(connect: Connect) -> None:
    with connect() as c:
        id_: object = 12
        for _ in range(9):
            ((id_,),) = c.execute("SELECT parent_id FROM product WHERE id = %s", (id_,)).fetchall()


def range_for_each_customer(connect: Connect) -> None:
    query = "SELECT id FROM orders WHERE customer_id = %s AND created_at > %s ORDER BY created_at LIMIT 5"
    with connect() as c:
        for (id_,) in c.execute(CUSTOMERS, (9,)).fetchall():
            c.execute(query, (id_, "2020-01-01")).fetchall()


def chunks_of_keys(connect: Connect) -> None:
    with connect() as c:
        for start in range(0, 120, 20):
            c.execute("SELECT id FROM orders WHERE id = ANY(%s)", (list(range(start, start + 20)),)).fetchall()


def chunks_of_in_lists(connect: Connect) -> None:
    marks = ", ".join(["%s"] * 20)
    with connect() as c:
        for start in range(0, 120, 20):
            c.execute(f"SELECT id FROM orders WHERE id IN ({marks})", list(range(start, start + 20))).fetchall()


def keyset_paging(connect: Connect) -> None:
    with connect() as c:
        last = 0
        for _ in range(8):
            query = "SELECT id FROM orders WHERE status = %s AND id > %s ORDER BY id LIMIT 20"
            last = int(str(c.execute(query, ("open", last)).fetchall()[-1][0]))


def row_wise_paging(connect: Connect) -> None:
    with connect() as c:
        for n in range(8):
            query = "SELECT id FROM orders WHERE (status, id) > (%s, %s) ORDER BY status, id LIMIT 20"
            c.execute(query, ("open", n * 20)).fetchall()


def offset_paging(connect: Connect) -> None:
    with connect() as c:
        for page in range(8):
            c.execute("SELECT id FROM orders ORDER BY id LIMIT %s OFFSET %s", (20, page * 20)).fetchall()


def ranges_of_keys(connect: Connect) -> None:
    with connect() as c:
        for start in range(0, 160, 20):
            c.execute("UPDATE orders SET status = 'x' WHERE id BETWEEN %s AND %s", (start, start + 19))


def test_suite(connect: Connect) -> None:
    with connect() as c:
        for n in range(8):
            c.execute("SAVEPOINT test")
            c.execute("INSERT INTO customer (id, name) VALUES (%s, %s)", (1000 + n, "x"))
            c.execute(ONE_CUSTOMER, (1000 + n,)).fetchall()
            c.execute("ROLLBACK TO SAVEPOINT test")


def requests_on_one_connection(connect: Connect) -> None:
    with connect(autocommit=True) as c:
        for id_ in range(1, 8):
            c.execute(ONE_CUSTOMER, (id_,)).fetchall()
            c.execute(ORDERS_OF, (id_,)).fetchall()
            time.sleep(PAUSE)


def busy_connection(connect: Connect) -> None:
    with connect(autocommit=True) as c:
        for id_ in range(1, 10):
            c.execute(ONE_CUSTOMER, (id_,)).fetchall()
            c.execute(ORDERS_OF, (id_,)).fetchall()
            c.execute("SELECT qty FROM line WHERE order_id = %s", (id_,)).fetchall()
            c.execute("UPDATE customer SET active = true WHERE id = %s", (id_,))


def rows_of_values(connect: Connect) -> None:
    with connect() as c:
        for n in range(6):
            query = "INSERT INTO line (order_id, product_id, qty) VALUES (%s, %s, 1), (%s, %s, 1), (%s, %s, 1)"
            c.execute(query, (n, 1, n, 2, n, 3))


def arrays_of_rows(connect: Connect) -> None:
    with connect() as c:
        for n in range(6):
            query = "INSERT INTO line (order_id, product_id, qty) SELECT %s, p, 1 FROM unnest(%s::int[]) AS p"
            c.execute(query, (n, [1, 2, 3]))


def executemany(connect: Connect) -> None:
    with connect() as c:
        rows = [(n, n, 1) for n in range(300)]
        c.cursor().executemany("INSERT INTO line (order_id, product_id, qty) VALUES (%s, %s, %s)", rows)


def fixed_dashboard(connect: Connect) -> None:
    with connect() as c:
        for status in ("open", "paid", "sent", "lost"):
            c.execute("SELECT count(*) FROM orders WHERE status = %s", (status,)).fetchall()


def queue_worker(connect: Connect) -> None:
    with connect() as c:
        for n in range(8):
            c.execute("SELECT id FROM job WHERE NOT done ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED").fetchall()
            c.execute("UPDATE job SET done = true WHERE id = %s", (n,))


def migration(connect: Connect) -> None:
    with connect() as c:
        c.execute("ALTER TABLE customer ADD COLUMN slug text")
        for n in range(1, 9):
            c.execute("UPDATE customer SET slug = %s WHERE id = %s", (f"c{n}", n))


def popular_query_on_a_pool(connect: Connect) -> None:
    pool = [connect(autocommit=True) for _ in range(4)]
    for c in pool:
        c.execute("SELECT count(*) FROM product").fetchall()
    time.sleep(PAUSE)
    for n in range(16):
        pool[n % 4].execute(ONE_CUSTOMER, (n,)).fetchall()
    for c in pool:
        c.close()


def cursor_in_portions(connect: Connect) -> None:
    with connect() as c, c.cursor(name="portions") as cursor:
        cursor.itersize = 20
        cursor.execute("SELECT id FROM orders ORDER BY id")
        for _ in range(10):
            cursor.fetchmany(20)


def parallel_requests(connect: Connect) -> None:
    def request(customer: int) -> None:
        with connect() as c:
            c.execute(ONE_CUSTOMER, (customer,)).fetchall()
            c.execute(ORDERS_OF, (customer,)).fetchall()
            c.execute("SELECT qty FROM line WHERE order_id = %s", (customer,)).fetchall()

    threads = [threading.Thread(target=request, args=(n,)) for n in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


Expected = tuple[str, int, tuple[int, ...], str]
LOOP = "n_plus_one"
EXPECTED: dict[Callable[[Connect], None], list[Expected]] = {
    loop_in_transaction: [(LOOP, 1, (12,), "from orders")],
    loop_in_autocommit: [(LOOP, 1, (9,), "from orders")],
    loop_with_inlined_literals: [(LOOP, 1, (7,), "from orders")],
    loop_of_prepared_statements: [(LOOP, 1, (15,), "from orders")],
    pair_per_row: [(LOOP, 2, (20,), "from customer")],
    nested_loops: [(LOOP, 1, (6,), "from line"), (LOOP, 1, (18,), "from product")],
    commit_per_row: [(LOOP, 1, (10,), "update orders")],
    connection_per_call: [(LOOP, 1, (8,), "from customer")],
    same_question_again: [("duplicate", 1, (7,), "from customer")],
    loop_in_each_test: [(LOOP, 1, (6, 6, 6), "from orders")],
    slow_loop_in_transaction: [(LOOP, 1, (6,), "from orders")],
    two_requests_with_a_loop: [(LOOP, 1, (6, 8), "from orders")],
    interleaved_sessions: [(LOOP, 1, (10, 10), "from orders")],
    insert_row_by_row: [(LOOP, 1, (10,), "insert into line")],
    list_of_one: [(LOOP, 1, (8,), "delete from orders")],
    one_trace_on_two_connections: [(LOOP, 1, (8,), "from orders")],
    climbing_a_tree: [(LOOP, 1, (9,), "from product")],
    range_for_each_customer: [(LOOP, 1, (9,), "from orders")],
    executemany: [("possible_batch", 1, (300,), "insert into line")],
    **{
        harmless: []
        for harmless in (
            chunks_of_keys,
            chunks_of_in_lists,
            keyset_paging,
            row_wise_paging,
            offset_paging,
            ranges_of_keys,
            test_suite,
            requests_on_one_connection,
            busy_connection,
            rows_of_values,
            arrays_of_rows,
            fixed_dashboard,
            queue_worker,
            migration,
            popular_query_on_a_pool,
            cursor_in_portions,
            parallel_requests,
        )
    },
}
