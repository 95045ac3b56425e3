"""Run every benchmark, or those named: each is a module here with a function `main()`."""

import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    """Modules with a `main`, in order of name; `python -m bench logs` runs one."""
    present = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    names = sys.argv[1:] or present
    for name in names:
        if name not in present:
            sys.exit(f"no benchmark {name}; there are {', '.join(present)}")
        module = import_module(f"bench.{name}")
        if hasattr(module, "main"):
            print(f"== {name}", flush=True)
            module.main()


if __name__ == "__main__":
    main()
