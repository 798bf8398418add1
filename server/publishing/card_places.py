"""Where a woman goes and whom she calls, as it stands on her service card: rows of the town's own lists."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from server.blobs import BlobStore
from server.models import Project
from server.publishing.list_editing import list_now
from server.publishing.list_kinds import CLINICS, HOTLINES, LABEL, PHONE

RIGHTS: Final = "rights"
"""The code of the row of `hotlines` that is for whoever was pressed, charged or talked about: not her own contact's number."""
PUBLIC_LINE: Final = "12345"
"""Until the town has such a row: the government service hotline of every town in China (State Council, 2020)."""
EMERGENCY: Final = "120"


class Place(NamedTuple):
    name: str
    label: str
    phone: str


def list_places(db: Session, store: BlobStore, project: Project) -> list[Place]:
    """The town's clinics; none while the town has not filled its list."""
    now = list_now(db, store, project, CLINICS)
    return [] if now.is_placeholder else [Place(row["name"], row[LABEL], row[PHONE]) for row in now.rows]


def choose_place(places: Sequence[Place], name: str) -> Place:
    """The one of this code, else the first; an empty one where there is none."""
    first = places[0] if places else Place("", "", "")
    return next((one for one in places if one.name == name), first)


def rights_line(db: Session, store: BlobStore, project: Project) -> str:
    """Whom she calls who was pressed."""
    rows = list_now(db, store, project, HOTLINES).rows
    return next((row[PHONE] for row in rows if row["name"] == RIGHTS), PUBLIC_LINE)
