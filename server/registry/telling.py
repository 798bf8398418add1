"""What a record tells of a woman or a household, in its own words: question names and answers, nothing interpreted. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from forms.instance import Instance, read_values
from forms.schema import FormSchema
from server.models import BENEFIT, BENEFIT_CASES

HOUSEHOLD, CONSENT, PREGNANCY, ANTENATAL, CONTRACEPTION, POSTNATAL = (
    "household_visit",
    "woman_consent",
    "pregnancy_registration",
    "antenatal_check",
    "contraception_followup",
    "delivery_postnatal",
)
REFERRAL_OUTCOME: Final = "referral_outcome"
SUPPLIES: Final = "supplies"
TRANSFER: Final = "migrant_transfer"
KEPT: Final = {
    HOUSEHOLD: "village_code hamlet door_code visit_result consent_household decline_recheck next_visit_wish location_ok",
    CONSENT: "action consent_service consent_reminder consent_share_clinic consent_location consent_stats consent_until "
    "village_code household named_worker withdraw_scope withdraw_erase age_band present_self privacy_now start "
    "wording_notice wording_service wording_reminder wording_share_clinic wording_location wording_stats "
    "service_interest",
    PREGNANCY: "village_code wants_registration lmp_known lmp_date lmp_calendar lmp_lunar us_done us_date us_weeks us_days "
    "first_check_date danger_now contact_ok folic_now risk_heard my_role",
    ANTENATAL: "still_pregnant place done_by danger us_new us_date us_weeks us_days refer refer_urgency refer_to next_date "
    "bp_sys bp_dia hb_gl movement sys_critical_from dia_critical_from hb_critical_below fp_talk extra_date my_role "
    "supplements",
    CONTRACEPTION: "village_code reason choice_hers pressure method start_date expiry_on_card last_injection "
    "next_injection_date packs_given supply_end side_effects wish danger_fp my_role refer_to refer_urgency reminder_wish "
    "bp_sys bp_dia sys_critical_from dia_critical_from",
    POSTNATAL: "report_type birth_date birth_place live_births discharge_date baby_state loss_date loss_support "
    "feeding danger_pp danger_nb temp bp_sys bp_dia wound breast mood2 consent_pnc pnc_other my_role sys_critical_from "
    "dia_critical_from fever_from pp_method_talk",
    REFERRAL_OUTCOME: "arrived arrived_date treated needs_more barrier closed",
    SUPPLIES: "item qty supply_end fa_supply_end",
    TRANSFER: "direction step she_asks consent_transfer pregnant_now receiver_ack services_in",
    BENEFIT: "step step_date amount_ok renewal_date still_wanted",
}
"""The answers that rules, consents and registry rows read, by form; `visit_key` comes from each."""

CHOSEN: Final = {
    HOUSEHOLD: ("households", "household", ""),
    CONSENT: ("women", "woman", ""),
    PREGNANCY: ("women", "woman", ""),
    ANTENATAL: ("women", "", "pregnancy"),
    CONTRACEPTION: ("women", "client", "episode"),
    POSTNATAL: ("women", "", "pregnancy"),
    REFERRAL_OUTCOME: ("women", "", "referral"),
    SUPPLIES: ("women", "person", "episode"),
    TRANSFER: ("women", "person", "transfer"),
    BENEFIT: (BENEFIT_CASES, "case", ""),
}
"""Whom a form is about: the subject's entity list, the question that chooses her, the one that chooses the episode."""

BY_PREGNANCY: Final = frozenset((ANTENATAL, POSTNATAL))
"""Forms that name nobody but a pregnancy: whose it is, what registered it says."""

MAKES: Final = {
    HOUSEHOLD: ("households", False),
    CONSENT: ("women", False),
    PREGNANCY: ("pregnancies", True),
    CONTRACEPTION: ("contraception_episodes", True),
    SUPPLIES: ("contraception_episodes", True),
    TRANSFER: ("transfers", True),
    BENEFIT: (BENEFIT_CASES, False),
}
"""The list that a form writes, and whether that entity is the episode (else it is the subject)."""


DAY_ASKED: Final = {BENEFIT: "step_date"}
"""The question that tells the day that counts, where it is not `visit_date`: a step of a benefit is nobody's visit."""

NAMING: Final = {SUPPLIES: ("person", "episode", "visit_key", "due_overdue", "due_open")}
"""Forms that may be filled about nobody, and their questions of which any answer says that a record is about somebody."""


@dataclass(frozen=True)
class Told:
    """`subject` and `episode` are bare lower-case uuids, None where the record names none.

    F4 and F5 name only their pregnancy, F13 its referral, and F8 a transfer once there is one: whose those are, the server
    knows (events.py).
    """

    form_id: str
    subject_list: str
    subject: str | None
    episode: str | None
    visit_date: date | None
    data: dict[str, str]


@dataclass(frozen=True)
class Event:
    """A Told that counts, with its record's first instanceID and receipt: a CareEvent row as plain data.

    `told_of` is the registration that the record named, where that one counts as another's now (CareEvent.told_of), and
    `told_episode` the pregnancy, where that one counts as one that was registered before (one_person.py).
    """

    event: str
    form_id: str
    visit_date: date
    received_at: datetime
    episode: str | None
    data: dict[str, str]
    submission_id: int = 0
    told_of: str | None = None
    told_episode: str | None = None


def tell(instance: Instance, schema: FormSchema) -> Told | None:
    """What a record of one of the forms of KEPT tells; None for another form, an encrypted record, and one about nobody."""
    if instance.encrypted or instance.form_id not in KEPT or is_about_nobody(instance, schema):
        return None
    answers = dict(flatten(read_values(instance, schema)))
    subject_list, asked, asked_episode = CHOSEN[instance.form_id]
    made, is_episode = MAKES.get(instance.form_id, ("", False))
    act = find_act(instance, schema, made)
    uuid = act.uuid if act else None
    return Told(
        form_id=instance.form_id,
        subject_list=subject_list,
        subject=(None if is_episode else uuid) or bare(answers.get(asked)),
        episode=(uuid if is_episode else None) or bare(answers.get(asked_episode)),
        visit_date=read_day(answers.get(DAY_ASKED.get(instance.form_id, "visit_date"))),
        data={name: answers[name] for name in (*KEPT[instance.form_id].split(), "visit_key") if answers.get(name)},
    )


def is_about_nobody(instance: Instance, schema: FormSchema) -> bool:
    """Whether it is a record of a form that need not name anybody, and names nobody: no person, nothing of hers, no visit."""
    if instance.encrypted or instance.form_id not in NAMING:
        return False
    answers = dict(flatten(read_values(instance, schema)))
    return not any(answers.get(name) for name in NAMING[instance.form_id])


def names_somebody(instance: Instance, schema: FormSchema) -> bool:
    """Whether it is a record of such a form and is about somebody all the same; an encrypted one may be."""
    return instance.form_id in NAMING and not is_about_nobody(instance, schema)


def takes_transfer_back(form_id: str, data: dict[str, str]) -> bool:
    """Whether a record of F8 says that she wants no transfer any more, and nothing else of her: it needs no consent."""
    return form_id == TRANSFER and data.get("step") == "cancel" and not data.keys() - {"direction", "step", "visit_key"}


def flatten(values: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and answers of a tree of values, groups opened, repeats left out; of equal names the last is first to give way."""
    found: list[tuple[str, str]] = []
    for name, value in reversed(values.items()):
        if isinstance(value, dict):
            found += flatten(value)
        elif isinstance(value, str):
            found.append((name, value.strip()))
    return found


def find_act(instance: Instance, schema: FormSchema, dataset: str) -> EntityAct | None:
    """What a record does to an entity of this list; None where it asks for nothing or its asking is unreadable."""
    try:
        acts: list[EntityAct] = read_acts(instance, schema) if dataset else []
    except FormError:
        return None
    return next((act for act in acts if act.dataset == dataset), None)


def bare(text: str | None) -> str | None:
    return text.strip().lower().removeprefix("uuid:") or None if text else None


def read_day(text: str | None) -> date | None:
    """A date as forms write it (a time behind it is left out); None for anything else."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def read_moment(text: str | None) -> datetime | None:
    """An instant as a phone writes it (`2026-11-26T08:10:00.000+08:00`); None for anything else, and without its offset."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
