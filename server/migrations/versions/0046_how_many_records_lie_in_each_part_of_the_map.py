# ruff: noqa: S608 - statements put together of names that are written here
"""How many records lie in each part of the map, kept by the database itself; and what the board counts, in an index"""

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId

revision = "0046"
down_revision = "0045"

KEY = "project_id, level, cx, cy, form_id, village_id, part"
COLUMNS = f"{KEY}, number, ids"
LEVELS = "(SELECT 16 AS level, 0 AS less UNION ALL SELECT 12, 4 UNION ALL SELECT 8, 8)"
ACROSS = 5 * 2**16  # cells around the world at the finest level
DRAWN = "NOT s.draft AND NOT s.health AND NOT s.sealed AND s.deleted_at IS NULL"
WAITING = ("inside", "severity", "subject_list", "subject")
OF_RECORD = ("project_id", "form_id", "draft", "health", "sealed", "deleted_at")
OF_LABEL = (*OF_RECORD, "place_how", "village_id")
OF_POINT = ("submission_id", "project_id", "is_place", "village_id", "geometry")


def upgrade() -> None:
    op.create_table(
        "map_cell",
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("cx", sa.Integer(), nullable=False),
        sa.Column("cy", sa.Integer(), nullable=False),
        sa.Column("form_id", BigId, nullable=False),
        sa.Column("village_id", BigId, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ids", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_map_cell_project_id")),
        sa.PrimaryKeyConstraint(*KEY.split(", "), name=op.f("pk_map_cell")),
        sqlite_with_rowid=False,
    )
    at_label = sa.text("place_how = 'village'")
    op.create_index(
        "ix_submission_at_label",
        "submission",
        ["project_id", "village_id", "id"],
        sqlite_where=at_label,
        postgresql_where=at_label,
    )
    op.create_index(
        "ix_follow_up_waiting",
        "follow_up",
        [*("project_id", "village_code", "opens_on", "due_on", "overdue_from", "latest_on"), *WAITING],
        sqlite_where=sa.text("ended IS 0"),
        postgresql_where=sa.text("ended IS false"),
    )
    for found in (points("true"), labels("true")):
        grouped = f"SELECT {KEY}, count(*), sum(id) FROM ({found}) AS found GROUP BY {KEY}"
        op.execute(f"INSERT INTO map_cell ({COLUMNS}) {grouped}")
    if op.get_bind().dialect.name == "sqlite":
        keep_on_sqlite()
    else:
        keep_on_postgresql()


def points(which: str) -> str:
    """The cells of the records' own points, three levels of each: those of `which` geometry `g` or submission `s`."""
    place = "CASE WHEN GeometryType(g.geometry) = 'POINT' THEN g.geometry "
    place += "ELSE coalesce(ST_PointOnSurface(g.geometry), ST_Centroid(g.geometry)) END"
    lat = "CASE WHEN lat > 85.05 THEN 85.05 WHEN lat < -85.05 THEN -85.05 ELSE lat END"
    down = f"floor((0.5 - ln((1 + sin(radians({lat}))) / (1 - sin(radians({lat})))) / (4 * pi())) * {ACROSS})"
    across = f"floor((lon / 360 + 0.5) * {ACROSS})"
    put = f"SELECT s.id, g.project_id, s.form_id, coalesce(g.village_id, 0) AS village_id, {place} AS place "
    put += "FROM submission_geometry AS g JOIN submission AS s ON s.id = g.submission_id "
    put += f"WHERE g.is_place AND {DRAWN} AND {which}"
    seen = f"SELECT id, project_id, form_id, village_id, ST_X(place) AS lon, ST_Y(place) AS lat FROM ({put}) AS put"
    units = f"SELECT id, project_id, form_id, village_id, CAST({across} AS INTEGER) AS across, CAST({down} AS INTEGER) AS down"
    units += f" FROM ({seen}) AS seen WHERE lon IS NOT NULL"
    own = "across >> less AS cx, down >> less AS cy, form_id, village_id, 0 AS part, id"
    return f"SELECT project_id, level, {own} FROM ({units}) AS units CROSS JOIN {LEVELS} AS levels"


def labels(which: str) -> str:
    """Records that stand at their village's name, at level 0."""
    row = "s.project_id, 0 AS level, 0 AS cx, 0 AS cy, s.form_id, s.village_id, 0 AS part, s.id"
    placed = "s.place_how = 'village' AND s.village_id IS NOT NULL"
    return f"SELECT {row} FROM submission AS s WHERE {placed} AND {DRAWN} AND {which}"


def keep_on_sqlite() -> None:
    """Before a row changes what it counts for is taken away, afterwards what it counts for then is added."""

    def put(found: str, sign: str) -> str:
        more = "number = number + excluded.number, ids = ids + excluded.ids"
        rows = f"SELECT {KEY}, {sign}1, {sign}id FROM ({found}) WHERE true"
        return f"INSERT INTO map_cell ({COLUMNS}) {rows} ON CONFLICT ({KEY}) DO UPDATE SET {more};"

    def trigger(name: str, when: str, do: str) -> None:
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN {do} END")

    own, its, at_label = points("g.id = {}.id"), points("s.id = {}.id"), labels("s.id = {}.id")
    on_point, on_record = "ON submission_geometry", "ON submission"
    point, record, label = (", ".join(columns) for columns in (OF_POINT, OF_RECORD, OF_LABEL))
    was, is_now = "WHEN OLD.place_how = 'village'", "WHEN NEW.place_how = 'village'"
    trigger("map_point_new", f"AFTER INSERT {on_point} WHEN NEW.is_place", put(own.format("NEW"), "+"))
    trigger("map_point_gone", f"BEFORE DELETE {on_point} WHEN OLD.is_place", put(own.format("OLD"), "-"))
    trigger("map_point_was", f"BEFORE UPDATE OF {point} {on_point}", put(own.format("OLD"), "-"))
    trigger("map_point_is", f"AFTER UPDATE OF {point} {on_point}", put(own.format("NEW"), "+"))
    trigger("map_record_was", f"BEFORE UPDATE OF {record} {on_record}", put(its.format("OLD"), "-"))
    trigger("map_record_is", f"AFTER UPDATE OF {record} {on_record}", put(its.format("NEW"), "+"))
    trigger("map_label_new", f"AFTER INSERT {on_record} {is_now}", put(at_label.format("NEW"), "+"))
    trigger("map_label_gone", f"BEFORE DELETE {on_record} {was}", put(at_label.format("OLD"), "-"))
    trigger("map_label_was", f"BEFORE UPDATE OF {label} {on_record} {was}", put(at_label.format("OLD"), "-"))
    trigger("map_label_is", f"AFTER UPDATE OF {label} {on_record} {is_now}", put(at_label.format("NEW"), "+"))
    same = " AND ".join(f"{one} = NEW.{one}" for one in KEY.split(", "))
    trigger("map_cell_empty", "AFTER UPDATE ON map_cell WHEN NEW.number = 0", f"DELETE FROM map_cell WHERE {same};")


def keep_on_postgresql() -> None:
    """As on SQLite; there many write at once, and nobody waits for anybody's rows: each connection adds in a part of its own.

    Who takes away gathers the parts that nobody is writing, so that nothing is left of what is gone. What is left goes into
    a part that nobody has. The timetable gathers the others.
    """
    own, its, at_label = points("g.id = which"), points("s.id = which"), labels("s.id = which")
    same = " AND ".join(f"c.{one} = r.{one}" for one in KEY.split(", ")[:-1])
    add = f"INSERT INTO map_cell AS c ({COLUMNS}) VALUES (r.project_id, r.level, r.cx, r.cy, r.form_id, r.village_id, "
    add += f"own, more, more_ids) ON CONFLICT ({KEY}) "
    add += "DO UPDATE SET number = c.number + excluded.number, ids = c.ids + excluded.ids;"
    free = f"SELECT c.part FROM map_cell AS c WHERE {same} FOR UPDATE SKIP LOCKED"
    gone = f"DELETE FROM map_cell AS c USING ({free}) AS f WHERE {same} AND c.part = f.part RETURNING c.number, c.ids"
    rest = "coalesce(sum(number), 0) - 1, coalesce(sum(ids), 0) - r.id"
    less = (
        f"own := -1 - floor(random() * 2000000000); WITH gone AS ({gone}) SELECT {rest} INTO more, more_ids FROM gone;"
    )
    for name, found in (("point", own), ("record", its), ("label", at_label)):
        op.execute(
            f"CREATE FUNCTION map_count_{name}(which bigint, sign integer) RETURNS void LANGUAGE plpgsql AS $$ "
            "DECLARE r record; own integer; more integer; more_ids bigint; "
            f"BEGIN FOR r IN {found} LOOP own := pg_backend_pid(); more := 1; more_ids := r.id; "
            f"IF sign < 0 THEN {less} END IF; IF more <> 0 OR more_ids <> 0 THEN {add} END IF; END LOOP; END $$"
        )
        op.execute(
            f"CREATE FUNCTION map_{name}_was() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"PERFORM map_count_{name}(OLD.id, -1); IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE FUNCTION map_{name}_is() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"PERFORM map_count_{name}(NEW.id, 1); RETURN NULL; END $$"
        )

    def trigger(name: str, when: str, call: str) -> None:
        op.execute(f"CREATE TRIGGER {name} {when.replace(' WHEN', ' FOR EACH ROW WHEN')} EXECUTE FUNCTION {call}()")

    point, record, label = (", ".join(columns) for columns in (OF_POINT, OF_RECORD, OF_LABEL))
    was, is_now = "WHEN (OLD.place_how = 'village')", "WHEN (NEW.place_how = 'village')"
    trigger("map_point_new", "AFTER INSERT ON submission_geometry WHEN (NEW.is_place)", "map_point_is")
    trigger("map_point_gone", "BEFORE DELETE ON submission_geometry WHEN (OLD.is_place)", "map_point_was")
    trigger("map_point_was", f"BEFORE UPDATE OF {point} ON submission_geometry WHEN (OLD.is_place)", "map_point_was")
    trigger("map_point_is", f"AFTER UPDATE OF {point} ON submission_geometry WHEN (NEW.is_place)", "map_point_is")
    trigger("map_record_was", f"BEFORE UPDATE OF {record} ON submission WHEN (true)", "map_record_was")
    trigger("map_record_is", f"AFTER UPDATE OF {record} ON submission WHEN (true)", "map_record_is")
    trigger("map_label_new", f"AFTER INSERT ON submission {is_now}", "map_label_is")
    trigger("map_label_gone", f"BEFORE DELETE ON submission {was}", "map_label_was")
    trigger("map_label_was", f"BEFORE UPDATE OF {label} ON submission {was}", "map_label_was")
    trigger("map_label_is", f"AFTER UPDATE OF {label} ON submission {is_now}", "map_label_is")
