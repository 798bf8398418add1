"""What webhooks hear of and how a delivery went, in words."""

from typing import Any

from flask_babel import lazy_gettext as _l

from server.feeds.deliveries import CHANGES, EMPTY, FAILED, REPLAY, SENDING, SENT, TEST, WAITING
from server.feeds.webhooks import ENTITIES, FOLLOW_UPS, RECORDS, REVIEW
from server.models import WebhookDelivery
from server.web.pages.channel_words import why_words
from server.web.pages.texts import listed

GROUP_WORDS: dict[str, Any] = {
    RECORDS: _l("Records: sent, corrected, taken away"),
    REVIEW: _l("Reviews of records"),
    ENTITIES: _l("Entries of lists"),
    FOLLOW_UPS: _l("Follow-ups"),
}
SHORT: dict[str, Any] = {
    RECORDS: _l("records"),
    REVIEW: _l("reviews"),
    ENTITIES: _l("lists"),
    FOLLOW_UPS: _l("follow-ups"),
}
STATE_WORDS: dict[str, tuple[Any, str, str]] = {
    WAITING: (_l("waiting"), "amber", "clock"),
    SENDING: (_l("under way"), "outline", "clock"),
    SENT: (_l("came through"), "brand", "check"),
    FAILED: (_l("failed"), "amber", "warning"),
    EMPTY: (_l("nothing left to tell"), "dashed", "check"),
}
"""A state in words, with the kind and the icon of its chip."""
PURPOSE_WORDS: dict[str, Any] = {CHANGES: _l("changes"), REPLAY: _l("told again"), TEST: _l("a test")}


def groups_in_words(groups: str) -> str:
    return listed(SHORT[one] for one in groups.split(",") if one in SHORT)


def say_range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}–{last}"


def delivery_line(row: WebhookDelivery) -> dict[str, Any]:
    word, chip, icon = STATE_WORDS[row.state]
    return {
        "row": row,
        "what": str(PURPOSE_WORDS[row.purpose]),
        "range": "" if row.purpose == TEST else say_range(row.first_seq, row.last_seq),
        "state": str(word),
        "chip": chip,
        "icon": icon,
        "why": why_words(row.why) if row.why else "",
        "at": row.sent_at or row.claimed_at or row.made_at,
        "is_dead": row.state == FAILED and row.purpose != TEST,
    }
