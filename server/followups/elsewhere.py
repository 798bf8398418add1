"""Referrals and transfers of care, as the rules read them.

Pure; facts.py holds them together. Section numbers are those of the domain brief.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

URGENCIES: Final = ("urgent", "routine", "removal")
"""How soon a referral is to be met. `removal`: she wants a device taken out, which is done within seven days (3, F6
`removal_request`); phones read it as routine, so that no list tells of a method."""


@dataclass(frozen=True)
class Wish:
    """She said that she needs more help after a referral (3, F13 `needs_more`), and the next time it was talked about."""

    event: str
    on: date
    met_on: date | None = None
    met_event: str | None = None


@dataclass(frozen=True)
class Referral:
    """A referral that the server made of a form's answers (3, F13). `urgency` is one of URGENCIES.

    `outcome_on` is the visit's date of the F13 that recorded an outcome, `outcome_event` that record; `closed_on` and
    `closed_event` the same of one that closed it without an outcome (she would rather not say, or nobody knows).
    A removal's outcome is that the device is out, its closing that she goes on with it.
    `danger_sign` is the event of the danger sign that it came from; `arrived_on` F13 `arrived_date`, where she was not
    turned away. `wishes` are the visits on which she said that she needs more of us.
    """

    uuid: str
    urgency: str
    referred_on: date
    pregnancy: str | None = None
    danger_sign: str | None = None
    outcome_on: date | None = None
    outcome_event: str | None = None
    arrived_on: date | None = None
    closed_on: date | None = None
    closed_event: str | None = None
    wishes: tuple[Wish, ...] = ()


@dataclass(frozen=True)
class Transfer:
    """A transfer of care (3, F8), out of here or in. Each moment is the (day, event) of the record that told it.

    `agreed` is her consent to this very transfer, `received` that the other side has it, `started` that she has come here,
    `served` that she was offered what there is here, `cancelled` her "no". `needs_checks` is F8 `pregnant_now` ("" where
    she did not say).
    """

    uuid: str
    direction: str
    agreed: tuple[date, str] | None = None
    received: tuple[date, str] | None = None
    started: tuple[date, str] | None = None
    served: tuple[date, str] | None = None
    cancelled: tuple[date, str] | None = None
    needs_checks: str = ""
