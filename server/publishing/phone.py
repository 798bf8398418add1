"""What a phone is offered: the form list, a form's files. Read at every sync, so queries are few and hashes are stored."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import may
from server.access.caller import Caller
from server.followups.check_list import find_sample, sample_csv
from server.followups.phone_lists import due_visits_csv, find_me, find_visits, me_csv
from server.followups.retakes import find_retake
from server.followups.town_calendar import calendar_of
from server.models import Dataset, Form, FormAttachment, Project
from server.models.facts import AnyProject, AnyVersion
from server.publishing.queries import list_attachments
from server.publishing.recordings import recorded_beside
from server.publishing.shown import Shown, list_open
from server.publishing.to_correct import to_correct_csv
from server.registry.consent_texts import texts_csv, texts_in_force
from server.registry.reach import Reach, reach_of


@dataclass(frozen=True)
class OfferedFile:
    """A file of the manifest: a blob's, an entity list's, or (then `dataset` is None too) a list made for this caller."""

    name: str
    md5: str
    dataset: Dataset | None


def offered_forms(caller: Caller, forms: Iterable[Shown], only: str | None = None) -> list[Shown]:
    """Those of a project's open forms that the caller may read."""
    return [
        one
        for one in forms
        if (only is None or one.form.xml_form_id == only)
        and (may(caller, "open_form.read", one.project, one.form) or may(caller, "form.read", one.project, one.form))
    ]


def offered_files(
    db: Session, caller: Caller, project: AnyProject, version: AnyVersion, today: date
) -> list[OfferedFile]:
    """The files of a version that have content, by name. One whose content is missing is left out (2.6)."""
    reach = reach_of(caller, project, today)
    expected = list_attachments(db, project, version, reach)
    made = made_files(db, caller, project, version, reach, [one.row.name for one in expected if one.made])
    hashes = {one.row.name: one.hash for one in expected} | {name: md5_of(made[name]) for name in made}
    return [OfferedFile(one.row.name, md5, one.dataset) for one in expected if (md5 := hashes[one.row.name])]


def made_files(
    db: Session, caller: Caller, project: AnyProject, version: AnyVersion, reach: Reach, names: Collection[str]
) -> dict[str, bytes]:
    """The content of these server-made lists beside a version for the caller, that day: the same bytes as long as nothing
    in them changes.
    """
    if not names:
        return {}
    names = set(names)
    made = {}
    if "me.csv" in names:
        made["me.csv"] = me_csv(find_me(db, caller, project, reach))
    if names & {"due_visits.csv", "backcheck_sample.csv"}:
        calendar = calendar_of(db, project.id)
        sample = find_sample(db, caller, project, reach, calendar)
        made["backcheck_sample.csv"] = sample_csv(sample)
    if "due_visits.csv" in names:
        made["due_visits.csv"] = due_visits_csv(find_visits(db, reach), find_retake(db, reach, calendar), sample)
    if "consent_texts.csv" in names:
        texts = texts_in_force(db, reach.scope.project_id)
        made["consent_texts.csv"] = texts_csv(texts.values(), recorded_beside(db, version))
    if "to_correct.csv" in names:
        form_id = db.get_one(Form, version.form_id).xml_form_id
        made["to_correct.csv"] = to_correct_csv(db, caller, version, form_id, reach)
    return {name: made[name] for name in names}


def md5_of(content: bytes) -> str:
    """Phones compare it with the MD5 of the file they have."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def reads_list(db: Session, caller: Caller, project: Project, dataset: Dataset) -> bool:
    """Whether the caller may read a form that carries this list."""
    carrying = select(FormAttachment.form_version_id).where(FormAttachment.dataset_id == dataset.id)
    versions = set(db.scalars(carrying))
    _, forms = list_open(db, project.id)
    return any(one.version.id in versions for one in offered_forms(caller, forms))
