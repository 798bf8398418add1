"""What lies in store in the demo town: lots that came and went to villages at the beginning, some counted and handed out today.

One lot expires soon, one is past its day, one point has run out of folic acid.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import SHANGHAI
from server.followups.supply_acts import Doer, NewLot, count, hand_out, receive, send_on
from server.followups.supply_reading import ALL, read_store
from server.models import Project, Village

LOTS: Final = (
    ("condom", "T260311", 700, 4000, 300),
    ("condom", "T250820", 75, 600, 0),
    ("coc", "Y26041", 420, 300, 24),
    ("pop", "D26007", 380, 60, 0),
    ("folic_acid", "F25116", 25, 620, 124),
    ("folic_acid", "F26052", 500, 3100, 186),
    ("test_kit", "Z25090", -6, 40, 0),
)
"""Item, number, days until it expires, how many came, and how many went to each of the first villages."""
POINTS: Final = 3


def fill_store(db: Session, project: Project, person: int, start: datetime, now: datetime) -> None:
    """What came in before the first visit. Days until a lot expires are counted from `now`, when somebody looks at the demo."""
    doer = Doer(person, project, ALL, start)
    day, last = start.astimezone(SHANGHAI).date(), now.astimezone(SHANGHAI).date()
    villages = first_villages(db, project)
    for item, number, days, many, each in LOTS:
        expires = max(last + timedelta(days=days), day + timedelta(days=1))
        lot = receive(db, doer, NewLot(item, number, expires, day, many)).lot_id
        for village in villages if each else ():
            send_on(db, doer, lot, each, village)


def first_villages(db: Session, project: Project) -> list[int]:
    here = select(Village.id).where(Village.project_id == project.id, Village.retired_at.is_(None))
    return list(db.scalars(here.order_by(Village.code).limit(POINTS)))


def use_store(db: Session, project: Project, person: int, now: datetime) -> None:
    """The town's condoms are counted, some given to whoever asked; the last of a village's folic acid is handed out."""
    doer = Doer(person, project, ALL, now)
    store = read_store(db, project.id, ALL)
    today = now.astimezone(SHANGHAI).date()
    point = first_villages(db, project)[-1]
    for lot in store.lots:
        left = store.stock.left[lot.id]
        if lot.shelf == (None, "condom"):
            count(db, doer, lot.id, left - 12, "not_written")
            hand_out(db, doer, lot.id, 20)
        elif lot.shelf == (point, "folic_acid") and left > 0 and lot.expires_on >= today:
            hand_out(db, doer, lot.id, left)
