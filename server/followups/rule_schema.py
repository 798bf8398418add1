"""What a rule file may look like, as a JSON Schema: made of the words that the reader knows, so that neither forgets one.

It holds what the reader says of structure: fields, their kinds and words. What fields say of each other beyond the anchor
(rule_checks.py) and the red lines (rule_lint.py) no schema says.
"""

from typing import Any, Final

from server.followups import ruleset
from server.followups.elsewhere import URGENCIES
from server.followups.facts import SUBJECT_LISTS
from server.followups.methods import COMPLAINTS, METHODS
from server.followups.pregnancies import BIRTHS, SIGNS

TEXT: Final = {"type": "string", "pattern": r"\S"}
DAY: Final = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
EDGES: Final = ("open", "due", "close", "latest")
OPTIONAL: Final = (
    *("applies", "severity", "disagreement", "whose", "enabled", "repeat"),
    *("replaces", "needs_consent"),
)


def make_schema() -> dict[str, Any]:
    """The schema, in JSON Schema 2020-12. In YAML a day is written as it is, in JSON as text."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "随访规则的一个版本 / one version of a follow-up rule",
        **_table(_fields(), optional=OPTIONAL),
        "allOf": [_by_anchor(anchor, named) for anchor, named in ruleset.ANCHORS.items()],
        "$defs": {"words": _table({"zh": TEXT, "en": TEXT}), "offset": _offset()},
    }


def _fields() -> dict[str, Any]:
    return {
        "id": TEXT,
        "version": {"type": "integer", "minimum": 1},
        "effective_from": DAY,
        "kind": _one_of(ruleset.KINDS),
        "subject_list": _one_of(SUBJECT_LISTS),
        "form_id": TEXT,
        "profiles": {**_some_of(ruleset.PROFILES), "minItems": 1},
        "title": _words(),
        "reason": _words(),
        "anchor": _one_of(tuple(ruleset.ANCHORS)),
        "applies": _table(_applies(), optional=tuple(_applies())),
        "window": _table(_window(), optional=("latest", "counted_in")),
        "severity": {"type": "array", "items": _table(_step(), optional=("advice", "only"))},
        "answer": _table({"by": _one_of(tuple(ruleset.ANSWERS)), "before_open": {"type": "boolean"}}),
        "stops": _some_of(ruleset.STOPS),
        "sources": {"type": "array", "minItems": 1, "items": _table(_source())},
        "disagreement": _words(),
        "owner": TEXT,
        "signature": {"anyOf": [{"const": "unsigned"}, _table({"by": TEXT, "on": DAY})]},
        "whose": _one_of(ruleset.WHOSE),
        "enabled": {"type": "boolean"},
        "repeat": _repeat(),
        "replaces": {"type": "array", "items": TEXT},
        "needs_consent": _one_of(ruleset.CONSENTS),
    }


def _applies() -> dict[str, Any]:
    return {
        "methods": _some_of(METHODS),
        "urgency": _one_of(URGENCIES),
        "signs": {**_some_of(SIGNS), "minItems": 1},
        "birth": _one_of(BIRTHS),
        "checks": _one_of(ruleset.CHECKS),
        "complaints": _some_of(COMPLAINTS),
    }


def _window() -> dict[str, Any]:
    edges = {name: {"type": "object", "additionalProperties": {"$ref": "#/$defs/offset"}} for name in EDGES}
    asked = {name: {**edge, **({"minProperties": 1} if name != "latest" else {})} for name, edge in edges.items()}
    return {**asked, "grace": {"type": "integer", "minimum": 0}, "counted_in": _one_of(ruleset.COUNTED_IN)}


def _step() -> dict[str, Any]:
    since: dict[str, Any] = {"type": "object", "minProperties": 1, "maxProperties": 1}
    since["additionalProperties"] = {"$ref": "#/$defs/offset"}
    return {"level": _one_of(ruleset.LEVELS), "since": since, "advice": _words(), "only": _one_of(ruleset.ONLY)}


def _source() -> dict[str, Any]:
    return {"name": TEXT, "mark": _one_of(ruleset.MARKS), "says": _words()}


def _repeat() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    every = _table({"days": count, "months": count}, optional=("days", "months"))
    every["anyOf"] = [{"required": [name], "properties": {name: {"minimum": 1}}} for name in ("days", "months")]
    first = {"type": "array", "items": {"type": "integer", "minimum": 1}, "uniqueItems": True}
    fields = {"every": every, "times": {"type": "integer", "minimum": 2}, "first_months": first}
    return _table(fields, optional=("times", "first_months"))


def _offset() -> dict[str, Any]:
    """So many days, or months by the calendar and then days."""
    whole = {"type": "integer"}
    return {"anyOf": [whole, _table({"months": whole, "days": whole}, optional=("days",))]}


def _by_anchor(anchor: str, named: tuple[str, ...]) -> dict[str, Any]:
    """A window counts from the days that belong to what the rule hangs on, and from no others."""
    edges = {name: {"propertyNames": {"enum": list(named)}} for name in EDGES}
    since = {"propertyNames": {"enum": [*ruleset.WINDOW_DAYS, *named]}}
    then = {
        "window": {"properties": edges},
        "severity": {"items": {"properties": {"since": since}}},
    }
    return {"if": {"properties": {"anchor": {"const": anchor}}}, "then": {"properties": then}}


def _table(fields: dict[str, Any], optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in fields if name not in optional]
    return {"type": "object", "additionalProperties": False, "required": required, "properties": fields}


def _words() -> dict[str, Any]:
    return {"$ref": "#/$defs/words"}


def _one_of(known: tuple[str, ...]) -> dict[str, Any]:
    return {"enum": list(known)}


def _some_of(known: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "array", "items": {"enum": list(known)}, "uniqueItems": True}
