"""What her care team may read of her, by what she agreed to."""

from datetime import date

from server.models import Woman


def consents(woman: Woman, today: date) -> bool:
    """Whether what is kept for her follow-up may be read at all that day."""
    holds = woman.consent_until is None or today <= woman.consent_until
    return woman.consent_service and woman.withdrawn_on is None and holds


def shares_with_clinic(woman: Woman | None) -> bool:
    """Whether a clinician reads more than days: her own yes. What is about a household has no answers of hers."""
    return woman is None or woman.consent_share_clinic
