"""OGC API - Features Part 1 (Core, OpenAPI 3.0, GeoJSON): villages, records and follow-ups for QGIS and the like.

Who gets which collection is decided by the rights of the page that shows the same; what a page of features holds, by verbs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Response, make_response, render_template, request
from flask_babel import lazy_gettext as _l

from geo.features import Feature
from geo.tiles import Box
from server.access.allow import allow, may, scope_of
from server.errors import NotFound
from server.followups.task_features import ask_follow_ups, get_task, list_task_features
from server.models import Project
from server.places import desk
from server.places.layers import layers_for
from server.places.outlines import VillageCounts, counts_for, whole_town
from server.places.record_features import extent_of_records, get_record_feature, list_record_features
from server.places.stretch import FeaturePage, Stretch
from server.places.village_features import extent_of, get_village_feature, list_village_features
from server.web.central.door import CentralDoor
from server.web.central.loading import load_project
from server.web.ogc_formats import JSON_ONLY, OF_DEFINITION, Offered, choose_format
from server.web.ogc_parameters import FIRST_LIMIT, LARGEST_LIMIT, OF_ITEMS, read_stretch, refuse_unknown, write_token
from server.web.readings import note_read
from server.web.session import caller, own_url, reading, today
from server.web.telling import telling
from server.web.wire import central_json, ogc_json, ogc_openapi
from server.web.wire.geojson import reply_geojson
from server.web.wire.ogc_json import Described
from server.web.wire.ogc_schemas import PROPERTIES

ogc = CentralDoor("ogc")
BASE = "/projects/<int:project_id>/ogc"
API_VERSION = "1.0"


class Collection(NamedTuple):
    """A collection: the right to it, the type of its features' ids, a box around them, and the features."""

    name: str
    title: Any
    description: Any
    verb: str
    key: type
    extent: Callable[[Project], Box | None]
    list_page: Callable[[Project, Stretch], FeaturePage]
    get_one: Callable[[Project, Any], Feature]


@ogc.get(BASE, strict_slashes=False)
def get_landing(project_id: int) -> Response:
    project = load_map(project_id)
    return say(ogc_json.landing(base_of(project), project.name))


@ogc.get(f"{BASE}/conformance")
def get_conformance(project_id: int) -> Response:
    load_map(project_id)
    return say(ogc_json.conformance())


@ogc.get(f"{BASE}/api")
def get_api(project_id: int) -> Response:
    """What there is for the caller and how it is asked, for programs or for people."""
    project = load_map(project_id, OF_DEFINITION)
    base, found = base_of(project), [name_only(one) for one in readable(project)]
    if choose_format(OF_DEFINITION) == "html":
        return vary(say_to_people(project, base, found))
    limits = FIRST_LIMIT, LARGEST_LIMIT
    answer = central_json.reply(ogc_openapi.openapi(base, project.name, API_VERSION, found, limits))
    answer.content_type = ogc_json.OPENAPI_TYPE
    return vary(answer)


@ogc.get(f"{BASE}/collections")
def get_collections(project_id: int) -> Response:
    project = load_map(project_id)
    found = (describe(project, one) for one in readable(project))
    return say(ogc_json.collections(base_of(project), found))


def get_collection(project_id: int, name: str) -> Response:
    project, one = load_collection(project_id, name)
    refuse_unknown()
    return say(ogc_json.collection(base_of(project), describe(project, one)))


def get_items(project_id: int, name: str) -> Response:
    """At most LARGEST_LIMIT features, and a link to those behind them."""
    project, one = load_collection(project_id, name)
    stretch = read_stretch(one.key)
    found = one.list_page(project, stretch)
    token = write_token(found.features[-1]["id"]) if found.has_more else None
    asked = {key: request.args[key] for key in OF_ITEMS if key in request.args}
    return say(ogc_json.items(base_of(project), name, asked, found.features, token), reply_geojson)


def get_item(project_id: int, name: str, **key: Any) -> Response:
    project, one = load_collection(project_id, name)
    refuse_unknown()
    (feature_id,) = key.values()
    return say(ogc_json.item(base_of(project), name, one.get_one(project, one.key(feature_id))), reply_geojson)


def say(document: ogc_json.Json, reply: Callable[[ogc_json.Json], Response] = central_json.reply) -> Response:
    """A document, and its links as a header, too."""
    answer = reply(document)
    answer.headers["Link"] = ogc_json.link_header(document.get("links", ()))
    return vary(answer)


def say_to_people(project: Project, base: str, found: list[Described]) -> Response:
    facts = {"properties": PROPERTIES, "largest": LARGEST_LIMIT}
    return make_response(render_template("ogc/definition.html", base=base, project=project, found=found, **facts))


def vary(answer: Response) -> Response:
    answer.headers["Vary"] = "Accept, Accept-Language, Accept-Encoding, Origin"
    return answer


def load_map(project_id: int, offered: Offered = JSON_ONLY) -> Project:
    """A project whose map the caller may see at all.

    Raises NotFound, Unauthenticated, Forbidden, UnexpectedAttribute, UnexpectedValue, NotAcceptable.
    """
    project = load_project(reading(), caller(), "village.read", project_id)
    refuse_unknown()
    choose_format(offered)
    return project


def load_collection(project_id: int, name: str) -> tuple[Project, Collection]:
    """Raises NotFound also for what a plain project does not have, Unauthenticated, Forbidden, what choose_format does."""
    project, one = load_project(reading(), caller(), "village.read", project_id), COLLECTIONS[name]
    if not exists_in(project, one):
        raise NotFound()
    allow(caller(), one.verb, project)
    choose_format()
    return project, one


def readable(project: Project) -> list[Collection]:
    return [one for one in COLLECTIONS.values() if exists_in(project, one) and may(caller(), one.verb, project)]


def exists_in(project: Project, one: Collection) -> bool:
    """A plain project has no women, so nobody is to be visited."""
    return project.kind == "care" or one.name != "follow-ups"


def describe(project: Project, one: Collection) -> Described:
    return name_only(one)._replace(extent=one.extent(project))


def name_only(one: Collection) -> Described:
    """Without its extent, which is asked of all that it holds."""
    return Described(one.name, str(one.title), str(one.description))


def base_of(project: Project) -> str:
    return f"{own_url()}/projects/{project.id}/ogc"


def extent_of_villages(project: Project) -> Box | None:
    return extent_of(reading(), project.id)


def extent_of_pins(project: Project) -> Box | None:
    return extent_of_records(reading(), layers_for(caller(), project).scope)


def list_villages(project: Project, stretch: Stretch) -> FeaturePage:
    """Boundaries and the numbers that everybody in the town is told: nothing that somebody said, so no look."""
    return list_village_features(reading(), project, counts_of(project), stretch)


def get_village(project: Project, code: str) -> Feature:
    return get_village_feature(reading(), project, counts_of(project), code)


def counts_of(project: Project) -> VillageCounts:
    villages = desk.list_villages(reading(), whole_town(project))
    return counts_for(reading(), project, scope_of(caller(), project), telling(), villages)


def list_records(project: Project, stretch: Stretch) -> FeaturePage:
    found = list_record_features(reading(), layers_for(caller(), project).scope, stretch)
    note_read(project, "map.read")
    return found


def get_record(project: Project, submission_id: int) -> Feature:
    found = get_record_feature(reading(), layers_for(caller(), project).scope, submission_id)
    note_read(project, "submission.read", submission_id=submission_id)
    return found


def list_follow_ups(project: Project, stretch: Stretch) -> FeaturePage:
    found = list_task_features(reading(), ask_follow_ups(reading(), caller(), project, today()), stretch)
    note_read(project, "followup.list", details={"visits": len(found.features)})
    return found


def get_follow_up(project: Project, visit_key: str) -> Feature:
    row, found = get_task(reading(), ask_follow_ups(reading(), caller(), project, today()), visit_key)
    note_read(project, "followup.read", about=row.subject, details={"followUpId": row.id})
    return found


COLLECTIONS = {
    one.name: one
    for one in (
        Collection(
            "villages",
            _l("Villages"),
            _l("Boundaries in force, with the number of records as the map shows it"),
            "village.read",
            str,
            extent_of_villages,
            list_villages,
            get_village,
        ),
        Collection(
            "submissions",
            _l("Records"),
            _l("Where records were taken, or their village; no answers, and no health records"),
            "submission.list",
            int,
            extent_of_pins,
            list_records,
            get_record,
        ),
        Collection(
            "follow-ups",
            _l("Follow-ups"),
            _l("What waits in which village, at its label: no names, no homes and no reasons"),
            "followup.read",
            str,
            extent_of_villages,
            list_follow_ups,
            get_follow_up,
        ),
    )
}

# A rule for each, so that whoever goes through all addresses meets each collection.
for _name, _part in (("villages", "village"), ("submissions", "int:submission_id"), ("follow-ups", "uuid:visit_key")):
    _own, _fixed = f"{BASE}/collections/{_name}", {"name": _name}
    ogc.add_url_rule(_own, view_func=get_collection, defaults=_fixed)
    ogc.add_url_rule(f"{_own}/items", view_func=get_items, defaults=_fixed)
    ogc.add_url_rule(f"{_own}/items/<{_part}>", view_func=get_item, defaults=_fixed)
