"""Words about feedback: what a piece is about, how long it may wait, what many say together."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from server.models import Feedback
from server.registry.feedback_figures import Figures, Rate
from server.web.pages.texts import _, _n

AGAINST_WORDS = {
    "worker": _l("About a field worker or village doctor"),
    "supervisor": _l("About a supervisor"),
    "office": _l("About the hospital or the town office"),
    "system": _l("About phones, forms or pages"),
}
HARD_WORDS = {
    "felt_pressured": _l("was forced or pressed"),
    "told_others": _l("private matters were told"),
    "charged": _l("was charged"),
}
OUTCOME_WORDS = {
    "replied": _l("replied"),
    "dealt_with": _l("seen to, without a reply"),
    "nothing_to_do": _l("nothing to see to"),
}


def title_of(told: Mapping[str, Any]) -> str:
    return str(AGAINST_WORDS.get(str(told.get("against")), _("About the service")))


def subjects_of(told: Mapping[str, Any]) -> list[str]:
    """What weighs, the pressure first."""
    return [str(word) for name, word in HARD_WORDS.items() if told.get(name) == "yes"]


def say_due(case: Feedback, today: date) -> str:
    """Days that are left, or over; or that it is answered."""
    if case.answered_on is not None:
        return _("answered")
    left = (case.due_on - today).days
    if left == 0:
        return _("Last day today")
    if left > 0:
        return _n("%(num)s day left", "%(num)s days left", left)
    return _n("%(num)s day over", "%(num)s days over", -left)


def figure_lines(quarter: Figures, half: Figures) -> list[tuple[str, str]]:
    """Label and value: this quarter's, and of what people know this half-year's."""
    return [
        (_("Pieces of feedback this quarter"), str(quarter.responses)),
        (_("Cases of pressure this quarter"), str(quarter.pressed)),
        (_("Satisfied (4 or 5 of 5)"), say_rate(quarter.satisfied)),
        (_("Treated with respect (4 or 5 of 5)"), say_rate(quarter.respected)),
        (_("Privacy kept"), say_rate(quarter.kept_private)),
        (_("Four of five answers right, this half-year"), say_rate(half.knows)),
    ]


def say_rate(rate: Rate) -> str:
    if rate.percent is None:
        return _("fewer than 10")
    return _("%(percent)s %% of %(of)s", percent=rate.percent, of=rate.of)
