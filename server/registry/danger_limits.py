"""From where on what was measured is dangerous: as the phone said it when the record was filled. Pure; domain.md 3 (F4 to F6).

Forms write into each record the limits that they went by, those of the town's list `thresholds`: what was critical on the phone
is critical here. A limit can only be to the careful side of ours; a record that tells none goes by ours.
"""

import re
from collections.abc import Mapping
from typing import Final

NUMBER: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3})?")

FEVER: Final = 38.0
HIGH_UPPER, HIGH_LOWER = 160, 110
LOW_HAEMOGLOBIN: Final = 70
"""Degrees Celsius, mmHg and g/L: critical from the first three on, and below the last [B]."""


def number(data: Mapping[str, str], name: str) -> float | None:
    text = data.get(name)
    return float(text) if text and NUMBER.fullmatch(text) else None


def is_feverish(data: Mapping[str, str]) -> bool:
    return _reaches(data, "temp", "fever_from", FEVER)


def has_high_pressure(data: Mapping[str, str]) -> bool:
    upper = _reaches(data, "bp_sys", "sys_critical_from", HIGH_UPPER)
    return upper or _reaches(data, "bp_dia", "dia_critical_from", HIGH_LOWER)


def lacks_haemoglobin(data: Mapping[str, str]) -> bool:
    found = number(data, "hb_gl")
    return found is not None and found < max(number(data, "hb_critical_below") or 0, LOW_HAEMOGLOBIN)


def _reaches(data: Mapping[str, str], name: str, limit: str, ours: float) -> bool:
    found = number(data, name)
    return found is not None and found >= min(number(data, limit) or ours, ours)
