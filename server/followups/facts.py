"""What is known of one woman or one household, as plain data: all that the rules may read.

Days are dates in Asia/Shanghai. An `event` is the id of what told us (a submission's instanceID, or the uuid of an
entity that the server made); follow-ups are known by it, so it stays the same when the record is corrected.
Section numbers are those of the domain brief.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

SUBJECT_LISTS: Final = ("women", "households", "benefit_cases")

METHODS: Final = (
    *("iud_cu", "iud_lng", "implant", "dmpa", "neten", "cic", "coc", "pop", "condom_m", "condom_f", "lam", "ec"),
    *("female_ster_done", "male_ster_done", "natural"),
)
"""The methods of F6 that have an episode (3, F6 `method`)."""

URGENCIES: Final = ("urgent", "routine", "removal")
"""How soon a referral is to be met. `removal`: she wants a device taken out, which is done within seven days (3, F6
`removal_request`); phones read it as routine, so that no list tells of a method."""

SIGNS: Final = ("pregnancy", "after_birth", "baby", "self_harm")
"""Whose danger signs were told: of a pregnancy (F3, F4), her own after a birth, the baby's, and that she thinks of harming
herself or the baby (F5), which is critical at once (3, F5 `mood2`)."""

BIRTHS: Final = ("left_early", "no_visits", "baby_spoken_of", "watched", "not_talked")
"""Which births a rule asks for: at home or out on the same day; where she says no to visits at home; all but those after
which she would rather not speak of the baby; where a clinician named a risk, the baby came before 37 weeks or is a worry; where
nothing was said of methods before it."""

COMPLAINTS: Final = ("plain", "severe", "danger")
"""What she is not well with (3, F6 `side_effects`, `danger_fp`): a danger sign outweighs a severe one, and that a plain one."""

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
    `report_type`; `mood` well or low, None where it was not asked (F5 `mood2`).
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


@dataclass(frozen=True)
class Dating:
    """One version of a pregnancy's dating that came into force (2.1): `ga_anchor` is EDD - 280 days.

    Whether a later scan replaces an earlier dating is decided before it gets here. `method` is art, ultrasound, lmp or
    clinician; `in_force_from` the visit's date of the form that brought it.
    """

    event: str
    ga_anchor: date
    method: str
    in_force_from: date


@dataclass(frozen=True)
class Outcome:
    """How a pregnancy ended, as reported (3, F4 `still_pregnant`, F5 `report_type`, `birth_date`, `loss_date`).

    `kind` is gave_birth or ended; `ended` is any loss and is never asked about further. `on` is the day it happened
    or, while nobody has told that, the day of the first report.
    """

    event: str
    kind: str
    on: date
    reported_on: date


@dataclass(frozen=True)
class Birth:
    """A birth with a live-born baby (3, F5); it stays known when the baby is lost later. `told_on` is the first report's day.

    `left_on` is the day she left hospital, the birth's own where that was at home; None while nobody told. `left_told` is
    the (day, event) of the record that told it. `is_spoken_of` is false after she preferred to say nothing of the baby.
    `no_visits` is the (day, event) of the record by which she last said no to visits at home, `other_food_on` the day on
    which it was first told that the baby gets other milk than hers (F5 `feeding`); `is_worry` that the first word of the
    baby was a worry (F5 `baby_state`).
    """

    on: date
    told_on: date
    left_on: date | None = None
    left_told: tuple[date, str] | None = None
    left_early: bool = False
    is_spoken_of: bool = True
    no_visits: tuple[date, str] | None = None
    other_food_on: date | None = None
    is_worry: bool = False


@dataclass(frozen=True)
class Support:
    """What she answered to the one offer of help after a loss (3, F5 `loss_support`). `wants`: clinic or counsellor."""

    event: str
    on: date
    wants: bool


@dataclass(frozen=True)
class ExtraContact:
    """One more contact that a clinician wants (3, F4 `extra_date`; 2.3, ANC-H). `on` is the day on which it was set."""

    event: str
    on: date
    wanted_on: date


@dataclass(frozen=True)
class Talk:
    """What she answered to the offer to talk about methods after birth (3, F4 `fp_talk`, F5 `pp_method_talk`; 2.3, PPFP)."""

    event: str
    on: date
    wants: bool


@dataclass(frozen=True)
class Pregnancy:
    """One pregnancy that she wished to register (3, F3). Without a dating no rule counts from its weeks (2.1).

    `event` is what registered it; `first_check_on` is F3 `first_check_date`; `profile` the schedule of 2.3 that it followed
    first, `schedule` the (day, profile) of each later choice. `has_named_risk` is that a clinician named one (F3 `risk_heard`).
    """

    uuid: str
    event: str
    registered_on: date
    received_at: datetime
    datings: tuple[Dating, ...] = ()
    first_check_on: date | None = None
    outcome: Outcome | None = None
    birth: Birth | None = None
    support: tuple[Support, ...] = ()
    profile: str = "CN5"
    schedule: tuple[tuple[date, str], ...] = ()
    has_named_risk: bool = False
    extra_contacts: tuple[ExtraContact, ...] = ()
    talks: tuple[Talk, ...] = ()


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


@dataclass(frozen=True)
class DangerSign:
    """Danger signs reported in F3, F4 or F5 (3.1); which ones is not needed here, whose they are is `kind`, one of SIGNS."""

    event: str
    pregnancy: str
    reported_on: date
    kind: str = "pregnancy"


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


@dataclass(frozen=True)
class HouseholdVisit:
    """One visit to the household (3, F1). `result` is met, absent, declined or moved; `agreed` F1 `consent_household`."""

    event: str
    on: date
    received_at: datetime
    result: str
    agreed: bool = False


@dataclass(frozen=True)
class CaseStep:
    """A step that a benefit case reached (3, F12), for the first time in a row; what is told of it again changes nothing.

    `waits` is whether the office owes it a next one: not once it is paid, unless person or amount were wrong.
    """

    event: str
    on: date
    waits: bool


@dataclass(frozen=True)
class Filing:
    """A record by which a benefit may have been renewed. Where it has `answers`, it tells only of the follow-up of that key."""

    event: str
    on: date
    answers: str | None = None


@dataclass(frozen=True)
class Renewal:
    """A renewal day of a benefit case (3, F12 `renewal_date`, typed from the county's notice), and when it was told.

    `on` is the day on which the record told it; `filed` tells of those that may have filed it since.
    """

    event: str
    on: date
    renewal_on: date
    filed: tuple[Filing, ...] = ()


@dataclass(frozen=True)
class BenefitCase:
    """A household's case (3, F12). `ended` is the (day, event) of its word that the benefit is no longer wanted."""

    steps: tuple[CaseStep, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    ended: tuple[date, str] | None = None


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
class Facts:
    """All that is known of one subject: a woman (`subject_list` women), a household or a benefit case.

    `subject` is the uuid of the entity, `village_code` the 12-digit code of the village that cares for it.
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
