"""The throw-away server: starts, takes settings, leaves nothing behind."""

import psycopg
import pytest

from advisor.engines.postgres import servers
from advisor.errors import ServerMissing


def test_server_takes_settings_and_leaves_nothing() -> None:
    with servers.start(servers.embedded()[0], {"work_mem": "7MB"}) as server:
        home = server.home
        with psycopg.connect(server.dsn()) as connection:
            assert connection.execute("SHOW work_mem").fetchone() == ("7MB",)
    assert not home.exists()


def test_a_setting_that_the_server_rejects_is_named() -> None:
    with pytest.raises(ServerMissing, match="work_mem"):
        servers.start(servers.embedded()[0], {"work_mem": "lots"})


def test_embedded_servers_come_newest_first() -> None:
    assert [i.major for i in servers.embedded()] == [18, 16]
