"""Wrapped text and the height of its row."""

import pytest

from server.reports.pack.fitting import AROUND, LINE, count_lines, height_of


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, 1),
        ("七天内产后", 12, 1),
        ("七天内产后访", 12, 2),
        ("头 90 天内登记、满 37 周的分娩里，国家规范的每个时段都有一次产检的", 47, 2),
        ("one two", 9, 1),
        ("one twoo three", 9, 3),
        ("one two three", 10, 2),
        ("incomprehensibilities", 12, 3),
        ("a incomprehensibilities", 12, 4),
    ],
)
def test_chinese_breaks_anywhere_and_words_between_them(text: str, width: int, lines: int) -> None:
    assert count_lines(text, width) == lines


def test_a_row_is_as_high_as_its_longest_cell_needs() -> None:
    assert height_of([], []) == LINE + AROUND
    assert height_of(["到", "会倒推出小数，不显示"], [20, 12]) == 2 * LINE + AROUND
