"""`advisor schema`: the JSON Schema of the report."""

from advisor.cli.console import write


def command() -> None:
    """Print the JSON Schema that every JSON report validates against.

    \b
    Example:
      advisor schema > advisor-report.schema.json
    """
    import json

    from advisor.report.json import schema

    write(json.dumps(schema(), indent=1))
