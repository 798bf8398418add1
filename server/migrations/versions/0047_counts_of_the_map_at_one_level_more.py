"""How many records lie in each part of the map, at a level more: a tile of zoom 13 or 14 summed six thousand rows"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

BEFORE = "(SELECT 16 AS level, 0 AS less UNION ALL SELECT 12, 4 UNION ALL SELECT 8, 8)"
AFTER = "(SELECT 16 AS level, 0 AS less UNION ALL SELECT 14, 2 UNION ALL SELECT 12, 4 UNION ALL SELECT 8, 8)"
TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'map_%' AND instr(sql, :levels)"
FUNCTIONS = "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname IN ('map_count_point', 'map_count_record')"
COUNTED = """
INSERT INTO map_cell (project_id, level, cx, cy, form_id, village_id, part, number, ids)
SELECT project_id, 14, cx >> 2, cy >> 2, form_id, village_id, 0, sum(number), sum(ids) FROM map_cell WHERE level = 16
GROUP BY project_id, cx >> 2, cy >> 2, form_id, village_id HAVING sum(number) <> 0 OR sum(ids) <> 0
"""


def upgrade() -> None:
    """What counts is written as it stands, with one level more, so that nothing of it is said twice."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        found = connection.execute(sa.text(TRIGGERS), {"levels": BEFORE}).all()
        for name, _ in found:
            op.execute(f"DROP TRIGGER {name}")
        told = [sql for _, sql in found]
    else:
        told = list(connection.scalars(sa.text(FUNCTIONS)))
    assert told, "0046 made them"
    for statement in told:
        connection.exec_driver_sql(statement.replace(BEFORE, AFTER))
    op.execute(COUNTED)
