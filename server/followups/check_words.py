"""What a word about a back-check (F11) adds for who may know it: a code, a day, and what differs or was raised."""

from typing import Final

from sqlalchemy.orm import Session

from server.followups.check_questions import Found, name_of_worker
from server.followups.plain_notices import CHECK_CONCERN

DIFFERING: Final = {
    "happened": ("说没有做这次服务", "it is said not to have taken place"),
    "date": ("日期", "the day"),
    "service": ("做了什么", "what was done"),
    "explained": ("讲了什么", "what was explained"),
}
RAISED: Final = {
    "paid": ("收了钱或东西", "money or something else was taken"),
    "pressed": ("觉得不能说不", "it did not feel free to say no"),
    "unasked": ("没有先问愿不愿意", "consent was not asked beforehand"),
    "serious": ("回访的人听到大问题", "the checker heard of a serious problem"),
}


def say(db: Session, found: Found, kind: str, english: bool) -> str:
    """The worker's name stands beside a concern, for who has to act on it, and never beside a difference."""
    concern = kind == CHECK_CONCERN
    known, told = (RAISED, found.concerns) if concern else (DIFFERING, found.differs)
    what = (", " if english else "、").join(known[name][english] for name in told)
    who = name_of_worker(db, found) if concern else ""
    parts = [one for one in (found.code, f"{found.visited_on:%m-%d}", who, what) if one]
    return (" · " if english else "，").join(parts)
