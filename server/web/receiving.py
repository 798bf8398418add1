"""A filled form that came by whichever door, handed to the store: phones and pages take the same path."""

from typing import Final

from flask import request

from forms.instance import Instance
from server.access.allow import Scope, may, scope_of
from server.intake.envelope import Envelope, read_envelope
from server.intake.items import Item, Receipt, StoredFile
from server.publishing.versions import Asked
from server.web.session import asker, blobs, caller, end_reading, now, store

SMALL: Final = 1 << 16  # bytes


def read_upload() -> Envelope:
    """The parts of an upload. While a large one comes, which may take an hour, it holds no connection to the database.

    To let go of one and take it again costs a question or two: what is small is here in a moment.
    """
    if request.content_length is None or request.content_length > SMALL:
        end_reading()
    return read_envelope(request.files, request.form)


def item_of(envelope: Envelope, instance: Instance, asked: Asked) -> Item:
    """Files go to disk here, before any row speaks of them."""
    return Item(
        asked=asked,
        instance=instance,
        xml=envelope.xml,
        files=tuple(StoredFile(part.name, part.content_type, blobs().put(part.stream)) for part in envelope.parts),
        actor_id=asker().actor_id,
        device_id=request.args.get("deviceID"),
        user_agent=request.headers.get("User-Agent"),
        now=now(),
        own_only=not may(asker(), "submission.update", asked.project, asked.form),
        scope=reach_of(instance, asked),
        once=asker().once,
    )


def reach_of(instance: Instance, asked: Asked) -> Scope | None:
    """Whose records may be corrected. Nobody's villages are asked for where there are none, or where nothing is corrected."""
    if instance.deprecated_id is None:
        return None
    return scope_of(asker() if asked.project.kind == "plain" else caller(), asked.project)


def keep(item: Item) -> Receipt:
    """On disk when it returns. Raises what kept the record out."""
    end_reading()  # who waits for the writer must not keep SQLite's log from beginning anew
    (outcome,) = store().store([item])
    if isinstance(outcome, Receipt):
        return outcome
    raise outcome
