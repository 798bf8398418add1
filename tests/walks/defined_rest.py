"""What schemathesis is given to ask a served project by: things that are there, by their ids, and how it asks as whom."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.making import a_record, an_xform
from tests.served_project import sign_in
from tests.serving import RunningServer
from tests.sizes import FULL

INSTANCES = [f"uuid:0000000{number}-aaaa-4bbb-8ccc-000000000000" for number in range(1, 7)]
ENTITIES = [f"0000000{number}-1111-4222-8333-000000000000" for number in range(1, 7)]
SECRET = "correct horse battery"
XML = {"Content-Type": "application/xml"}
SPARE = ("spare1", "spare2")


@dataclass
class Known:
    """Ids of things that are there: for questions and changes, and other ones for what takes away."""

    kept: dict[str, list[Any]] = field(default_factory=dict)
    spare: dict[str, list[Any]] = field(default_factory=dict)


class Office:
    """The administrator of a served site, who makes what is asked about."""

    def __init__(self, server: RunningServer) -> None:
        self.api = server.api
        self.session = requests.Session()
        self.session.headers.update(sign_in(server))

    @property
    def token(self) -> str:
        return str(self.session.headers["Authorization"]).removeprefix("Bearer ")

    def ask(self, method: str, path: str, **how: Any) -> Any:
        answer = self.session.request(method, self.api + path, timeout=60, **how)
        assert answer.status_code in (200, 201), (method, path, answer.text)
        return answer.json() if "json" in answer.headers["Content-Type"] else answer.content

    def make(self, path: str, **said: Any) -> Any:
        return self.ask("POST", path, json=said)


def fill(office: Office) -> Known:
    """A plain project with forms, records, files, lists, phones and links; a care project; people; and what is to go."""
    made = [office.make("/projects", name=f"town {number}")["id"] for number in range(30)]
    town, *others = reversed(made)  # small numbers are tried by chance, too
    here = f"/projects/{town}"
    for form in ("visit", *SPARE):
        xml = an_xform(form, entities=form == "visit")
        office.ask("POST", f"{here}/forms?publish=true&ignoreWarnings=true", data=xml, headers=XML)
        office.ask("POST", f"{here}/forms/{form}/draft?ignoreWarnings=true", data=an_xform(form, "2"), headers=XML)
    for number, instance in enumerate(INSTANCES):
        photo = "people" if number < 3 else SPARE[0]  # the name of a list, too: an address has one word for both
        for part in ("submissions", "draft/submissions"):
            record = a_record(
                instance_id=instance, version="2" if "draft" in part else "1", gps="30.05 104.05 0 0", photo=photo
            )
            office.ask("POST", f"{here}/forms/visit/{part}", data=record, headers=XML)
    for name in ("people", *SPARE):
        office.make(f"{here}/datasets", name=name)
        office.make(f"{here}/datasets/{name}/properties", name="hamlet")
        for uuid in ENTITIES:
            key = uuid if name == "people" else f"{name[-1]}{uuid[1:]}"
            office.make(f"{here}/datasets/{name}/entities", uuid=key, label="李家", data={"hamlet": "一社"})
    people = [office.make("/users", email=f"{one}@town.test", password=SECRET)["id"] for one in "abcdef"]
    phones = [office.make(f"{here}/app-users", displayName=f"phone {one}")["id"] for one in range(4)]
    links = [office.make(f"{here}/forms/visit/public-links", displayName=f"link {one}")["id"] for one in range(4)]
    draft = office.ask("GET", f"{here}/forms/visit/draft")["draftToken"]
    kept = {
        "projectId": [town],
        "xmlFormId": ["visit"],
        "name": ["people"],
        "uuid": ENTITIES[:3],
        "instanceId": INSTANCES[:1],
        "versionId": INSTANCES[:1],
        "version": ["1"],
        "actorId": [people[0], phones[0], links[0]],
        "role": ["manager", "viewer", "app-user", 5],
        "token": [draft],
        "below": ["Submissions", f"Submissions('{INSTANCES[0]}')"],
        "propertyName": ["hamlet"],
        "code": ["510000001"],
        "extension": ["xlsx"],
    }
    spare = {
        **kept,
        "project": others[:20],
        "name": SPARE[:1],
        "uuid": [f"1{one[1:]}" for one in ENTITIES],
        "xmlFormId": ["visit", *SPARE],
        "instanceId": INSTANCES[3:],
        "actorId": [*people[1:], *phones[1:], *links[1:]],
        "token": ["nobodys"],
    }
    return Known(kept, {name: list(values) for name, values in spare.items()})


def configuration(known: Known, token: str, document: Mapping[str, Any]) -> str:
    """schemathesis.toml."""
    words: dict[str, list[Any]] = {f"kept_{name}": values for name, values in known.kept.items()}
    words |= {f"spare_{name}": values for name, values in known.spare.items()}
    lines = [*table("auth.openapi.bearer", {"bearer": token})]
    lines += [line for name, values in words.items() for line in table(f"dictionaries.{name}", {"values": values})]
    lines += table("parameters", bound("kept", known.kept))
    lines += table(
        "checks.not_a_server_error", {"expected-statuses": ["2xx", "3xx", "4xx", 501]}
    )  # it says what is left out
    if not FULL:  # the same cases each time, whatever the server answers
        lines += table("generation", {"deterministic": True})
        lines += table("phases.fuzzing.extra-data-sources", {"responses": False})
        lines += table("phases.fuzzing.error-feedback", {"enabled": False})
    lines += of_operations(["DELETE /sessions/current"])  # else nobody asks any more
    lines += table("operations.headers", {"Authorization": "Bearer nobodys"})
    lines += of_operations([f"{method} /projects/{{projectId}}" for method in ("DELETE", "PATCH", "PUT")])
    lines += table("operations.parameters", {"path.projectId": {"dictionary": "spare_project", "probability": 1.0}})
    lines += of_operations([name for name in names_in(document) if name.startswith("DELETE") or name in OF_DRAFTS])
    lines += table("operations.parameters", bound("spare", known.spare))
    lines += exceptions(document)
    return "\n".join(lines)


OF_DRAFTS = tuple(f"POST /projects/{{projectId}}/forms/{{xmlFormId}}/draft{part}" for part in ("", "/publish"))
# Whose words are good or not by what is there: names of properties, forms and villages; questions to a table.
BY_WHAT_IS_THERE = (
    "postProjectsProjectIdDatasets",
    "postProjectsProjectIdDatasetsName(Properties|Entities)",
    "patchProjectsProjectIdDatasetsName(EntitiesUuid)?",
    "(put|patch|post)ProjectsProjectId(AppUsers|ActorProperties|Actors|Villages|Assignments).*",
    ".*(Assignments|PublicLinks).*",
    "getAudits",
    "(put|patch)ProjectsProjectId",
    ".*DraftPublish",
    ".*(Svc|Csv|Zip|Xlsx|Geojson).*",
    "(get|patch)ProjectsProjectIdOgc.*",
    "(put|post|patch)User.*",
)


def names_in(document: Mapping[str, Any]) -> list[str]:
    return [f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods]


def of_operations(names: list[str]) -> list[str]:
    return ["[[operations]]", f"include-name = {inline(names)}"]


def exceptions(document: Mapping[str, Any]) -> list[str]:
    """What no schema says: which text is a form, and which words are good by what is there; of which address is another one's,
    as `/forms/x.xml` is that of the form `x.xml`, too.
    """
    found = [(path, one) for path, methods in document["paths"].items() for one in methods.values()]
    open_words = [one["operationId"] for _, one in found if has_open_words(one)]
    shared = sorted({path for path, _ in found if any(is_also(path, other) for other in document["paths"])})
    return [
        "[[operations]]",
        f"include-operation-id = {inline(open_words)}",
        *table("operations.checks.positive_data_acceptance", {"expected-statuses": ["2xx", "3xx", "4xx", 501]}),
        *of_operations([f"{method.upper()} {path}" for path in shared for method in document["paths"][path]]),
        *table("operations.checks.allow_header_conformance", {"enabled": False}),
    ]


def has_open_words(one: Mapping[str, Any]) -> bool:
    kinds = set(one.get("requestBody", {}).get("content", ()))
    return bool(kinds - {"application/json"}) or any(
        re.fullmatch(like, one["operationId"]) for like in BY_WHAT_IS_THERE
    )


def is_also(path: str, other: str) -> bool:
    """Whether an address of one path is one of the other, too."""
    like = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"({\w+})", other))
    return path != other and re.fullmatch(like, re.sub(r"{\w+}", "0", path)) is not None


def bound(kind: str, names: Iterable[str]) -> dict[str, Any]:
    return {f"path.{name}": {"dictionary": f"{kind}_{name}", "probability": 0.9} for name in names}


def table(name: str, values: Mapping[str, Any]) -> list[str]:
    return [f"[{name}]", *(f'"{key}" = {inline(value)}' for key, value in values.items())]


def inline(value: Any) -> str:
    """As TOML writes it, which is JSON but for mappings."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f'"{key}" = {inline(one)}' for key, one in value.items()) + " }"
    return json.dumps(value)
