"""The questions about a record as its page shows them to who reviews it."""

from typing import Any

from server.access.allow import Scope
from server.intake.quality_flags import Flag, list_flags, visible_among
from server.intake.quality_limits import BLIND
from server.web import session
from server.web.pages.flag_words import question_of, say_flag


def flags_of(scope: Scope, submission_id: int) -> list[dict[str, Any]]:
    """What was seen, the question, and what became of it; another record only where the reader may open it.

    Of a back-check who may not read it is told nothing, nor who made the record (Scope.person).
    """
    found = list_flags(session.db(), submission_id)
    others = {one.told["record"] for one in found if "record" in one.told}
    seen = visible_among(session.db(), scope, others) if others else set()
    hidden = [one for one in found if one.kind in BLIND and one.told["record"] not in seen]
    return [shown(one, seen) for one in found if one not in hidden]


def shown(flag: Flag, seen: set[int]) -> dict[str, Any]:
    other = flag.told.get("record")
    return {
        "kind": flag.kind,
        "title": say_flag(flag),
        "question": question_of(flag.kind),
        "other": other if other in seen else None,
        "asked_at": flag.asked_at,
        "asked_by": flag.asked_by,
        "answered_at": flag.answered_at,
        "settled_at": flag.settled_at,
        "settled_by": flag.settled_by,
    }
