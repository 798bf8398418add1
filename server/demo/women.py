"""Who registered herself in the demo town, and what the forms F2 to F6 tell of each: invented lives, as plain data.

Days count back from today, so that every stage is there whenever the demo is made. One village has a month in which many
visits came late or not at all, and all have one in which none did. Nobody of them exists; names are put together by lot.
"""

import random
from collections.abc import Callable
from datetime import date, timedelta

from server.demo.told import Person, check, consent, follow_method, register, report, withdraw
from server.demo.town import DemoTown
from server.demo.visits import WORKERS

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡林郭何高罗"
GIVEN = ("秀英", "桂芳", "玉兰", "春梅", "晓燕", "丽华", "小红", "美玲", "雪梅", "海燕", "素珍", "文静", "建芬", "彩霞")

# Days of pregnancy of the agreed visits, first and last (domain.md 2.3).
AGREED = ((112, 146), (147, 174), (196, 258), (259, 280))
BAD_VILLAGE = 3  # its place in the list of villages
GOOD_MONTH, BAD_MONTH = range(40, 71), range(71, 102)  # days before today

# How many women of each course.
COUNTS = {
    "withdraws": 1,
    "loses": 1,
    "pregnant": 104,
    "gave_birth": 30,
    "iud": 36,
    "dmpa": 48,
    "pills": 26,
    "consents": 24,
    "refuses": 5,
    "unasked": 3,
}
FIRST_OF_EACH = len(COUNTS)  # the first women are one of each course, so that a slice of the demo has them all


def make_women(town: DemoTown, today: date, seed: int) -> list[Person]:
    """Everybody, with all that was told of them by today (a Shanghai date), each in the order of days."""
    drawn = random.Random(f"{seed}/women")  # noqa: S311 - invented lives, no secrets
    courses = [*COUNTS, *(name for name, count in COUNTS.items() for _ in range(count - 1))]
    places = [(worker, place) for worker, (_, places) in enumerate(WORKERS) for place in places]
    rooms = [len(town.villages[place].homes) for _, place in places]
    people = []
    for number, course in enumerate(courses, start=1):
        worker, place = drawn.choices(places, rooms)[0]
        village = town.villages[place]
        name = drawn.choice(SURNAMES) + drawn.choice(GIVEN)
        person = Person(number, worker, village, place, drawn.choice(village.homes), name, drawn)
        _COURSES[course](person, today)
        person.told = sorted((one for one in person.told if one.on <= today), key=lambda one: one.on)
        people.append(person)
    return people


def _pregnant(person: Person, today: date) -> None:
    """From the seventh week to the forty-second, each as likely; agreed visits as _visit_day draws them."""
    week = 6 + (person.number * 7) % 36
    _live_through(person, today, today - timedelta(days=7 * week + person.drawn.randint(0, 6)))


def _gave_birth(person: Person, today: date) -> None:
    anchor = today - timedelta(days=285 + person.drawn.randint(3, 60))
    born = anchor + timedelta(days=person.drawn.randint(268, 284))
    _after_birth(person, _live_through(person, born - timedelta(days=1), anchor), born)


def _after_birth(person: Person, pregnancy: str, born: date) -> None:
    """The birth is told when she is home again; most are visited in the week after that, and seen after six weeks.

    Some would rather not be visited at home and come to the clinic. Drawn by her number, so that nobody else's life changes.
    """
    drawn = random.Random(f"{person.number}/birth")  # noqa: S311 - invented lives, no secrets
    home = born + timedelta(days=drawn.randint(1, 4))
    days = {"birth_date": born.isoformat(), "discharge_date": home.isoformat()}
    wish = {"consent_pnc": "no", "pnc_other": "clinic"} if person.number % 9 == 0 else {"consent_pnc": "yes"}
    well = {"danger_pp": "none", "baby_state": "well", "danger_nb": "none", **wish}
    birth = {"birth_place": drawn.choice(("hospital", "hospital", "township")), "live_births": "1"}
    report(person, pregnancy, home, "gave_birth", report_type="birth", **days, **birth, **well)
    visits = (home + timedelta(days=drawn.randint(2, 9)), born + timedelta(days=drawn.randint(40, 54)))
    for on in visits:
        if drawn.random() < 0.85:
            measured = {"temp": f"36.{drawn.randint(3, 9)}", "bp_sys": str(drawn.randint(98, 128)), "bp_dia": "70"}
            asked = {"wound": "well", "breast": "well", "feeding": "exclusive", "mood2": "none"}
            report(person, pregnancy, on, "gave_birth", report_type="pnc_visit", **days, **measured, **asked, **well)


def _loses(person: Person, today: date) -> None:
    anchor = today - timedelta(days=140)
    consent(person, anchor + timedelta(days=50))
    pregnancy = register(person, anchor, anchor + timedelta(days=50))
    check(person, pregnancy, anchor + timedelta(days=120))
    report(person, pregnancy, today - timedelta(days=6), "ended", report_type="loss", loss_support="none")


def _withdraws(person: Person, today: date) -> None:
    anchor = today - timedelta(days=150)
    consent(person, anchor + timedelta(days=55))
    pregnancy = register(person, anchor, anchor + timedelta(days=55))
    check(person, pregnancy, anchor + timedelta(days=118))
    withdraw(person, today - timedelta(days=9))


def _live_through(person: Person, until: date, anchor: date) -> str:
    """Consent and registration in the first months, then the agreed visits until that day."""
    known = min(anchor + timedelta(days=person.drawn.randint(38, 84)), until - timedelta(days=1))
    consent(person, known)
    pregnancy = register(person, anchor, known)
    spans = [(anchor + timedelta(days=first), anchor + timedelta(days=last)) for first, last in AGREED]
    days = [_visit_day(person, first, last, until) for first, last in spans]
    for on in sorted(day for day in days if day and known < day <= until):
        has_sign = person.number % 29 == 0 and (until - on).days < 20
        check(person, pregnancy, on, danger="headache_vision" if has_sign else "none")
    return pregnancy


def _visit_day(person: Person, first: date, last: date, until: date) -> date | None:
    """Most come within the agreed days, some a week late, some not. Of two months all came, or few did."""
    on = first + timedelta(days=person.drawn.randint(0, (last - first).days))
    back = (until - on).days
    luck = person.drawn.random()
    if back in BAD_MONTH and person.place == BAD_VILLAGE:
        return last + timedelta(days=person.drawn.randint(3, 9)) if luck < 0.3 else None
    if back in GOOD_MONTH or luck < 0.8:
        return on
    return last + timedelta(days=person.drawn.randint(2, 8)) if luck < 0.88 else None


def _iud(person: Person, today: date) -> None:
    on = today - timedelta(days=5 + (person.number * 11) % 280)
    consent(person, on)
    method = person.drawn.choice(("iud_cu", "iud_lng"))
    follow_method(person, method, on, "start", start_date=on.isoformat())
    if (today - on).days > 60 and person.drawn.random() < 0.75:
        follow_method(person, method, on + timedelta(days=person.drawn.randint(35, 50)), "check")


def _dmpa(person: Person, today: date) -> None:
    """Injections some thirteen weeks apart; the last one lies so far back that the next is early, due or late."""
    last = today - timedelta(days=(4, 30, 60, 79, 85, 90, 92, 95, 100, 107, 122, 135)[person.number % 12])
    days = [last - timedelta(days=91 * back - person.drawn.randint(0, 6) * (back > 0)) for back in (2, 1, 0)]
    days = days[person.number % 3 :]
    consent(person, days[0])
    for turn, on in enumerate(days):
        more = {"start_date": on.isoformat()} if turn == 0 else {}
        follow_method(person, "dmpa", on, "start" if turn == 0 else "reinject", last_injection=on.isoformat(), **more)


def _pills(person: Person, today: date) -> None:
    on = today - timedelta(days=(10, 50, 70, 78, 84, 90, 100, 120)[person.number % 8])
    consent(person, on)
    end = (on + timedelta(days=3 * 28)).isoformat()
    method = person.drawn.choice(("coc", "pop"))
    follow_method(person, method, on, "start", start_date=on.isoformat(), packs_given="3", supply_end=end)
    if person.number % 8 == 7:  # she stopped, and nobody asked why
        unasked = dict.fromkeys(("info_given", "choice_hers", "reminder_wish"), "")
        follow_method(person, "", on + timedelta(days=60), "stop", status="ended", **unasked)


def _consents(person: Person, today: date) -> None:
    consent(person, today - timedelta(days=person.drawn.randint(1, 200)))


def _refuses(person: Person, today: date) -> None:
    consent(person, today - timedelta(days=person.drawn.randint(1, 100)), yes=False)


def _unasked(person: Person, today: date) -> None:
    """A worker registered a pregnancy before she was asked: the record is sealed, and nothing follows from it."""
    on = today - timedelta(days=person.drawn.randint(2, 40))
    register(person, on - timedelta(days=60), on)


_COURSES: dict[str, Callable[[Person, date], None]] = {
    "withdraws": _withdraws,
    "loses": _loses,
    "pregnant": _pregnant,
    "gave_birth": _gave_birth,
    "iud": _iud,
    "dmpa": _dmpa,
    "pills": _pills,
    "consents": _consents,
    "refuses": _refuses,
    "unasked": _unasked,
}
