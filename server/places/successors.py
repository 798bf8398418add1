"""Villages that were merged into others (合村): what was told under the old code counts where it lies now.

Nothing that was sent is changed for it; only whoever counts by village asks here.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from server.models import Village


def successor_codes(db: Session, project_id: int) -> dict[str, str]:
    """The code of each merged village, to that of the one it is a part of now."""
    into = aliased(Village)
    rows = db.execute(
        select(Village.code, into.code)
        .join(into, into.id == Village.successor_id)
        .where(Village.project_id == project_id)
    )
    return dict(rows.all())


def rolled_up(numbers: Mapping[str, Any], successors: Mapping[str, str]) -> dict[str, Any]:
    """Numbers by village code (anything that adds), those of merged villages added to their successors'."""
    found: dict[str, Any] = {}
    for code, number in numbers.items():
        here = successors.get(code, code)
        found[here] = found[here] + number if here in found else number
    return found
