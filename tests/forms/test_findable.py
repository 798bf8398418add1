"""Which answers can be looked for, and as which words."""

import pytest

from forms.findable import MOST_WORDS, list_words, words_between
from forms.schema import Choice, Field, FormSchema

SAID = {"en": "…"}
YES_NO = (Choice("yes", {"en": "Yes"}), Choice("no", {"en": "No"}))


def asked(name: str, kind: str, path: str = "", **more: object) -> Field:
    return Field(name, path or f"/{name}", kind, labels=SAID, **more)  # type: ignore[arg-type]


def words_of(one: Field, answer: str) -> list[str]:
    return [word for _, word in list_words(FormSchema((one,)), {one.name: answer})]


SCHEMA = FormSchema(
    (
        Field("start", "/start", "dateTime"),
        asked("visit_date", "date"),
        asked("group", "structure"),
        asked("weeks", "int", "/group/weeks"),
        asked("signs", "string", choices=YES_NO, select_multiple=True),
        asked("home", "string", choices_from="households.csv"),
        asked("gps", "geopoint"),
        asked("photo", "binary", binary=True),
        asked("note", "string"),
        asked("member", "repeat"),
        asked("age", "int", "/member/age"),
    )
)
VALUES = {
    "start": "2026-03-01T09:00:00.000+08:00",
    "visit_date": "2026-03-01",
    "group": {"weeks": "012"},
    "signs": "yes no",
    "home": "0b1c…",
    "gps": "30 105 0 5",
    "photo": "door.jpg",
    "note": " Lao Wang ",
    "member": [{"age": "3"}, {"age": "40"}, {"age": None}],
}


def test_what_somebody_was_asked_can_be_looked_for_and_places_files_and_people_cannot() -> None:
    assert [one.name for one in SCHEMA.findable] == ["visit_date", "weeks", "signs", "note", "age"]


def test_an_answer_has_one_word_and_several_choices_have_several() -> None:
    assert list(list_words(SCHEMA, VALUES)) == [
        ("/visit_date", "2026-03-01"),
        ("/group/weeks", "12"),
        ("/signs", "yes"),
        ("/signs", "no"),
        ("/note", "lao wang"),
        ("/member/age", "3"),
        ("/member/age", "40"),
    ]


@pytest.mark.parametrize(
    ("kind", "answer", "words"),
    [
        ("date", "2026-02-29", []),
        ("date", "2026-03-01T10:00:00", ["2026-03-01"]),
        ("int", "-07", ["-7"]),
        ("int", "-0", ["0"]),
        ("int", "1.5", []),
        ("int", "٣", []),
        ("int", "9" * 16, []),
        ("string", "   ", []),
        ("string", "x" * 61, []),
        ("string", "Ä", ["ä"]),
        ("decimal", "36.60", ["36.60"]),
    ],
)
def test_answers_at_the_edges(kind: str, answer: str, words: list[str]) -> None:
    assert words_of(asked("one", kind), answer) == words


def test_a_choice_keeps_its_case() -> None:
    assert words_of(asked("one", "string", choices=YES_NO), "Yes") == ["Yes"]


@pytest.mark.parametrize(
    ("kind", "first", "last", "words"),
    [
        ("int", "9", "11", ["9", "10", "11"]),
        ("int", "3", "3", ["3"]),
        ("int", "4", "3", None),
        ("date", "2024-02-28", "2024-03-01", ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("date", "2024-03-01", "2024-02-01", None),
        ("date", "x", "2024-02-01", None),
        ("string", "a", "b", None),
    ],
)
def test_a_range_is_every_word_in_it(kind: str, first: str, last: str, words: list[str] | None) -> None:
    assert words_between(asked("one", kind), first, last) == words


def test_a_range_has_an_end() -> None:
    number = asked("one", "int")
    assert len(words_between(number, "1", str(MOST_WORDS)) or []) == MOST_WORDS
    assert words_between(number, "1", str(MOST_WORDS + 1)) is None
