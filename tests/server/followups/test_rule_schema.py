"""The JSON Schema of a rule file says what the strict reader says of structure."""

import json
from datetime import date
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from server.followups.rule_fields import RuleInvalid
from server.followups.rule_files import RULES, read_rule
from server.followups.rule_schema import make_schema
from server.followups.rule_yaml import read_yaml

VALIDATOR = Draft202012Validator(make_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)
FILES = sorted(RULES.glob("*.yaml"))


def as_json(table: dict[str, Any]) -> Any:
    return json.loads(json.dumps(table, default=date.isoformat))


def is_valid(table: dict[str, Any]) -> bool:
    return bool(VALIDATOR.is_valid(as_json(table)))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(make_schema())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_rule_that_ships_is_valid(path: Any) -> None:
    table, _ = read_yaml(path.read_bytes())
    assert [(list(one.path), one.message) for one in VALIDATOR.iter_errors(as_json(table))] == []


MISSING = object()
WRONG = (
    *(
        ((name,), MISSING)
        for name in ("id", "version", "effective_from", "kind", "anchor", "window", "answer", "stops")
    ),
    *(((name,), MISSING) for name in ("title", "reason", "sources", "owner", "signature", "profiles", "form_id")),
    (("surprise",), 1),
    (("version",), 0),
    (("version",), "1"),
    (("version",), True),
    (("effective_from",), "soon"),
    (("kind",), "medical"),
    (("anchor",), "born_when"),
    (("profiles",), []),
    (("profiles",), ["CN5", "CN5"]),
    (("profiles",), "CN5"),
    (("stops",), ["bored"]),
    (("whose",), "anybody"),
    (("enabled",), "yes"),
    (("title", "zh"), MISSING),
    (("title", "en"), " "),
    (("title", "fr"), "x"),
    (("window", "open"), {}),
    (("window", "due"), {"born_on": 3}),
    (("window", "close"), {"ga_anchor": "146"}),
    (("window", "close"), {"ga_anchor": {"days": 3}}),
    (("window", "close"), {"ga_anchor": {"months": 1, "weeks": 2}}),
    (("window", "grace"), -1),
    (("window", "counted_in"), "weeks"),
    (("answer", "by"), "telephone"),
    (("answer", "before_open"), 1),
    (("severity", 0, "level"), "purple"),
    (("severity", 0, "since"), {"close": 1, "due": 1}),
    (("severity", 0, "since"), {"born_on": 1}),
    (("severity", 0, "advice"), {"zh": "只有中文"}),
    (("sources",), []),
    (("sources", 0, "mark"), "D"),
    (("signature",), "signed"),
    (("signature",), {"by": "x"}),
    (("applies",), {"methods": ["magic"]}),
    (("applies",), {"colour": "red"}),
    (("repeat",), {"every": {"days": 0}}),
    (("repeat",), {"every": {"days": 5}, "times": 1}),
    (("repeat",), {"every": {"months": 12}, "first_months": [0]}),
    (("repeat",), {"every": {"months": 12}, "first_months": [3, 3]}),
    (("repeat",), {"every": {"months": 12}, "first_months": 3}),
    (("severity", 0, "only"), "everybody"),
    (("applies",), {"complaints": ["loud"]}),
    (("replaces",), "ANC1"),
    (("replaces",), [" "]),
    (("needs_consent",), "none"),
)


@pytest.mark.parametrize(("place", "value"), WRONG, ids=lambda one: str(one)[:40])
def test_what_the_reader_refuses_for_its_structure_the_schema_refuses_too(place: Any, value: object) -> None:
    table, _ = read_yaml((RULES / "ANC2.yaml").read_bytes())
    assert is_valid(table)
    inner: Any = table
    for name in place[:-1]:
        inner = inner[name]
    if value is MISSING:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    with pytest.raises(RuleInvalid):
        read_rule(yaml.safe_dump(table, allow_unicode=True).encode(), "x.yaml")
    assert not is_valid(table)
