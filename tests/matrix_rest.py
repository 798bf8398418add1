"""What projects, forms, lists, roles and accounts ask for below /v1: how it is read, matrix_routes.py says."""

REST = """
[open]
GET /v1/openapi
GET /v1/openapi.json
GET /v1/projects
POST /v1/sessions
POST /v1/users/reset/initiate
POST /v1/users/reset/verify

[person]
GET /v1/roles
GET /v1/roles/<role>
DELETE /v1/sessions/current
GET /v1/sessions/restore
GET /v1/users
GET /v1/users/current

[project] assignment.create
PUT /v1/projects/<int:project_id>/actors/<int:actor_id>/villages
POST /v1/projects/<int:project_id>/assignments/<role>/<int:actor_id>
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>/<int:actor_id>

[project] assignment.delete
DELETE /v1/projects/<int:project_id>/assignments/<role>/<int:actor_id>
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>/<int:actor_id>

[project] assignment.list
GET /v1/projects/<int:project_id>/assignments
GET /v1/projects/<int:project_id>/assignments/<role>
GET /v1/projects/<int:project_id>/assignments/forms
GET /v1/projects/<int:project_id>/assignments/forms/<role>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/assignments
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/assignments/<role>

[project] dataset.create
POST /v1/projects/<int:project_id>/datasets

[project] dataset.list
GET /v1/projects/<int:project_id>/datasets
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/dataset-diff

[project] dataset.read
GET /v1/projects/<int:project_id>/datasets/<name>

[project] dataset.update
POST /v1/projects/<int:project_id>/datasets/<name>/properties

[project] form.create
POST /v1/projects/<int:project_id>/forms

[project] form.delete
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>

[project] form.read
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft.<any(xls, xlsx):extension>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft.xml
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/dataset-diff
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/diff
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/fields

[project] form.read|open_form.read
GET /v1/projects/<int:project_id>/forms/<xml_form_id>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>.<any(xls, xlsx):extension>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>.xml
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/attachments
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/fields
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>.<any(xls, xlsx):extension>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>.xml
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>/attachments
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/versions/<version>/fields

[project] followup.read
GET /v1/projects/<int:project_id>/ogc/collections/follow-ups
GET /v1/projects/<int:project_id>/ogc/collections/follow-ups/items

[woman] followup.read
GET /v1/projects/<int:project_id>/ogc/collections/follow-ups/items/<uuid:visit_key>

[project] form.restore
POST /v1/projects/<int:project_id>/forms/<int:form_id>/restore

[project] form.update
PATCH /v1/projects/<int:project_id>/forms/<xml_form_id>
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>/draft
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/draft
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments/<name>
PATCH /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments/<name>
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/attachments/<name>
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/draft/publish

[project] form.list|open_form.list|open_form.read
GET /v1/projects/<int:project_id>/forms

[project] project.delete
DELETE /v1/projects/<int:project_id>

[project] project.read
GET /v1/projects/<int:project_id>

[project] project.update
PATCH /v1/projects/<int:project_id>
PUT /v1/projects/<int:project_id>

[project] indicator.read
GET /v1/projects/<int:project_id>/indicators
GET /v1/projects/<int:project_id>/indicators/<name>

[project] village.import
PUT /v1/projects/<int:project_id>/villages/<code>

[project] village.read
GET /v1/projects/<int:project_id>/ogc
GET /v1/projects/<int:project_id>/ogc/api
GET /v1/projects/<int:project_id>/ogc/collections
GET /v1/projects/<int:project_id>/ogc/collections/villages
GET /v1/projects/<int:project_id>/ogc/collections/villages/items
GET /v1/projects/<int:project_id>/ogc/collections/villages/items/<village>
GET /v1/projects/<int:project_id>/ogc/conformance
GET /v1/projects/<int:project_id>/villages

[site] assignment.create
POST /v1/assignments/<role>/<int:actor_id>

[site] assignment.delete
DELETE /v1/assignments/<role>/<int:actor_id>

[site] assignment.list
GET /v1/assignments
GET /v1/assignments/<role>

[site] audit.read
GET /v1/audits

[site] project.create
POST /v1/projects

[site] user.create
POST /v1/users

[site] user.delete
DELETE /v1/users/<int:actor_id>

[site] user.read
GET /v1/users/<int:actor_id>

[site] user.update
PATCH /v1/users/<int:actor_id>
PUT /v1/users/<int:actor_id>/password

[token]
DELETE /v1/sessions/<token>
"""
