"""What is to be reached (aims.toml), what was measured, and the table of both."""

import statistics
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("aims.toml")
OURS: Final = "ours"
CENTRAL: Final = "central"

Results = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
"""Step, then who was measured, then a round each: bench.py's `rounds`."""


@dataclass(frozen=True)
class Aim:
    """A row of the table. `times`, `most` and `part` are by kind of database.

    `central` is Central's figure where none was measured. `part`: how much of Central's own figure a measure of ours is to be
    at most, asked only where both were measured.
    """

    work: str
    step: str
    measure: str | None = None
    central: float | None = None
    times: Mapping[str, float] = field(default_factory=dict)
    most: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    part: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def of_size(self, number: Callable[[int], int]) -> "Aim":
        """The same in a run of fewer records, which bench.py writes into the names of its steps; Central's figures are of all."""
        head, sign, rows = self.step.partition("@")
        if not sign or number(int(rows)) == int(rows):
            return self
        return replace(self, step=f"{head}@{number(int(rows))}", central=None)


@dataclass(frozen=True)
class Line:
    """What is said of an aim: cells as text; `is_met` is None where nothing was measured, or nothing to measure it against."""

    work: str
    ours: str
    central: str
    aim: str
    is_met: bool | None


def read_aims(file: Path = FILE) -> list[Aim]:
    return [Aim(**one) for one in tomllib.loads(file.read_text(encoding="utf-8"))["aim"]]


def judge(aim: Aim, results: Results, kind: str) -> Line:
    """`kind` is sqlite or postgresql."""
    rounds = results.get(aim.step, {}).get(OURS, ())
    said, asked, met = [], [], []
    is_known = True
    central = central_of(aim, results)
    if aim.measure is not None:
        own = median(rounds, aim.measure)
        said.append(f"{written(rounds, aim.measure)} {UNITS[aim.measure]}")
        asked.append(f"{aim.times[kind]:g} times Central's")
        if own is not None and central is not None:
            better = own / central if aim.measure == "per_s" else central / own
            said.append(f"{better:.1f} times")
            met.append(better >= aim.times[kind])
        else:
            is_known = False
    for measure, limits in aim.most.items():
        if kind in limits:
            own = median(rounds, measure)
            said.append(f"{written(rounds, measure)} {UNITS[measure]}")
            asked.append(f"at most {limits[kind]:g} {UNITS[measure]}")
            met += [own <= limits[kind]] if own is not None else []
    for measure, parts in aim.part.items():
        own, theirs = median(rounds, measure), median(results.get(aim.step, {}).get(CENTRAL, ()), measure)
        if kind in parts and own is not None and theirs is not None:
            said.append(f"{own:.4g} {UNITS[measure]}, {own / theirs:.2g} of Central's")
            asked.append(f"at most {parts[kind]:.3g} of Central's {UNITS[measure]}")
            met.append(own <= parts[kind] * theirs)
    faulty = any(set(one.get("errors", {})) - {"reconnect"} for one in rounds)
    told = tell_central(aim, results, central)
    ours = "; ".join(said) if rounds else "not measured"
    is_met = False if faulty or not all(met) else True if met and is_known else None
    return Line(aim.work, ours, told, "; ".join(asked), is_met if rounds else None)


def tell_central(aim: Aim, results: Results, central: float | None) -> str:
    """Its figure, and what CPU a request took where that was measured."""
    if central is None or aim.measure is None:
        return ""
    cpu = median(results.get(aim.step, {}).get(CENTRAL, ()), "cpu_ms_per_req")
    return f"{central:.4g} {UNITS[aim.measure]}" + ("" if cpu is None else f"; {cpu:.3g} {UNITS['cpu_ms_per_req']}")


UNITS: Final = {
    "p95_ms": "ms (p95)",
    "per_s": "a second",
    "secs": "s",
    "first_byte_s": "s to the first byte",
    "cpu_ms_per_req": "CPU ms",
    "late_ms": "ms (p95)",
    "longest_ms": "ms at the longest",
    "peak_pss_mb": "MB at most",
    "pss_mb": "MB",
    "share": "of it",
    "lost": "of the rate lost",
}


def central_of(aim: Aim, results: Results) -> float | None:
    if aim.measure is None:
        return None
    measured = median(results.get(aim.step, {}).get(CENTRAL, ()), aim.measure)
    return aim.central if measured is None else measured


def median(rounds: Sequence[Mapping[str, Any]], measure: str) -> float | None:
    values = [one[measure] for one in rounds if measure in one]
    return statistics.median(values) if values else None


def written(rounds: Sequence[Mapping[str, Any]], measure: str) -> str:
    """The median; of several rounds the least and the most with it."""
    values = [one[measure] for one in rounds if measure in one]
    if not values:
        return "?"
    middle = f"{statistics.median(values):.4g}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.4g} to {max(values):.4g})"


def write_table(lines: Sequence[Line], about: Mapping[str, str]) -> str:
    """Markdown; `about` is the machine, versions and how it was made."""
    answers = {True: "yes", False: "**no**", None: "?"}
    head = ["; ".join(f"{name}: {value}" for name, value in about.items()), ""]
    rows = [f"| {one.work} | {one.ours} | {one.central} | {one.aim} | {answers[one.is_met]} |" for one in lines]
    return "\n".join([*head, "| work | ours | Central | to reach | reached |", "|---|---|---|---|---|", *rows, ""])
