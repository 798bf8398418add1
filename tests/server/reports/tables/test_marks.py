"""What may stand between the braces, and what is wrong with everything else."""

import pytest

from server.reports.tables.marks import Mark, MarkWrong, read_mark


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("I2.rate", Mark(indicator="I2", field="rate")),
        (" I3.numerator  cluster=510121001 ", Mark(indicator="I3", field="numerator", cluster="510121001")),
        ("I9.rate village=510121001203", Mark(indicator="I9", field="rate", village="510121001203")),
        ("I2.denominator before=11", Mark(indicator="I2", field="denominator", before=11)),
        ("I2.比率 片=510121001 前=1", Mark(indicator="I2", field="rate", cluster="510121001", before=1)),
        ("I1.name", Mark(indicator="I1", field="name")),
        ("town", Mark(plain="town")),
        ("数据截至", Mark(plain="as_of")),
    ],
)
def test_marks_are_read_in_both_languages(text, mark):
    assert read_mark(text) == mark


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "unknown"),
        ("rate", "unknown"),
        ("town cluster=1", "unknown"),
        ("I2.rate " + "x" * 90, "unknown"),
        ("I99.rate", "no_indicator"),
        ("i2.rate", "no_indicator"),
        ("I1.rate", "not_counted"),
        ("I2.__class__", "no_field"),
        ("I2.rate worker=3", "no_option"),
        ("I2.rate cluster=", "no_option"),
        ("I2.rate cluster=1 片=2", "no_option"),
        ("I2.rate before=12", "no_before"),
        ("I2.rate before=-1", "no_before"),
        ("I2.rate village=510121001203", "not_by_place"),
        ("I10.rate cluster=510121001", "not_by_place"),
        ("I9.rate cluster=1 village=2", "not_by_place"),
    ],
)
def test_whatever_else_stands_there_is_said_to_be_wrong(text, why):
    with pytest.raises(MarkWrong) as wrong:
        read_mark(text)
    assert wrong.value.why == why
