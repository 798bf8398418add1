"""Entity lists (6.9): how they are made, told and taken away, and what of their entities is told to whom."""

from flask import Response

from server.access.allow import may, scope_of
from server.errors import NotFound, UnexpectedValue
from server.intake.approving import make_entities_of
from server.models import Dataset, Project
from server.publishing import dataset_settings as settings
from server.publishing import datasets as verbs
from server.publishing.made_lists import refuse_made_lists, refuse_rows_of_workers
from server.publishing.sources import forms_of_list
from server.registry.list_filters import rules_of
from server.registry.lists import find_dataset
from server.registry.queries import ListFigures, figures_of
from server.registry.reach import is_benefit_list, is_care_list, is_results_list, reach_of
from server.web.central.door import CentralDoor
from server.web.central.loading import load_project
from server.web.json_body import read_json
from server.web.parameters import is_true, query_text, wants_extended
from server.web.session import caller, db, now, reading, today
from server.web.wire import central_json, forms_json
from server.web.wire.central_json import Json

datasets = CentralDoor("datasets")
DATASETS = "/projects/<int:project_id>/datasets"


@datasets.get(DATASETS)
def get_datasets(project_id: int) -> Response:
    project = load_project(reading(), caller(), "dataset.list", project_id)
    rows = verbs.list_datasets(reading(), project, deleted=is_true("deleted"))
    if not wants_extended():
        return central_json.reply([forms_json.dataset(row) for row in rows])
    return central_json.reply(
        [forms_json.dataset(row) | forms_json.dataset_figures(figures(project, row)) for row in rows]
    )


def figures(project: Project, dataset: Dataset) -> ListFigures | None:
    """Of what the caller reaches of a list; None where its entities are not for the caller."""
    reach = reach_of(caller(), project, today())
    if not may(caller(), "entity.list", project) or (is_care_list(dataset, reach) and reach.role is None):
        return None
    if is_results_list(dataset, reach) or (is_benefit_list(dataset, reach) and not reach.benefits):
        return None
    return figures_of(reading(), dataset, reach)


@datasets.post(DATASETS)
def post_dataset(project_id: int) -> Response:
    project = load_project(db(), caller(), "dataset.create", project_id)
    sent = read_json({"name": str}, {"approvalRequired": bool, "ownerOnly": bool})
    refuse_rows_of_workers(project, sent["name"])
    approval, own = sent.get("approvalRequired", False), sent.get("ownerOnly", False)
    made = verbs.create_dataset(db(), project, sent["name"], caller().actor_id, now(), approval, own)
    return central_json.reply(detail(made))


@datasets.get(DATASETS + "/<name>")
def get_dataset(project_id: int, name: str) -> Response:
    project, dataset = load_dataset("dataset.read", project_id, name)
    body = detail(dataset)
    if wants_extended():
        body |= forms_json.dataset_figures(figures(project, dataset))
    # The moment is that of somebody's entry: it is for those who read all entries.
    if project.kind == "care" and not (scope_of(caller(), project).everything and figures(project, dataset)):
        body["lastUpdate"] = None
    return central_json.reply(body)


def load_dataset(verb: str, project_id: int, name: str) -> tuple[Project, Dataset]:
    """Raises NotFound (also for a list of another project), Forbidden, UnexpectedValue to write one that the server makes."""
    project = load_project(db(), caller(), verb, project_id)
    if not verb.endswith((".read", ".list")):
        refuse_made_lists(project, [name])
        refuse_rows_of_workers(project, name)
    dataset = find_dataset(db(), project.id, name)
    if dataset is None:
        raise NotFound()
    return project, dataset


def detail(dataset: Dataset) -> Json:
    properties, forms = verbs.list_properties(db(), dataset), forms_of_list(db(), dataset)
    return forms_json.dataset_detail(dataset, properties, forms, rules_of(db(), dataset))


@datasets.patch(DATASETS + "/<name>")
def patch_dataset(project_id: int, name: str) -> Response:
    """With `?convert=true`, records that waited for approval make their entities once the list asks for it no more."""
    project, dataset = load_dataset("dataset.update", project_id, name)
    sent = read_json(optional={"approvalRequired": bool, "ownerOnly": bool, "accessFilter": dict | None})
    convert = read_convert()
    waiting = settings.change_settings(db(), project, dataset, sent, convert, caller().actor_id, now())
    make_entities_of(db(), waiting, now())
    db().refresh(dataset)
    return central_json.reply(detail(dataset))


def read_convert() -> bool | None:
    asked = query_text("convert")
    if asked is not None and asked.lower() not in ("true", "false"):
        raise UnexpectedValue(field="convert", value=asked[:100], reason="it is neither true nor false")
    return None if asked is None else asked.lower() == "true"


@datasets.delete(DATASETS + "/<name>")
def delete_dataset(project_id: int, name: str) -> Response:
    project, dataset = load_dataset("dataset.delete", project_id, name)
    settings.delete_dataset(db(), project, dataset, caller().actor_id, now())
    return central_json.success()


@datasets.post(DATASETS + "/<name>/properties")
def post_property(project_id: int, name: str) -> Response:
    _, dataset = load_dataset("dataset.update", project_id, name)
    sent = read_json({"name": str})
    verbs.add_property(db(), dataset, sent["name"], caller().actor_id, now())
    return central_json.success()


@datasets.delete(DATASETS + "/<name>/properties/<property_name>")
def delete_property(project_id: int, name: str, property_name: str) -> Response:
    project, dataset = load_dataset("dataset.update", project_id, name)
    settings.delete_property(db(), project, dataset, property_name, caller().actor_id, now())
    return central_json.success()
