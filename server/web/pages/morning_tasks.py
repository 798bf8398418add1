"""What the head of the office has to do this morning: at most three things, the most urgent first, and nobody by name."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from server.access.allow import may
from server.followups.inbox import list_critical
from server.followups.office_acts import list_asked
from server.models import Project
from server.web import session
from server.web.pages.shell import say_day, say_moment, today
from server.web.pages.texts import _, _n

MOST = 3


@dataclass(frozen=True)
class Thing:
    """`shape` is a mark of followups; `visit` the key of a visit to say "I have it" of, where `href` is empty."""

    shape: str
    title: str
    words: str
    button: str
    href: str = ""
    visit: str = ""


def things_to_do(project: Project, silent: Collection[int]) -> list[Thing]:
    return [*critical(project), *silent_first(project, silent), *office_work(project)][:MOST]


def critical(project: Project) -> Iterator[Thing]:
    """What is critical and nobody has; one is taken on right here."""
    found = list_critical(session.db(), session.caller().actor_id or 0, project.id)
    if not found:
        return
    title = _n("%(num)s critical visit waits for somebody", "%(num)s critical visits wait for somebody", len(found))
    words = _("Told since %(time)s, again every hour", time=say_moment(min(one.told_at for one in found)))
    if len(found) == 1:
        yield Thing("critical", title, words, _("I have it"), visit=found[0].visit_key)
    else:
        yield Thing("critical", title, words, _("See"), href="/inbox")


def silent_first(project: Project, silent: Collection[int]) -> Iterator[Thing]:
    if silent:
        title = _n("%(num)s phone silent for 3 days or more", "%(num)s phones silent for 3 days or more", len(silent))
        leads = may(session.caller(), "field_key.list", project)
        words = _("Ask about the phone first: the visit may be done.")
        yield Thing("perhaps", title, words, _("Ring"), href="/phones" if leads else "/follow-ups")


def office_work(project: Project) -> Iterator[Thing]:
    """Training sessions and papers that the calendar asks for."""
    if not may(session.caller(), "office.read", project):
        return
    asked = list_asked(session.db(), project, today())
    if not asked:
        return
    title = _n("%(num)s task of the office", "%(num)s tasks of the office", len(asked))
    last = min(one.closes_on for one in asked)
    late = last < today()
    words = (
        _("The first was to be done by %(day)s", day=say_day(last))
        if late
        else _("The first by %(day)s", day=say_day(last))
    )
    yield Thing("over" if late else "due", title, words, _("See"), href="/office")
