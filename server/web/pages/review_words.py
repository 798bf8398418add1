"""Words around a record: what happened to it, what to ask about it, and its files."""

from typing import Any
from urllib.parse import quote

from flask_babel import lazy_gettext as _l

from server.intake.desk import FLAG_ACTS, FileRow, Record, Step
from server.intake.quality_flags import ASK, REOPEN, SETTLE
from server.intake.quality_limits import BLIND
from server.intake.returning_many import FORM_CLOSED, NO_PHONE
from server.registry.last_periods import read_last_period
from server.registry.telling import PREGNANCY, flatten
from server.web.pages.flag_words import SHORT
from server.web.pages.lunar_words import say_problem
from server.web.pages.texts import _, _n
from server.web.pages.words import STATE_WORDS, place_words

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")


def course(found: Record) -> list[dict[str, Any]]:
    """The steps as the page shows them; each arrival leads to the version that came with it."""
    return [
        {"at": step.at, "who": step.who, "words": step_words(step), "href": version_href(found, step)}
        for step in found.steps
    ]


def version_href(found: Record, step: Step) -> str | None:
    brought_version = step.what in ("submission.create", "submission.update.version")
    if not brought_version or step.version_id in (None, found.version.id):
        return None
    return f"/review/{found.submission.id}?version={step.version_id}"


def step_words(step: Step) -> str:
    if step.what == "comment":
        return f"“{step.body}”"
    if step.what == "submission.create":
        return _("Received and stored.")
    if step.what == "submission.update.version":
        return _("Corrected from the phone; the earlier version is kept.")
    if step.what == "submission.attachment.update":
        return _("More files arrived.")
    if step.what == "submission.assign":
        return _("Given to %(name)s to look at.", name=step.body) if step.body else _("Waits for nobody in particular.")
    if step.what == "submission.return":
        return _("Returned to %(name)s.", name=step.body) if step.body else _("Returned; nobody is left to correct it.")
    if step.what in FLAG_ACTS:
        return say_flag_act(step)
    return _("State: %(state)s", state=STATE_WORDS.get(step.body or None, step.body))


def say_flag_act(step: Step) -> str:
    about = _("the day and what was done") if step.body in BLIND else SHORT.get(step.body, step.body)
    words = {
        SETTLE: _("Found all right: %(about)s", about=about),
        ASK: _("Asked about: %(about)s", about=about),
        REOPEN: _("Open again: %(about)s", about=about),
    }
    return words[step.what]


def said_of(state: str, undone: bool) -> str:
    if undone:
        return _("Undone.")
    words = {
        "approved": _("Approved."),
        "rejected": _("Rejected. The record is kept."),
        "hasIssues": _("Marked: has issues."),
        "comment": _("The comment is kept."),
    }
    return words.get(state, _("Changed."))


HINDERED = {
    NO_PHONE: _l("No phone is left that could correct it. Correct it in the form, or let somebody go there again."),
    FORM_CLOSED: _l(
        "Its form takes nothing more. Open the form for it first, or write it as a comment to a colleague."
    ),
}


def say_hindered(why: str | None) -> str:
    """Why nobody could correct what goes back, and the way that remains; "" where somebody can."""
    return str(HINDERED[why]) if why is not None else ""


def say_place(found: Record) -> str:
    """Where a record lies and how that was told. A health record lies in a village; its point is nobody's to see."""
    row = found.row
    if not row.health:
        return place_words(row.how, row.village, found.metres, found.accuracy)
    if row.village is None:
        return _("Village not known")
    if row.how == "household":
        return _("%(village)s, by her household (no point)", village=row.village)
    return _("%(village)s, the village only", village=row.village)


def flags(found: Record) -> list[dict[str, str]]:
    """What everybody who reads the record is told; what to ask about how it was made is in shown_flags.py."""
    asked = []
    if found.row.how == "unknown" and not found.row.health:
        asked.append(
            {"title": _("The point is in no village."), "text": _("The record is kept; its village is not known.")}
        )
    if found.complaints:
        title = _n(
            "%(num)s answer does not fit the form.", "%(num)s answers do not fit the form.", len(found.complaints)
        )
        asked.append({"title": title, "text": "; ".join(str(one[0]) for one in found.complaints[:5])})
    return [*asked, *lunar_flags(found)]


def lunar_flags(found: Record) -> list[dict[str, str]]:
    """A lunar day that cannot be, or is not the solar one beside it."""
    told = found.xml_form_id == PREGNANCY and found.values
    period = read_last_period(dict(flatten(told))) if told else None
    problem = say_problem(period) if period else ""
    return [{"title": _("The lunar day of the last period"), "text": problem}] if problem else []


def files_and_photos(found: Record) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Pictures that can be shown, and all other files by name."""
    photos = [shown(found, file) for file in found.files if file.sha256 and file.content_type in PICTURES]
    others = [shown(found, file) for file in found.files if not (file.sha256 and file.content_type in PICTURES)]
    return photos, others


def shown(found: Record, file: FileRow) -> dict[str, Any]:
    href = f"/review/{found.submission.id}/files/{quote(file.name, safe='')}?version={found.version.id}"
    return {"href": href if file.sha256 else None, "name": file.name, "label": file.name}


def say_seal(reason: str) -> dict[str, str]:
    """Why a record is sealed, and what can be done."""
    words = {
        "no_consent": (
            _("Her consent does not cover it"),
            _("She did not give it, it ran out, or she took it back. It opens only if she consents again."),
        ),
        "unknown": (
            _("Whom it is about has not arrived"),
            _("Her registration may still be on a phone. The record opens by itself when it arrives."),
        ),
        "erased": (_("She asked for her data to be removed"), _("It stays sealed for good. Nothing needs to be done.")),
        "case_removed": (
            _("The benefit case is removed"),
            _("The household asked for it, or it was over a year ago. It stays empty. Nothing needs to be done."),
        ),
        "minimised": (
            _("Its time was over"),
            _("It is empty: a year after the last contact a code and counts are left."),
        ),
    }
    title, text = words.get(reason, (_("Not looked at yet"), _("The server tries again by itself.")))
    return {"title": title, "text": text}
