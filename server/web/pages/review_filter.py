"""The filter of the review list: it lives in the address, so that a view can be sent to a colleague, and reads in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from flask import request

from forms.schema import Field, FormSchema
from geo.tiles import Box
from server.access.masking import is_covered
from server.errors import UnexpectedValue
from server.intake.wanted import Asked, Wanted, read_asked
from server.models import Project
from server.web import languages
from server.web.pages.answers import Words, label_of, say_value
from server.web.pages.map import read_box
from server.web.pages.pager import address
from server.web.pages.sent import asked_number, check_text
from server.web.pages.shell import say_day, today
from server.web.pages.texts import _, _n

HERE: Final = "/review"
MOST_ANSWERS: Final = 4
MOST_COLUMNS: Final = 4
LAST_ID: Final = 2**53
LAST_DAYS: Final = (1, 7, 30)
SHORT: Final = ("form", "village", "state", "kind", "flag")


def read_filter() -> Wanted:
    """What the address asks for. Raises UnexpectedValue, TooLong."""
    fields = {name: check_text(name, request.args.get(name, ""), 255) for name in SHORT}
    since, last = asked_day("since"), asked_number("last", 0, max(LAST_DAYS))
    last = 0 if since else last
    return Wanted(
        form=fields["form"],
        village=fields["village"],
        state=fields["state"],
        kind=fields["kind"],
        flag=fields["flag"],
        sender=asked_number("sender", 0, LAST_ID) or None,
        waits_for=asked_number("waits_for", 0, LAST_ID) or None,
        since=today() - timedelta(days=last - 1) if last else since,
        last=last,
        until=asked_day("until"),
        box=Box(*read_box()) if request.args.get("box") else None,
        answers=asked_answers(),
        columns=tuple(check_text("column", one) for one in request.args.getlist("column")[:MOST_COLUMNS]),
    )


def asked_day(name: str) -> date | None:
    """Raises UnexpectedValue for what is no day, and for one with no hours of UTC around it."""
    text = request.args.get(name, "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise UnexpectedValue(field=name, value=text[:20], reason="it is no day") from None
    if day is not None and not date.min < day < date.max:
        raise UnexpectedValue(field=name, value=text[:20], reason="it is no day")
    return day


def asked_answers() -> tuple[Asked, ...]:
    texts = [check_text("answer", one) for one in request.args.getlist("answer")[:MOST_ANSWERS]]
    return tuple(dict.fromkeys(one for text in texts if (one := read_asked(text))))


def added_answer() -> Asked | None:
    """What the part of the page that adds an answer sends: a question, and a value or two."""
    path = check_text("question", request.args.get("question", ""))
    first, last = (check_text(name, request.args.get(name, "")) for name in ("first", "last"))
    return read_asked(Asked(path, first or last, last if first and last != first else "").text)


def values_of(wanted: Wanted) -> dict[str, Any]:
    """The filter as the fields of an address; what is empty is no wish."""
    box = wanted.box
    return {
        **{name: getattr(wanted, name) for name in (*SHORT, "sender", "waits_for")},
        "since": wanted.since.isoformat() if wanted.since and not wanted.last else "",
        "last": wanted.last or "",
        "until": wanted.until.isoformat() if wanted.until else "",
        "box": f"{box.west:.6f},{box.south:.6f},{box.east:.6f},{box.north:.6f}" if box else "",
        "answer": [one.text for one in wanted.answers],
        "column": list(wanted.columns),
    }


def address_of(wanted: Wanted) -> str:
    return address(HERE, values_of(wanted))


def query_of(wanted: Wanted) -> str:
    """As it stands behind the question mark of an address; "" for no wish."""
    return address("", values_of(wanted)).removeprefix("?")


def without(wanted: Wanted) -> dict[str, str]:
    """By wish, the address of the list without it; answers and columns go with their form."""
    rest = {
        "form": replace(wanted, form="", answers=(), columns=()),
        "village": replace(wanted, village=""),
        "kind": replace(wanted, kind=""),
        "flag": replace(wanted, flag=""),
        "sender": replace(wanted, sender=None),
        "waits_for": replace(wanted, waits_for=None),
        "days": replace(wanted, since=None, until=None, last=0),
    }
    return {name: address_of(one) for name, one in rest.items()}


def count_wishes(wanted: Wanted) -> int:
    """How many wishes narrow the list beside its tab; days are one."""
    own = wanted.form, wanted.village, wanted.kind, wanted.flag, wanted.sender, wanted.waits_for
    return sum(map(bool, [*own, wanted.since or wanted.until, wanted.box, *wanted.answers]))


def say_days(wanted: Wanted) -> str:
    """“Last 7 days”, “1 Nov to 8 Nov”; "" for any day."""
    if wanted.last and not wanted.until:
        return say_last(wanted.last)
    if wanted.since and not wanted.until:
        return _("since %(day)s", day=say_day(wanted.since))
    if wanted.until and not wanted.since:
        return _("until %(day)s", day=say_day(wanted.until))
    if not (wanted.since and wanted.until):
        return ""
    if wanted.since == wanted.until:
        return say_day(wanted.since)
    return _("%(first)s to %(last)s", first=say_day(wanted.since), last=say_day(wanted.until))


def say_last(number: int) -> str:
    return _("Today") if number == 1 else _n("last %(num)s day", "last %(num)s days", number)


def last_days(wanted: Wanted) -> list[tuple[str, str]]:
    """Days that are chosen by one press: (words, address)."""
    return [(say_last(number), address_of(replace(wanted, last=number, until=None))) for number in LAST_DAYS]


@dataclass(frozen=True)
class Chip:
    """A wish in words, and the address without it."""

    words: str
    href: str


def chips_of(wanted: Wanted, people: Mapping[int, str], schema: FormSchema | None) -> list[Chip]:
    """The wishes that have no field of their own on the page."""
    found = []
    if wanted.box:
        found.append(Chip(_("in a part of the map"), address_of(replace(wanted, box=None))))
    if wanted.sender and wanted.sender not in people:
        found.append(Chip(_("sent by somebody else"), address_of(replace(wanted, sender=None))))
    for one in wanted.answers:
        rest = tuple(other for other in wanted.answers if other != one)
        found.append(Chip(say_asked(one, schema), address_of(replace(wanted, answers=rest))))
    return found


def say_asked(wanted: Asked, schema: FormSchema | None) -> str:
    """“Weeks: 12 to 20”: the question and its answers as the record's own page says them."""
    asked = schema.by_path.get(wanted.path) if schema else None
    if asked is None:
        return f"{wanted.path}: {wanted.first}"
    words = words_here()
    first = say_value(asked, wanted.first, words)
    if wanted.last:
        first = _("%(first)s to %(last)s", first=first, last=say_value(asked, wanted.last, words))
    return f"{label_of(asked, words)}: {first}"


def words_here() -> Words:
    return Words("en" if languages.language_tag() == "en" else "zh", say_day)


@dataclass(frozen=True)
class Question:
    """A question that may be asked for: how it is entered is choices, days, numbers or text."""

    path: str
    label: str
    entry: str
    choices: tuple[tuple[str, str], ...] = ()


def questions_of(project: Project, schema: FormSchema) -> list[Question]:
    """In the form's order. What pages of the project cover is asked for by nobody: looking for a name would show it."""
    words = words_here()
    asked = [one for one in schema.fields if one.findable and not is_covered(project, one.name, one.type)]
    return [Question(one.path, label_of(one, words), entry_of(one), choices_in(one, words)) for one in asked]


def entry_of(asked: Field) -> str:
    if asked.choices is not None:
        return "choices"
    return {"date": "days", "dateTime": "days", "int": "numbers"}.get(asked.type, "text")


def choices_in(asked: Field, words: Words) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, say_value(asked, one.name, words)) for one in asked.choices or ())
