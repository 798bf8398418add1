"""How the town's server is, in a few words at the foot of every page: also when something is wrong with it."""

from dataclasses import dataclass
from datetime import datetime

from server import clock
from server.backups.state import last_backup, state_of
from server.leases import is_running
from server.web import session
from server.web.pages.moments import say_moment
from server.web.pages.texts import _


@dataclass(frozen=True)
class Said:
    words: str
    is_bad: bool = False


def say_server(now: datetime, english: bool) -> list[Said]:
    """The server and its timetable, then its backups. One query."""
    if is_running(session.db(), now):
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
