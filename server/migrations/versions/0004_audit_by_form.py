"""What a form's exports compare to know whether anything changed is looked up by form, not through the whole audit"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("ix_audit_form_id", "audit", ["form_id", "id"])
