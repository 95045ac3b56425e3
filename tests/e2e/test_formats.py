"""The same traffic through the server's three log formats is the same report."""

from typing import Any

import msgspec
import pytest

from tests.e2e import program

pytestmark = pytest.mark.xdist_group("formats")
LOGS = ("postgresql.log.gz", "postgresql.csv.gz", "postgresql.json.gz")


def _comparable(value: Any) -> Any:
    """The report without the names of its sources: places in files and what a format does not carry."""
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items() if key not in {"sources", "locations", "skipped"}}
    return [_comparable(item) for item in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("system", ["identity", "storefront"])
def test_stderr_csv_and_json_give_the_same_report(system: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp(system)
    stderr, csv, json = (
        _comparable(msgspec.to_builtins(program.sample(out / f"{log}.json", system, log))) for log in LOGS
    )
    for part in stderr:
        assert stderr[part] == csv[part] == json[part], part
