"""What a door calls when it gives out something that a person told: noted now, written when the request is over."""

from collections.abc import Iterable
from typing import Any, cast

from flask import current_app, g, request

from server.access.phones import Phone
from server.access.reading_log import Read, ReadingLog, is_logged
from server.models import Project
from server.models.facts import AnyProject
from server.reports.queries import find_record_id
from server.reports.records import Source
from server.web import session


def reading_log() -> ReadingLog:
    return cast(ReadingLog, current_app.extensions["fangshi.readings"])


def note_read(project: AnyProject, action: str, **upon: Any) -> None:
    """The caller looks at something of a care project; a plain project's looks are not written down.

    `action` is one of access/reading_log.py READS, or an export's. `upon` are further fields of Read: `about` (the uuid
    of the woman or household), submission_id, entity_id, dataset_id, village_id, details. What a HEAD request asks for
    is not read.
    """
    if not is_logged(project) or request.method == "HEAD":
        return
    g.setdefault("reads", []).append(Read(action, session.caller(), project.id, session.now(), **upon))


def note_records_read(project: Project, source: Source, form_id: str) -> None:
    """Records as a table or a map: one of them, or a form's. What testers sent to a draft is nobody's."""
    if source.draft or not is_logged(project):
        return
    if source.instance_id is not None:
        found = find_record_id(session.reading(), source)
        note_read(project, "submission.read", submission_id=found)
    else:
        note_read(project, "submission.list", details={"formId": form_id})


def note_keys(project: Project, shown: Iterable[Phone]) -> None:
    """Keys of phones are shown: whoever has one reads what the phone reads. Which phone, never the key."""
    for phone in shown:
        if phone.token is not None:
            note_read(project, "field_key.read", actee_actor_id=phone.actor.id)


def hand_over_reads(_error: BaseException | None = None) -> None:
    """When the request is over and its sessions are given back."""
    reads = g.pop("reads", None)
    if reads:
        reading_log().note(reads)
