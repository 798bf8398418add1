import pytest

from server.followups.labels import mask_name, visit_label
from tests.server.followups.samples import day


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王小丽", "王*"), ("  王小丽", "王*"), ("小王", "小*"), ("Anna", "A*"), ("𠮷田", "𠮷*"), ("", "*"), (" ", "*")],
)
def test_a_name_shows_its_first_character_only(name: str, masked: str) -> None:
    assert mask_name(name) == masked


def test_a_label_is_her_code_her_masked_name_and_the_target_day() -> None:
    assert visit_label("W-0231", "王小丽", day("2026-12-03")) == "W-0231 王* 12-03"
