"""A clinician of the town signs a version of a rule: its very content, so that no changed text goes under an old name.

Rules of visits and rules of the office are signed alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import NotFound, RuleReadsOtherwise
from server.models import Actor, Project, RuleSignature


class Signable(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def content_hash(self) -> str: ...


@dataclass(frozen=True)
class Signed:
    """A signature with its signer's name. One that was taken back stays, with its day."""

    row: RuleSignature
    name: str

    @property
    def holds(self) -> bool:
        return self.row.withdrawn_at is None


def sign_rule(
    db: Session, project: Project, rule: Signable, content_hash: str, by: int, now: datetime
) -> RuleSignature:
    """Signs what the signer read. Raises RuleReadsOtherwise where that is not this version's content. Signing twice is once."""
    if content_hash != rule.content_hash:
        raise RuleReadsOtherwise()
    known = db.scalar(_holding(project.id, [rule]).where(RuleSignature.signed_by_id == by))
    if known is not None:
        return known
    what = {"rule": rule.id, "version": rule.version, "content_hash": content_hash}
    row = RuleSignature(project_id=project.id, signed_by_id=by, signed_at=now, **what)
    db.add(row)
    db.flush()
    _note(db, "rule.sign", row, by, now)
    return row


def withdraw_signature(db: Session, project: Project, signature_id: int, by: int, now: datetime) -> RuleSignature:
    """One's own, from now on. Raises NotFound for any other, and for one that was taken back."""
    row = db.get(RuleSignature, signature_id)
    if row is None or row.project_id != project.id or row.signed_by_id != by or row.withdrawn_at is not None:
        raise NotFound()
    row.withdrawn_by_id, row.withdrawn_at = by, now
    db.flush()
    _note(db, "rule.sign.withdraw", row, by, now)
    return row


def signatures_of(db: Session, project_id: int, rules: Iterable[Signable]) -> dict[tuple[str, int], list[Signed]]:
    """Those that hold for these versions as they read, by rule id and version, the first signer first."""
    wanted = list(rules)
    query = _holding(project_id, wanted).add_columns(Actor.display_name).order_by(RuleSignature.id)
    hashes = {(one.id, one.version): one.content_hash for one in wanted}
    found: dict[tuple[str, int], list[Signed]] = {}
    for row, name in db.execute(query.join(Actor, Actor.id == RuleSignature.signed_by_id)):
        if hashes.get((row.rule, row.version)) == row.content_hash:
            found.setdefault((row.rule, row.version), []).append(Signed(row, name))
    return found


def history_of(db: Session, project_id: int, rule: str) -> list[Signed]:
    """All of a rule, those that were taken back too, the newest first."""
    query = (
        select(RuleSignature, Actor.display_name)
        .join(Actor, Actor.id == RuleSignature.signed_by_id)
        .where(RuleSignature.project_id == project_id, RuleSignature.rule == rule)
        .order_by(RuleSignature.id.desc())
    )
    return [Signed(*row) for row in db.execute(query)]


def _holding(project_id: int, rules: Sequence[Signable]) -> Select[RuleSignature]:
    here = RuleSignature.project_id == project_id, RuleSignature.withdrawn_at.is_(None)
    hashes = [one.content_hash for one in rules]
    return select(RuleSignature).where(*here, RuleSignature.content_hash.in_(hashes))


def _note(db: Session, action: str, row: RuleSignature, by: int, now: datetime) -> None:
    details = {"rule": row.rule, "version": row.version, "contentHash": row.content_hash}
    record(db, action, actor_id=by, project_id=row.project_id, now=now, details=details)
