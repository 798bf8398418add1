"""Which forms of the library a town may choose: what each is for, what it stands on, and what publishing it would change."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Final

from sqlalchemy.orm import Session

from forms.about import read_about
from forms.library import library_ids, read_library_form, read_library_outline
from forms.outline import Said
from forms.xform import XForm, read_xform
from server.followups.phone_lists import MADE_LISTS
from server.models import FormVersion, Project
from server.publishing.handling import fillers_of
from server.publishing.list_kinds import BY_FILE, TownList
from server.publishing.queries import find_published
from server.publishing.town_lists import VILLAGES
from server.publishing.versions import find_form

NEW, CURRENT, NEWER, OWN = "new", "current", "newer", "own"
"""Not here yet; on the phones as it comes; ours is another version; the town has published its own after ours."""


@dataclass(frozen=True)
class Offer:
    """A form of the library as it comes. `needs` are form ids that make lists which this one reads.

    `lists` are those that the town fills, `fillers` ids of the roles that fill it in.
    """

    form_id: str
    code: str
    title: str
    purpose: Said
    version: str
    lists: tuple[TownList, ...]
    asks_village: bool
    needs: tuple[str, ...]
    fillers: tuple[int, ...]


@dataclass(frozen=True)
class Standing:
    """An offer beside what the project has: NEW, CURRENT, NEWER or OWN, and the version that phones have."""

    offer: Offer
    state: str
    version: str | None

    @property
    def changes(self) -> bool:
        return self.state in (NEW, NEWER)


@cache
def all_offers() -> tuple[Offer, ...]:
    """By the number in the brief (F1, F2, …). Converts every form once in a process's life."""
    found = [_offer(form_id, read_xform(read_library_form(form_id))) for form_id in library_ids()]
    return tuple(sorted(found, key=lambda one: (len(one.code), one.code)))


def _offer(form_id: str, form: XForm) -> Offer:
    about, outline = read_about(form_id), read_library_outline(form_id)
    files = [one.name for one in form.media]
    return Offer(
        form_id=form_id,
        code=about.code,
        title=outline.title,
        purpose=about.purpose,
        version=form.version,
        lists=tuple(BY_FILE[name] for name in files if name in BY_FILE),
        asks_village=VILLAGES in files,
        needs=tuple(sorted({maker for name in files if (maker := _maker(name)) and maker != form_id})),
        fillers=tuple(fillers_of(form_id)),
    )


@cache
def _makers() -> dict[str, str]:
    """The form that makes rows of an entity list, by the list's file."""
    made = {}
    for form_id in library_ids():
        for use in read_xform(read_library_form(form_id)).datasets:
            if use.creates:
                made[f"{use.name}.csv"] = form_id
    return made


def _maker(name: str) -> str | None:
    return _makers().get(name) if name.removesuffix(".csv") not in MADE_LISTS else None


def with_needs(chosen: Collection[str]) -> list[str]:
    """The chosen forms and those they stand on, in the order of the offers; what is no form of ours is left out."""
    if not chosen:
        return []
    by_id = {one.form_id: one for one in all_offers()}
    wanted, waiting = set(), [form_id for form_id in chosen if form_id in by_id]
    while waiting:
        form_id = waiting.pop()
        if form_id not in wanted:
            wanted.add(form_id)
            waiting.extend(by_id[form_id].needs)
    return [one.form_id for one in all_offers() if one.form_id in wanted]


def standings(db: Session, project: Project, chosen: Collection[str] | None = None) -> list[Standing]:
    """The offers, or those chosen, beside what the project has."""
    return [_standing(db, project, one) for one in all_offers() if chosen is None or one.form_id in chosen]


def _standing(db: Session, project: Project, offer: Offer) -> Standing:
    known = find_form(db, project.id, offer.form_id)
    form = known[1] if known else None
    current = db.get(FormVersion, form.current_version_id) if form and form.current_version_id else None
    if form is None or current is None:
        return Standing(offer, NEW, None)
    ours = read_library_form(offer.form_id)
    if bytes(current.xml) == ours:
        return Standing(offer, CURRENT, current.version)
    before = find_published(db, form, offer.version)
    state = OWN if before is not None and bytes(before.xml) == ours else NEWER
    return Standing(offer, state, current.version)


ORDERED_LISTS: Final = tuple(BY_FILE.values())


def lists_of(chosen: Collection[str]) -> list[TownList]:
    """The town's lists that these forms have, each once."""
    needed = {kind.name for one in all_offers() if one.form_id in chosen for kind in one.lists}
    return [kind for kind in ORDERED_LISTS if kind.name in needed]
