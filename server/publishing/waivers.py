"""False alarms of the rights linter: one person asks, another one confirms, and both stand on the page of red lines.

Domain.md 6.5: only a text that is read may be waived, a leaflet that quotes an old term, say; never a question, a choice,
a name, or how a form is built.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from forms.lint import terms_in
from server.access.audit import record
from server.errors import Forbidden, MissingParameter, NotFound, UnexpectedValue
from server.models import Actor, Project, Waiver

LONGEST = 5_000
MOST = 500


@dataclass(frozen=True)
class ListedWaiver:
    """A waiver with the names of who asked and who confirmed."""

    row: Waiver
    asked_by: str
    confirmed_by: str | None


def waived_sentences(db: Session, project_id: int, form_id: str) -> set[tuple[str, str]]:
    """(term, sentence) of every waiver that is in force for a form."""
    rows = db.execute(
        select(Waiver.term, Waiver.sentence).where(
            Waiver.project_id == project_id,
            Waiver.xml_form_id == form_id,
            Waiver.confirmed_at.is_not(None),
            Waiver.ended_at.is_(None),
        )
    )
    return {(term, sentence) for term, sentence in rows}


def ask_waiver(
    db: Session, project: Project, form_id: str, sentence: str, reason: str, by: int, now: datetime
) -> list[Waiver]:
    """One waiver for each forbidden term of the sentence. Raises MissingParameter, UnexpectedValue for none."""
    if not reason.strip():
        raise MissingParameter(field="reason")
    terms = {term for term, rule in terms_in(sentence) if rule.severity == "forbidden"}
    if not terms:
        raise UnexpectedValue(field="sentence", value=sentence[:80], reason="no forbidden word is in it")
    if count_waivers(db, project.id) >= MOST:
        raise UnexpectedValue(field="sentence", value=sentence[:80], reason="there are too many already")
    asked = {"project_id": project.id, "xml_form_id": form_id, "sentence": sentence, "reason": reason.strip()}
    rows = [Waiver(term=term, **asked, asked_by_id=by, asked_at=now) for term in sorted(terms)]
    db.add_all(rows)
    db.flush()
    note(db, "waiver.create", project, by, now, [row.id for row in rows])
    return rows


def count_waivers(db: Session, project_id: int) -> int:
    here = (Waiver.project_id == project_id) & Waiver.ended_at.is_(None)
    return db.scalar(select(func.count()).select_from(Waiver).where(here)) or 0


def confirm_waiver(db: Session, project: Project, waiver_id: int, by: int, now: datetime) -> Waiver:
    """By somebody else than who asked. Raises NotFound, Forbidden."""
    row = get_waiver(db, project, waiver_id)
    if row.asked_by_id == by:
        raise Forbidden("Somebody else confirms what you asked for: two people look at it.")
    if row.confirmed_at is None:
        row.confirmed_by_id, row.confirmed_at = by, now
        db.flush()
        note(db, "waiver.confirm", project, by, now, [row.id])
    return row


def end_waiver(db: Session, project: Project, waiver_id: int, by: int, now: datetime) -> Waiver:
    """From now on the sentence stops the next upload again. The row stays. Raises NotFound."""
    row = get_waiver(db, project, waiver_id)
    row.ended_by_id, row.ended_at = by, now
    db.flush()
    note(db, "waiver.delete", project, by, now, [row.id])
    return row


def get_waiver(db: Session, project: Project, waiver_id: int) -> Waiver:
    """One that has not ended, held until the transaction ends. Raises NotFound."""
    here = (Waiver.id == waiver_id) & (Waiver.project_id == project.id) & Waiver.ended_at.is_(None)
    row = db.scalar(select(Waiver).where(here).with_for_update())
    if row is None:
        raise NotFound()
    return row


def list_waivers(db: Session, project_id: int) -> list[ListedWaiver]:
    """Those that are asked for or in force, the newest first."""
    asker, confirmer = aliased(Actor), aliased(Actor)
    rows = db.execute(
        select(Waiver, asker.display_name, confirmer.display_name)
        .join(asker, asker.id == Waiver.asked_by_id)
        .outerjoin(confirmer, confirmer.id == Waiver.confirmed_by_id)
        .where(Waiver.project_id == project_id, Waiver.ended_at.is_(None))
        .order_by(Waiver.id.desc())
    )
    return [ListedWaiver(*row) for row in rows]


def note(db: Session, action: str, project: Project, by: int, now: datetime, ids: list[int]) -> None:
    record(db, action, actor_id=by, project_id=project.id, now=now, details={"waivers": ids})
