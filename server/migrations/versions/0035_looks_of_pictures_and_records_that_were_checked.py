"""Looks of pictures are made anew, in more bits; records that a back-check heard otherwise wait to be judged"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

READ = "NOT s.draft AND NOT s.sealed AND s.deleted_at IS NULL"


def upgrade() -> None:
    connection = op.get_bind()
    look_anew(connection)
    queue_checked(connection)


def look_anew(connection: sa.Connection) -> None:
    """A look of before cannot be compared with one of now; what was asked because of one is asked again, or goes."""
    seen = "SELECT 1 FROM quality_picture p WHERE p.submission_id = s.id"
    waiting = f"SELECT s.id FROM submission s WHERE {READ} AND EXISTS ({seen}) ORDER BY s.id"  # noqa: S608
    connection.execute(sa.text(f"INSERT INTO quality_wait (submission_id) {waiting}"))
    connection.execute(sa.text("DELETE FROM quality_picture"))


def queue_checked(connection: sa.Connection) -> None:
    checked = (
        "SELECT 1 FROM care_event c WHERE c.form_id = 'back_check' AND c.project_id = s.project_id "
        "AND s.instance_id = 'uuid:' || c.episode"
    )
    waiting = f"SELECT s.id FROM submission s WHERE {READ} AND EXISTS ({checked}) ORDER BY s.id"  # noqa: S608
    connection.execute(sa.text(f"INSERT INTO quality_wait (submission_id) {waiting}"))
