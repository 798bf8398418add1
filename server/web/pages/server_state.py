"""How the town's server is, in a few words at the foot of every page: also when something is wrong with it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server import clock
from server.backups.state import last_backup, state_of
from server.followups.inbox import unread_count
from server.leases import held_until, is_ahead
from server.web import session
from server.web.pages.moments import say_moment
from server.web.pages.texts import _


@dataclass(frozen=True)
class Said:
    words: str
    is_bad: bool = False


def ask_for_frame(person: int, project_ids: Collection[int], now: datetime) -> tuple[int, bool]:
    """How many notices are unread, and whether the timetable runs: every page says both, so one query asks both."""
    both = unread_count(person, project_ids).scalar_subquery(), held_until().scalar_subquery()
    unread, until = session.db().execute(select(*both)).one()
    return unread, is_ahead(until, now)


def say_server(runs: bool, now: datetime, english: bool) -> list[Said]:
    """The server and its timetable, then its backups. No query."""
    if runs:
        return [Said(_("Town server: fine")), say_backup(now, english)]
    return [Said(_("The timetable stands still: nothing is sent or counted"), is_bad=True), say_backup(now, english)]


def say_backup(now: datetime, english: bool) -> Said:
    folder = session.config().data_dir
    state, last = state_of(folder, now), last_backup(folder)
    when = say_moment(last.made_at, clock.today(now), english) if last else ""
    if state == "good":
        return Said(_("Backup: %(when)s", when=when))
    if state == "unset":
        return Said(_("No backups are set up"), is_bad=True)
    if state == "lost":
        return Said(_("Backup: %(when)s, but files were missing", when=when), is_bad=True)
    return Said(_("Last backup: %(when)s", when=when) if when else _("No backup yet"), is_bad=True)
