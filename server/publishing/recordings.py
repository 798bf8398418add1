"""The town's own recording of the consent notice: a file beside the forms that name it, not a part of their version.

A recording is of certain words. Once the notice reads otherwise no phone gets it, because a woman would hear one thing and
agree to another; with those words it comes back. As of the town's lists there is no table of recordings: a change is an audit
row, files stay in the store, and the newest row says what there is. Phones know by consent_texts whether they have one.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.blobs import Stored, remember
from server.errors import ListChanged, NotFound
from server.models import Audit, Blob, FormAttachment, Project
from server.models.facts import AnyVersion
from server.publishing.town_lists import unlinked
from server.registry.consent_texts import NOTICE, texts_in_force

FILES: Final = {"zh": "consent_notice_zh.mp3", "en": "consent_notice_en.mp3"}
"""By language, as forms name them. Phones and browsers go by the first bytes, so another kind of sound has the name too."""

RECORDED: Final = "consent_recording.update"
"""An audit row's action. Its details: name (of the file), before and after (hashes of files, None for no recording),
words_before and words (hashes of what they say), undoes (the row that was taken back)."""

LARGEST: Final = 3_000_000  # bytes: a minute or two; every phone fetches it over a mobile network


@dataclass(frozen=True)
class Recording:
    """`words` is the hash of the text that it says."""

    sha256: str
    words: str


def notice_in(db: Session, project: Project, language: str) -> str:
    """The words of the notice that are in force. Raises NotFound for a language that no recording is made in."""
    if language not in FILES:
        raise NotFound()
    text = texts_in_force(db, project.id)[NOTICE]
    return text.zh if language == "zh" else text.en


def hash_of_words(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def recording_now(db: Session, project: Project, language: str) -> Recording | None:
    """The town's recording, whatever words it is of."""
    return _side(next(iter(changes_of(db, project, language)), None), "after", "words")


def changes_of(db: Session, project: Project, language: str) -> list[Audit]:
    """Newest first."""
    rows = db.scalars(
        select(Audit).where(Audit.project_id == project.id, Audit.action == RECORDED).order_by(Audit.id.desc())
    )
    return [row for row in rows if (row.details or {}).get("name") == FILES[language]]


def _side(change: Audit | None, file: str, words: str) -> Recording | None:
    details = (change.details if change is not None else None) or {}
    return Recording(details[file], details[words]) if details.get(file) else None


def kind_of(db: Session, recording: Recording) -> str:
    """Its media type."""
    return db.scalars(select(Blob.content_type).where(Blob.sha256 == recording.sha256)).one()


def put_recording(
    db: Session,
    project: Project,
    language: str,
    stored: Stored,
    kind: str,
    words: str,
    was: str,
    by: int | None,
    now: datetime,
) -> bool:
    """Makes a file that is on disk the recording; whether it is another one. `words` is the hash of what was read aloud.

    `was` is the hash of the recording before, "" for none. Raises ListChanged (409.31) where it or the words are others now.
    """
    before = _hold(db, project, language, was)
    if words != hash_of_words(notice_in(db, project, language)):
        raise ListChanged(name=FILES[language])
    after = Recording(stored.sha256, words)
    if after == before:
        return False
    remember(db, stored, kind, now)
    _change(db, project, language, before, after, by, now)
    return True


def remove_recording(db: Session, project: Project, language: str, was: str, by: int | None, now: datetime) -> None:
    """Phones have none from then on. Raises ListChanged, NotFound where there is none."""
    before = _hold(db, project, language, was)
    if before is None:
        raise NotFound()
    _change(db, project, language, before, None, by, now)


def undo_last(db: Session, project: Project, language: str, change: int, by: int | None, now: datetime) -> None:
    """Puts back what was there before the newest change; a change of its own. Raises ListChanged after another one."""
    _hold(db, project, language)
    last = next(iter(changes_of(db, project, language)), None)
    if last is None or last.id != change:
        raise ListChanged(name=FILES[language])
    back = _side(last, "before", "words_before")
    _change(db, project, language, _side(last, "after", "words"), back, by, now, undoes=last.id)


def _hold(db: Session, project: Project, language: str, was: str | None = None) -> Recording | None:
    """Nobody else changes the project's recordings until this transaction ends."""
    db.flush()
    db.refresh(project, with_for_update=True)
    before = recording_now(db, project, language)
    if was is not None and was != (before.sha256 if before else ""):
        raise ListChanged(name=FILES[language])
    return before


def _change(
    db: Session,
    project: Project,
    language: str,
    before: Recording | None,
    after: Recording | None,
    by: int | None,
    now: datetime,
    undoes: int | None = None,
) -> None:
    details: dict[str, object] = {
        "name": FILES[language],
        "before": before.sha256 if before else None,
        "words_before": before.words if before else None,
        "after": after.sha256 if after else None,
        "words": after.words if after else None,
    }
    if undoes is not None:
        details["undoes"] = undoes
    record(db, RECORDED, actor_id=by, project_id=project.id, details=details, now=now)
    db.flush()
    refresh_recordings(db, project, now)


def refresh_recordings(db: Session, project: Project, now: datetime) -> None:
    """Puts the recordings beside every form that names them, those of the words in force; called when forms or words change."""
    for language, name in FILES.items():
        slots = list(db.scalars(unlinked(project, name)))
        wanted = wanted_file(db, project, language) if slots else None
        for slot in slots:
            if slot.blob_sha256 != wanted:
                slot.blob_sha256, slot.updated_at = wanted, now
    db.flush()


def wanted_file(db: Session, project: Project, language: str) -> str | None:
    recording = recording_now(db, project, language)
    fits = recording is not None and recording.words == hash_of_words(notice_in(db, project, language))
    return recording.sha256 if recording is not None and fits else None


def recording_state(db: Session, project: Project, language: str) -> dict[str, Any]:
    """For pages: the hash of the recording or "" (`was`), whether there is one, and whether phones play it."""
    found = recording_now(db, project, language)
    current = found is not None and found.sha256 == wanted_file(db, project, language)
    return {"was": found.sha256 if found else "", "is_there": found is not None, "is_current": current}


def recorded_beside(db: Session, version: AnyVersion) -> frozenset[str]:
    """The languages in which this version of a form has a recording for phones."""
    filled = select(FormAttachment.name).where(
        FormAttachment.form_version_id == version.id, FormAttachment.blob_sha256.is_not(None)
    )
    named = set(db.scalars(filled.where(FormAttachment.name.in_(FILES.values()))))
    return frozenset(language for language, name in FILES.items() if name in named)
