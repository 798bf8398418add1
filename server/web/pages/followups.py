"""What today's list, the board and the list behind a number share: whose follow-ups, by which filter, on which page.

On all three: codes, masked names, places, days. Never a rule, a method or a word of health: somebody may be looking.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import Response, make_response, render_template, request

from server.access.allow import Scope, allow, may, scope_of
from server.followups import lists_for_pages as lists
from server.followups.lists_for_pages import Phone, Visit, Wanted
from server.followups.queries import Counts, Officers, Reached, Whose
from server.followups.syncing import Silence, silences_of
from server.followups.whose import whose_follow_ups
from server.models import Project
from server.web import session
from server.web.pages.door import pages
from server.web.pages.followup_words import STATE_NAMES, home_words, line_of, short_day
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.sent import asked_number, check_text
from server.web.pages.shell import current_project, today
from server.web.pages.texts import _
from server.web.pages.village_names import VillageNames, names_in
from server.web.readings import note_read


@dataclass(frozen=True)
class Reach:
    """What of the follow-ups the caller's rights reach.

    `codes` are village codes, None for the whole town; `whose` is what queries take: for a village worker women go by
    whom they chose, for a benefit officer there are cases and nothing else that is not hers by another role. `in_care`:
    she has a part in care, and is not a benefit officer alone.
    """

    project: Project
    scope: Scope
    codes: frozenset[str] | None
    today: date
    whose: Reached = None
    in_care: bool = True

    @cached_property
    def village_names(self) -> VillageNames:
        return names_in(self.scope)

    @property
    def names(self) -> dict[str, str]:
        """The names of the villages in reach to choose from, by code."""
        return self.village_names.to_choose

    @property
    def shown_names(self) -> dict[str, str]:
        """By code, as lists call villages: those that were merged too."""
        return self.village_names.to_show


def reach_of(verb: str) -> Reach:
    """Raises Unauthenticated, NotFound for somebody without any project, Forbidden without the right."""
    project = current_project()
    allow(session.caller(), verb, project)
    return reach_in(project)


def reach_in(project: Project) -> Reach:
    scope = scope_of(session.caller(), project)
    codes = lists.codes_of(session.db(), scope)
    whose = whose_follow_ups(session.caller(), project, codes, today())
    return Reach(project, scope, codes, today(), whose)


def reach_with_cases(verb: str) -> Reach:
    """As `reach_of`, and benefit cases for their officers: `followup.read` is `benefit.read` to them. An officer of whom the
    verb is another role's too has what that role reads; numbers that are only told to it are not counted out here.
    """
    project, who = current_project(), session.caller()
    of_cases = verb.replace("followup.", "benefit.")
    if not may(who, of_cases, project):
        allow(who, verb, project)
        return reach_in(project)
    found, in_care = reach_in(project), may(who, "followup.read", project)
    others = found.whose if in_care else frozenset()
    assert not isinstance(others, Officers)
    return replace(found, whose=Officers(found.codes, others), in_care=in_care)


@pages.get("/follow-ups/list")
def list_follow_ups() -> Response:
    reach, wanted, number, worker = reach_with_cases("followup.read"), read_wanted(), page_asked(), asked_worker()
    phones = phones_of(reach)
    whose = cut_to(reach, narrowed(reach.codes, worker, phones)) if worker else reach.whose
    counts = lists.count_visits(session.db(), reach.project.id, whose, reach.today, wanted.village, wanted.later)
    visits, names = find_visits(reach, wanted, whose, number), reach.shown_names
    page = pager("/follow-ups/list", {**asked_values(wanted), "worker": worker}, number, total_of(counts, wanted))
    note_read(reach.project, "followup.list", details={"visits": len(visits)})
    silences = silences_in(reach, visits)
    lines = [list_line(visit, names, reach.today, visit.row.id in silences) for visit in visits]
    values: dict[str, Any] = {"lines": lines, "page": page, "villages": reach.names, "wanted": wanted}
    values |= {"worker": worker, "phones": phones, "states": STATE_NAMES, "shows_acts": reach.in_care}
    return make_response(render_template("followups/list.html", **values))


@pages.app_template_filter("short_day")
def say_short_day(value: date) -> str:
    return short_day(value, today())


@pages.app_template_filter("next_day")
def say_next_day(value: date) -> str:
    """The day after, as a date field takes it."""
    return (value + timedelta(days=1)).isoformat()


def phones_of(reach: Reach) -> list[Phone]:
    """The phones that serve a village in reach: who works elsewhere is not named, and no worker to a benefit officer."""
    every = lists.list_phones(session.db(), reach.project.id) if reach.in_care else []
    return [one for one in every if reach.codes is None or one.villages is None or one.villages & reach.codes]


def read_choice(name: str, known: Iterable[str]) -> str:
    """A word of the address that is one of ours; whatever else stands there is no wish."""
    value = request.args.get(name, "")
    return value if value in known else ""


def read_wanted() -> Wanted:
    village = check_text("village", request.args.get("village", ""), 64)
    return Wanted(read_choice("state", lists.STATES), village, read_choice("later", ("only",)))


def asked_worker() -> int:
    """The id of the phone whose villages are wanted; 0 for any."""
    return asked_number("worker", 0, 10**9)


def asked_values(wanted: Wanted) -> dict[str, Any]:
    later = {"later": wanted.later} if wanted.later == "only" else {}
    return {"state": wanted.state, "village": wanted.village, **later}


def find_visits(reach: Reach, wanted: Wanted, whose: Reached, number: int) -> list[Visit]:
    place = (number - 1) * PAGE
    return lists.list_visits(session.db(), reach.project.id, whose, wanted, reach.today, place, PAGE)


def cut_to(reach: Reach, codes: frozenset[str] | None) -> Reached:
    """What is reached, in some of the villages only."""
    if isinstance(reach.whose, Officers):
        others = reach.whose.others
        return replace(reach.whose, others=cut(others, codes) if reach.in_care else others, cut=codes)
    return cut(reach.whose, codes)


def cut(whose: Collection[str] | Whose | None, codes: frozenset[str] | None) -> frozenset[str] | Whose | None:
    return replace(whose, cut=codes) if isinstance(whose, Whose) else codes


def total_of(counts: Counts, wanted: Wanted) -> int:
    return int(getattr(counts, wanted.state)) if wanted.state else counts.all


def silences_in(reach: Reach, visits: list[Visit]) -> dict[int, Silence]:
    """By the follow-up's id, those on a page that are perhaps done."""
    return silences_of(session.db(), reach.project.id, [visit.row for visit in visits], reach.today)


def list_line(visit: Visit, names: dict[str, str], day: date, perhaps_done: bool = False) -> dict[str, Any]:
    label = visit.label if visit.woman else home_words(visit.home) or visit.label
    village = names.get(visit.row.village_code, _("Village not known"))
    return {**line_of(visit.row, label, day, perhaps_done), "label": label, "village": village}


def narrowed(codes: frozenset[str] | None, worker: int, phones: list[Phone]) -> frozenset[str] | None:
    """The villages of a worker within those that are reached; a worker nobody knows has none."""
    if not worker:
        return codes
    villages = next((phone.villages for phone in phones if phone.id == worker), frozenset())
    if villages is None or codes is None:
        return codes if villages is None else villages
    return codes & villages
