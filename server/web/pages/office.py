"""What the town's own calendar asks of its office: training sessions and meeting papers, and that they were done."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, make_response, render_template
from flask_babel import lazy_gettext as _l

from server.access.allow import allow, holds_role, may
from server.access.roles import BY_SYSTEM
from server.errors import Forbidden, Problem
from server.followups import office_acts
from server.followups.office_acts import ToldAct
from server.followups.office_rules import STOCK, OfficeRule, shipped_office_rules
from server.followups.office_tasks import MONTHS_OF, OfficeTask
from server.followups.office_words import WHOSE, edge_words
from server.followups.supply_reading import reach_of, read_store
from server.followups.supply_tasks import level_of, not_counted
from server.models import Project
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.followup_words import in_language
from server.web.pages.hand_overs import sent_day
from server.web.pages.office_signing import rules_of_office
from server.web.pages.rule_facts import mark_words
from server.web.pages.sent import ID, sent_text
from server.web.pages.shell import current_project, today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo, say

HERE = "/office"
PAGE = "office/office.html"
DONE_WORDS = {"held": _l("It was held on that day"), "issued": _l("They were issued on that day")}
EDGES = {"opens_on": _l("First day"), "due_on": _l("Target day"), "closes_on": _l("Last day")}


@dataclass(frozen=True)
class Line:
    """A task as the page shows it: `sum` is (edge, its day, how it is counted); whoever has its role may say that it is done."""

    task: OfficeTask
    title: str
    period: str
    reason: str
    whose: str
    sum: list[tuple[str, date, str]]
    sources: list[str]
    button: str
    is_mine: bool
    days_late: int


@pages.get(HERE)
def show_office() -> Response:
    project = current_project()
    if not may(session.caller(), "rule.sign", project):
        allow(session.caller(), "office.read", project)
    return make_response(render_template(PAGE, **facts_of(project), **rules_of_office(project)))


def facts_of(project: Project) -> dict[str, Any]:
    """Who only signs the rules is not told what was asked for and done."""
    if not may(session.caller(), "office.read", project):
        return {"only_signs": True}
    db, acts = session.db(), office_acts.list_office_acts(session.db(), project, today())
    return {
        "lines": [line_of(one, project) for one in office_acts.list_asked(db, project, today())],
        "acts": [act_line(one, project) for one in acts],
        "day": today(),
        "in_store": waiting_in_store(project),
    }


def waiting_in_store(project: Project) -> int:
    """How many lots expire soon or were not counted this month."""
    if not may(session.caller(), "supply.read", project):
        return 0
    rule = shipped_office_rules()[STOCK]
    lots = read_store(session.db(), project.id, reach_of(session.caller(), project)).standing
    waiting = {one.id for one in not_counted(lots, today())}
    return len(waiting | {one.id for one in lots if level_of(one, rule, today()) != "info"})


def line_of(task: OfficeTask, project: Project) -> Line:
    rule, marks = task.rule, mark_words()
    days = zip(EDGES.values(), (task.opens_on, task.due_on, task.closes_on), rule.offsets, strict=True)
    return Line(
        task,
        title=in_language(rule.title),
        period=say_period(rule, task.period),
        reason=in_language(rule.reason),
        whose=in_language(WHOSE[rule.whose]),
        sum=[(str(name), day, in_language(edge_words(offset, rule))) for name, day, offset in days],
        sources=[f"[{one.mark}] {one.name}: {in_language(one.says)} ({marks[one.mark]})" for one in rule.sources],
        button=str(DONE_WORDS[rule.answer]),
        is_mine=is_mine(rule, project),
        days_late=max((today() - task.closes_on).days, 0),
    )


def act_line(told: ToldAct, project: Project) -> dict[str, Any]:
    rule = shipped_office_rules()[told.act.rule]
    may_undo = told.act.undone_at is None and is_mine(rule, project)
    words = {"title": in_language(rule.title), "period": say_period(rule, told.act.period)}
    return {"told": told, "may_undo": may_undo, **words}


def say_period(rule: OfficeRule, period: date) -> str:
    if MONTHS_OF[rule.opens.fact] == 1:
        return f"{period:%Y-%m}"
    return _("Quarter %(number)s of %(year)s", number=(period.month + 2) // 3, year=period.year)


def is_mine(rule: OfficeRule, project: Project) -> bool:
    return holds_role(session.caller(), BY_SYSTEM[rule.whose].id, project)


@pages.post(HERE)
def note_done() -> Response:
    project = load_to_note()
    try:
        rule, period = sent_text("rule", 40, required=True), sent_day("period")
        task = office_acts.find_asked(session.db(), project, rule, period, today())
        check_mine(task.rule, project)
        act = office_acts.note_done(session.db(), require_person(), project, task, sent_day("day"), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(project) | rules_of_office(project))
    return say(HERE, _("It is noted."), Undo(f"{HERE}/{act.id}/undo", {}))


def load_to_note() -> Project:
    project = current_project()
    allow(session.caller(), "office.update", project)
    return project


def check_mine(rule: OfficeRule, project: Project) -> None:
    """Raises Forbidden for whoever has another role."""
    if not is_mine(rule, project):
        raise Forbidden()


@pages.post(f"{HERE}/<{ID}:act_id>/undo")
def undo_office_act(act_id: int) -> Response:
    project = load_to_note()
    act = office_acts.get_standing(session.db(), project, act_id)
    check_mine(shipped_office_rules()[act.rule], project)
    office_acts.take_back(session.db(), require_person(), act, session.now())
    return say(HERE, _("It is taken back, and asked for as before."))
