"""What is known of one woman or one household, as plain data: all that the rules may read.

Days are dates in Asia/Shanghai. An `event` is the id of what told us (a submission's instanceID, or the uuid of an
entity that the server made); follow-ups are known by it, so it stays the same when the record is corrected.
Section numbers are those of the domain brief.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from server.followups.benefit_cases import BenefitCase
from server.followups.elsewhere import Referral, Transfer
from server.followups.methods import AfterCare, ContraceptionEpisode, Supply
from server.followups.offers import ConsentGiven, DayChosen, DoseAsked, FolicWord, Screening
from server.followups.pregnancies import DangerSign, Pregnancy

SUBJECT_LISTS: Final = ("women", "households", "benefit_cases")


STOP_KINDS: Final = ("contact_declined", "transferred", "died", "merged", "asked_to_stop", "transfer_over")
"""The stops that hold for every rule (2.0, global stop conditions). Consent has its own place in the facts; a corrected
or removed anchor shows as another anchor or none. `transferred` is moved away and taken over by the receiver: it ends what
was begun before, and nothing that begins here afterwards. `transfer_over` ends what is asked about one transfer: the list
says that it is over, by no record of F8, because her consent to the service ended or its package ran out."""


@dataclass(frozen=True)
class Consent:
    """Whether follow-up data may be kept (3, F2 `consent_service`, `consent_until`; F1 `consent_household`).

    `until` is the last day on which it holds; None where the form names no end (households).
    """

    given: bool
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.given and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Stop:
    """Something that ends tasks (2.0). It ends them as soon as it is known, even if a wrong clock dates it ahead.

    `kind` is one of STOP_KINDS. `rule` narrows it to one reminder type, `episode` to one pregnancy, method episode or transfer.
    """

    kind: str
    on: date
    event: str
    rule: str | None = None
    episode: str | None = None


@dataclass(frozen=True)
class Visit:
    """A visit or clinic contact that a form tells of (3, F3 to F6).

    `visit_date` is what was answered, `received_at` the instant (UTC) of the server's receipt. `answers` is the key of
    the follow-up that the hidden `visit_key` stands for (3.0); the caller looks it up. `episode` is the pregnancy or
    method episode that the visit is about. `status` is F4 `still_pregnant`. `by_clinician` is F4 `done_by` doctor or
    midwife, or a F5 or F6 from a clinician's phone: what makes a danger sign "seen by clinician" (2.3, ANC-D). `report` is F5
    `report_type`; `mood` well or low, None where it was not asked (F5 `mood2`). `takes_folic` is what F4 `supplements` says of
    folic acid, None where she did not say.
    """

    event: str
    form_id: str
    visit_date: date
    received_at: datetime
    episode: str | None = None
    answers: str | None = None
    status: str = "ongoing"
    by_clinician: bool = False
    report: str = ""
    mood: str | None = None
    takes_folic: bool | None = None


@dataclass(frozen=True)
class HouseholdVisit:
    """One visit to the household (3, F1). `result` is met, absent, declined or moved; `agreed` F1 `consent_household`."""

    event: str
    on: date
    received_at: datetime
    result: str
    agreed: bool = False


ACT_KINDS: Final = ("snooze", "done_elsewhere", "declined", "not_wanted", "wrong_record", "reassign")
"""What people do with a follow-up by hand (5.4, points 9 and 10); which reasons belong to which: limits.REASONS."""


@dataclass(frozen=True)
class Act:
    """What somebody did with a follow-up by hand, as long as it stands: one that was undone is no fact.

    `key` is the follow-up's (due.key_of), "" for all of hers; never a day or a version, so that the act outlives a moved
    window. `on` is the day it was made, `at` the instant. `day` is the one on which a snooze ends, or on which she was
    seen elsewhere. `never_again` is the kind of answer (ruleset.ANSWERS) that she does not want to be asked for again,
    with the `episode` it was said of. A reassign has `to`, an actor id, and the last day of it, None for no end.
    """

    event: str
    key: str
    kind: str
    on: date
    at: datetime
    day: date | None = None
    by_supervisor: bool = False
    never_again: str | None = None
    episode: str | None = None
    to: int | None = None
    until: date | None = None

    @property
    def moment(self) -> date:
        """The day that it speaks of."""
        return self.day if self.kind == "done_elsewhere" and self.day else self.on


@dataclass(frozen=True)
class Facts:
    """All that is known of one subject: a woman (`subject_list` women), a household or a benefit case.

    `subject` is the uuid of the entity, `village_code` the 12-digit code of the village that cares for it. `told_as` are the
    events that named her under another registration (PersonMerge), or a pregnancy that counts as an earlier one, with these.
    """

    subject: str
    subject_list: str
    village_code: str
    consent: Consent
    stops: tuple[Stop, ...] = ()
    pregnancies: tuple[Pregnancy, ...] = ()
    contraception: tuple[ContraceptionEpisode, ...] = ()
    visits: tuple[Visit, ...] = ()
    danger_signs: tuple[DangerSign, ...] = ()
    referrals: tuple[Referral, ...] = ()
    household_visits: tuple[HouseholdVisit, ...] = ()
    folic_acid: tuple[Supply, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    case: BenefitCase | None = None
    folic_words: tuple[FolicWord, ...] = ()
    doses_asked: tuple[DoseAsked, ...] = ()
    consents: tuple[ConsentGiven, ...] = ()
    aftercare: tuple[AfterCare, ...] = ()
    screenings: tuple[Screening, ...] = ()
    days_chosen: tuple[DayChosen, ...] = ()
    acts: tuple[Act, ...] = ()
    told_as: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict, hash=False)

    def named_by(self, event: str, episode: str | None) -> tuple[str, str | None]:
        """The subject and the episode as the record that told of them named them. Keys go by these, so that two registrations
        that count as one woman's, or two women's again, move a follow-up and make no second one."""
        subject, named = self.told_as.get(event, (None, None))
        return subject or self.subject, named or episode
