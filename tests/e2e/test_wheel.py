"""The wheel that people install carries rules, templates and sample workloads."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_works_in_a_clean_environment(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    wheel = next(tmp_path.glob("advisor-*.whl"))
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], check=True, capture_output=True)
    listed = subprocess.run(
        [python, "-m", "advisor", "rules", "list"], check=True, capture_output=True, text=True, cwd=tmp_path
    ).stdout
    assert len(listed.splitlines()) == len(list((ROOT / "rules").glob("*/*/rule.toml")))
    place = "from advisor.resources import data_dir; print(all(data_dir(n).is_dir() for n in ('templates', 'sample_workloads')))"
    assert (
        subprocess.run([python, "-c", place], check=True, capture_output=True, text=True, cwd=tmp_path).stdout
        == "True\n"
    )
