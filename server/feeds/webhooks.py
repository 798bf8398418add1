"""Which programs are told of a project: addresses, what of, secrets, pauses. No address and no secret is shown again."""

import json
import re
import secrets
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.outbound import check_address as check_public_address
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.feeds.numbering import newest
from server.models import Webhook

RECORDS, REVIEW, ENTITIES, FOLLOW_UPS = "records", "review", "entities", "follow_ups"
GROUPS: Final = (RECORDS, REVIEW, ENTITIES, FOLLOW_UPS)
"""What an address may be told of; that something is gone each of them is told."""
OF_GROUP: Final = {
    RECORDS: ("submission.create", "submission.update", "submission.delete", "submission.restore"),
    REVIEW: ("submission.review",),
    ENTITIES: ("entity.create", "entity.update", "entity.delete", "entity.restore"),
    FOLLOW_UPS: ("follow_up.change",),
}
MOST: Final = 10  # of a project
LONGEST: Final = 500
OLD_SIGNS_FOR: Final = timedelta(days=2)  # after a secret was changed, the one before signs as well
UNDO_WITHIN: Final = timedelta(days=7)


@dataclass(frozen=True)
class Target:
    """Where to, and what signs: `old` is the secret before, "" where there is none. All of it is secret."""

    address: str = field(repr=False)
    secret: str = field(repr=False)
    old: str = field(default="", repr=False)


def make_webhook(
    db: Session,
    project_id: int,
    address: str,
    groups: Collection[str],
    allowed: frozenset[str],
    by: int,
    now: datetime,
) -> tuple[Webhook, str]:
    """The webhook, told of what happens from now on, and its secret, which is shown once.

    Raises MissingParameter, or UnexpectedValue, which never quotes the address.
    """
    check_address(address, allowed)
    if count_webhooks(db, project_id) >= MOST:
        raise UnexpectedValue(field="address", value="…", reason="the project has ten already")
    secret = make_secret()
    row = Webhook(project_id=project_id, groups=checked_groups(groups), made_at=now, made_by_id=by)
    row.told_up_to = newest(db, project_id)
    row.destination_json = write_target(Target(address, secret))
    db.add(row)
    db.flush()
    note(db, "webhook.create", row, by, now)
    return row, secret


def checked_groups(groups: Collection[str]) -> str:
    """With commas, in the order of GROUPS. Raises MissingParameter, UnexpectedValue."""
    if not groups:
        raise MissingParameter(field="groups")
    if set(groups) - set(GROUPS):
        raise UnexpectedValue(field="groups", value="…", reason="there is nothing of that kind to tell")
    return ",".join(one for one in GROUPS if one in groups)


def check_address(address: str, allowed: frozenset[str]) -> None:
    """Looked at again, and then for good, whenever something is sent there."""
    if not address:
        raise MissingParameter(field="address")
    check_public_address(address, allowed)


def make_secret() -> str:
    """256 random bits in Base64 of addresses."""
    return secrets.token_urlsafe(32)


def write_target(target: Target) -> str:
    return json.dumps(asdict(target))


def target_of(row: Webhook) -> Target:
    return Target(**json.loads(row.destination_json))


def host_of(row: Webhook) -> str:
    """What an administrator knows an address by: its host alone, since the rest may hold a key."""
    return urlsplit(target_of(row).address).hostname or "…"


def secrets_of(row: Webhook, now: datetime) -> list[str]:
    """What signs at this moment, the newest first."""
    target = target_of(row)
    old_signs = target.old and row.old_until is not None and row.old_until > now
    return [target.secret, target.old] if old_signs else [target.secret]


def list_webhooks(db: Session, project_id: int) -> list[Webhook]:
    """In the order in which they were made; none that were taken away."""
    here = Webhook.project_id == project_id, Webhook.deleted_at.is_(None)
    return list(db.scalars(select(Webhook).where(*here).order_by(Webhook.id)))


def list_removed(db: Session, project_id: int, now: datetime) -> list[Webhook]:
    """Those that can still be brought back, the last removed first."""
    here = Webhook.project_id == project_id, Webhook.deleted_at > now - UNDO_WITHIN
    return list(db.scalars(select(Webhook).where(*here).order_by(Webhook.deleted_at.desc(), Webhook.id)))


def count_webhooks(db: Session, project_id: int) -> int:
    here = Webhook.project_id == project_id, Webhook.deleted_at.is_(None)
    return db.scalar(select(func.count()).select_from(Webhook).where(*here)) or 0


def get_webhook(db: Session, project_id: int, webhook_id: int) -> Webhook:
    """Raises NotFound, also for one that was taken away."""
    row = db.get(Webhook, webhook_id)
    if row is None or row.project_id != project_id or row.deleted_at is not None:
        raise NotFound()
    return row


def change_groups(db: Session, row: Webhook, groups: Collection[str], by: int, now: datetime) -> None:
    """From the next delivery on. Raises MissingParameter, UnexpectedValue."""
    row.groups = checked_groups(groups)
    db.flush()
    note(db, "webhook.update", row, by, now)


def change_secret(db: Session, row: Webhook, by: int, now: datetime) -> str:
    """A new secret, shown once; the one before signs beside it for two days, so that nothing is refused meanwhile."""
    target, secret = target_of(row), make_secret()
    row.destination_json = write_target(Target(target.address, secret, old=target.secret))
    row.old_until = now + OLD_SIGNS_FOR
    db.flush()
    note(db, "webhook.update.secret", row, by, now)
    return secret


def set_pause(db: Session, row: Webhook, pauses: bool, by: int, now: datetime) -> None:
    """While it is paused nothing is sent and nothing is lost: it goes on from where it stood."""
    if (row.paused_at is not None) == pauses:
        return
    row.paused_at = now if pauses else None
    db.flush()
    note(db, "webhook.pause" if pauses else "webhook.resume", row, by, now)


def remove_webhook(db: Session, row: Webhook, by: int, now: datetime) -> None:
    row.deleted_at = now
    db.flush()
    note(db, "webhook.delete", row, by, now)


def restore_webhook(db: Session, project_id: int, webhook_id: int, by: int, now: datetime) -> None:
    """Takes the removal back: it goes on from where it stood. Raises NotFound, also for one removed a week ago."""
    row = db.get(Webhook, webhook_id)
    if row is None or row.project_id != project_id or row.deleted_at is None or row.deleted_at <= now - UNDO_WITHIN:
        raise NotFound()
    row.deleted_at = None
    db.flush()
    note(db, "webhook.restore", row, by, now)


def forget_removed(db: Session, now: datetime) -> None:
    """Nobody can bring back what was removed a week ago: its address and its secret go."""
    old = Webhook.deleted_at <= now - UNDO_WITHIN
    for row in db.scalars(select(Webhook).where(old, Webhook.groups != "")):
        row.destination_json, row.groups = write_target(Target("", "")), ""


def read_range(text: str) -> tuple[int, int]:
    """ "12-40" or "12": the first and the last number. Raises UnexpectedValue."""
    found = re.fullmatch(r"\s*([0-9]{1,15})\s*(?:[-–—]\s*([0-9]{1,15}))?\s*", text, re.ASCII)
    first = int(found[1]) if found else 0
    last = int(found[2] or found[1]) if found else 0
    if not 0 < first <= last:
        raise UnexpectedValue(field="range", value=text[:40], reason="it is no range of numbers, such as 12-40")
    return first, last


def note(db: Session, action: str, row: Webhook, by: int, now: datetime) -> None:
    """Never where it leads."""
    details = {"webhookId": row.id, "groups": row.groups}
    record(db, action, actor_id=by, project_id=row.project_id, now=now, details=details)
