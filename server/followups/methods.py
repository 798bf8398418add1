"""A method that she chose, as the rules read it: what she was given, the card of a device, how she gets on with it.

Pure; facts.py holds them together. Section numbers are those of the domain brief.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

METHODS: Final = (
    *("iud_cu", "iud_lng", "implant", "dmpa", "neten", "cic", "coc", "pop", "condom_m", "condom_f", "lam", "ec"),
    *("female_ster_done", "male_ster_done", "natural"),
)
"""The methods of F6 that have an episode (3, F6 `method`)."""

COMPLAINTS: Final = ("plain", "severe", "danger")
"""What she is not well with (3, F6 `side_effects`, `danger_fp`): a danger sign outweighs a severe one, and that a plain one."""


@dataclass(frozen=True)
class Injection:
    """One injection given (3, F6 `last_injection`). `next_on` is the day that the clinic wrote for the next one, if it did."""

    event: str
    on: date
    received_at: datetime
    next_on: date | None = None


@dataclass(frozen=True)
class Supply:
    """What was given, and until when it lasts: packs (3, F6 `packs_given`, `supply_end`, F7; 2.4 PILL-R: issue date + packs
    x 28 days), or folic acid (F7; 2.5 FA-REFILL: a tablet a day)."""

    event: str
    on: date
    supply_until: date
    received_at: datetime


@dataclass(frozen=True)
class Card:
    """The last day of a device as its card says it (3, F6 `expiry_on_card`), and when that was first told."""

    event: str
    on: date
    received_at: datetime
    expires_on: date


@dataclass(frozen=True)
class Review:
    """A look at how she gets on with her method: its start, a check, or that her blood pressure was measured (3, F6)."""

    event: str
    on: date
    received_at: datetime


@dataclass(frozen=True)
class Complaint:
    """That she was not well with her method, `kind` one of COMPLAINTS; what it was is not needed here."""

    event: str
    on: date
    received_at: datetime
    kind: str


@dataclass(frozen=True)
class ContraceptionEpisode:
    """One method that she chose (3, F6). `wants_follow_up` is her opting in: without it no task comes of it (2.4).

    `noted_on` is the day of the first record about it. `ended_on` is the day she stopped, switched, got it elsewhere, had
    the device removed or reached menopause, `ended_by` the record that told it. `wanted_again_on` is a day for which she
    asked to be given more condoms (2.4, COND-R): no form asks for one, so it is None by default and nothing comes of it.
    """

    uuid: str
    method: str
    wants_follow_up: bool
    started_on: date | None = None
    injections: tuple[Injection, ...] = ()
    supplies: tuple[Supply, ...] = ()
    ended_on: date | None = None
    noted_on: date | None = None
    ended_by: str = ""
    cards: tuple[Card, ...] = ()
    reviews: tuple[Review, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    wanted_again_on: date | None = None


@dataclass(frozen=True)
class AfterCare:
    """Care after an abortion to which she agreed by itself (2.4, PAC-1). `refused` is the (day, event) of her "no".

    No form asks for that consent, so there is none, and nothing comes of it.
    """

    event: str
    on: date
    agreed: bool = False
    refused: tuple[date, str] | None = None
