"""Why two women may be the same, in words: what they share, never what it is."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from server.models import Consent, Woman
from server.registry.duplicates import Pair
from server.web.pages.consent_words import name_of
from server.web.pages.texts import _

REASONS = {
    "phone": _l("same phone"),
    "code": _l("same number of the card"),
    "name": _l("same name"),
    "sound": _l("the names sound alike"),
    "near": _l("the names differ in one place"),
    "home": _l("same household"),
    "age": _l("same age band"),
}


def reasons_of(reasons: str) -> list[str]:
    return [str(REASONS[one]) for one in reasons.split() if one in REASONS]


def pair_line(pair: Pair, names: dict[str, str]) -> dict[str, Any]:
    """One pair of the list: masked labels, villages, reasons."""
    both = [
        {"label": one.label, "village": names.get(one.village_code, "")} for one in older_first(pair.first, pair.second)
    ]
    return {
        "href": f"/people/duplicates/{pair.row.id}",
        "both": both,
        "reasons": reasons_of(pair.row.reasons),
        "decided_at": pair.row.decided_at,
    }


def consents_side(rows: Sequence[Consent]) -> list[tuple[str, str]]:
    return [(name_of(row.purpose), str(_("yes") if row.given else _("no"))) for row in rows]


def older_first(first: Woman, second: Woman) -> tuple[Woman, Woman]:
    """The one who was registered first is proposed to be kept: her number is on the older card."""
    return (first, second) if first.id <= second.id else (second, first)
