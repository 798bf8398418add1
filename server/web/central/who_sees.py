"""Ours beside Central's: who can see a record, or a woman's data, and why, as JSON."""

from uuid import UUID

from flask import Response

from server import clock
from server.access.projects import get_project
from server.models import Form, Project, Submission
from server.registry import who_sees as verbs
from server.registry.who_sees import Sees
from server.web.central.door import CentralDoor
from server.web.central.loading import signed_in
from server.web.readings import note_read
from server.web.session import caller, now, reading
from server.web.wire import central_json

who_sees = CentralDoor("who_sees")
PROJECT = "/projects/<int:project_id>"


@who_sees.get(f"{PROJECT}/forms/<form_id>/submissions/<instance_id>/access")
def get_who_sees_record(project_id: int, form_id: str, instance_id: str) -> Response:
    project = load(project_id)
    here = (Form.xml_form_id == form_id) & (Submission.instance_id == instance_id)
    asked = verbs.record_to_ask_about(reading(), caller(), project, here)
    note_read(project, "access.read", submission_id=asked.id)
    return told(verbs.who_sees_record(reading(), project, asked, now()))


@who_sees.get(f"{PROJECT}/women/<uuid:woman_uuid>/access")
def get_who_sees_woman(project_id: int, woman_uuid: UUID) -> Response:
    project = load(project_id)
    woman = verbs.woman_to_ask_about(reading(), caller(), project, str(woman_uuid), clock.today(now()))
    note_read(project, "access.read", about=woman.uuid)
    return told(verbs.who_sees_woman(reading(), project, woman, now()))


def load(project_id: int) -> Project:
    signed_in(caller())
    return get_project(reading(), project_id)


def told(found: list[Sees]) -> Response:
    """`because` is all, own, handed, opened or chosen (registry/who_sees.py)."""
    return central_json.reply(
        [
            {
                "actorId": one.actor_id,
                "displayName": one.name,
                "type": "field_key" if one.is_phone else "user",
                "roles": list(one.roles),
                "because": one.why,
                "carriedBy": one.carried_by,
            }
            for one in found
        ]
    )
