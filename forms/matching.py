"""Which question of a new version is which one of the old: by its path, else renamed or moved, as far as one can tell."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from forms.questions import Question, Words


class Pair(NamedTuple):
    """The same question before and after. `how`: same, renamed, moved, or along with a group that was either."""

    old: Question
    new: Question
    how: str


class Matching(NamedTuple):
    """Pairs in the old version's order, and what is left over on either side."""

    pairs: list[Pair]
    removed: list[Question]
    added: list[Question]


def match_questions(old: Sequence[Question], new: Sequence[Question]) -> Matching:
    """A question whose name went is taken for a renamed one where another of its kind and words came in the same place."""
    known = {one.path for one in old}
    free = {one.path: one for one in new if one.path not in known}
    by_path = {one.path: one for one in new}
    children = _children(old), _children(new)
    pairs: dict[str, Pair] = {}
    removed = []
    for one in old:
        pair = Pair(one, by_path[one.path], "same") if one.path in by_path else None
        pair = pair or _find_elsewhere(one, free, pairs, children)
        if pair is None:
            removed.append(one)
            continue
        pairs[one.path] = pair
        free.pop(pair.new.path, None)
    return Matching(list(pairs.values()), removed, list(free.values()))


def _children(questions: Sequence[Question]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = {}
    for one in questions:
        names.setdefault(one.parent, set()).add(one.name)
    return names


def _find_elsewhere(
    one: Question,
    free: dict[str, Question],
    pairs: dict[str, Pair],
    children: tuple[dict[str, set[str]], dict[str, set[str]]],
) -> Pair | None:
    around = pairs.get(one.parent)
    parent = around.new.path if around else one.parent
    if found := free.get(f"{parent}/{one.name}"):
        return Pair(one, found, "along")
    for other in free.values():
        if other.parent == parent and other.kind == one.kind and _looks_like(one, other, children):
            return Pair(one, other, "renamed")
    same_name = [other for other in free.values() if other.name == one.name and other.kind == one.kind]
    return Pair(one, same_name[0], "moved") if len(same_name) == 1 else None


def _looks_like(old: Question, new: Question, children: tuple[dict[str, set[str]], dict[str, set[str]]]) -> bool:
    """Whether two of a kind say the same: by their words, or where there are none by what they hold or work out."""
    if old.labels or new.labels:
        return have_same_words(old.labels, new.labels)
    held = children[0].get(old.path), children[1].get(new.path)
    if held[0]:
        return held[0] == held[1]
    calculated = old.rules.get("calculation")
    return bool(calculated) and calculated == new.rules.get("calculation")


def have_same_words(old: Words, new: Words) -> bool:
    """Whether two say the same in every language that both have; false where they share none."""
    shared = old.keys() & new.keys()
    return bool(shared) and all(old[language] == new[language] for language in shared)


def out_of_line(places: Sequence[int]) -> list[int]:
    """The fewest indices that must be left out for the rest to rise: what was put elsewhere among its neighbours."""
    ends: list[int] = []  # of the best rising row of each length, the index of its last place
    heights: list[int] = []  # and that place
    before: list[int | None] = []
    for index, place in enumerate(places):
        length = bisect_left(heights, place)
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [index]
        heights[length : length + 1] = [place]
    kept, at = set(), ends[-1] if ends else None
    while at is not None:
        kept.add(at)
        at = before[at]
    return [index for index in range(len(places)) if index not in kept]
