"""Publishing the forms that come with Fangshi in a care project, with the town's own villages beside them."""

import csv
import io
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import library_forms, read_library_form
from server.access.projects import switch_kind
from server.blobs import BlobStore, remember
from server.models import Form, FormAttachment, FormVersion, Project, Village
from server.publishing.definition import definition_of_xml
from server.publishing.draft import put_draft
from server.publishing.publish import publish_draft
from server.publishing.versions import find_form

VILLAGES = "villages.csv"


def publish_library(
    db: Session, store: BlobStore, project: Project, by: int | None, now: datetime, key: bytes
) -> list[Form]:
    """Publishes every form of the library that the project does not have in this very version; the project becomes care.

    Running it again changes nothing but the list of villages. Returns the forms.
    """
    ids = [one.form_id for one in library_forms()]  # converted now, before the first statement holds the database
    switch_kind(db, project, "care", by, now)
    forms = [publish_one(db, project, form_id, by, now, key) for form_id in ids]
    refresh_villages(db, store, project, now)
    return forms


def publish_one(db: Session, project: Project, form_id: str, by: int | None, now: datetime, key: bytes) -> Form:
    definition = definition_of_xml(read_library_form(form_id))
    known = find_form(db, project.id, form_id)
    form = known[1] if known else None
    current = db.get(FormVersion, form.current_version_id) if form and form.current_version_id else None
    if form is not None and current is not None and bytes(current.xml) == definition.xml:
        return form
    form = put_draft(db, project, form, definition, by, now, key, ignore_warnings=True)
    publish_draft(db, project, form, None, by, now)
    return form


def refresh_villages(db: Session, store: BlobStore, project: Project, now: datetime) -> None:
    """Gives the project's library forms its present villages to choose from; called again after boundaries were imported.

    The list is a file of the form, not a part of it: the form's version stays, and phones fetch the file anew by its hash.
    """
    stored = store.put(village_list(db, project))
    remember(db, stored, "text/csv", now)
    for slot in village_slots(db, project):
        if slot.blob_sha256 != stored.sha256:
            slot.blob_sha256, slot.updated_at = stored.sha256, now
    db.flush()


def village_slots(db: Session, project: Project) -> list[FormAttachment]:
    own = [one.form_id for one in library_forms()]
    return list(
        db.scalars(
            select(FormAttachment)
            .join(FormVersion, FormVersion.id == FormAttachment.form_version_id)
            .join(Form, Form.id == FormVersion.form_id)
            .where(
                Form.project_id == project.id,
                Form.xml_form_id.in_(own),
                FormAttachment.name == VILLAGES,
                FormAttachment.dataset_id.is_(None),
            )
        )
    )


def village_list(db: Session, project: Project) -> bytes:
    """`name,label` as select_one_from_file reads it: the village's code and name, in the order of codes."""
    rows = db.execute(
        select(Village.code, Village.name)
        .where(Village.project_id == project.id, Village.retired_at.is_(None))
        .order_by(Village.code)
    )
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "label"])
    writer.writerows(rows.all())
    return text.getvalue().encode()
