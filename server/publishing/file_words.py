"""The words in the files beside a form, read for red lines: when a file is uploaded, and again when the form is published."""

from functools import lru_cache
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.lint_files import is_read, lint_file
from forms.lint_places import Located
from server.blobs import BlobStore
from server.models import Form, FormAttachment, Project
from server.publishing.rights import refuse_findings

REMEMBERED: Final = 100  # files; the same bytes are read for what is uploaded, and again when it goes out


def read_words(store: BlobStore, name: str, sha256: str) -> tuple[Located, ...]:
    """What the linter finds in a stored file, each with file and line. Slow for a long one, and without a database.

    Raises FileDamaged.
    """
    return words_in(store, name, sha256) if is_read(name) else ()


@lru_cache(REMEMBERED)
def words_in(store: BlobStore, name: str, sha256: str) -> tuple[Located, ...]:
    with store.open_whole(sha256) as source:
        return tuple(lint_file(name, source))


def refuse_forbidden_words(project: Project, words: tuple[Located, ...]) -> None:
    """Raises RedLine (400.8) for what a care project never asks, in a file too. Nothing in a file is waived."""
    if project.kind == "care":
        refuse_findings("file", words)


def refuse_forbidden_files(db: Session, store: BlobStore, project: Project, form: Form) -> None:
    """The same for all files of a draft: they may be from before the project was one that cares.

    Doors ask first in the session that reads: some megabytes take longer than a phone waits for the database.
    """
    if project.kind != "care":
        return
    draft = FormAttachment.form_version_id == form.draft_version_id
    for slot in db.scalars(select(FormAttachment).where(draft).order_by(FormAttachment.id)):
        if slot.blob_sha256 is not None:
            refuse_forbidden_words(project, read_words(store, slot.name, slot.blob_sha256))
