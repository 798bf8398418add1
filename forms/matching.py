"""Which question of a new version is which one of the old: by its path, else renamed or moved, as far as one can tell."""

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
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


def match_questions(old: Sequence[Question], new: Sequence[Question], languages: Iterable[str]) -> Matching:
    """A question whose name went is taken for a renamed one where another of its kind and words came in the same place.

    `languages` are those that both versions have. Takes time by the number of questions, however many are new.
    """
    known, by_path = {one.path for one in old}, {one.path: one for one in new}
    free = Free([one for one in new if one.path not in known], new, sorted(languages))
    held = _held(old)
    pairs: dict[str, Pair] = {}
    removed = []
    for one in old:
        around = pairs.get(one.parent)
        parent = around.new.path if around else one.parent
        pair = Pair(one, by_path[one.path], "same") if one.path in by_path else free.take(one, parent, held)
        if pair is None:
            removed.append(one)
        else:
            pairs[one.path] = pair
    return Matching(list(pairs.values()), removed, list(free.left.values()))


class Free:
    """The questions of the new version that no path of the old one leads to."""

    def __init__(self, free: Sequence[Question], new: Sequence[Question], languages: Sequence[str]) -> None:
        self.left = {one.path: one for one in free}
        self.languages = languages
        self.by_looks: dict[Hashable, list[str]] = {}
        self.by_name: dict[tuple[str, str], list[str]] = {}
        held = _held(new)
        for one in reversed(free):  # so that the first is taken first
            self.by_looks.setdefault(self.looks(one, one.parent, held), []).append(one.path)
            self.by_name.setdefault((one.name, one.kind), []).append(one.path)

    def take(self, one: Question, parent: str, held: dict[str, frozenset[str]]) -> Pair | None:
        """What became of a question whose group is now `parent`; it is free no longer."""
        looks = self.looks(one, parent, held)
        if found := self.left.pop(f"{parent}/{one.name}", None):
            return Pair(one, found, "along")
        if looks and (path := self._next(self.by_looks.get(looks, []))):
            return Pair(one, self.left.pop(path), "renamed")
        same_name = [path for path in self.by_name.get((one.name, one.kind), []) if path in self.left]
        return Pair(one, self.left.pop(same_name[0]), "moved") if len(same_name) == 1 else None

    def looks(self, one: Question, parent: str, held: dict[str, frozenset[str]]) -> Hashable:
        """Kind, place and words; where there are none what it holds or works out. None where nothing tells it apart."""
        words: Hashable = words_in(one.labels, self.languages)
        words = words or held.get(one.path) or one.rules.get("calculation")
        return (parent, one.kind, words) if words else None

    def _next(self, paths: list[str]) -> str | None:
        while paths:
            if (path := paths.pop()) in self.left:
                return path
        return None


def _held(questions: Sequence[Question]) -> dict[str, frozenset[str]]:
    """By the path of each group, the names in it."""
    names: dict[str, set[str]] = {}
    for one in questions:
        names.setdefault(one.parent, set()).add(one.name)
    return {path: frozenset(found) for path, found in names.items()}


def words_in(words: Words, languages: Iterable[str]) -> tuple[str | None, ...] | None:
    """The words in these languages, None where there are none: who says the same has the same."""
    found = tuple(words.get(language) for language in languages)
    return found if any(found) else None


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
