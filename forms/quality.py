"""What one record says by itself of how it was made (domain.md 4.2): times, files, digits. Pure; nothing here is a reproach.

Times are those that a form asks with `start` and `end` (XLSForm metadata), at its top or in groups, never in repeats.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from forms.instance import Instance, elements_at, geo_answers
from forms.schema import GEO_TYPES, Field, FormSchema
from forms.xml import text_of

START, END = "start", "end"
COLLECT: Final = "collect"
"""What the user agent of ODK Collect has in it, whatever else it says."""
ANSWERED: Final = ("string", "int", "decimal", "select", "select1", "boolean")
"""Types of questions that a person answers in so many words; times, places and files differ at every visit."""


@dataclass(frozen=True)
class Envelope:
    """What is known beside the record itself: when this version of it came, whether it corrects an earlier one, and how many
    files came under a name that had one already."""

    received_at: datetime
    is_edit: bool
    kept_aside: int


@dataclass(frozen=True)
class Limits:
    """`clock_off`: by how much two clocks may differ. `least_answers`: with fewer, records are alike by chance.

    `notes` and `pressures` are names of questions: for remarks, and for blood pressures in mmHg.
    """

    clock_off: timedelta
    least_answers: int
    notes: frozenset[str]
    pressures: frozenset[str]


@dataclass(frozen=True)
class Said:
    """`seconds` is None where start and end do not tell how long it took. `vector` is a digest of all answers, None of few.

    `found` are the questions that the record alone gives reason for, with their numbers.
    """

    began_at: datetime | None
    ended_at: datetime | None
    seconds: int | None
    readings: int
    round_readings: int
    vector: bytes | None
    has_note: bool
    found: dict[str, dict[str, int]]


def read_said(instance: Instance, schema: FormSchema, envelope: Envelope, limits: Limits) -> Said:
    """Of an encrypted record only what its envelope says."""
    aside = {"kept_aside": {"files": envelope.kept_aside}} if envelope.kept_aside else {}
    if instance.encrypted:
        return Said(None, None, None, 0, 0, None, False, aside)
    began, ended = (read_time(instance, schema, name) for name in (START, END))
    # a correction has the first version's start and its own end
    overnight = not envelope.is_edit and began is not None and ended is not None and crosses_midnight(began, ended)
    off = clock_off(began, ended, envelope, limits.clock_off)
    found = {**aside, **({"clock": {"minutes": off}} if off else {}), **({"midnight": {}} if overnight else {})}
    spent = None if envelope.is_edit or overnight or began is None or ended is None else ended - began
    pressures = [text for one in schema.fields if one.name in limits.pressures for text in texts_of(instance, one)]
    return Said(
        began,
        ended,
        int(spent.total_seconds()) if spent is not None and spent >= timedelta() else None,
        sum(is_reading(one) for one in pressures),
        sum(is_round(one) for one in pressures),
        vector_of(instance, schema, limits.least_answers),
        any(texts_of(instance, one) for one in schema.fields if one.name in limits.notes),
        found,
    )


def texts_of(instance: Instance, asked: Field) -> list[str]:
    return [text for one in elements_at(instance.root, asked.path) if (text := text_of(one))]


def read_time(instance: Instance, schema: FormSchema, name: str) -> datetime | None:
    """An answer of that name with its own offset; None for none, and for a time that does not say where on earth."""
    for one in schema.fields:
        if one.name == name and one.type == "dateTime" and schema.repeat_of(one.path) is None:
            return next(filter(None, map(parse_time, texts_of(instance, one))), None)
    return None


def parse_time(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None and 1970 < time.year < 9999 else None


def crosses_midnight(began: datetime, ended: datetime) -> bool:
    """By the phone's own clock at each end."""
    return ended > began and ended.date() != began.date()


def clock_off(began: datetime | None, ended: datetime | None, envelope: Envelope, allowed: timedelta) -> int | None:
    """By how many minutes the phone's clock is surely off: the record begins or ends after it came, or ends before it begins.

    A clock that is slow cannot be told from a record that was sent late.
    """
    gaps = [one - envelope.received_at for one in (began, ended) if one is not None]
    if began is not None and ended is not None and not envelope.is_edit:
        gaps.append(began - ended)
    worst = max(gaps, default=timedelta())
    return int(worst / timedelta(minutes=1)) if worst > allowed else None


def is_reading(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) in (2, 3)


def is_round(text: str) -> bool:
    """A number that ends in 0 or 5. Read to 2 mmHg, as an aneroid gauge is, a fifth of all do."""
    return is_reading(text) and text[-1] in "05"


def vector_of(instance: Instance, schema: FormSchema, least: int) -> bytes | None:
    """SHA-256 over what a person answered, question by question; None where fewer than `least` were answered.

    Whom it is about is left out (an answer from a list that comes with the form), and what the phone fills in itself.
    """
    told = [f"{path}\n{text}" for path, text in answers_of(instance, schema)]
    if len(told) < least:
        return None
    return hashlib.sha256("\0".join(told).encode()).digest()


def answers_of(instance: Instance, schema: FormSchema) -> Iterator[tuple[str, str]]:
    for one in schema.fields:
        if one.type not in ANSWERED or one.choices_from or not one.labels or one.path.startswith("/meta/"):
            continue  # without words to it nobody was asked: it is worked out
        for text in texts_of(instance, one):
            yield one.path, text


def placed_by_hand(instance: Instance, schema: FormSchema, user_agent: str | None) -> bool:
    """Whether Collect wrote an accuracy of 0 for the point that places the record.

    It does so for a point put on the map by hand and for one that another program on the phone made up (its documentation,
    `allow-mock-accuracy`). Other programs write 0 for what they do not know.
    """
    if COLLECT not in (user_agent or "").lower():
        return False
    first = next((one for one in geo_answers(instance, schema) if not one.in_repeat), None)
    if first is None or first.kind != GEO_TYPES["geopoint"]:
        return False
    parts = first.text.split()
    return len(parts) == 4 and is_nought(parts[3])


def is_nought(text: str) -> bool:
    try:
        return float(text) == 0
    except ValueError:
        return False
