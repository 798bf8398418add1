"""The kinds of questions about how a record was made, and from where on each is asked: data, in quality.toml."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from forms.quality import Limits

LIMITS: Final[dict[str, dict[str, Any]]] = tomllib.loads(
    (Path(__file__).parent / "quality.toml").read_text(encoding="utf-8")
)

ALONE: Final = Limits(
    clock_off=timedelta(minutes=LIMITS["clock"]["minutes"]),
    least_answers=LIMITS["same_answers"]["least_answers"],
    notes=frozenset(LIMITS["holiday"]["notes"]),
    pressures=frozenset(LIMITS["digits"]["names"]),
)

KINDS: Final = (
    "outside",
    "shift",
    "accuracy",
    "by_hand",
    "same_point",
    "speed",
    "too_fast",
    "too_slow",
    "midnight",
    "clock",
    "doubled_file",
    "kept_aside",
    "same_answers",
    "digits",
    "many_a_day",
    "last_day",
    "holiday",
    "late",
    "checked",
)
"""In the order in which pages show them. That a record is sealed is said by its Seal, and not said twice."""

BLIND: Final = frozenset({"checked"})
"""Kinds of which who made the record never hears: she would know who spoke of it. She is asked in words that tell nothing."""
