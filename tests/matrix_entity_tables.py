"""What entity lists as tables, files and maps ask for: how it is read, matrix_routes.py says."""

ENTITY_TABLES = """
[care] entity.list
GET /v1/projects/<int:project_id>/datasets/<name>.svc
GET /v1/projects/<int:project_id>/datasets/<name>.svc/$metadata
GET /v1/projects/<int:project_id>/datasets/<name>.svc/Entities
GET /v1/projects/<int:project_id>/datasets/<name>/entities.csv
GET /v1/projects/<int:project_id>/datasets/<name>/entities.geojson

[woman] entity.read
GET /v1/projects/<int:project_id>/datasets/<name>.svc/Entities('<uuid>')
GET /v1/projects/<int:project_id>/datasets/<name>/entities/<uuid>/geojson
"""
