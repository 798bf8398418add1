"""Who may see what, and a woman's rights over her data: consents, hand-overs, the audit's chain, second factors, sealed columns"""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One function a subject, in this order."""
