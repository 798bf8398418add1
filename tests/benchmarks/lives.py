"""The invented life of each woman and home of a large town: what records tell, so that every kind of rule has work.

Who is what follows from her number alone, so that a town twice as large has twice of everything.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from server.registry.referrals import referral_uuid

TODAY: Final = date(2026, 3, 2)
CONSENT, PREGNANCY, CHECK, BIRTH = "woman_consent", "pregnancy_registration", "antenatal_check", "delivery_postnatal"
METHOD, SUPPLIES, TRANSFER, OUTCOME = "contraception_followup", "supplies", "migrant_transfer", "referral_outcome"
HOME, BENEFIT = "household_visit", "benefit_case"
FORMS: Final = (CONSENT, PREGNANCY, CHECK, BIRTH, METHOD, SUPPLIES, TRANSFER, OUTCOME, HOME, BENEFIT)
COURSES: Final = 20
"""After so many women it begins again: seven are pregnant, two gave birth, one lost it, eight use a method, one plans a
pregnancy, one only consented."""
METHODS: Final = ("dmpa", "coc", "iud_cu", "implant", "neten", "cic", "pop", "iud_lng")
RARE: Final = ("ec", "lam", "female_ster_done", "male_ster_done")
"""What one in four of those has who would have the last of METHODS."""


@dataclass(frozen=True)
class Told:
    """One record: its form and day, whom it is about, which pregnancy, method or transfer, and its answers."""

    event: str
    form_id: str
    on: date
    subject_list: str
    subject: str
    episode: str | None
    answers: dict[str, str]


class Life:
    """What was told of one subject by today; days ahead are left out, as nobody has told of them yet."""

    def __init__(self, rng: random.Random, subject_list: str, subject: str) -> None:
        self.rng, self.subject_list, self.subject = rng, subject_list, subject
        self.told: list[Told] = []

    def tell(self, form_id: str, on: date, episode: str | None = None, **answers: str) -> str:
        event = f"uuid:{UUID(int=self.rng.getrandbits(128), version=4)}"
        if on <= TODAY:
            self.told.append(Told(event, form_id, on, self.subject_list, self.subject, episode, answers))
        return event

    def ago(self, least: int, most: int) -> date:
        return TODAY - timedelta(days=self.rng.randint(least, most))

    def is_one_in(self, number: int) -> bool:
        return self.rng.randrange(number) == 0


def a_woman(rng: random.Random, number: int) -> list[Told]:
    life, kind = Life(rng, "women", f"w{number}"), number % COURSES
    wish = {"service_interest": "preg_plan"} if kind == 18 else {}
    life.tell(CONSENT, life.ago(20, 420), consent_service="yes", **wish)
    if kind < 10:
        be_pregnant(life, f"p{number}", "" if kind < 7 else "birth" if kind < 9 else "loss")
    elif kind < 18:
        method = METHODS[kind - 10] if kind < 17 or number % 80 < 60 else RARE[number // 80 % 4]
        use_method(life, f"c{number}", method)
    elif kind == 18:
        take_folic_acid(life, life.ago(5, 400), times=2)
    if life.is_one_in(25):
        move(life, f"t{number}")
    return life.told


def be_pregnant(life: Life, episode: str, end: str) -> None:
    age = {"": (45, 275), "birth": (290, 340), "loss": (60, 200)}[end]
    anchor = life.ago(*age)
    registered = anchor + timedelta(days=life.rng.randint(40, 80))
    dated = {"lmp_known": "exact", "lmp_date": anchor.isoformat()}
    asked = {
        "folic_now": "no" if life.is_one_in(3) else "yes",
        "my_role": "clinician",
        "risk_heard": life.rng.choice(("none", "none", "hypertension", "diabetes")),
    }
    dating = {} if life.is_one_in(12) else dated
    life.tell(PREGNANCY, registered, episode, wants_registration="yes", contact_ok="call", **dating, **asked)
    if asked["folic_now"] == "yes":
        take_folic_acid(life, registered, times=2)
    for week in (11, 17, 22, 31, 38):
        on = anchor + timedelta(weeks=week, days=life.rng.randint(-3, 10))
        if on > registered and not life.is_one_in(5):
            check(life, episode, on)
    if end == "loss":
        on = registered + timedelta(days=life.rng.randint(5, 40))
        life.tell(BIRTH, on, episode, report_type="loss", loss_date=on.isoformat(), loss_support="clinic")
    elif end:
        give_birth(life, episode, anchor + timedelta(days=life.rng.randint(255, 285)))


def check(life: Life, episode: str, on: date) -> None:
    """By a midwife; now and then with a sign of danger, another date, or a scan that dates anew."""
    told = {"still_pregnant": "ongoing", "done_by": "midwife", "place": "township", "my_role": "clinician"}
    if life.is_one_in(15):
        told |= {"danger": "bleeding", "done_by": "worker"}
    elif life.is_one_in(12):
        told |= {"refer": "yes", "refer_urgency": "routine"}
    elif life.is_one_in(10):
        told |= {"extra_date": (on + timedelta(days=14)).isoformat(), "fp_talk": "not_now"}
    event = life.tell(CHECK, on, episode, **told)
    if "danger" in told or "refer" in told:
        come_back(life, event, on + timedelta(days=life.rng.randint(1, 6)))


def come_back(life: Life, event: str, on: date) -> None:
    """How a referral went: most are told of, some need more talk."""
    if not life.is_one_in(4):
        more = {"needs_more": "yes", "barrier": "transport"} if life.is_one_in(3) else {}
        life.tell(OUTCOME, on, referral_uuid(event), arrived="no" if more else "yes", **more)


def give_birth(life: Life, episode: str, born: date) -> None:
    at_home = {"birth_place": "home"} if life.is_one_in(20) else {"birth_place": "hospital"}
    told = {"report_type": "birth", "birth_date": born.isoformat(), "live_births": "1", **at_home}
    state = "concern" if life.is_one_in(10) else "well"
    wish = "no" if life.is_one_in(10) else "yes"
    life.tell(BIRTH, born + timedelta(days=1), episode, **told, baby_state=state, consent_pnc=wish)
    visit = {"report_type": "pnc_visit", "my_role": "clinician", "pp_method_talk": "not_now"}
    for days in (5, 28, 42):
        sign = {"danger_pp": "fever"} if life.is_one_in(15) else {}
        sign |= {"mood2": "self_harm" if life.is_one_in(20) else "none"}
        if wish == "yes" and not life.is_one_in(4):
            life.tell(BIRTH, born + timedelta(days=days + life.rng.randint(0, 3)), episode, **visit, **sign)


def use_method(life: Life, episode: str, method: str) -> None:
    start = on = life.ago(10, 700)
    reason = "start"
    while on <= TODAY:
        told = {"reason": reason, "method": method, "choice_hers": "yes", "reminder_wish": "phone"}
        told |= of_method(method, on, start)
        if reason == "check" and life.is_one_in(6):
            told |= life.rng.choice(
                ({"side_effects": "headache"}, {"side_effects": "pain"}, {"danger_fp": "calf_pain"})
            )
        life.tell(METHOD, on, episode, **told)
        reason = "check"
        on += timedelta(days=every(method) + life.rng.randint(-10, 10))
    if life.is_one_in(15):
        life.tell(METHOD, life.ago(0, 30), episode, reason="stop", method=method, reminder_wish="phone")
    if method in ("iud_cu", "implant") and life.is_one_in(20):
        life.tell(METHOD, life.ago(0, 30), episode, reason="check", method=method, wish="remove_device")
    if method in ("coc", "pop") and life.is_one_in(3):
        life.tell(SUPPLIES, life.ago(0, 60), episode, item=method, qty="3")


def of_method(method: str, on: date, start: date) -> dict[str, str]:
    """What a record says beside which method it is: injections, packs, the card of a device."""
    told = {"start_date": start.isoformat()}
    if method in ("dmpa", "neten", "cic"):
        told |= {"last_injection": on.isoformat()}
    elif method in ("coc", "pop"):
        told |= {"packs_given": "3", "supply_end": (on + timedelta(days=84)).isoformat()}
    elif method in ("iud_cu", "iud_lng", "implant"):
        told |= {"expiry_on_card": (start + timedelta(days=3 * 365)).isoformat()}
    return told


def every(method: str) -> int:
    """Days between two records about it."""
    return {"dmpa": 90, "neten": 60, "cic": 30, "coc": 90, "pop": 90}.get(method, 365)


def take_folic_acid(life: Life, on: date, times: int) -> None:
    for _ in range(times):
        if not life.is_one_in(4):
            life.tell(SUPPLIES, on, item="folic_acid", qty="90")
        on += timedelta(days=90)


def move(life: Life, episode: str) -> None:
    """Away from here, or here from elsewhere."""
    asked = {"she_asks": "yes", "pregnant_now": life.rng.choice(("yes", "no"))}
    if life.is_one_in(2):
        life.tell(TRANSFER, life.ago(1, 60), episode, direction="out", consent_transfer="yes", **asked)
    elif life.is_one_in(2):
        life.tell(TRANSFER, life.ago(1, 60), episode, direction="in", step="receipt", receiver_ack="received")
    else:
        life.tell(TRANSFER, life.ago(0, 29), episode, direction="in", **asked, services_in="none")


def a_home(rng: random.Random, number: int) -> list[Told]:
    """Called at every year or so; at the first call of every third nobody was in."""
    life, on = Life(rng, "households", f"h{number}"), TODAY - timedelta(days=rng.randint(5, 800))
    if number % 3 == 0:
        life.tell(HOME, on, visit_result="absent")
        on += timedelta(days=rng.randint(3, 60))
    while on <= TODAY:
        life.tell(HOME, on, visit_result="met", consent_household="yes")
        on += timedelta(days=rng.randint(150, 400))
    return life.told


def a_case(rng: random.Random, number: int) -> list[Told]:
    """A benefit case: asked for, handed in, perhaps paid and to be renewed."""
    life, on = Life(rng, "benefit_cases", f"b{number}"), TODAY - timedelta(days=rng.randint(5, 300))
    life.tell(BENEFIT, on, step="asked", step_date=on.isoformat())
    handed_in, paid = on + timedelta(days=20), on + timedelta(days=60)
    life.tell(BENEFIT, handed_in, step="submitted", step_date=handed_in.isoformat())
    renewal = (paid + timedelta(days=365)).isoformat()
    life.tell(BENEFIT, paid, step="paid", step_date=paid.isoformat(), amount_ok="yes", renewal_date=renewal)
    return life.told
