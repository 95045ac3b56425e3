"""The identity services: EF Core's statements, byte for byte, sent by four services and what surrounds them.

What is wrong with them is what the team found: users are looked up one by one (members page, audit export), each
invitation needs two lookups in a row, and the foreign keys have no index. The rest is what must not be blamed: sign-ins,
a directory sync that reads in batches, monitoring.
"""

import hashlib
import random
import time
import uuid

import psycopg

from sample_workloads.traffic import Client, Pool, run, skewed

USERS, GROUPS = 150_000, 4_000
BEGIN = "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED"

USER_BY_ID = """\
SELECT a."Id", a."UserName", a."Email", a."IsVerified"
FROM "AspNetUsers" AS a
WHERE a."Id" = $1 AND a."IsActive"
LIMIT 1"""

USER_BY_NAME = """\
SELECT a."Id", a."UserName", a."Email", a."IsVerified"
FROM "AspNetUsers" AS a
WHERE a."UserName" = $1 AND a."IsActive"
LIMIT 1"""

USER_BY_EMAIL = """\
SELECT a."Id", a."AccessFailedCount", a."ConcurrencyStamp", a."CreatedAt", a."Email", a."EmailConfirmed", a."FullName", \
a."IsActive", a."IsVerified", a."LockoutEnabled", a."LockoutEnd", a."NormalizedEmail", a."NormalizedUserName", \
a."PasswordHash", a."PhoneNumber", a."PhoneNumberConfirmed", a."SecurityStamp", a."TwoFactorEnabled", a."UserName"
FROM "AspNetUsers" AS a
WHERE a."NormalizedEmail" = $1
LIMIT 2"""

USERS_BY_IDS = """\
SELECT a."Id", a."UserName", a."Email", a."IsVerified"
FROM "AspNetUsers" AS a
WHERE a."Id" = ANY ($1)"""

ROLES_OF_USER = """\
SELECT a0."Name"
FROM "AspNetUserRoles" AS a
INNER JOIN "AspNetRoles" AS a0 ON a."RoleId" = a0."Id"
WHERE a."UserId" = $1"""

CLAIMS_OF_USER = """\
SELECT a."Id", a."ClaimType", a."ClaimValue", a."UserId"
FROM "AspNetUserClaims" AS a
WHERE a."UserId" = $1"""

SIGNED_IN = """\
UPDATE "AspNetUsers" SET "AccessFailedCount" = $1, "ConcurrencyStamp" = $2
WHERE "Id" = $3 AND "ConcurrencyStamp" = $4"""

AUDIT = """\
INSERT INTO "AuditEntries" ("Action", "ActorId", "OccurredAt")
VALUES ($1, $2, $3)
RETURNING "Id\""""

GROUP_BY_ID = """\
SELECT g."Id", g."CreatedAt", g."Name", g."OwnerId"
FROM "Groups" AS g
WHERE g."Id" = $1
LIMIT 1"""

MEMBERS_OF_GROUP = """\
SELECT g."Id", g."GroupId", g."JoinedAt", g."MemberRole", g."UserId"
FROM "GroupMembers" AS g
WHERE g."GroupId" = $1 AND g."LeftAt" IS NULL
ORDER BY g."JoinedAt"
LIMIT $2 OFFSET $3"""

GROUPS_OF_USER = """\
SELECT g0."Id", g0."Name", g."MemberRole"
FROM "GroupMembers" AS g
INNER JOIN "Groups" AS g0 ON g."GroupId" = g0."Id"
WHERE g."UserId" = $1 AND g."LeftAt" IS NULL
ORDER BY g0."Name\""""

PENDING_INVITATIONS = """\
SELECT i."Id", i."CreatedAt", i."GroupId", i."InviterId"
FROM "Invitations" AS i
WHERE i."InviteeId" = $1 AND i."Status" = 'Pending'
ORDER BY i."CreatedAt" DESC"""

INVITE = """\
INSERT INTO "Invitations" ("CreatedAt", "GroupId", "InviteeId", "InviterId", "Status")
VALUES ($1, $2, $3, $4, $5)
RETURNING "Id\""""

ADD_GROUP = """\
INSERT INTO "Groups" ("CreatedAt", "Name", "OwnerId")
VALUES ($1, $2, $3)
RETURNING "Id\""""

DELETE_GROUP = """\
DELETE FROM "Groups"
WHERE "Id" = $1"""

RECENT_AUDIT = """\
SELECT a."Id", a."Action", a."ActorId", a."OccurredAt"
FROM "AuditEntries" AS a
WHERE a."OccurredAt" >= $1
ORDER BY a."OccurredAt"
LIMIT $2"""

GIVEN = [
    "ada",
    "bela",
    "cem",
    "dora",
    "emil",
    "fanny",
    "goran",
    "hana",
    "ivo",
    "jana",
    "kalle",
    "lotte",
    "mirko",
    "nora",
    "olaf",
    "petra",
    "quirin",
    "rosa",
    "sven",
    "tilda",
]
FAMILY = [
    "ahlgren",
    "bauer",
    "castell",
    "dietz",
    "ebner",
    "falk",
    "grimm",
    "holm",
    "iversen",
    "jansen",
    "kern",
    "lund",
    "moser",
    "nagel",
    "ortega",
    "pohl",
    "quint",
    "rask",
    "stein",
    "thoma",
    "urban",
    "vogt",
    "wendt",
]


def user_id(number: int) -> str:
    """The id that `data.sql` gives the user with this number."""
    return str(uuid.UUID(hashlib.md5(f"user-{number}".encode()).hexdigest()))


def user_name(number: int) -> str:
    """The name that `data.sql` gives the user with this number."""
    return f"{GIVEN[number % 20]}.{FAMILY[number % 23]}{number}"


def sign_in(pool: Pool, chance: random.Random) -> None:
    """Sign-in: find by e-mail, roles, claims, then one write. Nothing in it repeats."""
    with pool.session(chance) as session:
        email = f"{user_name(skewed(chance, USERS))}@example.com".upper()
        (user,) = session.run(USER_BY_EMAIL, email)
        session.run(ROLES_OF_USER, user[0])
        session.run(CLAIMS_OF_USER, user[0])
        session.run(BEGIN)
        session.run(SIGNED_IN, 0, str(uuid.UUID(int=chance.getrandbits(128))), user[0], user[2])
        session.run(AUDIT, "SignedIn", user[0], "2025-11-03 09:15:00+00")
        session.run("COMMIT")


def home(pool: Pool, chance: random.Random) -> None:
    """Start page of one user: the own record, groups and pending invitations."""
    with pool.session(chance) as session:
        user = user_id(skewed(chance, USERS))
        session.run(USER_BY_ID, user)
        session.run(GROUPS_OF_USER, user)
        session.run(PENDING_INVITATIONS, user)


def members_page(pool: Pool, chance: random.Random) -> None:
    """A page of ten members: one query for the page, then one for each member. The loop the team found."""
    with pool.session(chance) as session:
        group = skewed(chance, GROUPS)
        session.run(GROUP_BY_ID, group)
        for member in session.run(MEMBERS_OF_GROUP, group, 10, 0):
            session.run(USER_BY_ID, member[4])


def invite(pool: Pool, chance: random.Random) -> None:
    """One invitation: inviter by id, then invitee by name, one after the other, then the row."""
    with pool.session(chance) as session:
        session.run(BEGIN)
        inviter = user_id(skewed(chance, USERS))
        session.run(USER_BY_ID, inviter)
        found = session.run(USER_BY_NAME, user_name(skewed(chance, USERS)))
        if found:
            session.run(INVITE, "2025-11-03 10:00:00+00", skewed(chance, GROUPS), found[0][0], inviter, "Pending")
        session.run("COMMIT" if found else "ROLLBACK")


def audit_export(pool: Pool, chance: random.Random) -> None:
    """Names for the last 25 audit entries, one connection from the pool for each: the loop hides between pool resets."""
    since = f"2025-10-{chance.randint(1, 31):02d} {chance.randint(0, 23):02d}:00:00+00"
    with pool.session(chance) as session:
        entries = session.run(RECENT_AUDIT, since, 25)
    for entry in entries:
        with pool.session(chance) as session:
            session.run("DISCARD ALL")
            session.run(USER_BY_ID, entry[2])


def directory_sync(pool: Pool, chance: random.Random) -> None:
    """The right way: forty users in one statement, page after page."""
    with pool.session(chance) as session:
        for page in range(6):
            start = chance.randint(1, USERS - 40)
            session.run(USERS_BY_IDS, [user_id(start + page + n) for n in range(40)])


def replace_group(pool: Pool, chance: random.Random) -> None:
    """A group is made and deleted again: the delete pays for the unindexed foreign keys that refer to it."""
    with pool.session(chance) as session:
        owner = user_id(skewed(chance, USERS))
        ((group,),) = session.run(ADD_GROUP, "2025-11-03 11:00:00+00", f"Group {chance.randint(5000, 9999)}", owner)
        session.run(DELETE_GROUP, group)


def duplicate_role(pool: Pool, chance: random.Random) -> None:
    """An administrator creates a role that exists: the server refuses, and logs an error with its statement."""
    with pool.session(chance) as session:
        stamp = str(uuid.UUID(int=chance.getrandbits(128)))
        text = 'INSERT INTO "AspNetRoles" ("Id", "ConcurrencyStamp", "Name", "NormalizedName")\nVALUES ($1, $2, $3, $4)'
        try:
            session.run(text, stamp, stamp, "Editor", "EDITOR")
        except psycopg.errors.UniqueViolation:
            return


def health(pool: Pool, chance: random.Random) -> None:
    """What load balancers and monitoring ask all day."""
    with pool.session(chance) as session:
        session.run("SELECT 1")
        session.run("SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE state = 'active'")


def main(dsn: str) -> None:
    """Let the four services, the sync and the monitoring work against `dsn` for about half a minute."""
    names = ("identity-api", "groups-api", "invitations-api", "audit-worker", "directory-sync", "health")
    pools = {name: Pool(dsn, name, 3) for name in names}
    api, groups, invitations, audit, sync, monitor = pools.values()
    clients = [
        *(Client(f"sign-in {n}", api, [(sign_in, 34), (home, 24)]) for n in range(3)),
        *(Client(f"groups {n}", groups, [(members_page, 26), (replace_group, 4)]) for n in range(2)),
        *(Client(f"invitations {n}", invitations, [(invite, 48)]) for n in range(2)),
        Client("audit", audit, [(audit_export, 10)], pause=(0.5, 1.0)),
        Client("sync", sync, [(directory_sync, 12)], pause=(0.4, 0.9)),
        Client("health", monitor, [(health, 40), (duplicate_role, 2)], pause=(0.2, 0.3)),
    ]
    run(clients, "identity")
    time.sleep(0.2)
    for pool in pools.values():
        pool.close()
