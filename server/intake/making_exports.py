"""The timetable's part of large exports: one file after the other, from what was asked for."""

import logging
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from server.blobs import BlobStore
from server.db import Database
from server.errors import NotFound
from server.feeds.numbering import newest, number_all
from server.intake.export_files import ON_A_MAP, Wish
from server.intake.made_exports import (
    ERROR,
    FAILED,
    RUNNING,
    Order,
    TakenBack,
    claim_one,
    finish,
    make_file,
    read_order,
    set_row,
)
from server.intake.wanted import asked_form, fits
from server.models import Form, MadeExport, Project, Submission
from server.reports.csv_rows import union_of
from server.reports.in_words import Wording
from server.reports.queries import read_schemas

log = logging.getLogger("fangshi.exports")


def make_one(database: Database, data_dir: Path, blobs: BlobStore, now: datetime) -> bool:
    """Makes the file that waits longest; whether one waited. One that cannot be made is written down as failed."""
    with database.transaction() as db:
        row = claim_one(db, now)
    if row is None:
        return False
    try:
        number_all(database, row.project_id)
        with database.transaction() as db:
            set_row(db, row.id, RUNNING, after_seq=newest(db, row.project_id))
        with database.reading() as db:
            wish = wish_of(db, row, data_dir, blobs)
        size = make_file(database, row, wish, data_dir)
    except TakenBack:
        return True
    except Exception as error:
        log.error("export %d: %s", row.id, type(error).__name__)  # without the message, which may hold an answer
        with database.transaction() as db:
            set_row(db, row.id, RUNNING, state=FAILED, why=ERROR)
        return True
    with database.transaction() as db:
        finish(db, row, size, now)
    return True


def wish_of(db: Session, row: MadeExport, data_dir: Path, blobs: BlobStore) -> Wish:
    """Raises NotFound where the form is not there any more."""
    order, form = read_order(row.wish_json), db.get_one(Form, row.form_id)
    return write_wish(db, order, form, row.kind, data_dir, blobs, row.asked_at)


def write_wish(
    db: Session, order: Order, form: Form, kind: str, data_dir: Path, blobs: BlobStore, now: datetime
) -> Wish:
    """All that a file needs, from what was asked for. On a map of a care project no health record is drawn, whoever asks
    (requirement P3, domain.md 6.3). Raises NotFound."""
    found = asked_form(db, order.scope, form.xml_form_id)
    if found is None:
        raise NotFound()
    project = db.get_one(Project, order.scope.project_id)
    hides = kind in ON_A_MAP and project.kind == "care"
    return Wish(
        form_id=form.id,
        xml_form_id=form.xml_form_id,
        title=order.title,
        schema=union_of([found[1], *read_schemas(db, form.id)]),
        scope=order.scope,
        conditions=tuple(fits(db, order.scope, order.wanted)),
        hidden=(Submission.health.is_(False),) if hides else (),
        kind=kind,
        split=order.split,
        files=order.files,
        keeps_places=project.keeps_photo_metadata,
        words=Wording(**order.words),
        store=blobs,
        data_dir=data_dir,
        at=now,
    )
