"""Where the data folders are: inside the wheel (`advisor/_rules`) or in a checkout (`rules/`)."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def data_dir(name: str) -> Path:
    """The folder `name` ("rules", "templates" or "sample_workloads") of the installed package or of the checkout."""
    packaged = PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else PACKAGE.parent / name
