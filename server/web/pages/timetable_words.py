"""The timetable's jobs in words: what each does, what stands still while it is paused, how a run went, and how long it took."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from geo.masking import suppress
from server.models import TimetablePast, TimetableRun
from server.web.pages.texts import _

NAMES = {
    "derivers": (_l("Reading records again"), _l("Records whose reading failed, with growing gaps")),
    "backlog": (
        _l("Changes that wait for others"),
        _l("Changes made offline whose predecessor did not come in five days"),
    ),
    "batches": (_l("Decisions about many"), _l("Goes on with what was decided of many records, where a page was left")),
    "answers": (_l("Finding by answers"), _l("Makes records from before the upgrade findable by what they answered")),
    "duplicates": (
        _l("Registered twice"),
        _l("Sees which women may be registered twice, and by what they are looked for"),
    ),
    "quality": (_l("Questions about records"), _l("Sees what may be asked about how a record was made")),
    "follow_ups": (_l("The day's follow-ups"), _l("What becomes due or overdue by the passing of days")),
    "indicators": (
        _l("Indicators"),
        _l("Counts each window once, two weeks after its end, and keeps what may be told"),
    ),
    "packs": (
        _l("Papers of the monthly meeting"),
        _l("Makes the numbers of the month before, on the first working day, and tells who reads them"),
    ),
    "syncs": (
        _l("Phones that are silent"),
        _l("Asks for a phone to synchronise before a visit that may be on it is called late"),
    ),
    "before_breaks": (
        _l("Ahead of long breaks"),
        _l("Tells who has tasks whose last day lies in the break, five working days ahead"),
    ),
    "rules": (_l("Changes of rules"), _l("What a rule that was tried, published, moved or switched asks for")),
    "months": (_l("Rates of months"), _l("Counts how the villages' visits went, two weeks after a month's end")),
    "summaries": (_l("Daily digests"), _l("One mail a person and day, with numbers alone")),
    "outbox": (_l("Outbox"), _l("Puts notices into inboxes and sends mail outside of quiet hours")),
    "resets": (_l("Mails for new passwords"), _l("Sends the link to whoever asked for one, where mail is set up")),
    "exports": (_l("Large exports"), _l("Makes files with many records that somebody asked for")),
    "webhooks": (_l("Webhooks"), _l("Tells programs elsewhere that something changed, and tries again what failed")),
    "audit": (_l("The audit's chain"), _l("What was done is chained, so that a change made afterwards is seen")),
    "packages": (
        _l("Packages of transfers"),
        _l("Shuts packages whose 30 days are over, and forgets which ones were opened long ago"),
    ),
    "sessions": (_l("Old sign-ins"), _l("Sign-ins that ran out are deleted")),
    "orphans": (_l("Files without a record"), _l("What a crash left behind is deleted after a day")),
    "retention": (
        _l("Keeping no longer than needed"),
        _l("A year after the last contact data shrink to a code and counts; old backups go"),
    ),
    "trash": (_l("The trash"), _l("What was deleted thirty days ago goes for good")),
    "backup": (_l("Backup"), _l("Sealed to a key that is not on the server, and tried; gone after thirty days")),
}
STANDS_STILL = {
    "derivers": _l("Records come in and are kept; one whose reading failed stays off lists and the map until then."),
    "backlog": _l("Changes made offline keep waiting for the ones before them."),
    "answers": _l("A filter by an answer finds only records that came since the upgrade."),
    "duplicates": _l("Who registered since is not found by her name yet, and not compared with others."),
    "quality": _l("Records come in as before; nothing is asked about how they were made until then."),
    "batches": _l("What was decided of many records goes on only while its page is open."),
    "follow_ups": _l(
        "Lists stay right, but nobody is told what becomes due, overdue or urgent by the passing of days."
    ),
    "indicators": _l("No new window is told; those that were told stay as they are."),
    "packs": _l("No papers for the meeting are made; they are made afterwards, with the numbers of that day."),
    "syncs": _l("Nobody is asked to let a silent phone synchronise; what waits for one goes on waiting."),
    "before_breaks": _l("Nobody hears ahead of a long break what is due in it."),
    "rules": _l("Rules that were tried, published, moved or switched change nothing until then."),
    "months": _l(
        "The map shows the months that are counted; for newer ones it says that they are still being counted."
    ),
    "summaries": _l("No daily digest goes out; one whose day is over is not sent any more."),
    "outbox": _l("Nobody is told anything, danger signs included: ring the clinician and the workers meanwhile."),
    "resets": _l("Nobody gets a mail to set a new password; an administrator can hand over a link."),
    "exports": _l("Files with many records are not made; smaller ones are taken as before."),
    "webhooks": _l("Programs elsewhere hear of nothing; they are told all of it afterwards."),
    "packages": _l("Packages open nowhere after their last day all the same; lists call them on their way until then."),
    "sessions": _l("Sign-ins that ran out stay written down; they open nothing."),
    "trash": _l("What was deleted can be brought back for longer than thirty days."),
    "orphans": _l("What a crash left behind takes up room on the disk."),
    "backup": _l("If the disk breaks, what came in since the last backup is lost."),
}
ANY_STANDS_STILL = _l("What this job does is not done meanwhile.")
MUST_RUN = {
    "audit": _l("It cannot be paused: a change of the audit made meanwhile would not be seen."),
    "retention": _l("It cannot be paused: nothing is kept longer than people were promised."),
}
REASONS = {
    "repair": _l("The server is being looked after"),
    "trouble": _l("This job does not work"),
    "load": _l("The server is too slow"),
    "other": _l("Something else"),
}


def say_rhythm(every: timedelta) -> str:
    hours, minutes = every // timedelta(hours=1), every // timedelta(minutes=1)
    if hours:
        return _("every hour") if hours == 1 else _("every %(number)s hours", number=hours)
    return _("every minute") if minutes == 1 else _("every %(number)s minutes", number=minutes)


def result_of(last: TimetableRun | TimetablePast | None) -> tuple[str, str]:
    """(good, bad, busy or none, words). A run writes down how many things it did, or the class of its error.

    What was done is done for women, so a small number of it is told as any other.
    """
    if last is None:
        return "none", _("not yet")
    if last.finished_at is None:
        return "busy", _("under way, or cut off")
    if last.result is not None and last.result.isdigit():
        done = suppress(int(last.result))
        return "good", _("nothing to do") if done.value == 0 else _("%(number)s done", number=done.text)
    return "bad", _("did not work")


def say_span(span: timedelta) -> str:
    """How long something took, in its two largest units."""
    minutes, seconds = divmod(max(int(span.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return _("%(days)s d %(hours)s h", days=days, hours=hours)
    if hours:
        return _("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
    if minutes:
        return _("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=seconds)
    return _("%(seconds)s s", seconds=seconds) if seconds else _("under a second")


def say_took(run: TimetableRun | TimetablePast) -> str:
    """Empty for a run that has not ended, or whose end the clock put before its start."""
    if run.finished_at is None or run.finished_at < run.started_at:
        return ""
    return say_span(run.finished_at - run.started_at)


def say_lag(due: datetime | None, started: datetime) -> str:
    """How long after its time a run began; empty where that is less than a minute."""
    if due is None or started - due < timedelta(minutes=1):
        return ""
    return _("began %(span)s late", span=say_span(started - due))


def say_about(number: int) -> str:
    """A number in tens."""
    return _("under 10") if number < 10 else _("about %(number)s", number=round(number, -1))
