"""The pictures that come with our forms: put beside a form when it goes out, as files of its version.

A version carries the hash of each, so two forms with the same picture share one file, and phones fetch what they do not have.
"""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.library import library_ids
from forms.library.pictures import picture_names, read_picture
from server.blobs import BlobStore, remember
from server.models import Form, FormAttachment, FormVersion


def put_pictures(db: Session, store: BlobStore, version: FormVersion, now: datetime) -> None:
    """Gives a version that is ours the pictures as they are drawn today, whatever it carried over."""
    for slot in picture_slots(db, version):
        put_picture(db, store, slot, now)
    db.flush()


def offer_pictures(db: Session, store: BlobStore, form: Form, version: FormVersion, now: datetime) -> None:
    """Fills what a form of ours, edited by the town, names and nobody has uploaded; a picture of the town's own stays."""
    for slot in picture_slots(db, version) if form.xml_form_id in library_ids() else ():
        if slot.blob_sha256 is None:
            put_picture(db, store, slot, now)
    db.flush()


def picture_slots(db: Session, version: FormVersion) -> list[FormAttachment]:
    of_version = select(FormAttachment).where(FormAttachment.form_version_id == version.id)
    named = of_version.where(FormAttachment.type == "image", FormAttachment.name.in_(picture_names()))
    return list(db.scalars(named.order_by(FormAttachment.id)))


def put_picture(db: Session, store: BlobStore, slot: FormAttachment, now: datetime) -> None:
    picture = read_picture(slot.name)
    if slot.blob_sha256 == hashlib.sha256(picture).hexdigest():
        return
    stored = store.put(picture)
    remember(db, stored, "image/png", now)
    slot.blob_sha256, slot.updated_at = stored.sha256, now
