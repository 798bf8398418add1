"""What answers a follow-up about a method that she chose: that somebody spoke with her, whatever she said (domain.md 2.4)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from server.followups.answers_of_offers import told_once
from server.followups.endings import Asked, Ending, earliest
from server.followups.facts import Facts, Visit
from server.registry.telling import CONTRACEPTION, SUPPLIES

Told = tuple[date, str]
DEVICE_SPOKEN_OF: Final = timedelta(days=90)
"""How long before the last day on her card she is first asked about it (domain.md 2.4, IUD-X, IMP-X)."""


def episode_visits(facts: Facts, asked: Asked) -> Iterator[Visit]:
    """Visits about this very method, or about none and made for this follow-up."""
    episode = asked.occasion.episode
    return (
        one
        for one in facts.visits
        if one.form_id == CONTRACEPTION
        and (one.episode == episode or (one.episode is None and one.answers == asked.key))
    )


def days_of(visits: Iterator[Visit]) -> Iterator[Told]:
    return ((one.visit_date, one.event) for one in visits)


def _episode_visit(facts: Facts, asked: Asked) -> Ending | None:
    return earliest(days_of(episode_visits(facts, asked)), asked)


def _device_visit(facts: Facts, asked: Asked) -> Ending | None:
    """Once it was spoken of, nobody comes back to it: what she does about her device is her decision."""
    first = asked.occasion.days["expires_on"] - DEVICE_SPOKEN_OF
    told = [one for one in days_of(episode_visits(facts, asked)) if asked.occasion.day < one[0] <= asked.today]
    before = [one for one in told if first <= one[0] < asked.window.opens_on]
    return Ending("declined", *min(before)) if before else earliest(iter(told), asked)


def _next_review(facts: Facts, asked: Asked) -> Ending | None:
    """The next review, or a visit that was made for this one; a review before the window opened replaces it (stops.py)."""
    following = [(one.on, one.event) for one in asked.occasion.later[:1]]
    mine = (one for one in episode_visits(facts, asked) if one.answers == asked.key)
    return earliest(iter([*following, *days_of(mine)]), asked)


def _handed_out(facts: Facts, asked: Asked) -> Ending | None:
    given = (one for one in facts.visits if one.form_id == SUPPLIES and one.answers == asked.key)
    return earliest(iter([*days_of(episode_visits(facts, asked)), *days_of(given)]), asked)


def _lam_visit(facts: Facts, asked: Asked) -> Ending | None:
    """A later talk about methods; with another method begun since, nothing is needed any more."""
    here = asked.occasion.episode
    others = [
        (one.noted_on, one.uuid)
        for one in facts.contraception
        if one.uuid != here and one.method not in ("lam", "ec") and one.noted_on
    ]
    begun = [told for told in others if asked.occasion.day <= told[0] <= asked.today]
    since = (one for one in facts.visits if one.form_id == CONTRACEPTION and one.visit_date > asked.occasion.day)
    talked = earliest(days_of(since), asked)
    if begun and (talked is None or talked.on is None or min(begun)[0] < talked.on):
        return Ending("declined", *min(begun))
    return talked


def _support_visit(facts: Facts, asked: Asked) -> Ending | None:
    """Any talk since, whatever about, or what was handed out beside her name (folic acid, say); not the record that told it."""
    here = asked.occasion
    since = (
        one
        for one in facts.visits
        if one.form_id in (CONTRACEPTION, SUPPLIES)
        and one.event != here.event
        and (one.visit_date > here.day or one.answers == asked.key or one.episode != here.episode)
    )
    return earliest(days_of(since), asked)


def _complaint_heard(facts: Facts, asked: Asked) -> Ending | None:
    """A later visit about the method, or one of the day that was made for this."""
    since = (
        one
        for one in episode_visits(facts, asked)
        if one.event != asked.occasion.event and (one.visit_date > asked.occasion.day or one.answers == asked.key)
    )
    return earliest(days_of(since), asked)


def _offer_answered(facts: Facts, asked: Asked) -> Ending | None:
    return told_once(facts, facts.aftercare, asked, by_clinician=True)


READERS: Final[Mapping[str, Callable[[Facts, Asked], Ending | None]]] = {
    "episode_visit": _episode_visit,
    "device_visit": _device_visit,
    "next_review": _next_review,
    "handed_out": _handed_out,
    "lam_visit": _lam_visit,
    "support_visit": _support_visit,
    "complaint_heard": _complaint_heard,
    "offer_answered": _offer_answered,
}
