"""Reading server logs: speed and memory of the whole digest, beside pgbadger in the same run.

Sizes in MB come from ADVISOR_BENCH_MB (default 200 for stderr, a quarter of it for csv and json). pgbadger is measured when it is
installed (`apt-get install pgbadger`); without it the last column is empty.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.server_log import Truth, write_log

PREFIX = "%m [%p] %q%u@%d %a "
PGBADGER_FORMATS = {"stderr": "stderr", "csv": "csv", "json": "jsonlog"}
READ = """
import sys
from advisor.sources import open_sources
calls = total = 0
for event in open_sources([sys.argv[1]]):
    calls += event.calls
    total += event.duration_ms or 0
print(calls, round(total))
"""
DIGEST = """
import sys
from advisor.sources import open_sources
from advisor.workload.digest import digest
workload = digest(open_sources([sys.argv[1]]))
print(sum(s.calls for s in workload.shapes), round(sum(s.time.total_us for s in workload.shapes) / 1000))
"""


class Run(NamedTuple):
    """CPU seconds, peak memory and what the program printed."""

    cpu: float
    peak_mb: float
    output: str


def run(command: list[str]) -> Run:
    """Run a program to its end."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    with process.stdout:
        output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command[:3])} failed with status {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.strip())


def main() -> None:
    """One block a format."""
    megabytes = float(os.environ.get("ADVISOR_BENCH_MB", "200"))
    with tempfile.TemporaryDirectory(prefix="advisor-bench-") as folder:
        for kind in ("stderr", "csv", "json"):
            path = Path(folder) / f"server.{kind}"
            truth = write_log(path, megabytes if kind == "stderr" else megabytes / 4, kind=kind)
            _measure(kind, path, truth)
            path.unlink()


def _measure(kind: str, path: Path, truth: Truth) -> None:
    size = path.stat().st_size / 1e6
    print(f"{kind}, {size:.0f} MB: {truth.executions} executions, {truth.total_ms:.0f} ms, {len(truth.shapes)} shapes")
    programs = {
        "read only": [sys.executable, "-c", READ, str(path)],
        "digest": [sys.executable, "-c", DIGEST, str(path)],
    }
    runs = {name: run(command) for name, command in programs.items()}
    if pgbadger := shutil.which("pgbadger"):
        report = str(path.with_suffix(".report.json"))
        command = [pgbadger, "-q", "-f", PGBADGER_FORMATS[kind], "-x", "json", "-o", report, str(path)]
        runs["pgbadger"] = run([*command, "-p", PREFIX] if kind == "stderr" else command)
    reference = runs.get("pgbadger")
    for name, one in runs.items():
        ratio = f"{reference.cpu / one.cpu:6.1f}x pgbadger" if reference else ""
        print(
            f"  {name:<10}{one.cpu:8.1f} s CPU {size / one.cpu:7.1f} MB/s {one.peak_mb:6.0f} MB peak {ratio}  {one.output}"
        )


if __name__ == "__main__":
    main()
