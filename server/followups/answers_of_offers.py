"""What answers an offer before or early in a pregnancy: that it was taken, or that she wants something else (domain.md 2.5); and
what she asked to be told once: that she was told, or her "no"."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Final

from server.followups.endings import Asked, Ending, earliest
from server.followups.facts import Facts
from server.followups.methods import AfterCare
from server.followups.offers import DayChosen, Screening

Told = tuple[date, str]


def _folic_acid_given(facts: Facts, asked: Asked) -> Ending | None:
    """Tablets since then, or her word that she takes them. A plan that she gave up before is a no, which is an answer."""
    return _unless_dropped(earliest(_taken(facts, asked), asked), facts, asked)


def _folic_acid_taken(facts: Facts, asked: Asked) -> Ending | None:
    return earliest(_taken(facts, asked), asked)


def _need_asked(facts: Facts, asked: Asked) -> Ending | None:
    """That she was asked: tablets given, or what she said of her plans since."""
    said = ((one.on, one.event) for one in facts.folic_words if one.kind == "plans" and one.on > asked.occasion.day)
    given = ((one.on, one.event) for one in facts.folic_acid if one.on > asked.occasion.day)
    return _unless_dropped(earliest(iter([*given, *said]), asked), facts, asked)


def _dose_said(facts: Facts, asked: Asked) -> Ending | None:
    """A doctor or midwife saw her on a later day, or for this very task."""
    seen = (
        (one.visit_date, one.event)
        for one in facts.visits
        if one.by_clinician
        and one.episode == asked.occasion.episode
        and (one.visit_date > asked.occasion.day or one.answers == asked.key)
    )
    return earliest(seen, asked)


def _taken(facts: Facts, asked: Asked) -> Iterator[Told]:
    yield from ((one.on, one.event) for one in facts.folic_acid if one.on >= asked.occasion.day)
    words = (one for one in facts.folic_words if one.kind == "takes" and one.on >= asked.occasion.day)
    yield from ((one.on, one.event) for one in words)


def _unless_dropped(answer: Ending | None, facts: Facts, asked: Asked) -> Ending | None:
    """Her word of a later day that she wants something else now, where it came before the answer."""
    words = (one for one in facts.folic_words if one.kind == "dropped" and asked.occasion.day < one.on <= asked.today)
    dropped = min(((one.on, one.event) for one in words), default=None)
    if dropped and (answer is None or answer.on is None or answer.on > dropped[0]):
        return Ending("declined", *dropped)
    return answer


def _result_told(facts: Facts, asked: Asked) -> Ending | None:
    return told_once(facts, facts.screenings, asked, by_clinician=True)


def _word_given(facts: Facts, asked: Asked) -> Ending | None:
    return told_once(facts, facts.days_chosen, asked)


def told_once(
    facts: Facts, wished: Iterable[AfterCare | Screening | DayChosen], asked: Asked, by_clinician: bool = False
) -> Ending | None:
    """Her "no" ends it for good; else a visit that was made for it."""
    refused = [one.refused for one in wished if one.event == asked.occasion.event and one.refused]
    if refused:
        return Ending("declined", *refused[0])
    made = (one for one in facts.visits if one.answers == asked.key and (one.by_clinician or not by_clinician))
    return earliest(((one.visit_date, one.event) for one in made), asked)


READERS: Final[Mapping[str, Callable[[Facts, Asked], Ending | None]]] = {
    "folic_acid_given": _folic_acid_given,
    "folic_acid_taken": _folic_acid_taken,
    "need_asked": _need_asked,
    "dose_said": _dose_said,
    "result_told": _result_told,
    "word_given": _word_given,
}
