"""The JSON document: `model.report.Report` as it is, and back."""

import json as standard_json
from pathlib import Path
from typing import Any

import msgspec

from advisor.errors import InputError
from advisor.files import read_text
from advisor.model.report import Report


def render(report: Report) -> str:
    """The report as indented JSON; validates against `schema()`."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1).decode() + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "advisor report",
        **msgspec.json.schema(Report),
    }


def load(path: Path) -> Report:
    """Read a report written by `render`. InputError when it is something else or of a version this program does not know."""
    text = read_text(path)
    hint = "Make one with `advisor analyze SOURCE --output json=report.json`."
    try:
        document = standard_json.loads(text)
    except ValueError as error:
        raise InputError(f"{path} is not JSON: {error}", hint) from error
    if not isinstance(document, dict) or "recommendations" not in document or "shapes" not in document:
        raise InputError(f"{path} is not a report of advisor", hint)
    if document.get("version") != Report().version:
        raise InputError(f"{path} is a report of version {document.get('version')}, this program reads 1", hint)
    try:
        return msgspec.convert(document, Report)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {error}", hint) from error
