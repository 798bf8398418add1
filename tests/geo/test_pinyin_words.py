"""Words of names: whatever somebody may type begins with one of them, and what sounds alike is alike."""

import pytest

from geo.pinyin import begins_with, syllables_of
from geo.pinyin_words import beginnings, sounds_of, without_one

NAMES = ("王小燕", "欧阳重庆", "张秀英", "吕芳", "燕", "Anna")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("letters", [2, 4])
def test_every_way_to_type_a_name_begins_with_one_of_its_beginnings(name: str, letters: int) -> None:
    syllables = syllables_of(name)
    found = beginnings(syllables, letters)
    alphabet = sorted({letter for options in syllables for one in options for letter in one})
    typed = {""}
    for _ in range(letters):
        typed = {one + letter for one in typed for letter in alphabet if begins_with(syllables, one + letter)}
    assert found == typed


def test_slips_of_the_ear_sound_the_same() -> None:
    for one, other in (("张秀英", "章秀瑛"), ("陈丽", "程莉"), ("刘兰", "流南"), ("沈静", "森净")):
        assert sounds_of(syllables_of(one)) & sounds_of(syllables_of(other)), (one, other)
    assert not sounds_of(syllables_of("王小燕")) & sounds_of(syllables_of("王小红"))
    assert sounds_of([]) == set()


def test_a_name_of_three_syllables_has_three_neighbours_and_a_shorter_one_none() -> None:
    assert list(without_one(("a", "b", "c"))) == [("?", "b", "c"), ("a", "?", "c"), ("a", "b", "?")]
    assert list(without_one(("a", "b"))) == []
