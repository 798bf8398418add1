"""Health records on the map: for clinicians, as one number at the village's name. No home's point comes near them."""

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.features import collection, feature
from geo.masking import suppress
from server.access.allow import Scope
from server.models import Submission, Village
from server.places.wanted import records_in


def health_features(db: Session, scope: Scope) -> dict[str, Any]:
    """GeoJSON: one feature a village that has health records in the scope, at the point of the village's name.

    Properties: {village, village_name, count_text, suppressed}, and `count` where the number may be told. Nothing without
    `scope.health`.
    """
    if not scope.health:
        return collection([])
    rows = db.execute(
        select(Village.code, Village.name, Village.label_lon, Village.label_lat, func.count().label("records"))
        .join(Submission, Submission.village_id == Village.id)
        .where(*records_in(scope), Submission.health, Village.retired_at.is_(None), Village.label_lon.is_not(None))
        .group_by(Village.id, Village.code, Village.name, Village.label_lon, Village.label_lat)
        .order_by(Village.code)
    )
    return collection(
        feature(f"health/{row.code}", (row.label_lon, row.label_lat), facts_of(row.code, row.name, row.records))
        for row in rows
    )


def facts_of(code: str, name: str, records: int) -> dict[str, Any]:
    shown = suppress(records)
    told = {} if shown.value is None else {"count": shown.value}
    words = {"village": code, "village_name": name, "count_text": shown.text, "suppressed": shown.suppressed}
    return words | told
