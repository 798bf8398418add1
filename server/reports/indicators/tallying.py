"""Cases into numbers: each is somebody's, of some place, and done or not. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geo.month_ends import Part

TOWN = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is counted. `person` tells apart of how many people they are; `place` is a cluster's code."""

    person: str
    place: str
    done: bool


def tally(cases: Iterable[Case]) -> dict[str, Part]:
    """By place."""
    found: dict[str, list[Case]] = {}
    for one in cases:
        found.setdefault(one.place, []).append(one)
    return {place: part_of(of) for place, of in found.items()}


def tally_town(cases: Iterable[Case]) -> dict[str, Part]:
    """All places as one."""
    found = list(cases)
    return {TOWN: part_of(found)} if found else {}


def part_of(cases: list[Case]) -> Part:
    done = [one for one in cases if one.done]
    missed = [one for one in cases if not one.done]
    people = [len({one.person for one in some}) for some in (done, missed, cases)]
    return Part(len(done), len(missed), *people)


def for_places(parts: Mapping[str, Part], places: Iterable[str]) -> dict[str, Part]:
    """With nothing where nothing was counted."""
    return {place: parts.get(place, Part()) for place in places}
