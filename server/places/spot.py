"""Where a record lies: as a small drawing beside its answers, or as a place for the map to go to. What its pin shows, no more."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.spot import Spot, draw_spot
from server.models import Submission, SubmissionGeometry, Village
from server.places.layers import Layers
from server.places.locating import village_map
from server.places.pins import drawn_records, place_columns, place_in


def sketch_record(db: Session, layers: Layers, submission_id: int) -> Spot | None:
    """None where the record has no pin with a place of its own for whoever has these layers: it was told none, it is about
    health, or its reader gets no pins."""
    if not layers.pins:
        return None
    geo = SubmissionGeometry
    query = (
        select(Submission.project_id, geo.accuracy, Village.code, *place_columns())
        .join(geo, geo.submission_id == Submission.id)
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(Submission.id == submission_id, geo.is_place, *drawn_records(layers.scope))
    )
    row = db.execute(query).first()
    if row is None:
        return None
    known = village_map(db, row.project_id)
    outlines = dict(known.outlines) if known else {}
    return draw_spot(place_in(row), row.accuracy, outlines.pop(row.code, None), outlines.values())


def place_of_record(db: Session, layers: Layers, submission_id: int) -> tuple[float, float] | None:
    """Longitude and latitude of a record's own point, where it is a pin for whoever has these layers."""
    if not layers.pins:
        return None
    geo = SubmissionGeometry
    query = (
        select(*place_columns())
        .join_from(Submission, geo, geo.submission_id == Submission.id)
        .where(Submission.id == submission_id, geo.is_place, *drawn_records(layers.scope))
    )
    row = db.execute(query).first()
    return place_in(row) if row else None
