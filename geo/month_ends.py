"""Rates told at the end of each month, in order: how many were done of how many, by village, cluster and town.

A rate is two numbers that do not overlap, those done and those not: each is released as every number is that is told
again and again (releasing.py), so that no two months, and no total with its parts, give a small number back. A rate is
shown where both are, and it is about at least ten people, five of them on either side (domain.md 4.0). The cells of a
line are the villages of one cluster (片), its total is the cluster's; a town without clusters is one such line.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from geo.masking import LEAST_PEOPLE, K, Shown
from geo.releasing import Line, Told, after_a_change_of_keys, release
from geo.subtracting import Sum

SIDES: Final = ("done", "missed")
Why = Literal["few_people", "few", "everybody", "complement"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one village adds to a rate: `done` and `missed` things, and of how many different people each of them is."""

    done: int = 0
    missed: int = 0
    done_people: int = 0
    missed_people: int = 0
    people: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as it may be shown: `done` of `of`; both None where it is hidden, and `why` says why."""

    done: int | None = None
    of: int | None = None
    why: Why | None = None

    @property
    def percent(self) -> int | None:
        """Rounded down, so that a rate is in the class that its number names."""
        return None if self.done is None or not self.of else 100 * self.done // self.of


@dataclass(frozen=True)
class Memory:
    """What readers could learn of one rate so far: of each side all villages together, and each line's last total."""

    told: Mapping[str, Told] = field(default_factory=dict)
    totals: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def last(self, side: str, cluster: str) -> int | None:
        return self.totals.get(side, {}).get(cluster)

    def with_line(self, cluster: str, line: Mapping[str, Told]) -> "Memory":
        told = {side: _together(self.told[side], one) for side, one in line.items()}
        shown = {side: {cluster: one.total} for side, one in line.items() if one.total is not None}
        return Memory(told, {side: {**self.totals.get(side, {}), **shown.get(side, {})} for side in line})

    def of(self, keys: Collection[str]) -> "Memory":
        """Without the numbers of villages that are gone; what was told of them stays in the sums."""
        told = {
            side: replace(one, counted={key: one.counted[key] for key in keys}, known=one.known & set(keys))
            for side, one in self.told.items()
        }
        return replace(self, told=told)


@dataclass(frozen=True)
class Month:
    """The rates of one month's end: by village code, by cluster code ("" for villages of none), and the town's."""

    villages: Mapping[str, Rate]
    clusters: Mapping[str, Rate]
    town: Rate


def release_month(
    parts: Mapping[str, Part], cluster_of: Mapping[str, str], before: Memory, k: int = K
) -> tuple[Month, Memory]:
    """The rates of the next month's end for those who know `before`, and what they know then.

    `cluster_of` names the cluster of each village in `parts`. The town's rate is the sum of its lines, so it is told where
    all of them are.
    """
    lines = _lines(cluster_of)
    pasts = {side: _past_of_side(side, parts, before) for side in SIDES}
    memory = Memory({side: pasts[side] or Told({}) for side in SIDES}, before.totals)
    villages: dict[str, Rate] = {}
    clusters: dict[str, Rate] = {}
    for cluster, keys in lines.items():
        mine = {key: parts[key] for key in keys}
        told = _release_line(mine, {side: _past_of(pasts[side], keys, before.last(side, cluster)) for side in SIDES}, k)
        villages |= {key: _rate([told[side][0].cells[key] for side in SIDES], why_hidden(mine[key], k)) for key in keys}
        clusters[cluster] = _rate([told[side][0].total for side in SIDES], why_hidden(add_up(mine.values()), k))
        memory = memory.with_line(cluster, {side: told[side][1] for side in SIDES})
    return Month(villages, clusters, _sum_of(list(clusters.values()))), memory.of(parts)


def why_hidden(part: Part, k: int = K) -> Why | None:
    """Why a rate may not be shown by itself; None where it may."""
    if min(part.done + part.missed, part.people) < LEAST_PEOPLE:
        return "few_people"
    if part.missed == 0 or part.done == 0:
        return "everybody"
    if 0 < part.done_people < k or part.missed_people < k:
        return "few"
    return None


def add_up(parts: Iterable[Part]) -> Part:
    """Of places that do not share people."""
    found = Part()
    for one in parts:
        found = Part(
            found.done + one.done,
            found.missed + one.missed,
            found.done_people + one.done_people,
            found.missed_people + one.missed_people,
            found.people + one.people,
        )
    return found


def _lines(cluster_of: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, cluster in sorted(cluster_of.items()):
        found.setdefault(cluster, []).append(key)
    return found


def _rate(sides: list[Shown], why: Why | None) -> Rate:
    done, missed = sides
    if why is not None:
        return Rate(why=why)
    if done.value is None or missed.value is None:
        return Rate(why="complement")
    return Rate(done.value, done.value + missed.value)


def _sum_of(rates: list[Rate]) -> Rate:
    shown = [(one.done, one.of) for one in rates if one.done is not None and one.of is not None]
    if len(shown) < len(rates) or not rates:
        return Rate(why=rates[0].why if len(rates) == 1 else "complement")
    return Rate(sum(done for done, _ in shown), sum(of for _, of in shown))


def _release_line(parts: Mapping[str, Part], pasts: Mapping[str, Told | None], k: int) -> dict[str, tuple[Line, Told]]:
    """Both sides of one line. What one of them hides, the other hides too: a number counts as told where its rate is."""
    hidden = {key for key, part in parts.items() if why_hidden(part, k)}
    no_total = why_hidden(add_up(parts.values()), k) is not None
    while True:
        found = {side: _release_side(side, parts, pasts[side], hidden, no_total, k) for side in SIDES}
        lines = [line for line, _ in found.values()]
        more = hidden | {key for line in lines for key, cell in line.cells.items() if cell.suppressed}
        none = no_total or any(line.total.suppressed for line in lines)
        if (more, none) == (hidden, no_total):
            return found
        hidden, no_total = more, none


def _release_side(
    side: str, parts: Mapping[str, Part], past: Told | None, hidden: Collection[str], no_total: bool, k: int
) -> tuple[Line, Told]:
    counts = {key: _count(side, part) for key, part in parts.items()}
    people = {key: part.done + part.missed for key, part in parts.items()}
    return release(counts, past, people, k, withheld=hidden, no_total=no_total)


def _past_of_side(side: str, parts: Mapping[str, Part], before: Memory) -> Told | None:
    known = before.told.get(side)
    if known is None or parts.keys() == known.counted.keys():
        return known
    return after_a_change_of_keys({key: _count(side, part) for key, part in parts.items()}, known)


def _count(side: str, part: Part) -> int:
    return part.done if side == "done" else part.missed


def _past_of(known: Told | None, keys: Collection[str], total: int | None) -> Told | None:
    """What is known of some villages, with every sum that hangs together with them and nothing else.

    So what readers know of a village goes with it where it changes its cluster.
    """
    if known is None:
        return None
    sums: set[Sum] = set()
    names, rest = set(keys), set(known.sums)
    while more := {one for one in rest if names & {_village_of(part) for part in one.parts}}:
        sums |= more
        rest -= more
        names |= {_village_of(part) for one in more for part in one.parts}
    near = {part for part in known.ranges if _village_of(part) in names}
    return Told(
        counted={key: known.counted[key] for key in keys},
        known=known.known & set(keys),
        moves={key: known.moves[key] for key in keys if key in known.moves},
        sums=frozenset(sums),
        ranges={part: known.ranges[part] for part in near},
        numbers={part: known.numbers[part] for part in near & known.numbers.keys()},
        guessed=known.guessed & near,
        total=total,
    )


def _village_of(part: str) -> str:
    return part.rsplit("#", 1)[0]


def _together(one: Told, other: Told) -> Told:
    return Told(
        counted={**one.counted, **other.counted},
        known=(one.known - other.counted.keys()) | other.known,
        moves={**one.moves, **other.moves},
        sums=one.sums | other.sums,
        ranges={**one.ranges, **other.ranges},
        numbers={**one.numbers, **other.numbers},
        guessed=one.guessed | other.guessed,
    )
