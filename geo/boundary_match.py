"""Which village a row of a boundary file is: by its 12-digit code, else by a name or alias that we know, else as chosen.

A code that is there always decides: two villages may have one name, and no two one code.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

How = Literal["code", "name", "alias", "chosen"]
CODE = re.compile(r"\d{12}", re.ASCII)
_ENDING = re.compile(r"(村?村民委员会|村?村委会|行政村|村)$")


@dataclass(frozen=True, slots=True)
class Matched:
    """A row that is a village by something else than its code; `said` is what the file calls it."""

    row: int
    code: str
    said: str
    how: How


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A row that nobody can tell the village of. `code` is what stands there, if anything."""

    row: int
    said: str
    code: str


@dataclass(frozen=True, slots=True)
class KnownVillages:
    """The villages of a town to match a file with: names and aliases to codes, and what somebody chose for a row.

    A name of two villages is left out: it tells neither.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    chosen: Mapping[int, str] = field(default_factory=dict)

    def find(self, row: int, said: str) -> tuple[str, How] | None:
        """The code of the village, and how that was told."""
        if row in self.chosen and self.chosen[row] in self.titles:
            return self.chosen[row], "chosen"
        plain = plain_name(said)
        if plain and plain in self.names:
            return self.names[plain], "name"
        if plain and plain in self.aliases:
            return self.aliases[plain], "alias"
        return None


def known_villages(
    titles: Mapping[str, str], aliases: Iterable[tuple[str, str]], chosen: Mapping[int, str] | None = None
) -> KnownVillages:
    """Of `titles` (code to name) and `aliases` ((code, alias) pairs)."""
    return KnownVillages(
        titles=titles,
        names=_told_once((code, name) for code, name in titles.items()),
        aliases=_told_once(aliases),
        chosen=chosen or {},
    )


def plain_name(name: str) -> str:
    """A name without spaces and without the words for "village" that one list writes and another leaves out."""
    text = re.sub(r"\s+", "", name).casefold()
    return _ENDING.sub("", text) or text


def _told_once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for code, name in pairs:
        found.setdefault(plain_name(name), set()).add(code)
    return {name: next(iter(codes)) for name, codes in found.items() if name and len(codes) == 1}
