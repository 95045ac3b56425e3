"""EXPLAIN output, in whatever notation, to `model.plan.Plan`.

The steps: `frame` takes psql's frame off and separates several plans, `json` and `text` read one payload
into the same raw document (JSON's property names), `build` makes the one canonical tree of it.
"""

from advisor.engines.postgres.plan.build import build_plan
from advisor.engines.postgres.plan.frame import Piece, looks_like_plan, pieces
from advisor.engines.postgres.plan.json import read_documents
from advisor.engines.postgres.plan.text import read_text_plan
from advisor.errors import InputError
from advisor.model.plan import Plan

HINT = "Give the whole output of EXPLAIN (ANALYZE, BUFFERS), as text or FORMAT JSON, as psql or auto_explain prints it."

__all__ = ["Piece", "looks_like_plan", "parse_piece", "parse_plan", "parse_plans", "pieces"]


def parse_plan(text: str) -> Plan:
    """The first plan in `text`. InputError says where it is broken or cut, or that there is none."""
    return parse_plans(text)[0]


def parse_plans(text: str) -> list[Plan]:
    """All plans in `text` in their order, never empty. InputError says where one is broken or cut."""
    plans = [plan for piece in pieces(text) for plan in parse_piece(piece)]
    if not plans:
        raise InputError("there is no EXPLAIN output here", HINT)
    return plans


def parse_piece(piece: Piece) -> list[Plan]:
    """The plans of one piece: several only where a rewrite rule turned one statement into several.

    InputError names the line of the input.
    """
    documents = read_documents(piece) if piece.payload.lstrip()[:1] in ("[", "{") else [read_text_plan(piece)]
    plans = [build_plan(document, piece.statement) for document in documents]
    if not plans:
        raise InputError(f"line {piece.line}: this JSON holds no plan", HINT)
    return plans
