"""Every rule about loops fires on its bad log, alone, and is silent on its good one. The logs are a real server's."""

from pathlib import Path

import pytest

from advisor.detect.loops import loop_findings
from advisor.resources import data_dir
from advisor.rules import default_rules
from advisor.sources import open_sources
from advisor.workload.digest import digest

FOLDERS = sorted(path.parent for path in (data_dir("rules") / "nplusone").glob("*/rule.toml"))


def fired(log: Path) -> set[str]:
    return {finding.rule for finding in loop_findings(digest(open_sources([str(log)])), default_rules(), None)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_bad_and_good(folder: Path) -> None:
    assert fired(folder / "bad.log") == {folder.name[:5]}
    assert fired(folder / "good.log") == set()
