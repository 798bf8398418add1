"""Names are found by what people type: full pinyin, first letters, either with tones and spaces, and every usual reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.pinyin import as_typed, begins_with, syllables_of


def finds(typed, name):
    return begins_with(syllables_of(name), as_typed(typed))


@pytest.mark.parametrize(
    "typed",
    [
        "shiqiaocun",
        "shiqiao",
        "shi qiao cun",
        "Shí Qiáo",
        "shi2qiao2cun1",
        "sqc",
        "s",
        "shiq",
        "shq",
        "shqcun",
        "sqiao",
    ],
)
def test_one_name_is_found_by_whole_syllables_first_letters_and_any_mixture(typed):
    assert finds(typed, "石桥村")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("重庆村", "chongqing"),
        ("六安村", "luan"),
        ("六安村", "liuan"),
        ("大堡村", "dabu"),
        ("大堡村", "dapu"),
        ("大堡村", "dabao"),
        ("长坝村", "changba"),
        ("单家集", "shanjiaji"),
        ("解州村", "xiezhou"),
        ("乐至", "lezhi"),
        ("番禺", "panyu"),
        ("曾家沟", "zengjiagou"),
        ("尉犁", "yuli"),
        ("铅山", "yanshan"),
        ("吕梁", "lvliang"),
        ("吕梁", "luliang"),
        ("吕梁", "lǚliáng"),
        ("吕梁", "lü liang"),
        ("吕梁", "lyuliang"),
        ("欧阳", "ouyang"),
        ("D1 村", "d1cun"),
    ],
)
def test_readings_that_names_have_are_all_known(name, typed):
    assert finds(typed, name)


@pytest.mark.parametrize("typed", ["", "  ", "qiao", "shiqiaocunx", "sc", "hiqiao", "石", "'"])
def test_what_is_not_how_a_name_begins_does_not_find_it(typed):
    assert not finds(typed, "石桥村")


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_may_be_typed_and_any_may_be_a_name(typed, name):
    assert isinstance(finds(typed, name), bool)


@given(st.text(alphabet="石桥村柳树湾大堡长坝六安乐至吕梁单解", min_size=1, max_size=12), st.data())
def test_whatever_reading_of_each_character_is_typed_the_name_is_found(name, data):
    syllables = syllables_of(name)
    typed = "".join(data.draw(st.sampled_from(one)) for one in syllables)
    assert begins_with(syllables, typed)
    assert begins_with(syllables, "".join(one[0][0] for one in syllables))


def test_a_name_of_many_readings_is_looked_at_once_a_character():
    assert not begins_with([("a", "aa", "aaa")] * 60, "a" * 180 + "b")
