from pathlib import Path
from typing import Any

import pytest

from server.errors import Problem
from server.followups.rule_fields import RuleInvalid
from server.followups.rule_files import RULES, load_rules, read_rule
from tests.server.followups.table_of_methods import OF_THE_SECTION

GOOD = (RULES / "ANC2.yaml").read_text(encoding="utf-8")
WORDS_OF_CARE = (
    *("孕", "产", "胎", "宫", "避孕", "节育", "环", "针", "药", "流", "母婴"),
    *("pregnan", "antenatal", "birth", "injection", "pill", "iud", "contracep", "loss", "baby", "coil"),
)


def test_the_rules_of_the_product_load_and_ship_unsigned() -> None:
    rules = load_rules()
    assert sorted({rule.id for rule in rules}) == sorted(
        [
            *("ANC-C1", "ANC-C2", "ANC-C3", "ANC-C4", "ANC-C5", "ANC-C6", "ANC-C7", "ANC-D", "ANC-H", "ANC0"),
            *("ANC1", "ANC2", "ANC3", "ANC3b", "ANC4", "ANC4b", "ANC4c", "ANC5", "ANC5b", "ANC6"),
            *("BEN-60", "BEN-REN", "BEN-STEP", "BIRTH", "CONS", "HH-NEW", "HH-V"),
            *("FA-CHECK", "FA-HIGH", "FA-OFFER", "FA-OFFER-P", "FA-REFILL"),
            *("MIG-ARR", "MIG-ARR-P", "MIG-TR", "MIG-TR-P", "MIG-TR2", "NB28", "PL1"),
            *("PN-D", "PN-D0", "PN-M", "PN-W1", "PN-W2", "PN0", "PN1", "PN1-C", "PN1-H", "PN42"),
            *("PPFP", "PPFP-1", "PPFP-42", "PPS", "REF-N", "REF-O", "REF-R", "REF-U"),
            *(one for ids in OF_THE_SECTION.values() if isinstance(ids, tuple) for one in ids),
        ]
    )
    assert not any(rule.signed_by or rule.signed_on for rule in rules)
    read = {path.stem: read_rule(path.read_bytes(), path.name) for path in RULES.glob("*.yaml")}
    assert all(name == (one.id if one.version == 1 else f"{one.id}-v{one.version}") for name, one in read.items())


def test_titles_and_reasons_tell_nobody_what_the_visit_is_about() -> None:
    for rule in load_rules():
        for words in (rule.title, rule.reason):
            text = f"{words.zh} {words.en}".lower()
            assert [word for word in WORDS_OF_CARE if word in text] == [], rule.id


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("version: 1", "version: " + "9" * 50_000),
        GOOD + "deep: " + "[" * 5000 + "]" * 5000 + "\n",
        GOOD + "deep: &a [x, x]\ndeeper: [*a, *a]\n",
        GOOD + "owner: somebody\n",
        GOOD + "colour: !!python/name:os.system\n",
        GOOD + "1: one\n",
        "- a list\n",
        "",
    ],
    ids=["length", "depth", "references", "a field twice", "tags", "a number as a name", "a list", "nothing"],
)
def test_what_its_reader_could_misread_is_refused_as_what_is_no_yaml(text: str) -> None:
    with pytest.raises(RuleInvalid) as refused:
        read_rule(text.encode(), "x.yaml")
    assert refused.value.details["field"] == "yaml"


def test_doubtful_sources_keep_their_marks() -> None:
    marks = {rule.id: "".join(source.mark for source in rule.sources) for rule in load_rules()}
    assert (marks["PN1"], marks["PN42"], marks["PL1"], marks["PN-D0"]) == ("ABC", "ABC", "C", "BC")
    assert marks["ANC2"] == "ACA" and marks["ANC6"] == "AB" and marks["INJ-DMPA"] == "AAC" and marks["HH-V"] == "C"


def changed(old: str, new: str) -> bytes:
    assert GOOD.count(old) >= 1
    return GOOD.replace(old, new, 1).encode()


WRONG: dict[str, tuple[str, str, str, str]] = {
    "no YAML": ("window:", "window: [", "yaml", "line"),
    "an unknown field": ("owner: ", "colour: red\nowner: ", "colour", "not a field known"),
    "an unknown field below": ("  grace: 0", "  grace: 0\n  slack: 1", "window.slack", "not a field known"),
    "no id": ("id: ANC2\n", "", "id", "is missing"),
    "an empty id": ("id: ANC2", 'id: " "', "id", "is empty"),
    "a version as text": ("version: 1", 'version: "1"', "version", "must be a whole number"),
    "a version that is true": ("version: 1", "version: true", "version", "must be a whole number"),
    "version nought": ("version: 1", "version: 0", "version", "from 1 on"),
    "a version of too many digits": ("version: 1", "version: " + "9" * 5000, "version", "must be a whole number"),
    "a version in hexadecimal digits": ("version: 1", "version: 0x1F", "version", "must be a whole number"),
    "an instant for a date": ("2025-01-01", "2025-01-01T00:00:00", "effective_from", "without a time"),
    "no such day": ("2025-01-01", "2025-02-30", "yaml", "day"),
    "an unknown kind": ("kind: clinical", "kind: urgent", "kind", "none of clinical, admin"),
    "an unknown profile": ("[CN5, CN5+WHO]", "[WHO9]", "profiles", "none of"),
    "no profile": ("[CN5, CN5+WHO]", "[]", "profiles", "names none"),
    "an unknown anchor": ("anchor: ga_anchor", "anchor: birthday", "anchor", "none of"),
    "an unknown stop": ("[gave_birth, ", "[married, ", "stops", "none of"),
    "a stop twice": ("[gave_birth, ", "[gave_birth, gave_birth, ", "stops", "twice"),
    "no stop at a loss": (", pregnancy_ended]", "]", "stops", "pregnancy_ended"),
    "one language": ('  en: "Second agreed visit"\n', "", "title.en", "is missing"),
    "an inverted window": ("due: { ga_anchor: 126 }", "due: { ga_anchor: 147 }", "window.close", "before due"),
    "a target before the window": ("{ ga_anchor: 126 }", "{ ga_anchor: 111 }", "window.due", "before open"),
    "edges on different days": ("{ ga_anchor: 146 }", "{ registered_on: 200 }", "window.close", "before due"),
    "a latest day before close": ("  grace: 0", "  grace: 0\n  latest: { ga_anchor: 145 }", "window.latest", "close"),
    "a window before its anchor": ("{ ga_anchor: 112 }", "{ ga_anchor: -1 }", "window.open", "hangs on"),
    "an edge from another anchor": ("{ ga_anchor: 112 }", "{ started_on: 3 }", "window.open.started_on", "known here"),
    "an edge from nothing": ("{ ga_anchor: 112 }", "{ }", "window.open", "names none"),
    "half a day": ("{ ga_anchor: 112 }", "{ ga_anchor: 112.5 }", "window.open.ga_anchor", "whole number"),
    "days without months": (
        "{ ga_anchor: 112 }",
        "{ ga_anchor: { days: 4 } }",
        "window.open.ga_anchor.months",
        "missing",
    ),
    "weeks": (
        "{ ga_anchor: 112 }",
        "{ ga_anchor: { months: 3, weeks: 4 } }",
        "window.open.ga_anchor.weeks",
        "not a field known",
    ),
    "months that may be too long": (
        "{ ga_anchor: 112 }",
        "{ ga_anchor: { months: 4, days: 3 } }",
        "window.due",
        "before open",
    ),
    "again before it is over": ("answer:", "repeat: { every: { days: 34 } }\nanswer:", "repeat.every", "could open"),
    "again never": ("answer:", "repeat: { every: { days: 0 } }\nanswer:", "repeat.every", "neither days nor months"),
    "again once": ("answer:", "repeat: { every: { days: 40 }, times: 1 }\nanswer:", "repeat.times", "from 2 on"),
    "unequal months that do not rise": (
        "answer:",
        "repeat: { every: { months: 12 }, first_months: [3, 1] }\nanswer:",
        "repeat.first_months",
        "must rise",
    ),
    "unequal months too near each other": (
        "answer:",
        "repeat: { every: { months: 12 }, first_months: [1, 2] }\nanswer:",
        "repeat.every",
        "could open",
    ),
    "unequal months from nought": (
        "answer:",
        "repeat: { every: { months: 12 }, first_months: [0, 3] }\nanswer:",
        "repeat.first_months",
        "from 1 on",
    ),
    "another rule's place without its name": ("owner: ", "replaces: [1]\nowner: ", "replaces", "names"),
    "a consent that nobody knows": ("owner: ", "needs_consent: hers\nowner: ", "needs_consent", "none of"),
    "a consent of another anchor": ("owner: ", "needs_consent: after_abortion\nowner: ", "needs_consent", "together"),
    "complaints of another anchor": (
        "title:",
        "applies: { complaints: [plain] }\n\ntitle:",
        "applies.complaints",
        "belongs",
    ),
    "negative grace": ("grace: 0", "grace: -1", "window.grace", "from 0 on"),
    "a falling severity": ("level: amber", "level: critical", "severity.2.level", "lower"),
    "an unknown level": ("level: amber", "level: pink", "severity.1.level", "none of"),
    "a level since two days": ("{ close: -6 }", "{ close: -6, due: 1 }", "severity.1.since", "one day"),
    "an answer to another anchor": ("by: antenatal_contact", "by: next_injection", "answer.by", "cannot answer"),
    "a flag as text": ("before_open: false", "before_open: no", "answer.before_open", "true or false"),
    "a switch as text": ("owner: ", "enabled: off\nowner: ", "enabled", "true or false"),
    "a source without a mark": ("    mark: A\n", "", "sources.1.mark", "is missing"),
    "a source with mark D": ("mark: A", "mark: D", "sources.1.mark", "none of A, B, C"),
    "no signature line": ("signature: unsigned\n", "", "signature", "is missing"),
    "another signature": ("signature: unsigned", "signature: signed", "signature", "must be a table"),
}


@pytest.mark.parametrize(("old", "new", "field", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_rule_is_refused_with_its_file_and_field(old: str, new: str, field: str, reason: str) -> None:
    with pytest.raises(RuleInvalid) as refused:
        read_rule(changed(old, new), "mine.yaml")
    assert refused.value.details["file"] == "mine.yaml" and refused.value.details["field"] == field
    assert reason in refused.value.details["reason"]
    assert refused.value.message.startswith(f"The rule file mine.yaml cannot be used: {field}: ")
    assert isinstance(refused.value, Problem) and refused.value.status == 400


def test_a_rule_without_a_source_is_refused() -> None:
    with pytest.raises(RuleInvalid, match="sources: is missing"):
        read_rule(GOOD[: GOOD.index("sources:")].encode(), "ANC2.yaml")
    with pytest.raises(RuleInvalid, match="sources: must have at least one entry"):
        read_rule(("sources: []\n" + GOOD[: GOOD.index("sources:")]).encode(), "ANC2.yaml")


@pytest.mark.parametrize(
    ("name", "line", "field"),
    [
        *(("IUD-1", "  methods", "applies"), ("REF-U", "  urgency", "applies"), ("PL1", "whose", "whose")),
        *(
            ("SE", "  complaints", "applies.complaints"),
            ("SE", "  methods", "applies.methods"),
            ("PAC-1", "whose", "whose"),
        ),
        *(("PAC-1", "needs_consent", "needs_consent"), ("PAC-1", "enabled", "enabled")),
    ],
)
def test_a_rule_that_does_not_say_whom_it_is_for_is_refused(name: str, line: str, field: str) -> None:
    text = (RULES / f"{name}.yaml").read_text(encoding="utf-8")
    without = "\n".join(one for one in text.split("\n") if not one.startswith(line))
    with pytest.raises(RuleInvalid) as refused:
        read_rule(without.encode(), f"{name}.yaml")
    assert refused.value.details["field"] == field


def test_what_is_asked_for_checks_is_of_a_transfer_and_ends_with_a_pregnancy() -> None:
    """A loss ends it at once (domain.md 2.0)."""
    text = (RULES / "MIG-TR-P.yaml").read_text(encoding="utf-8")
    with pytest.raises(RuleInvalid) as refused:
        read_rule(text.replace("stops: [pregnancy_ended]", "stops: []").encode(), "x.yaml")
    assert refused.value.details["field"] == "stops"
    with pytest.raises(RuleInvalid) as refused:
        read_rule(changed("title:", "applies:\n  checks: needed\n\ntitle:"), "x.yaml")
    assert refused.value.details["field"] == "applies.checks"


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(RuleInvalid, match="yaml"):
        read_rule(b"\xff\xfe", "x.yaml")


def test_one_version_of_a_rule_stands_in_one_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(RuleInvalid, match=r"b\.yaml.*ANC2 1"):
        load_rules(tmp_path)


def test_two_versions_of_a_rule_come_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(changed("version: 1", "version: 2"))
    (tmp_path / "b.yaml").write_text(GOOD, encoding="utf-8")
    assert [rule.version for rule in load_rules(tmp_path)] == [1, 2]


def test_signing_changes_no_content_and_any_other_change_does() -> None:
    signed = read_rule(changed("signature: unsigned", 'signature: { by: "Dr Wang", on: 2026-03-01 }'), "x")
    plain = read_rule(GOOD.encode(), "x")
    assert (signed.signed_by, signed.signed_on and str(signed.signed_on)) == (
        "Dr Wang",
        "2026-03-01",
    )
    assert signed.content_hash == plain.content_hash
    assert read_rule(b"# another comment\n" + GOOD.encode(), "y").content_hash == plain.content_hash
    others: list[Any] = [changed("112", "113"), changed("Second", "2nd"), changed("mark: A", "mark: B")]
    assert plain.content_hash not in [read_rule(one, "x").content_hash for one in others]
