"""Questions about how a record was made, in words: short for the filter, with its numbers for the office, and to the worker.

None of them says that anybody did wrong: there may be a good reason for each, and who made the visit knows it.
"""

from typing import Final

from flask_babel import lazy_gettext as _l

from server.intake.quality_flags import Flag
from server.intake.quality_limits import KINDS, LIMITS
from server.intake.wanted import ANY
from server.models import Project
from server.web.pages.texts import _, listed

SEALED: Final = "sealed"
"""No flag: what nobody may read has a list of its own."""

SHORT: Final = {
    "outside": _l("Point outside its village"),
    "shift": _l("Point shifted as road maps are"),
    "accuracy": _l("Place not exact"),
    "by_hand": _l("Place not measured"),
    "same_point": _l("Several homes at one point"),
    "speed": _l("Far apart in little time"),
    "too_fast": _l("Filled quickly"),
    "too_slow": _l("Filled slowly"),
    "midnight": _l("Open past midnight"),
    "clock": _l("The phone's clock is off"),
    "doubled_file": _l("Same photo or signature"),
    "kept_aside": _l("Two files of one name"),
    "same_answers": _l("Same answers in a row"),
    "digits": _l("Blood pressures in 0 and 5"),
    "many_a_day": _l("Many on one day"),
    "last_day": _l("Many on a month's last day"),
    "holiday": _l("On a public holiday"),
    "late": _l("Comes in late"),
    "checked": _l("A back-check heard it otherwise"),
}

QUESTIONS: Final = {
    "outside": _l("Was the place perhaps taken on the way, before the door?"),
    "shift": _l("Did the place perhaps come from a road-map program instead of the form?"),
    "accuracy": _l(
        "Was the place perhaps taken only at the door, indoors? Under open sky it takes a minute to become exact."
    ),
    "by_hand": _l("Was the place perhaps put on the map by hand? Could it be taken at the door next time?"),
    "same_point": _l("Do these homes share a yard or a building, or was the place taken somewhere else?"),
    "speed": _l("Was one of the two places perhaps taken later, or was the record filled in on the road?"),
    "too_fast": _l("Was it perhaps noted on paper first and copied later?"),
    "too_slow": _l("Did the form perhaps stay open meanwhile, or was something in it hard to answer?"),
    "midnight": _l("Was the form perhaps left open over night?"),
    "clock": _l("Is the clock of the phone set by the network?"),
    "doubled_file": _l("Was the picture perhaps taken for another record and attached here by mistake?"),
    "kept_aside": _l("Two files came under one name; both are kept. Which of them belongs here?"),
    "same_answers": _l("Were these homes really alike, or were the last answers still in the form?"),
    "digits": _l("Is the gauge hard to read to the millimetre? We can change it."),
    "many_a_day": _l("Were visits of several days perhaps sent on one? We can help if it is too much."),
    "last_day": _l("Were visits of several days perhaps written down at the end of the month?"),
    "holiday": _l("Was this day agreed with the family? A remark in the form says so next time."),
    "late": _l("Is there often no network, or does the phone not send by itself? We can help with either."),
    "checked": _l("Could you look at this record once more: are its day and what was done noted as they were?"),
}

HEARD_OTHERWISE: Final = {
    "happened": _l("whether the visit took place"),
    "date": _l("the day"),
    "service": _l("what was done"),
    "explained": _l("what was explained"),
}


def flag_choices(project: Project) -> list[tuple[str, str]]:
    """What the filter offers: any open question, then each kind; sealed records lead to their own list."""
    kinds = [(kind, str(SHORT[kind])) for kind in KINDS]
    sealed = [(SEALED, _("Sealed without consent"))] if project.kind == "care" else []
    return [(ANY, _("any open question")), *kinds, *sealed]


def question_of(kind: str) -> str:
    return str(QUESTIONS[kind])


def say_flag(flag: Flag) -> str:
    """What was seen, with its numbers."""
    told = flag.told
    words = {
        "outside": lambda: _("The point lies %(metres)s m outside its village.", metres=told["metres"]),
        "shift": lambda: _(
            "The point lies outside its village, and inside if it is moved by %(metres)s m as road maps (GCJ-02) are.",
            metres=told["metres"],
        ),
        "accuracy": lambda: _("The phone knew its place to %(metres)s m only.", metres=told["metres"]),
        "by_hand": lambda: _("The point has no accuracy: it was put on the map, or came from another program."),
        "same_point": lambda: _("%(number)s homes have this point.", number=told["homes"]),
        "speed": lambda: _(
            "From the place of the visit next in time it took %(kmh)s km/h to come here.", kmh=told["kmh"]
        ),
        "too_fast": lambda: say_pace(told),
        "too_slow": lambda: say_pace(told),
        "midnight": lambda: _("The form was begun on one day and ended on another."),
        "clock": lambda: _("The phone's clock was off by %(number)s minutes.", number=told["minutes"]),
        "doubled_file": lambda: (
            _("A picture looks the same as one in an earlier record.")
            if "alike" in told
            else _("A picture is the same as in an earlier record.")
        ),
        "kept_aside": lambda: _("Files kept beside others of their name: %(number)s.", number=told["files"]),
        "same_answers": lambda: _("%(number)s records in a row answer everything alike.", number=told["records"]),
        "digits": lambda: _(
            "Of the last %(number)s blood pressures %(percent)s %% end in 0 or 5.",
            number=told["readings"],
            percent=told["percent"],
        ),
        "many_a_day": lambda: _("More than %(most)s records are of this day.", most=LIMITS["many_a_day"]["more_than"]),
        "last_day": lambda: _(
            "Of %(month)s records of the month %(number)s are of its last day.",
            month=told["month"],
            number=told["records"],
        ),
        "holiday": lambda: _("The day is a public holiday, and the record has no remark."),
        "late": lambda: _(
            "Of the last %(number)s records half came %(days)s days or more after they were filled in.",
            number=told["records"],
            days=told["days"],
        ),
        "checked": lambda: _(
            "Asked again, this was told otherwise: %(what)s. Who made the record is not told that it was checked.",
            what=say_heard(told),
        ),
    }
    return words[flag.kind]()


def say_heard(told: dict[str, int]) -> str:
    return listed(str(words) for name, words in HEARD_OTHERWISE.items() if name in told)


def say_pace(told: dict[str, int]) -> str:
    spent = say_minutes(told["seconds"])
    if "usual" not in told:
        return _("It took %(spent)s.", spent=spent)
    return _(
        "It took %(spent)s; half of the last ones took up to %(usual)s.", spent=spent, usual=say_minutes(told["usual"])
    )


def say_minutes(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=rest)
