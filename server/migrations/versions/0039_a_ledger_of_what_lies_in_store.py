"""What lies in store is worked out from a ledger whose rows never change; records say what was handed out"""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from server.models.base import BigId, UtcDateTime

revision = "0039"
down_revision = "0038"

LOT = sa.table(
    "supply_lot",
    *(sa.column(name, sa.Integer()) for name in ("id", "quantity", "ended_by_id", "added_by_id")),
    *(sa.column(name, sa.Date()) for name in ("received_on", "ended_on")),
    sa.column("ended_as", sa.String()),
    sa.column("added_at", UtcDateTime()),
)
COUNT = sa.table(
    "supply_count",
    *(sa.column(name, sa.Integer()) for name in ("id", "lot_id", "quantity", "by_id")),
    sa.column("made_at", UtcDateTime()),
)
MOVEMENT = sa.table(
    "supply_movement",
    *(sa.column(name, sa.Integer()) for name in ("lot_id", "quantity", "by_id")),
    *(sa.column(name, sa.String()) for name in ("kind", "reason")),
    *(sa.column(name, UtcDateTime()) for name in ("at", "made_at")),
)


def upgrade() -> None:
    make_movements()
    op.create_table(
        "supply_handout",
        sa.Column("id", BigId, nullable=False),
        sa.Column("project_id", BigId, nullable=False),
        sa.Column("submission_id", BigId, nullable=True),
        sa.Column("told_json", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_supply_handout_project_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_supply_handout_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_handout")),
    )
    op.create_index("ux_supply_handout_submission_id", "supply_handout", ["submission_id"], unique=True)
    op.create_index("ix_supply_handout_project_id", "supply_handout", ["project_id"])
    write_down(op.get_bind())
    op.drop_index("ix_supply_lot_expires_on", "supply_lot")
    op.drop_table("supply_count")
    with op.batch_alter_table("supply_lot") as table:
        table.drop_constraint(op.f("fk_supply_lot_ended_by_id"), type_="foreignkey")
        for name in ("quantity", "ended_as", "ended_on", "ended_by_id"):
            table.drop_column(name)
    op.create_index("ix_supply_lot_expires_on", "supply_lot", ["project_id", "expires_on"])


def make_movements() -> None:
    op.create_table(
        "supply_movement",
        sa.Column("id", BigId, nullable=False),
        sa.Column("lot_id", BigId, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("partner_id", BigId, nullable=True),
        sa.Column("reverses_id", BigId, nullable=True),
        sa.Column("by_id", BigId, nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["supply_lot.id"], name=op.f("fk_supply_movement_lot_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["supply_movement.id"], name=op.f("fk_supply_movement_partner_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["supply_movement.id"], name=op.f("fk_supply_movement_reverses_id")),
        sa.ForeignKeyConstraint(["by_id"], ["actor.id"], name=op.f("fk_supply_movement_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_movement")),
    )
    op.create_index("ix_supply_movement_lot_id", "supply_movement", ["lot_id", "at"])
    op.create_index("ux_supply_movement_reverses_id", "supply_movement", ["reverses_id"], unique=True)
    op.create_index("ix_supply_movement_partner_id", "supply_movement", ["partner_id"])


def write_down(connection: sa.Connection) -> None:
    """What came, what was counted and what was left when a lot ended become rows of the ledger."""
    counts: dict[int, list[Any]] = {}
    for row in connection.execute(sa.select(COUNT).order_by(COUNT.c.id)):
        counts.setdefault(row.lot_id, []).append(row)
    rows: list[dict[str, Any]] = []
    for lot in connection.execute(sa.select(LOT).order_by(LOT.c.id)):
        came = {"at": begin_of(lot.received_on), "by_id": lot.added_by_id, "made_at": lot.added_at}
        rows.append({"lot_id": lot.id, "kind": "came", "quantity": lot.quantity, "reason": None, **came})
        left = lot.quantity
        for one in counts.get(lot.id, ()):
            reason = "before" if one.quantity != left else None
            seen = {"at": one.made_at, "by_id": one.by_id, "made_at": one.made_at, "reason": reason}
            rows.append({"lot_id": lot.id, "kind": "counted", "quantity": one.quantity, **seen})
            left = one.quantity
        if lot.ended_on is not None and left:
            at = max([begin_of(lot.ended_on), *(one.made_at for one in counts.get(lot.id, ()))])
            reason = "damaged" if lot.ended_as == "destroyed" else lot.ended_as
            ended = {"at": at, "by_id": lot.ended_by_id, "made_at": at, "reason": reason}
            rows.append({"lot_id": lot.id, "kind": "taken_out", "quantity": left, **ended})
    if rows:
        connection.execute(sa.insert(MOVEMENT), rows)


def begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo("Asia/Shanghai")).astimezone(UTC)
