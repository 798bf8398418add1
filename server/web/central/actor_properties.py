"""What can be said of a project's phones, by name (6.4)."""

from flask import Response

from server.access import actor_properties as verbs
from server.access import phone_reach
from server.web.central.door import CentralDoor
from server.web.central.loading import load_project
from server.web.json_body import read_json
from server.web.parameters import wants_extended
from server.web.session import caller, db, now, reading
from server.web.wire import central_json

actor_properties = CentralDoor("actor_properties")
ALL = "/projects/<int:project_id>/actor-properties"


@actor_properties.get(ALL)
def get_actor_properties(project_id: int) -> Response:
    """The names; extended also what is said under each of the phones that the caller manages, once each."""
    project = load_project(reading(), caller(), "actor_property.list", project_id)
    if wants_extended():
        found = verbs.list_values(reading(), project, phone_reach.list_unmanaged(reading(), caller(), project))
        return central_json.reply([{"name": name, "values": values} for name, values in found.items()])
    return central_json.reply([{"name": name} for name in verbs.list_properties(reading(), project)])


@actor_properties.post(ALL)
def post_actor_property(project_id: int) -> Response:
    project = load_project(db(), caller(), "actor_property.update", project_id)
    verbs.add_property(db(), project, read_json({"name": str})["name"], caller().actor_id, now())
    return central_json.success()
