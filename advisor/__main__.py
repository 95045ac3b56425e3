"""`python -m advisor` is the `advisor` program."""

from advisor.cli.app import main

main()
