"""`advisor digest`: a log in, a mergeable file out."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from advisor.cli.app import app
from advisor.resources import data_dir
from advisor.workload.merge import merge
from advisor.workload.store import is_digest, read_digest

LOGS = sorted((data_dir("rules") / "nplusone").glob("*/bad.log"))


def run(*arguments: str) -> int:
    return CliRunner().invoke(app, ["digest", *arguments]).exit_code


@pytest.mark.parametrize("suffix", ["json", "json.gz", "json.zst"])
def test_digests_of_two_logs_merge_to_the_digest_of_both(tmp_path: Path, suffix: str) -> None:
    parts = [tmp_path / f"{place}.{suffix}" for place in range(2)]
    for log, part in zip(LOGS, parts, strict=False):
        assert run(str(log), "-o", str(part)) == 0
    merged = tmp_path / f"merged.{suffix}"
    assert run("--merge", *map(str, parts), "-o", str(merged)) == 0
    assert read_digest(merged) == merge(*map(read_digest, parts))
    assert len(read_digest(merged).loops) == 2


def test_a_digest_is_recognised_by_its_content(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    assert run(str(LOGS[0]), "-o", str(file)) == 0
    assert is_digest(file.read_bytes()[:100])
    assert not is_digest(LOGS[0].read_bytes()[:100])


def test_an_existing_file_is_not_replaced_unasked(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    file.write_text("mine")
    assert run(str(LOGS[0]), "-o", str(file)) == 2
    assert file.read_text() == "mine"
    assert run(str(LOGS[0]), "-o", str(file), "--force") == 0


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\x1f\x8bbroken", b"\x28\xb5\x2f\xfdbroken", b'{"advisor_digest":99,"workload":{}}']
)
def test_a_damaged_digest_is_an_input_error(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "d.json"
    file.write_bytes(content)
    assert run("--merge", str(file), "-o", str(tmp_path / "out.json")) == 2
    assert not (tmp_path / "out.json").exists()
