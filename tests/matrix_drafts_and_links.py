"""What a draft's records, links for anybody and all that is left out ask for below /v1: how it is read, matrix_routes.py says.

Links are refused in the care project of the matrix, whoever asks: a verb that no role has says so.
"""

DRAFTS_AND_LINKS = """
[open]
GET /v1/backup
POST /v1/backup
DELETE /v1/config/<path:key>
GET /v1/config/<path:key>
POST /v1/config/<path:key>
GET /v1/config/public
GET /v1/form-links/<enketo_id>/form
POST /v1/projects/<int:project_id>/key
GET /v1/projects/<int:project_id>/trash/datasets/<int:dataset_id>/entities.csv
DELETE /v1/user-preferences/<path:below>
PUT /v1/user-preferences/<path:below>

[project] public_link.list
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/public-links
GET /v1/projects/<int:project_id>/forms/<xml_form_id>/public-links/<int:actor_id>

[project] public_link.update
PATCH /v1/projects/<int:project_id>/forms/<xml_form_id>/public-links/<int:actor_id>

[project] public_link.delete
DELETE /v1/projects/<int:project_id>/forms/<xml_form_id>/public-links/<int:actor_id>

[project] nothing.at.all
POST /v1/projects/<int:project_id>/forms/<xml_form_id>/public-links

[project] submission.create
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions

[project] submission.list
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/submitters

[project] submission.read
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/keys
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/audits
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/comments
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/comments
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/diffs
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/versions
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/versions/<version_id>
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/versions/<version_id>.geojson
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/versions/<version_id>.xml
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/versions/<version_id>/attachments
GET /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/versions/<version_id>/attachments/<name>

[project] submission.update
PUT /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>
POST /v1/projects/<int:project_id>/forms/<form_id>/draft/submissions/<instance_id>/attachments/<name>

[record] submission.update
GET /v1/projects/<int:project_id>/forms/<form_id>/submissions/<instance_id>/edit
"""
