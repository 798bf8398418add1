"""What a woman took back since an instant, and has not given again. Pure."""

from collections.abc import Sequence
from datetime import datetime

from server.registry.consent_by_purpose import stand_by_purpose
from server.registry.telling import CONSENT, Event


def taken_since(events: Sequence[Event], since: datetime) -> list[str]:
    """The purposes that stand as "no" by a record that came then or later, in the order in which they are asked."""
    late = {one.event for one in events if one.form_id == CONSENT and one.received_at >= since}
    return [one.purpose for one in stand_by_purpose(events).values() if not one.given and one.event in late]
