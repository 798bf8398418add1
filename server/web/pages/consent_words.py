"""How a consent is written on a page: what for, how it stands, in answer to which words, and where that was said."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l

from server.models import Consent
from server.registry.consent_by_purpose import ENDING_SOON
from server.registry.consent_texts import NOTICE, Text
from server.registry.consents import standing_of
from server.web import languages
from server.web.pages.shell import say_day
from server.web.pages.texts import _
from server.web.pages.timeline_words import PURPOSES

NAMES = {NOTICE: _l("What she is told first"), **{name.removeprefix("consent_"): label for name, label in PURPOSES}}
STATES = {
    "given": _l("yes"),
    "ending": _l("yes, ends soon"),
    "ended": _l("has run out"),
    "not_given": _l("no"),
}

TO_ASK = {"ended": _l("has run out"), "ending": _l("ends soon"), "new_words": _l("new wording")}


def name_of(purpose: str) -> str:
    return str(NAMES[purpose])


def words_of(text: Text) -> str:
    return text.en if languages.language_tag() == "en" else text.zh


def lines_of(
    rows: Sequence[Consent], texts: Mapping[tuple[str, int], Text], newest: Mapping[str, Text], today: date
) -> list[dict[str, Any]]:
    """One line a purpose. `words` are those that she heard: "" where the record does not say, or says a hash we do not know."""
    lines = []
    for row in rows:
        standing = standing_of(row)
        state = standing.state(today)
        heard = texts.get((row.purpose, row.text_version or 0))
        lines.append(
            {
                "purpose": row.purpose,
                "label": name_of(row.purpose),
                "state": state,
                "state_words": str(STATES[state]),
                "given": row.given,
                "said_on": row.said_on,
                "until": row.until,
                "version": row.text_version,
                "words": words_of(heard) if heard and heard.sha256 == row.text_sha256 else "",
                "newer": row.given and newest[row.purpose].version > (row.text_version or 1),
                "submission_id": row.submission_id,
                "at_the_office": row.withdrawal_id is not None,
            }
        )
    return lines


def state_to_ask(until: date | None, today: date) -> str:
    """Why somebody is asked anew: ended, ending, or new_words."""
    if until is None or until - today >= ENDING_SOON:
        return "new_words"
    return "ended" if until < today else "ending"


def until_words(until: date | None, today: date) -> str:
    """When a consent ends, for the list of whom to ask anew."""
    if until is None:
        return ""
    if until < today:
        return _("ran out on %(day)s", day=say_day(until))
    return _("valid until %(day)s", day=say_day(until))
