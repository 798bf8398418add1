"""What the forms F2 to F6 say of one woman of the demo town, question by question, as plain data."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from server.demo.town import DemoVillage, Home
from server.registry.consent_texts import SHIPPED, hash_of


@dataclass(frozen=True)
class Writes:
    """What a record does to an entity. `base`: how often that was written before; 0 makes it new."""

    dataset: str
    entity: str
    base: int
    label: str = ""


@dataclass(frozen=True)
class Told:
    """What one form tells on one day: what the phone is to fill in, and which entity it writes."""

    on: date
    form_id: str
    answers: dict[str, str]
    writes: Writes | None


@dataclass
class Person:
    """A woman of the demo. `versions` counts how often each of her entities was written."""

    number: int
    worker: int
    village: DemoVillage
    place: int
    home: Home
    name: str
    drawn: random.Random
    told: list[Told] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return f"W-{self.number:04}"

    @property
    def label(self) -> str:
        return f"{self.code} {self.name[0]}*" if self.name else self.code

    @property
    def entity(self) -> str:
        return new_id(f"woman/{self.number}")

    def write(self, dataset: str, entity: str, label: str = "") -> Writes:
        """The next version of one of her entities."""
        base = self.versions.get(entity, 0)
        self.versions[entity] = base + 1
        return Writes(dataset, entity, base, label)

    def tell(self, on: date, form_id: str, answers: dict[str, str], writes: Writes | None) -> None:
        self.told.append(Told(on, form_id, answers, writes))


def consent(person: Person, on: date, yes: bool = True) -> None:
    """F2: she registers herself, each purpose asked on its own; some say no to the place of their home."""
    person_says = {"action": "register", "visit_date": on.isoformat(), "present_self": "yes", "privacy_now": "alone"}
    answers = {
        **person_says,
        "notice_read": "OK",
        "age_band": _age(person.drawn),
        "consent_service": "yes" if yes else "no",
    }
    if not yes:
        person.tell(on, "woman_consent", answers, None)
        return
    others = {name: person.drawn.random() < 0.8 for name in ("reminder", "share_clinic", "location", "stats")}
    answers |= {f"consent_{name}": _yn(said) for name, said in others.items()}
    answers |= {f"save_{name}": _yn(said) for name, said in others.items()}
    answers |= {f"wording_{name}": f"1 {hash_of(*words)}" for name, words in SHIPPED.items()}
    answers |= {
        "consent_proof": "witnessed_voice",
        "code": person.code,
        "display_name": person.name,
        "village_code": person.village.code,
        "household": person.home.entity if others["location"] else "",
        "save_service": "yes",
        "consent_until": (on + timedelta(days=365)).isoformat(),
        "save_household": person.home.entity if others["location"] else "",
        "save_name": person.name,
    }
    person.tell(on, "woman_consent", answers, person.write("women", person.entity, person.label))


def withdraw(person: Person, on: date) -> None:
    """F2 again: she takes all of it back, without being asked why."""
    answers = {
        "action": "withdraw",
        "woman": person.entity,
        "visit_date": on.isoformat(),
        "withdraw_scope": "service",
        "withdraw_erase": "keep_minimal",
        "save_service": "no",
        "consent_until": (on - timedelta(days=1)).isoformat(),
        **{f"save_{name}": "no" for name in ("reminder", "share_clinic", "location", "stats")},
        "save_household": "",
        "save_name": "",
    }
    person.tell(on, "woman_consent", answers, person.write("women", person.entity, person.label))


def register(person: Person, anchor: date, on: date) -> str:
    """F3: she wishes her pregnancy to be registered. `anchor` is day 0 of it."""
    pregnancy = new_id(f"pregnancy/{person.number}")
    first_check = on - timedelta(days=person.drawn.randint(0, 6))
    answers = {
        "woman": person.entity,
        "woman_code": person.code,
        "village_code": person.village.code,
        "visit_date": on.isoformat(),
        "privacy_now": "alone",
        "wants_registration": "yes",
        "preg_no": "1",
        "test_basis": "clinic_test",
        "lmp_known": "exact",
        "lmp_calendar": "solar",
        "lmp_date": anchor.isoformat(),
        "us_done": "no",
        "ga_anchor": anchor.isoformat(),
        "status": "ongoing",
        "booklet_given": "yes",
        "first_check_date": first_check.isoformat() if (first_check - anchor).days >= 42 else "",
    }
    label = f"{person.code} #1"
    person.tell(on, "pregnancy_registration", answers, person.write("pregnancies", pregnancy, label))
    return pregnancy


def check(person: Person, pregnancy: str, on: date, danger: str = "none") -> None:
    """F4: a visit in pregnancy."""
    answers = {
        "pregnancy": pregnancy,
        "woman": person.entity,
        "village_code": person.village.code,
        "visit_date": on.isoformat(),
        "privacy_now": "alone",
        "still_pregnant": "ongoing",
        "status": "ongoing",
        "place": person.drawn.choice(("clinic", "home")),
        "done_by": person.drawn.choice(("doctor", "midwife", "village_doctor")),
        "bp_sys": str(person.drawn.randint(98, 128)),
        "bp_dia": str(person.drawn.randint(60, 82)),
        "danger": danger,
    }
    person.tell(on, "antenatal_check", answers, person.write("pregnancies", pregnancy))


def report(person: Person, pregnancy: str, on: date, status: str, **more: str) -> None:
    """F5: a birth, a visit after it, or a loss. `status` is what it writes for the phone: gave_birth or ended."""
    answers = {
        "pregnancy": pregnancy,
        "my_role": "village_worker",
        "woman": person.entity,
        "village_code": person.village.code,
        "visit_date": on.isoformat(),
        "privacy_now": "alone",
        "status": status,
        **more,
    }
    person.tell(on, "delivery_postnatal", answers, person.write("pregnancies", pregnancy))


def follow_method(person: Person, method: str, on: date, reason: str, **more: str) -> None:
    """F6: she starts a method that she chose, or comes again for it; she wishes to be reminded."""
    episode = new_id(f"episode/{person.number}")
    is_new = episode not in person.versions
    answers = {
        "client": person.entity,
        "village_code": person.village.code,
        "visit_date": on.isoformat(),
        "privacy_now": "alone",
        "episode": "" if is_new else episode,
        "reason": reason,
        "info_given": "several_methods how_works side_effects return_any_time stop_any_time",
        "choice_hers": "yes",
        "pressure": "no",
        "method": method,
        "reminder_wish": "visit",
        "status": "current",
        **more,
    }
    label = f"{person.label} {on.isoformat()}" if is_new else ""
    person.tell(on, "contraception_followup", answers, person.write("contraception_episodes", episode, label))


def new_id(seed: str) -> str:
    """A random-looking version 4 uuid that is the same each time the demo is made."""
    return str(uuid.UUID(bytes=uuid.uuid5(uuid.NAMESPACE_URL, f"fangshi-demo/{seed}").bytes, version=4))


def _age(drawn: random.Random) -> str:
    return drawn.choice(("18_24", "25_34", "25_34", "35_49"))


def _yn(said: bool) -> str:
    return "yes" if said else "no"
