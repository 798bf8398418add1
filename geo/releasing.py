"""Numbers that are told again and again: no two of them, subtracted, give a small number back.

Each number counts in steps: it stays as it was told until at least `k` have come or gone. A total is the sum of what is
counted, so that a number and its total never tell of different moments. What was withheld stays so until its number has
moved, and every total that was ever told is remembered: with what is told today it must not give a withheld number
back, today's or a past one. Requirement P6, domain.md 6.3.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from geo.masking import K, Reason, Shown, range_of, reason_to_hide, shown_as
from geo.subtracting import Sum, can_work_out


@dataclass(frozen=True)
class Told:
    """What readers could learn so far of one line of numbers. `counted` is the number that each key counts with.

    `known`: keys whose counted number they can know, the others' they cannot. `moves`: how often each key has moved; its
    number of that time is named key#moves in `sums`, the totals that were told of withheld numbers, with `ranges`, what
    is known of each of those numbers, `numbers`, what they were, and `guessed`, those of which a later number says much.
    `total` is the last total that was shown.
    """

    counted: Mapping[str, int]
    known: frozenset[str] = frozenset()
    moves: Mapping[str, int] = field(default_factory=dict)
    sums: frozenset[Sum] = frozenset()
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    guessed: frozenset[str] = frozenset()
    total: int | None = None


@dataclass(frozen=True)
class Line:
    """Numbers of things that do not overlap, as they may be shown, and their total. Keys are those that came in."""

    cells: Mapping[str, Shown]
    total: Shown


def release(
    counts: Mapping[str, int],
    before: Told | None = None,
    people: Mapping[str, int] | None = None,
    k: int = K,
    total_is_out: bool = False,
    withheld: Collection[str] = (),
    no_total: bool = False,
) -> tuple[Line, Told]:
    """How numbers may be shown to those who were told `before`, and what they can know from now on.

    `people`: of how many people each number is a share, where it is one. `total_is_out`: the total is shown elsewhere in
    any case, so where it would give a number away every cell is withheld instead. `withheld`: keys that are about too few
    people for another reason than their number, as many visits of one person are; `no_total`: the total is, too.
    """
    past = before or Told(dict(counts))
    if counts.keys() != past.counted.keys():
        past = after_a_change_of_keys(counts, past)
    counted = {key: _step(number, past.counted[key], k) for key, number in counts.items()}
    moves = {key: past.moves.get(key, 0) + (counted[key] != past.counted[key]) for key in counts}
    stayed = {key for key in counts if counted[key] == past.counted[key]} if before else set()
    known = past.known & stayed
    hidden = _hidden_by_themselves(counts, counted, stayed - known, people, k)
    hidden |= dict.fromkeys(counted.keys() & set(withheld), "few_people")
    total = sum(counted.values())
    why_no_total = reason_to_hide(total, k) if total_is_out else _why_no_total(total, people, past, k)
    why_no_total = "few_people" if no_total else why_no_total
    unknown = Unknown(counted, moves, known, hidden, past, k)
    if not unknown.withhold_until_safe(why_no_total):
        why_no_total = "complement"
        if total_is_out or not unknown.withhold_until_safe(why_no_total):
            hidden |= dict.fromkeys(counted, "complement")
    cells = {key: _show(counts[key], counted[key], hidden.get(key), k) for key in counts}
    told = Told(
        counted,
        known | (counted.keys() - hidden.keys()),
        moves,
        unknown.sums(why_no_total),
        unknown.ranges(),
        unknown.numbers(),
        unknown.guessed(),
        past.total if why_no_total else total,
    )
    return Line(cells, shown_as(total, why_no_total, k)), told


def after_a_change_of_keys(counts: Mapping[str, int], past: Told) -> Told:
    """Villages that were merged, split or added: a new number is open only where no old one gives a part of it back.

    That is one village made of others whose numbers were known, or a village beside those that there were, which counts
    from nothing. Any other stays withheld until its number has moved.
    """
    gone = past.counted.keys() - counts.keys()
    new = counts.keys() - past.counted.keys()
    counted = {key: past.counted.get(key, counts[key] if gone else 0) for key in counts}
    merged = len(new) == 1 and gone <= past.known
    merged = merged and sum(counts[key] for key in new) == sum(past.counted[key] for key in gone)
    known = past.known & counts.keys() | (new if merged or not gone else set())
    return replace(past, counted=counted, known=frozenset(known))


def _step(number: int, last: int, k: int) -> int:
    """Between 1 to 4 and more, the step is so long that it could have begun, or ended, at any of the four."""
    if 0 < min(number, last) < k:
        return number if max(number, last) >= 2 * k - 1 else last
    return number if abs(number - last) >= k else last


def _hidden_by_themselves(
    counts: Mapping[str, int], counted: Mapping[str, int], withheld: set[str], people: Mapping[str, int] | None, k: int
) -> dict[str, Reason]:
    """Why numbers may not be shown, their totals aside: few, or withheld before and not moved since."""
    found: dict[str, Reason] = {}
    for key, number in counted.items():
        of = max(people[key], number, counts[key]) if people is not None and key in people else None
        reason = reason_to_hide(number, k, of) or ("complement" if key in withheld else None)
        if reason is not None:
            found[key] = reason
    return found


def _why_no_total(total: int, people: Mapping[str, int] | None, past: Told, k: int) -> Reason | None:
    of = max(sum(people.values()), total) if people is not None else None
    moved = abs(total - past.total) if past.total is not None else 0
    return reason_to_hide(total, k, of) or ("complement" if 0 < moved < k else None)


@dataclass(frozen=True)
class Unknown:
    """The numbers of a line that readers do not know, beside what they were told before. `hidden` grows."""

    counted: Mapping[str, int]
    moves: Mapping[str, int]
    known: frozenset[str]
    hidden: dict[str, Reason]
    past: Told
    k: int

    def withhold_until_safe(self, why_no_total: Reason | None) -> bool:
        """Withholds further numbers, the smallest first, until no sum gives one away; False where that is not enough.

        A number that readers know from before protects no other, so it is left as it is.
        """
        by_themselves = dict(self.hidden)
        fresh = self.counted.keys() - self.hidden.keys() - self.known
        in_order = sorted(fresh, key=lambda key: (self.counted[key] == 0, self.counted[key], key))
        while self.gives_away(why_no_total):
            if not in_order:
                self.hidden.clear()
                self.hidden.update(by_themselves)
                return False
            self.hidden[in_order.pop(0)] = "complement"
        return True

    def gives_away(self, why_no_total: Reason | None) -> bool:
        # A total that is told as 1 to 4 says of four parts that each is one.
        few = why_no_total == "few" and len(self.hidden.keys() - self.known) >= self.k - 1
        sums, ranges = self.sums(why_no_total), self.ranges()
        return few or can_work_out(sums, ranges) or can_work_out(self.without_guessed(sums), ranges)

    def sums(self, why_no_total: Reason | None) -> frozenset[Sum]:
        """What all totals told so far tell of the unknown numbers, today's with them where it is told."""
        return self.past.sums if why_no_total else self.past.sums | self.sums_now()

    def sums_now(self) -> frozenset[Sum]:
        """What the total tells of the unknown numbers: nothing where there is none."""
        parts = self.hidden.keys() - self.known
        total = sum(self.counted[key] for key in parts)
        return frozenset([Sum(frozenset(map(self.name_of, parts)), total)] if parts else [])

    def guessed(self) -> frozenset[str]:
        """Withheld numbers whose next one was told: it moved by at least five, so the one says much of the other."""
        told = self.counted.keys() - self.hidden.keys()
        return self.past.guessed | {f"{key}#{self.moves[key] - 1}" for key in told} & self.past.numbers.keys()

    def without_guessed(self, sums: Collection[Sum]) -> list[Sum]:
        """The sums to somebody who knows the guessed numbers: all but one of a sum, which then gives that one away."""
        guessed, numbers = self.guessed(), {**self.past.numbers, **self.numbers()}
        left = []
        for one in sums:
            known = one.parts & guessed
            known -= {min(known)} if known == one.parts else set()
            left.append(Sum(one.parts - known, one.total - sum(numbers[part] for part in known)))
        return left

    def ranges(self) -> dict[str, tuple[float, float]]:
        """What is known of each withheld number. One below k may have been told as such once, so it is taken as that."""
        found = dict(self.past.ranges)
        for key in self.hidden.keys() - self.known:
            few = 0 < self.counted[key] < self.k
            found[self.name_of(key)] = range_of("few" if few else self.hidden[key], self.k)
        return found

    def numbers(self) -> dict[str, int]:
        """The withheld numbers of the past and of today, by name."""
        return {
            **self.past.numbers,
            **{self.name_of(key): self.counted[key] for key in self.hidden.keys() - self.known},
        }

    def name_of(self, key: str) -> str:
        return f"{key}#{self.moves[key]}"


def _show(number: int, counted: int, reason: Reason | None, k: int) -> Shown:
    """Below k the number itself says no more than whether there are any; above, the counted one is shown."""
    if reason in (None, "few") and counted < k:
        return shown_as(number, "few" if 0 < number < k else "complement" if number else None, k)
    return shown_as(counted, reason, k)
