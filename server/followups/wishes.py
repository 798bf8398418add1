"""How somebody wants to be told: by mail or not, when the day's summary comes, and when nothing may come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.clock import SHANGHAI
from server.models import NotificationWish

NOON: Final = (time(12), time(14))


@dataclass(frozen=True)
class Wishes:
    """Times are those of the Shanghai day. `quiet_from` equal to `quiet_until` means no quiet night. With `summaries_only`
    no mail is about a single visit, unless it is critical.
    """

    by_email: bool = True
    summaries_only: bool = False
    digest_at: time = time(8, 30)
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    quiet_noon: bool = True

    def mails(self, level: str) -> bool:
        """Whether a word of this level (notices.LEVELS) comes by a mail of its own."""
        return self.by_email and (level == "critical" or not self.summaries_only)

    @property
    def leaves_time(self) -> bool:
        """Whether some hour of the day is not quiet."""
        day = datetime(2026, 1, 1, tzinfo=SHANGHAI)
        return any(not self._is_quiet((day + timedelta(minutes=15 * step)).time()) for step in range(96))

    def earliest(self, at: datetime) -> datetime:
        """The instant itself, or the end of the quiet hours that it falls in."""
        local = at.astimezone(SHANGHAI)
        for _ in range(3):  # the night may end at noon, and noon in the night
            if self._at_night(local.time()):
                local = _next(local, self.quiet_until)
            elif self._at_noon(local.time()):
                local = _next(local, NOON[1])
        return at if local == at else local.astimezone(at.tzinfo)

    def digest_on(self, day: date) -> datetime:
        """When the summary of a Shanghai day may come: at its hour, or when the quiet hours end that it falls in.

        Where those go on into the next day, it comes at the first moment of its own day that is not quiet.
        """
        wished = self.earliest(datetime.combine(day, self.digest_at, SHANGHAI))
        return wished if wished.date() == day else self.earliest(datetime.combine(day, time(), SHANGHAI))

    def _is_quiet(self, at: time) -> bool:
        return self._at_night(at) or self._at_noon(at)

    def _at_noon(self, at: time) -> bool:
        return self.quiet_noon and NOON[0] <= at < NOON[1]

    def _at_night(self, at: time) -> bool:
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until


def _next(local: datetime, at: time) -> datetime:
    """The next moment at which the clock shows that time, after now."""
    moment = datetime.combine(local.date(), at, SHANGHAI)
    return moment if moment > local else moment + timedelta(days=1)


_WISHES: Final = select(NotificationWish).where(NotificationWish.actor_id.in_(bindparam("actors", expanding=True)))
"""Built once: it is asked of every follow-up that somebody is told of."""


def wishes_of(db: Session, actor_ids: Iterable[int]) -> dict[int, Wishes]:
    """Of each person; the defaults for who never said anything."""
    wanted = list(actor_ids)
    rows = db.scalars(_WISHES, {"actors": wanted}) if wanted else ()
    found = {row.actor_id: _read(row) for row in rows}
    return {actor_id: found.get(actor_id, Wishes()) for actor_id in wanted}


def _read(row: NotificationWish) -> Wishes:
    return Wishes(row.by_email, row.summaries_only, row.digest_at, row.quiet_from, row.quiet_until, row.quiet_noon)


def save_wishes(db: Session, actor_id: int, wishes: Wishes, now: datetime) -> None:
    values = {
        "by_email": wishes.by_email,
        "summaries_only": wishes.summaries_only,
        "digest_at": wishes.digest_at,
        "quiet_from": wishes.quiet_from,
        "quiet_until": wishes.quiet_until,
        "quiet_noon": wishes.quiet_noon,
        "changed_at": now,
    }
    db.merge(NotificationWish(actor_id=actor_id, **values))
