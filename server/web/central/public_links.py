"""Links by which anybody fills in a form (6.7). The token is shown to those who may manage them, null once revoked."""

from flask import Response

from server.access import public_links as links
from server.access.profiles import find_actors
from server.access.public_links import Link
from server.web.central.door import CentralDoor
from server.web.central.loading import load_form
from server.web.central.showing import FORM
from server.web.json_body import read_json
from server.web.parameters import wants_extended
from server.web.session import caller, db, now, reading, secret_key
from server.web.wire import central_json, people_json
from server.web.wire.central_json import Json

public_links = CentralDoor("public_links")
ALL = FORM + "/public-links"
ONE = ALL + "/<int:actor_id>"


@public_links.get(ALL)
def get_links(project_id: int, xml_form_id: str) -> Response:
    _, form = load_form(reading(), caller(), "public_link.list", project_id, xml_form_id)
    return central_json.reply(shown(links.list_links(reading(), secret_key(), form)))


def shown(found: list[Link]) -> list[Json]:
    if not wants_extended():
        return [people_json.public_link(link) for link in found]
    makers = find_actors(db(), {link.row.created_by_id for link in found})
    return [people_json.public_link_extended(link, makers) for link in found]


@public_links.post(ALL)
def post_link(project_id: int, xml_form_id: str) -> Response:
    """`{displayName, once?}`. Raises Forbidden (403.1) in a care project."""
    project, form = load_form(db(), caller(), "public_link.create", project_id, xml_form_id)
    sent = read_json({"displayName": str}, {"once": bool | None})
    once, by = bool(sent.get("once")), caller().actor_id
    link = links.create_link(db(), secret_key(), project, form, sent["displayName"], once, by, now())
    return central_json.reply(shown([link])[0])


@public_links.get(ONE)
def get_link(project_id: int, xml_form_id: str, actor_id: int) -> Response:
    _, form = load_form(reading(), caller(), "public_link.list", project_id, xml_form_id)
    return central_json.reply(shown([links.get_link(reading(), secret_key(), form, actor_id)])[0])


@public_links.patch(ONE)
def patch_link(project_id: int, xml_form_id: str, actor_id: int) -> Response:
    _, form = load_form(db(), caller(), "public_link.update", project_id, xml_form_id)
    link = links.get_link(db(), secret_key(), form, actor_id)
    sent = read_json(optional={"displayName": str, "once": bool})
    links.change_link(db(), form, link, sent.get("displayName"), sent.get("once"), caller().actor_id, now())
    return central_json.reply(shown([link])[0])


@public_links.delete(ONE)
def delete_link(project_id: int, xml_form_id: str, actor_id: int) -> Response:
    _, form = load_form(db(), caller(), "public_link.delete", project_id, xml_form_id)
    link = links.get_link(db(), secret_key(), form, actor_id)
    links.delete_link(db(), form, link, caller().actor_id, now())
    return central_json.success()
