"""The register knows the items of F7 by the form's own names."""

import re
from pathlib import Path

from server.followups.supply_words import ITEMS, UNITS

FORM = Path(__file__).parents[3] / "forms" / "library" / "supplies" / "form.md"


def test_its_items_are_those_of_the_form_that_expire() -> None:
    offered = re.findall(r"^\| \| item \| (\w+) \|", FORM.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted([*ITEMS, "leaflet"]) == sorted(offered)
    assert set(UNITS) == set(ITEMS)
