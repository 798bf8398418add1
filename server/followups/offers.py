"""What she asked for, agreed to or said about an offer, as the rules read it.

Pure; facts.py holds them together. Section numbers are those of the domain brief.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class FolicWord:
    """What she said that decides about folic acid (3, F2 `service_interest`, F3 `folic_now`).

    `kind`: plans (she plans a pregnancy), dropped (she wants something else now), without (early in a pregnancy she takes
    none) or takes. `pregnancy` where it was said when that was registered.
    """

    event: str
    on: date
    received_at: datetime
    kind: str
    pregnancy: str | None = None


@dataclass(frozen=True)
class DoseAsked:
    """A risk was told on a clinic's phone because of which only a doctor says how much folic acid (3, F3 `risk_heard`)."""

    event: str
    on: date
    pregnancy: str


@dataclass(frozen=True)
class ConsentGiven:
    """A record by which she gave or renewed her consent to the service (3, F2)."""

    event: str
    on: date
    received_at: datetime


@dataclass(frozen=True)
class Screening:
    """A sample of a screening before a pregnancy; `agreed` that she asked to hear of its result from us (2.5, PPS). `refused` is
    the (day, event) of her "no". No form asks for either, so there is none, and nothing comes of it.
    """

    event: str
    on: date
    agreed: bool = False
    refused: tuple[date, str] | None = None


@dataclass(frozen=True)
class DayChosen:
    """A day before which she asked to be told what there is from 60 years on (2.6, BEN-60): the one that she named, and no birth
    date, which nobody asks for. `on` is the day of her asking, `refused` the (day, event) of her "no".

    No form asks for it, so there is none, and nothing comes of it.
    """

    event: str
    on: date
    chosen_on: date
    refused: tuple[date, str] | None = None
