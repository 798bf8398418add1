"""What entity lists' settings, their entities' histories and the properties of phones ask for: see matrix_routes.py."""

ENTITIES = """
[project] actor_property.list
GET /v1/projects/<int:project_id>/actor-properties

[project] actor_property.update
POST /v1/projects/<int:project_id>/actor-properties

[project] dataset.delete
DELETE /v1/projects/<int:project_id>/datasets/<name>

[project] dataset.update
PATCH /v1/projects/<int:project_id>/datasets/<name>
DELETE /v1/projects/<int:project_id>/datasets/<name>/properties/<property_name>

[care] entity.list
GET /v1/projects/<int:project_id>/datasets/<name>/entities/creators

[woman] entity.read
GET /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>/audits
GET /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>/diffs
GET /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>/versions
"""
