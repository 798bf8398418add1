"""What records and entities ask for below /v1, exports and OData too: how it is read, matrix_routes.py says."""

RECORDS = """
[asked] access.read
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/access

[care] entity.create
POST /v1/projects/<int:project_id>/datasets/<name>/entities

[care] entity.delete
POST /v1/projects/<int:project_id>/datasets/<name>/entities/bulk-delete

[care] entity.list
GET /v1/projects/<int:project_id>/datasets/<name>/entities

[care] entity.restore
POST /v1/projects/<int:project_id>/datasets/<name>/entities/bulk-restore

[guarded] access
GET /v1/projects/<int:project_id>/women/<uuid:woman_uuid>/access

[pin] submission.list
GET /v1/projects/<int:project_id>/ogc/collections/submissions/items/<int:submission_id>

[project] submission.create
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions

[project] submission.list
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/submitters
GET /v1/projects/<int:project_id>/ogc/collections/submissions
GET /v1/projects/<int:project_id>/ogc/collections/submissions/items

[project] submission.read
GET /v1/projects/<int:project_id>/forms/<form_id>.svc
GET /v1/projects/<int:project_id>/forms/<form_id>.svc/$metadata
GET /v1/projects/<int:project_id>/forms/<form_id>.svc/<path:below>
GET /v1/projects/<int:project_id>/forms/<form_id>/draft.svc
GET /v1/projects/<int:project_id>/forms/<form_id>/draft.svc/$metadata
GET /v1/projects/<int:project_id>/forms/<form_id>/draft.svc/<path:below>
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.csv
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.csv
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.csv.zip
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.csv.zip
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.xlsx
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions.xlsx
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>.xml
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/attachments
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions.csv
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions.csv
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions.csv.zip
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions.csv.zip
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions.xlsx
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions.xlsx
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/keys

[forms] submission.list|entity.list|followup.read|benefit.read
GET /v1/projects/<int:project_id>/changes

[record] submission.delete
DELETE /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>

[record] submission.read
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>.xml
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/attachments
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/attachments/<name>
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/audits
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/comments
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/comments
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/diffs
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>.xml
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>/attachments
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/versions/<version_id>/attachments/<name>

[record] submission.restore
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/restore

[record] submission.update
PATCH /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>
PUT /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>
DELETE /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/attachments/<name>
POST /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/attachments/<name>

[woman] entity.delete
DELETE /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>

[woman] entity.read
GET /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>

[woman] entity.restore
POST /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>/restore

[woman] entity.update
PATCH /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>
"""
