"""A filled form that came by whichever door, handed to the store: phones and pages take the same path."""

from flask import request

from forms.instance import Instance
from server.access.allow import may, scope_of
from server.intake.envelope import Envelope
from server.intake.items import Item, Receipt, StoredFile
from server.publishing.versions import Asked
from server.web.session import blobs, caller, end_reading, now, store


def item_of(envelope: Envelope, instance: Instance, asked: Asked) -> Item:
    """Files go to disk here, before any row speaks of them."""
    return Item(
        asked=asked,
        instance=instance,
        xml=envelope.xml,
        files=tuple(StoredFile(part.name, part.content_type, blobs().put(part.stream)) for part in envelope.parts),
        actor_id=caller().actor_id,
        device_id=request.args.get("deviceID"),
        user_agent=request.headers.get("User-Agent"),
        now=now(),
        own_only=not may(caller(), "submission.update", asked.project, asked.form),
        scope=scope_of(caller(), asked.project),
        once=caller().once,
    )


def keep(item: Item) -> Receipt:
    """On disk when it returns. Raises what kept the record out."""
    end_reading()  # who waits for the writer must not keep SQLite's log from beginning anew
    (outcome,) = store().store([item])
    if isinstance(outcome, Receipt):
        return outcome
    raise outcome
