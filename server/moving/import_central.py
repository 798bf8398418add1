"""A project of a Central-compatible server, brought here by its API, step by step; each asks first what is here already.

People and phones, entity lists, forms, roles, records, the links by which some of those came, and last the entities: each of
those says which record made it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from server.models import Dataset
from server.moving.bringing import Bringing, Row, begin, end, in_batches
from server.moving.central_client import SourceRefuses
from server.moving.central_source import CentralSource
from server.moving.checking import check
from server.moving.filters import bring_actor_properties
from server.moving.forms import bring_draft, bring_version, lacking_files, was_deleted
from server.moving.links import bring_all_links
from server.moving.lists import bring_dataset, bring_entities
from server.moving.lists import is_settled as is_settled_entity
from server.moving.makers import Makers
from server.moving.people import bring_phones, bring_roles
from server.moving.records import bring_record, is_settled
from server.publishing.queries import list_versions
from server.publishing.versions import find_form

T = TypeVar("T")


def import_central(bringing: Bringing, source: CentralSource, key: bytes, thorough: bool = False) -> None:
    """Brings all of it, or what is still missing. `thorough` looks again at every record that is here already.

    Ends with a comparison of both sides in the report. Raises SourceRefuses, SourceAway: run again, it goes on.
    """
    told = source.told()
    begin(bringing, "central", source.client.base, source.project, told)
    if bringing.project_id != source.project:
        bringing.report.leave("projects", source.project, "new_code", bringing.project_id)
    bringing.accounts = {str(one["id"]): one for one in source.list_of("/users")}
    bring_actor_properties(bringing, source.list_of(source.root + "/actor-properties"))
    bring_phones(bringing, source.list_of(source.root + "/app-users"), key)
    for one in source.datasets():
        with bringing.transaction() as db:
            bring_dataset(db, bringing, one)
    forms = source.forms()
    for form in forms:
        bring_form(bringing, source, form, key)
    bring_roles(bringing, role_names(source), given_roles(source))
    bring_all_records(bringing, source, forms, thorough)
    bring_all_links(bringing, source, forms, key)
    bring_all_entities(bringing, source, thorough)
    end(bringing)
    say_what_stays(source, forms, bringing.actors)
    check(bringing, source)


def role_names(source: CentralSource) -> dict[int, str]:
    return {one["id"]: one.get("system") or "" for one in source.list_of("/roles")}


def given_roles(source: CentralSource) -> Iterator[Row]:
    yield from source.list_of(source.root + "/assignments")
    yield from source.list_of(source.root + "/assignments/forms")


def bring_form(bringing: Bringing, source: CentralSource, told: Row, key: bytes) -> None:
    """Version by version, so that a form with many does not begin anew; of those that are here, the files that lack."""
    form_id = told["xmlFormId"]
    with bringing.database.reading() as db:
        if was_deleted(db, bringing.project_id, form_id):
            bringing.report.leave("forms", form_id, "changed_here")
            return
        lacking = lacking_files(db, bringing.project_id, form_id)
    here = known_versions(bringing, form_id)
    for version in source.published(form_id) if told.get("publishedAt") else ():
        if version["version"] in here and version["version"] not in lacking:
            continue
        for coming in given([source.try_version(form_id, version, bringing.store)]):
            with bringing.transaction() as db:
                bring_version(db, bringing, told, coming)
    draft = source.draft(form_id)
    if draft is not None and None not in here:
        for coming in given([source.try_version(form_id, {**draft, "publishedAt": None}, bringing.store)]):
            with bringing.transaction() as db:
                bring_draft(db, bringing, {**told, "draftToken": draft.get("draftToken")}, coming, key)


def known_versions(bringing: Bringing, form_id: str) -> set[str | None]:
    """The versions of a form that are here; None among them for a draft."""
    with bringing.database.reading() as db:
        found = find_form(db, bringing.project_id, form_id)
        if found is None:
            return set()
        here: set[str | None] = {one.version for one in list_versions(db, found[1])}
        return here | ({None} if found[1].draft_version_id else set())


def bring_all_records(bringing: Bringing, source: CentralSource, forms: Sequence[Row], thorough: bool) -> None:
    listed = list(records_by_form(bringing, source, forms))
    of, done = sum(len(rows) for _, rows in listed), 0
    bringing.progress(0, of)
    for form_id, rows in listed:
        for some in in_batches(rows):
            bring_some_records(bringing, source, form_id, some, thorough)
            done += len(some)
            bringing.progress(done, of)


def records_by_form(bringing: Bringing, source: CentralSource, forms: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    for form in forms:
        form_id = form["xmlFormId"]
        if not form.get("publishedAt"):
            continue
        if known_versions(bringing, form_id):
            yield form_id, source.records(form_id)
        else:
            bringing.report.leave("submissions", form_id, "no_form", form.get("submissions") or 0)


def bring_some_records(
    bringing: Bringing, source: CentralSource, form_id: str, rows: Sequence[Row], thorough: bool
) -> None:
    """Read there side by side, written here in one transaction: each in a savepoint, so that one cannot spoil the others."""
    with bringing.database.reading() as db:
        wanted = [row for row in rows if thorough or not is_settled(db, bringing.project_id, form_id, row)]
    coming = source.client.in_parallel(lambda row: source.try_record(form_id, row, bringing.store), wanted)
    with bringing.transaction() as db:
        for one in given(coming):
            bringing.write_one(
                db, "submissions", f"{form_id} {one.instance_id}", partial(bring_record, db, bringing, one)
            )


def bring_all_entities(bringing: Bringing, source: CentralSource, thorough: bool) -> None:
    makers = Makers(bringing.project_id)
    for told in source.datasets():
        with bringing.transaction() as db:
            dataset = bring_dataset(db, bringing, told)
        for some in in_batches(source.entities(told["name"])):
            bring_some_entities(bringing, source, dataset, some, makers, thorough)


def bring_some_entities(
    bringing: Bringing, source: CentralSource, dataset: Dataset, rows: Sequence[Row], makers: Makers, thorough: bool
) -> None:
    with bringing.database.reading() as db:
        wanted = [row for row in rows if thorough or not is_settled_entity(db, dataset, row)]
    coming = given(source.client.in_parallel(lambda row: source.try_entity(dataset.name, row), wanted))
    if coming:
        with bringing.transaction() as db:
            bring_entities(db, bringing, dataset, coming, makers)


def say_what_stays(source: CentralSource, forms: Sequence[Row], known: Collection[str]) -> None:
    """What the API does not give, or what has no place here; `known` are the numbers of those who came."""
    report = source.report
    for form in forms:
        form_id = form["xmlFormId"]
        if form.get("keyId"):
            report.leave("forms", form_id, "managed_key")
        if form.get("publishedAt"):
            say_trash(source, "submissions", form_id, source.form_path(form_id, "submissions"))
        if source.list_of(source.form_path(form_id, "draft", "submissions"), limit=1):
            report.leave("forms", form_id, "trials")
    say_trash(source, "forms", "", source.root + "/forms")
    for one in source.list_of(source.root + "/datasets"):
        say_trash(source, "entities", one["name"], source.list_path(one["name"], "entities"))
    for one in source.list_of("/assignments"):
        theirs = str(one.get("actorId") or one["actor"]["id"])
        if theirs in known:
            report.leave("assignments", theirs, "site_role")


def say_trash(source: CentralSource, kind: str, which: str, path: str) -> None:
    deleted = [one for one in source.list_of(path, deleted=True) if one.get("deletedAt")]
    if deleted:
        source.report.leave(kind, which, "trash", len(deleted))


def given(tried: Iterable[T | SourceRefuses]) -> list[T]:
    return [one for one in tried if not isinstance(one, SourceRefuses)]
