"""What tells of a dating, of a contact that a clinician wanted, and of the offer to talk about methods. Pure; answers.py asks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.followups.facts import Facts, Visit
from server.followups.occasions import Occasion
from server.followups.windows import Window


@dataclass(frozen=True, order=True)
class Offer:
    """That it was offered, on what day and by what event; `wants` is false where she said that she does not, or not now."""

    on: date
    event: str
    wants: bool = True


def datings_told(occasion: Occasion) -> Iterator[tuple[date, str]]:
    for one in occasion.pregnancy.datings if occasion.pregnancy else ():
        yield one.in_force_from, one.event


def clinicians_contacts(facts: Facts, occasion: Occasion, key: str) -> Iterator[tuple[date, str]]:
    """A clinician's check of a later day than the one on which it was set, or one that was made for it (domain.md 2.3, ANC-H)."""
    for one in facts.visits:
        is_hers = one.form_id == "antenatal_check" and one.episode == occasion.episode and one.by_clinician
        if is_hers and (one.visit_date > occasion.day or one.answers == key):
            yield one.visit_date, one.event


def offers_made(facts: Facts, occasion: Occasion, window: Window, today: date) -> Iterator[Offer]:
    """Her words, whenever she said them, and the visits of the window: the form offers it there, and she may leave it out."""
    talks = [one for one in (occasion.pregnancy.talks if occasion.pregnancy else ()) if one.on <= today]
    yield from (Offer(one.on, one.event, one.wants) for one in talks)
    said = {one.event for one in talks}
    for one in facts.visits:
        is_in_time = window.opens_on <= one.visit_date <= min(window.closes_on, today)
        if is_in_time and one.episode == occasion.episode and one.event not in said and _offers_it(one):
            yield Offer(one.visit_date, one.event)


def _offers_it(visit: Visit) -> bool:
    """A check of a pregnancy that goes on (F4), or a visit after a birth (F5)."""
    if visit.form_id == "antenatal_check":
        return visit.status == "ongoing"
    return visit.report == "pnc_visit"
