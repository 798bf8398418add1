"""What the doors of phones ask for, and those where phones are made: how it is read, matrix_routes.py says."""

PHONES = """
[open]
GET /v1/projects/<int:project_id>/submission

[project] entity.list|open_form.read
GET /v1/projects/<int:project_id>/datasets/<name>/integrity

[project] field_key.create
POST /v1/projects/<int:project_id>/app-users

[phone] field_key.delete
DELETE /v1/projects/<int:project_id>/app-users/<int:actor_id>

[phone] field_key.list
GET /v1/projects/<int:project_id>/app-users/<int:actor_id>
GET /v1/projects/<int:project_id>/app-users/<int:actor_id>/carer

[project] field_key.list
GET /v1/projects/<int:project_id>/app-users

[phone] field_key.update
PATCH /v1/projects/<int:project_id>/app-users/<int:actor_id>
PUT /v1/projects/<int:project_id>/app-users/<int:actor_id>/carer

[project] form.read
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/manifest

[project] form.read|open_form.read
GET /v1/projects/<int:project_id>/forms/<form_id>/manifest
GET /v1/projects/<int:project_id>/forms/<form_id>/versions/<version>/manifest

[project] open_form.list|open_form.read
GET /v1/projects/<int:project_id>/formList

[project] submission.create
POST /v1/projects/<int:project_id>/submission

[token]
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft.xml
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/attachments/<name>
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/formList
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/manifest
GET /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/submission
POST /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/submission
POST /v1/test/<token>/projects/<int:project_id>/forms/<form_id>/draft/submissions
"""
