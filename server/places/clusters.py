"""Which cluster (片) a village is counted in where it is too small to be told alone."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Village
from server.places.locating import village_map


def clusters_of(db: Session, project_id: int) -> tuple[dict[str, str], dict[str, str]]:
    """The cluster of each village in force, "" for none, and the names of the clusters, which are no villages; all by code.

    A cluster is the first thing above a village, or a part of one, that has no outline of its own on the map.
    """
    known = village_map(db, project_id)
    outlined = known.ids.keys() if known else frozenset[str]()
    here = (Village.project_id == project_id, Village.retired_at.is_(None))
    rows = db.execute(select(Village.id, Village.code, Village.name, Village.parent_id).where(*here)).all()
    by_id = {row.id: row for row in rows}
    found = {}
    for row in rows:
        above = by_id.get(row.parent_id)
        while above is not None and above.code in outlined:
            above = by_id.get(above.parent_id)
        found[row.code] = above.code if above else ""
    names = {row.code: row.name for row in rows}
    wholes = set(found.values()) - {""}
    return {code: one for code, one in found.items() if code not in wholes}, {one: names[one] for one in wholes}
