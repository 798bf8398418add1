"""A follow-up rule as data, and the words that it may use. Schema: domain.md section 5.4, point 5."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Final

LEVELS: Final = ("info", "amber", "red", "critical")
MARKS: Final = ("A", "B", "C")
"""How sure a source is: A read in the source itself, B well known but not read again, C to be confirmed by a clinician."""

PROFILES: Final = ("any", "CN5", "CN5+WHO", "CN-clinic")
"""Schedules of which one pregnancy follows exactly one (domain.md 2.3); `any` is for rules outside such schedules."""

KINDS: Final = ("clinical", "admin")
"""A clinical task is never proposed later than its target day; an administrative one goes to the next working day."""

ANCHORS: Final = {
    "ga_anchor": ("ga_anchor", "registered_on"),
    "started_on": ("started_on",),
    "injected_on": ("injected_on",),
    "supply_until": ("supply_until", "issued_on"),
    "reported_on": ("reported_on",),
    "referred_on": ("referred_on",),
    "wants_help_on": ("wants_help_on",),
    "fa_supply_until": ("fa_supply_until", "issued_on"),
    "visited_on": ("visited_on",),
    "born_on": ("born_on", "left_on", "told_on"),
    "lost_on": ("lost_on", "told_on"),
    "sent_on": ("sent_on",),
    "taken_over_on": ("taken_over_on",),
    "arrived_on": ("arrived_on",),
    "stepped_on": ("stepped_on",),
    "renewal_on": ("renewal_on", "noted_on"),
    "expires_on": ("expires_on", "noted_on"),
    "appointed_on": ("appointed_on", "injected_on"),
    "reviewed_on": ("reviewed_on",),
    "wanted_again_on": ("wanted_again_on", "noted_on"),
    "lam_until": ("lam_until", "noted_on"),
    "stopped_on": ("stopped_on",),
    "complained_on": ("complained_on",),
    "cared_on": ("cared_on",),
    "planned_on": ("planned_on",),
    "without_on": ("without_on",),
    "fa_begun_on": ("fa_begun_on",),
    "dose_asked_on": ("dose_asked_on",),
    "consented_on": ("consented_on",),
    "missed_on": ("missed_on",),
    "undated_on": ("registered_on",),
    "extra_on": ("extra_on", "set_on"),
    "sampled_on": ("sampled_on",),
    "chosen_on": ("chosen_on", "noted_on"),
}
"""What a rule hangs on, and the days that its window may count from. `left_on` is three days after the birth while nobody
told when she left hospital (domain.md 2.3, PN1). `sent_on` is the day on which she agreed to a transfer: what is hers goes
along that day. `appointed_on` is the day that the clinic wrote for the next injection, else four weeks after the last;
`lam_until` the day on which breastfeeding no longer protects by itself."""

ANSWERS: Final = {
    "antenatal_contact": "ga_anchor",
    "outcome_report": "ga_anchor",
    "episode_visit": "started_on",
    "next_injection": "injected_on",
    "next_supply": "supply_until",
    "seen_by_clinician": "reported_on",
    "referral_outcome": "referred_on",
    "next_talk": "wants_help_on",
    "next_folic_acid": "fa_supply_until",
    "household_visit": "visited_on",
    "discharge_told": "born_on",
    "postnatal_visit": "born_on",
    "home_visit": "born_on",
    "mood_check": "born_on",
    "loss_support": "lost_on",
    "transfer_received": "sent_on",
    "newcomer_met": "taken_over_on",
    "newcomer_served": "arrived_on",
    "next_step": "stepped_on",
    "renewal_filed": "renewal_on",
    "device_visit": "expires_on",
    "appointed_injection": "appointed_on",
    "next_review": "reviewed_on",
    "handed_out": "wanted_again_on",
    "lam_visit": "lam_until",
    "support_visit": "stopped_on",
    "complaint_heard": "complained_on",
    "complaint_seen": "complained_on",
    "offer_answered": "cared_on",
    "folic_acid_given": "planned_on",
    "folic_acid_taken": "without_on",
    "need_asked": "fa_begun_on",
    "dose_said": "dose_asked_on",
    "consent_renewed": "consented_on",
    "first_talk": "missed_on",
    "dated": "undated_on",
    "clinician_contact": "extra_on",
    "methods_offer": "ga_anchor",
    "methods_offer_after": "born_on",
    "result_told": "sampled_on",
    "word_given": "chosen_on",
}
"""What answers a follow-up, and the anchor that it belongs to."""

STOPS: Final = (
    "gave_birth",
    "pregnancy_ended",
    "episode_ended",
    "pregnancy_registered",
    "replaced",
    "household_declined",
    "household_moved",
    "thirteen_weeks",
)
"""What ends a task besides the stops that hold for every rule (facts.STOP_KINDS)."""

OF_A_CASE: Final = ("stepped_on", "renewal_on")
"""Anchors of benefit cases: their tasks are the office's, and no care team's (domain.md 2.6)."""

OF_A_PREGNANCY: Final = (
    *("ga_anchor", "reported_on", "referred_on", "wants_help_on", "fa_supply_until", "born_on"),
    *("lam_until", "without_on", "dose_asked_on", "undated_on", "extra_on"),
)
"""Anchors whose tasks end at once with the pregnancy that they belong to (domain.md 2.0, sensitive stop)."""

OF_A_METHOD: Final = (
    *("started_on", "injected_on", "supply_until", "expires_on", "appointed_on", "reviewed_on", "wanted_again_on"),
    *("lam_until", "stopped_on", "complained_on"),
)
"""Anchors of a method of hers: their rules name the methods, and ask only of her who opted in (domain.md 2.4)."""

CONSENT_FOR: Final = {"cared_on": "after_abortion", "sampled_on": "screening_result", "chosen_on": "word_from_60_on"}
"""Anchors for which her separate consent is needed, besides that to the service, and what it is to."""

CONSENTS: Final = tuple(CONSENT_FOR.values())

OF_CLINICIANS: Final = ("lost_on", "cared_on", "sampled_on")
"""Anchors whose rules are a clinician's alone."""

ASKED_CONSENTS: Final[tuple[str, ...]] = ()
"""Those of them that a form of the library asks for: none so far. A rule that needs another one cannot be switched on."""

ONLY: Final = ("named_risk",)
"""Of whom alone a step of severity is: of her for whom a clinician named a risk."""

CHECKS: Final = ("needed", "not_needed")
"""Of a transfer (2.6): whether antenatal checks are to go on."""

WHOSE: Final = ("care_team", "clinician")
"""Whose task it is. What is a clinician's is on no village worker's list, and no worker is told of it (2.3, PL1)."""

COUNTED_IN: Final = ("days", "working_days")
"""What the numbers of a window's edges are."""

WINDOW_DAYS: Final = ("open", "due", "close")


@dataclass(frozen=True)
class Words:
    """The same sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Offset:
    """So many months and then days after a named day; negative is before."""

    fact: str
    days: int
    months: int = 0

    @cached_property
    def span(self) -> timedelta:
        """Its days; kept, since sums are made by the thousand."""
        return timedelta(days=self.days)


@dataclass(frozen=True)
class Repeat:
    """Asked for again and again: each time so many months and days after the last; `times` in all, None until a stop.

    `first_months` are the months after the anchor at which the first times lie, where those are no equal steps.
    """

    days: int
    months: int
    times: int | None
    first_months: tuple[int, ...] = ()


@dataclass(frozen=True)
class SeverityStep:
    """From that day on a task without an answer has this level. `since.fact` is a fact or open, due or close.

    `advice` is clinical and is shown in her own record only, never on a list or in a message. `only` is one of ONLY.
    """

    level: str
    since: Offset
    advice: Words | None
    only: str | None = None


@dataclass(frozen=True)
class Source:
    """Where the numbers come from, in one line of our own words, with its evidence mark."""

    name: str
    mark: str
    says: Words


@dataclass(frozen=True)
class Rule:
    """One version of one rule. Days are whole days; of several offsets of a window's edge the latest day counts.

    `grace` days pass after the last day before a task is overdue. A task that has a `latest` day ends as expired after
    it. With `in_working_days` the window's edges are counted in those. `content_hash` is over everything but the signature,
    so that signing changes no content. `signs`, `birth`, `whose` and `checks` are of pregnancies.SIGNS and BIRTHS, WHOSE and
    CHECKS, `complaints` of methods.COMPLAINTS. A rule that is not `enabled` asks for nothing. `replaces` are ids of rules that
    ask for nothing while this one is in force; `needs_consent` is one of CONSENTS.
    """

    id: str
    version: int
    effective_from: date
    kind: str
    subject_list: str
    form_id: str
    profiles: tuple[str, ...]
    title: Words
    reason: Words
    anchor: str
    methods: tuple[str, ...]
    urgency: str | None
    open: tuple[Offset, ...]
    due: tuple[Offset, ...]
    close: tuple[Offset, ...]
    latest: tuple[Offset, ...]
    grace: int
    severity: tuple[SeverityStep, ...]
    answer: str
    answers_before_open: bool
    stops: tuple[str, ...]
    sources: tuple[Source, ...]
    disagreement: Words | None
    owner: str
    signed_by: str | None
    signed_on: date | None
    content_hash: str
    signs: tuple[str, ...] = ("pregnancy",)
    birth: str | None = None
    whose: str = "care_team"
    checks: str | None = None
    in_working_days: bool = False
    enabled: bool = True
    repeat: Repeat | None = None
    complaints: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    needs_consent: str | None = None

    @cached_property
    def times(self) -> "dict[int, Rule]":
        """Where occurrences.py keeps how it counts each time."""
        return {}

    @cached_property
    def for_everybody(self) -> "Rule":
        """The rule without the steps of severity that are only some people's (ONLY). Kept: it is asked for at every record."""
        steps = tuple(step for step in self.severity if step.only is None)
        return self if steps == self.severity else replace(self, severity=steps)


def may_be_switched_on(rule: Rule) -> bool:
    """Whether a town may use it: not while no form asks for the consent that it needs."""
    return rule.needs_consent is None or rule.needs_consent in ASKED_CONSENTS


def newest_of(rules: Iterable[Rule], today: date) -> dict[str, Rule]:
    """Of each rule, by its id, the highest version that has taken effect by that day."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.effective_from <= today and (rule.id not in found or found[rule.id].version <= rule.version):
            found[rule.id] = rule
    return {name: found[name] for name in sorted(found)}


def switched_on(newest: Mapping[str, Rule]) -> dict[str, Rule]:
    """Of the newest version of each rule those that ask for something: switched on, and replaced by none that is."""
    on = {name: rule for name, rule in newest.items() if rule.enabled and may_be_switched_on(rule)}
    replaced = {name for rule in on.values() for name in rule.replaces}
    return {name: rule for name, rule in on.items() if name not in replaced}


def rules_in_force(rules: Iterable[Rule], today: date) -> tuple[Rule, ...]:
    """Of each rule the highest version that has taken effect by that day, by id; rules that start later are left out.

    A rule whose version in force is switched off is left out too, and one that another in force replaces.
    """
    return tuple(switched_on(newest_of(rules, today)).values())
