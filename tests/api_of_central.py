"""Every address of Central's API that its clients call, in the order of docs/api-coverage.md; ours; the numbers of errors.

A line is `METHODS path`, the path below /v1. `{p}` is a project, `{f}` a form, `{i}` a record, `{v}` a version, `{d}` an entity
list, `{e}` an entity, `{id}` a number.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

SAMPLES = {"p": "1", "id": "1", "e": "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "table": "Submissions", "repeat": "member"}

HERE = {
    "手机（OpenRosa） / Phones (OpenRosa)": """
GET /projects/{p}/formList
GET POST HEAD /projects/{p}/submission
GET /projects/{p}/forms/{f}/manifest
GET /projects/{p}/forms/{f}/draft/manifest
GET /projects/{p}/forms/{f}/versions/{v}/manifest
GET /projects/{p}/datasets/{d}/integrity
GET /test/{token}/projects/{p}/forms/{f}/draft/formList
GET /test/{token}/projects/{p}/forms/{f}/draft.xml
GET /test/{token}/projects/{p}/forms/{f}/draft/manifest
GET /test/{token}/projects/{p}/forms/{f}/draft/attachments/{name}
GET POST HEAD /test/{token}/projects/{p}/forms/{f}/draft/submission
POST /test/{token}/projects/{p}/forms/{f}/draft/submissions
""",
    "登录、账号、角色 / Sessions, accounts, roles": """
POST /sessions
GET /sessions/restore
DELETE /sessions/current
DELETE /sessions/{token}
GET POST /users
GET /users/current
GET PATCH DELETE /users/{id}
PUT /users/{id}/password
POST /users/reset/initiate
POST /users/reset/verify
GET /roles
GET /roles/{role}
GET /assignments
GET /assignments/{role}
POST DELETE /assignments/{role}/{id}
GET /audits
GET /config/public
""",
    "项目 / Projects": """
GET POST /projects
GET PATCH PUT DELETE /projects/{p}
GET POST /projects/{p}/app-users
GET PATCH DELETE /projects/{p}/app-users/{id}
GET POST /projects/{p}/actor-properties
GET /projects/{p}/assignments
GET /projects/{p}/assignments/{role}
POST DELETE /projects/{p}/assignments/{role}/{id}
GET /projects/{p}/assignments/forms
GET /projects/{p}/assignments/forms/{role}
""",
    "表单 / Forms": """
GET POST /projects/{p}/forms
GET PATCH DELETE /projects/{p}/forms/{f}
POST /projects/{p}/forms/{id}/restore
GET /projects/{p}/forms/{f}.xml
GET /projects/{p}/forms/{f}.xls
GET /projects/{p}/forms/{f}.xlsx
GET /projects/{p}/forms/{f}/fields
GET /projects/{p}/forms/{f}/attachments
GET /projects/{p}/forms/{f}/attachments/{name}
GET /projects/{p}/forms/{f}/dataset-diff
GET /projects/{p}/forms/{f}/assignments
GET /projects/{p}/forms/{f}/assignments/{role}
POST DELETE /projects/{p}/forms/{f}/assignments/{role}/{id}
GET POST /projects/{p}/forms/{f}/public-links
GET PATCH DELETE /projects/{p}/forms/{f}/public-links/{id}
GET /projects/{p}/forms/{f}/versions
GET /projects/{p}/forms/{f}/versions/{v}
GET /projects/{p}/forms/{f}/versions/{v}.xml
GET /projects/{p}/forms/{f}/versions/{v}.xls
GET /projects/{p}/forms/{f}/versions/{v}.xlsx
GET /projects/{p}/forms/{f}/versions/{v}/fields
GET /projects/{p}/forms/{f}/versions/{v}/attachments
GET /projects/{p}/forms/{f}/versions/{v}/attachments/{name}
GET POST DELETE /projects/{p}/forms/{f}/draft
GET /projects/{p}/forms/{f}/draft.xml
GET /projects/{p}/forms/{f}/draft.xls
GET /projects/{p}/forms/{f}/draft.xlsx
GET /projects/{p}/forms/{f}/draft/fields
GET /projects/{p}/forms/{f}/draft/attachments
GET POST PATCH DELETE /projects/{p}/forms/{f}/draft/attachments/{name}
GET /projects/{p}/forms/{f}/draft/dataset-diff
POST /projects/{p}/forms/{f}/draft/publish
""",
    "记录 / Submissions": """
GET POST /projects/{p}/forms/{f}/submissions
GET PUT PATCH DELETE /projects/{p}/forms/{f}/submissions/{i}
POST /projects/{p}/forms/{f}/submissions/{i}/restore
GET /projects/{p}/forms/{f}/submissions/{i}.xml
GET /projects/{p}/forms/{f}/submissions/{i}.geojson
GET /projects/{p}/forms/{f}/submissions/{i}/edit
GET POST /projects/{p}/forms/{f}/submissions/{i}/comments
GET /projects/{p}/forms/{f}/submissions/{i}/attachments
GET POST DELETE /projects/{p}/forms/{f}/submissions/{i}/attachments/{name}
GET /projects/{p}/forms/{f}/submissions/{i}/versions
GET /projects/{p}/forms/{f}/submissions/{i}/versions/{v}
GET /projects/{p}/forms/{f}/submissions/{i}/versions/{v}.xml
GET /projects/{p}/forms/{f}/submissions/{i}/versions/{v}.geojson
GET /projects/{p}/forms/{f}/submissions/{i}/versions/{v}/attachments
GET /projects/{p}/forms/{f}/submissions/{i}/versions/{v}/attachments/{name}
GET /projects/{p}/forms/{f}/submissions/{i}/diffs
GET /projects/{p}/forms/{f}/submissions/{i}/audits
GET /projects/{p}/forms/{f}/submissions/submitters
GET /projects/{p}/forms/{f}/submissions/keys
GET POST /projects/{p}/forms/{f}/submissions.csv
GET POST /projects/{p}/forms/{f}/submissions.csv.zip
GET /projects/{p}/forms/{f}/submissions.geojson
""",
    "草稿的记录 / A draft's submissions": """
GET POST /projects/{p}/forms/{f}/draft/submissions
GET PUT /projects/{p}/forms/{f}/draft/submissions/{i}
GET /projects/{p}/forms/{f}/draft/submissions/{i}.xml
GET /projects/{p}/forms/{f}/draft/submissions/{i}.geojson
GET POST /projects/{p}/forms/{f}/draft/submissions/{i}/comments
GET /projects/{p}/forms/{f}/draft/submissions/{i}/attachments
GET POST /projects/{p}/forms/{f}/draft/submissions/{i}/attachments/{name}
GET /projects/{p}/forms/{f}/draft/submissions/{i}/versions
GET /projects/{p}/forms/{f}/draft/submissions/{i}/versions/{v}
GET /projects/{p}/forms/{f}/draft/submissions/{i}/versions/{v}.xml
GET /projects/{p}/forms/{f}/draft/submissions/{i}/versions/{v}.geojson
GET /projects/{p}/forms/{f}/draft/submissions/{i}/versions/{v}/attachments
GET /projects/{p}/forms/{f}/draft/submissions/{i}/versions/{v}/attachments/{name}
GET /projects/{p}/forms/{f}/draft/submissions/{i}/diffs
GET /projects/{p}/forms/{f}/draft/submissions/{i}/audits
GET /projects/{p}/forms/{f}/draft/submissions/submitters
GET /projects/{p}/forms/{f}/draft/submissions/keys
GET POST /projects/{p}/forms/{f}/draft/submissions.csv
GET POST /projects/{p}/forms/{f}/draft/submissions.csv.zip
GET /projects/{p}/forms/{f}/draft/submissions.geojson
""",
    "实体列表 / Entity lists": """
GET POST /projects/{p}/datasets
GET PATCH DELETE /projects/{p}/datasets/{d}
POST /projects/{p}/datasets/{d}/properties
DELETE /projects/{p}/datasets/{d}/properties/{name}
GET POST /projects/{p}/datasets/{d}/entities
GET PATCH DELETE /projects/{p}/datasets/{d}/entities/{e}
POST /projects/{p}/datasets/{d}/entities/{e}/restore
GET /projects/{p}/datasets/{d}/entities/{e}/versions
GET /projects/{p}/datasets/{d}/entities/{e}/diffs
GET /projects/{p}/datasets/{d}/entities/{e}/audits
GET /projects/{p}/datasets/{d}/entities/{e}/geojson
POST /projects/{p}/datasets/{d}/entities/bulk-delete
POST /projects/{p}/datasets/{d}/entities/bulk-restore
GET /projects/{p}/datasets/{d}/entities/creators
GET /projects/{p}/datasets/{d}/entities.csv
GET /projects/{p}/datasets/{d}/entities.geojson
""",
    "OData": """
GET /projects/{p}/forms/{f}.svc
GET /projects/{p}/forms/{f}.svc/$metadata
GET /projects/{p}/forms/{f}.svc/{table}
GET /projects/{p}/forms/{f}.svc/Submissions('{i}')
GET /projects/{p}/forms/{f}.svc/Submissions('{i}')/{repeat}
GET /projects/{p}/forms/{f}/draft.svc
GET /projects/{p}/forms/{f}/draft.svc/$metadata
GET /projects/{p}/forms/{f}/draft.svc/{table}
GET /projects/{p}/forms/{f}/draft.svc/Submissions('{i}')
GET /projects/{p}/forms/{f}/draft.svc/Submissions('{i}')/{repeat}
GET /projects/{p}/datasets/{d}.svc
GET /projects/{p}/datasets/{d}.svc/$metadata
GET /projects/{p}/datasets/{d}.svc/Entities
""",
}

LEFT_OUT = """
POST /projects/{p}/key
GET POST DELETE /config/{key}
GET POST /backup
PUT DELETE /user-preferences/{key}
GET /form-links/{token}/form
GET /projects/{p}/trash/datasets/{id}/entities.csv
"""

OURS = """
GET /openapi.json
GET /openapi
GET /projects/{p}/villages
PUT /projects/{p}/villages/{code}
PUT /projects/{p}/actors/{id}/villages
GET PUT /projects/{p}/app-users/{id}/carer
GET /projects/{p}/forms/{f}/draft/diff
GET POST /projects/{p}/forms/{f}/submissions.xlsx
GET POST /projects/{p}/forms/{f}/draft/submissions.xlsx
GET /projects/{p}/forms/{f}/submissions/{i}/access
GET /projects/{p}/women/{e}/access
GET /projects/{p}/datasets/{d}.svc/Entities('{e}')
GET /projects/{p}/changes
GET /projects/{p}/indicators
GET /projects/{p}/indicators/{name}
GET /projects/{p}/ogc
GET /projects/{p}/ogc/api
GET /projects/{p}/ogc/conformance
GET /projects/{p}/ogc/collections
GET /projects/{p}/ogc/collections/follow-ups
GET /projects/{p}/ogc/collections/follow-ups/items
GET /projects/{p}/ogc/collections/follow-ups/items/{e}
GET /projects/{p}/ogc/collections/submissions
GET /projects/{p}/ogc/collections/submissions/items
GET /projects/{p}/ogc/collections/submissions/items/{id}
GET /projects/{p}/ogc/collections/villages
GET /projects/{p}/ogc/collections/villages/items
GET /projects/{p}/ogc/collections/villages/items/{code}
"""

# The numbers that clients of Central's know.
CODES = """
400.1 400.2 400.3 400.4 400.6 400.7 400.8 400.11 400.12 400.13 400.14 400.15 400.16 400.17 400.18 400.19
400.21 400.22 400.23 400.24 400.25 400.26 400.27 400.28 400.29 400.31 400.32 400.33 400.34 400.35 400.36
400.37 400.38 400.39 400.41 400.42 400.43 400.44 401.2 401.3 401.5 403.1 403.2 404.1 404.2 404.3 404.4 404.5
404.6 404.7 404.8 404.9 404.11 406.1 409.1 409.2 409.3 409.4 409.6 409.7 409.8 409.9 409.11 409.12 409.13
409.15 409.16 409.17 409.18 409.19 409.21 409.22 409.23 500.1 501.1 501.2 501.3 501.4 501.5 501.6 501.11 502.1
502.2 502.3
"""


class Address(NamedTuple):
    methods: tuple[str, ...]
    path: str


def read(text: str) -> Iterator[Address]:
    for line in text.strip().splitlines():
        *methods, path = line.split()
        yield Address(tuple(methods), path)


def filled(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda found: SAMPLES.get(found[1], "x"), path)


def rules_of(routes: Map, addresses: Iterable[Address]) -> set[tuple[str, str]]:
    """The rules × methods that answer some addresses. Raises AssertionError for an address that none answers."""
    bound = routes.bind("")
    found = set()
    for one in addresses:
        for method in one.methods:
            try:
                rule, _ = bound.match("/v1" + filled(one.path), method, return_rule=True)
            except HTTPException as none:
                raise AssertionError(f"{method} {one.path}: {none}") from None
            found.add((method, rule.rule))
    return found
