"""Publishing the forms that come with Fangshi in a care project, with the town's own lists beside them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from forms.library import library_forms, read_library_form
from server.blobs import BlobStore
from server.models import Form, FormVersion, Project
from server.publishing.datasets import link_by_name
from server.publishing.definition import definition_of_xml
from server.publishing.draft import put_draft
from server.publishing.kinds import switch_kind
from server.publishing.pictures import put_pictures
from server.publishing.publish import publish_draft
from server.publishing.queries import find_published
from server.publishing.town_lists import hold_lists, refresh_lists, refresh_villages
from server.publishing.versions import find_form
from server.registry.consent_texts import take_on_shipped

__all__ = ["publish_library", "refresh_lists", "refresh_villages"]


def publish_library(
    db: Session,
    store: BlobStore,
    project: Project,
    by: int | None,
    now: datetime,
    key: bytes,
    chosen: Collection[str] | None = None,
) -> list[Form]:
    """Publishes the forms of the library, all or those chosen, that the project does not have in this very version; the
    project becomes care.

    With them come the words in which women are asked. Running it again changes nothing but the town's lists. Returns the
    forms.
    """
    ids = [one.form_id for one in library_forms()]  # converted now, before the first statement holds the database
    ids = [form_id for form_id in ids if chosen is None or form_id in chosen]
    switch_kind(db, project, "care", by, now)
    hold_lists(db, project)
    take_on_shipped(db, project, by, now)
    forms = [publish_one(db, store, project, form_id, by, now, key) for form_id in ids]
    for form in forms:  # a form may read a list that one after it makes
        link_lists(db, project, form, now)
    refresh_lists(db, store, project, now)
    return forms


def link_lists(db: Session, project: Project, form: Form, now: datetime) -> None:
    version = db.get(FormVersion, form.current_version_id) if form.current_version_id else None
    if version is not None:
        link_by_name(db, project, version, now)


def publish_one(
    db: Session, store: BlobStore, project: Project, form_id: str, by: int | None, now: datetime, key: bytes
) -> Form:
    """Publishes a form of the library. Where this very version was published before, a later one of the town's stands."""
    definition = definition_of_xml(read_library_form(form_id))
    known = find_form(db, project.id, form_id)
    form = known[1] if known else None
    before = find_published(db, form, definition.xform.version) if form is not None else None
    if form is not None and before is not None and bytes(before.xml) == definition.xml:
        put_pictures(db, store, before, now)
        return form
    form = put_draft(db, project, form, definition, by, now, key, ignore_warnings=True)
    put_pictures(db, store, publish_draft(db, store, project, form, None, by, now), now)
    return form
