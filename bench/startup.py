"""CPU time of `advisor --help`, beside the floor that Python and typer themselves set on this machine."""

import os
import statistics
import subprocess
import sys

RUNS = 9


def cpu_ms(*arguments: str) -> float:
    """Median user + system CPU of the whole process, in milliseconds."""
    figures = []
    for _ in range(RUNS):
        before = os.times()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        figures.append(
            (after.children_user - before.children_user + after.children_system - before.children_system) * 1000
        )
    return statistics.median(figures)


def main() -> None:
    """Print one row a program, in CPU milliseconds and as a ratio to a bare interpreter."""
    bare = cpu_ms("-c", "pass")
    rows = {
        "python -c pass": bare,
        "python -c 'import typer'": cpu_ms("-c", "import typer"),
        "advisor --help": cpu_ms("-m", "advisor", "--help"),
    }
    print(f"start-up, median of {RUNS} runs")
    for name, figure in rows.items():
        print(f"  {name:<28}{figure:7.0f} ms CPU  {figure / bare:5.1f}x bare")


if __name__ == "__main__":
    main()
