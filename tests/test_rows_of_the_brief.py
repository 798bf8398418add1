"""Every row of the brief's schedules is a rule of ours or has its reason, and no rule of ours came from nowhere.

The rows are those of domain.md 2.3 to 2.6, written out; a row of the brief may need several rules: one for each beginning,
kind of method or urgency.
"""

import re
from pathlib import Path

import pytest

from server.followups.office_rules import shipped_office_rules
from server.followups.rows_without_rules import NO_RULE
from server.followups.town_rules import shipped_rules
from tests.server.followups.every_table import EVERY_ROW
from tests.server.followups.table_of_the_office import OF_THE_OFFICE

PAGE = (Path(__file__).parent.parent / "docs" / "rules.md").read_text(encoding="utf-8")

ROWS = {
    # 2.3 pregnancy, birth, after birth
    "ANC1": "ANC1",
    "ANC2": "ANC2",
    "ANC3": "ANC3",
    "ANC3b": "ANC3b",
    "ANC4": "ANC4",
    "ANC4b / ANC4c": "ANC4b ANC4c",
    "ANC5": "ANC5",
    "ANC5b": "ANC5b",
    "ANC6": "ANC6",
    "ANC-H": "ANC-H",
    "ANC-D": "ANC-D PN-D PN-D0",
    "CN-clinic": "ANC-C1 ANC-C2 ANC-C3 ANC-C4 ANC-C5 ANC-C6 ANC-C7",
    "REF-U": "REF-U",
    "REF-R": "REF-R",
    "BIRTH": "BIRTH",
    "PN0": "PN0",
    "PN1": "PN1 PN1-C PN1-H",
    "PN-W1/W2": "PN-W1 PN-W2",
    "PN42": "PN42",
    "PN-M": "PN-M",
    "NB28": "NB28",
    "PL1": "PL1",
    "PPFP": "PPFP PPFP-1 PPFP-42",
    # 2.4 methods
    "IUD-1": "IUD-1",
    "IUD-CN": "IUD-CN",
    "IUD-X": "IUD-X IUD-XQ",
    "IMP-1": "IMP-1",
    "IMP-X": "IMP-X",
    "INJ-DMPA": "INJ-DMPA",
    "INJ-NETEN": "INJ-NETEN",
    "INJ-CIC": "INJ-CIC",
    "COC-3M": "COC-3M",
    "COC-Y": "COC-Y",
    "PILL-R": "PILL-R",
    "COND-R": "COND-R",
    "LAM-6": "LAM-6",
    "EC-1": "EC-1",
    "PAC-1": "PAC-1",
    "PP-METHOD": "",
    "FST-1": "FST-1",
    "VAS-1 / VAS-2": "VAS-1 VAS-2",
    "SWITCH/STOP": "SWITCH-STOP",
    "SE": "SE SE-S SE-D",
    # 2.5 before pregnancy, supplements
    "FA-OFFER": "FA-OFFER FA-OFFER-P",
    "FA-REFILL": "FA-REFILL",
    "FA-CHECK": "FA-CHECK",
    "FA-HIGH": "FA-HIGH",
    "IFA": "",
    "PPS": "PPS",
    # 2.6 homes, benefits, staff, transfers
    "HH-V": "HH-V",
    "HH-NEW": "HH-NEW",
    "MIG-ARR": "MIG-ARR MIG-ARR-P",
    "MIG-TR": "MIG-TR MIG-TR-P",
    "MIG-TR2": "MIG-TR2",
    "BEN-REN": "BEN-REN",
    "BEN-60": "BEN-60",
    "BEN-STEP": "BEN-STEP",
    "TRN-Q": "TRN-Q",
    "TRN-RT": "TRN-RT",
    "MTG": "MTG",
    "STOCK": "STOCK STOCK-C",
    "BACK": "BACK",
    "GRV": "GRV",
    "CONS": "CONS",
}
BESIDE = {
    "ANC0": "2.1: weeks that nobody knows ask for a dating check within 7 days",
    "REF-N": "F13: asked about a referral, she said that she needs more help",
    "REF-O": "F6: a device is taken out within 7 days of her word",
}
"""Rules that the brief asks for outside of its tables, and where."""

SHIPPED = {rule.id for rule in shipped_rules()}
OFFICE = set(shipped_office_rules())
CARRIED = {row: rules.split() for row, rules in ROWS.items()}
WITH_DAYS = {row.time.rule for row in EVERY_ROW} | {rule for rule, *_ in OF_THE_OFFICE}
"""Rules whose days are written out in a table."""


@pytest.mark.parametrize("row", ROWS)
def test_each_row_is_carried_by_rules_or_has_a_reason(row: str) -> None:
    assert bool(CARRIED[row]) is not (row in NO_RULE)
    assert set(CARRIED[row]) <= SHIPPED | OFFICE
    assert bool(CARRIED[row]) or all(f"| **{row}** | {why} |" in PAGE for why in (NO_RULE[row].zh, NO_RULE[row].en))


def test_every_rule_that_ships_belongs_to_one_row_or_is_asked_for_elsewhere() -> None:
    carrying = [rule for rules in CARRIED.values() for rule in rules]
    assert sorted([*carrying, *BESIDE]) == sorted(SHIPPED | OFFICE)


@pytest.mark.parametrize("row", [row for row, rules in CARRIED.items() if rules])
def test_each_row_that_is_carried_by_rules_has_the_days_of_each_written_out(row: str) -> None:
    assert not set(CARRIED[row]) - WITH_DAYS


def test_no_table_tells_of_a_rule_that_does_not_ship() -> None:
    assert WITH_DAYS == SHIPPED | OFFICE


def test_no_reason_is_given_for_what_is_no_row() -> None:
    assert set(NO_RULE) <= set(ROWS)


@pytest.mark.parametrize("rule", sorted(SHIPPED | OFFICE))
def test_every_rule_stands_on_the_page_in_both_languages(rule: str) -> None:
    versions = {one.version for one in shipped_rules() if one.id == rule} or {1}
    assert len(re.findall(rf"^\| \*\*{re.escape(rule)}\*\* ", PAGE, re.MULTILINE)) == 2 * len(versions)
