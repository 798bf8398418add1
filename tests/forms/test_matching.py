from hypothesis import given
from hypothesis import strategies as st

from forms.matching import have_same_words, out_of_line


@given(st.permutations(range(9)))
def test_what_is_left_when_the_rest_is_taken_out_rises(places):
    out = out_of_line(places)

    rest = [place for index, place in enumerate(places) if index not in out]
    assert rest == sorted(rest)


def test_as_few_as_explain_it_are_out_of_line():
    assert [out_of_line(row) for row in ([], [0, 1, 2], [2, 0, 1], [0, 3, 1, 2])] == [[], [], [0], [1]]


def test_words_are_the_same_in_the_languages_that_both_have_and_there_must_be_one():
    assert have_same_words({"zh": "一", "en": "One"}, {"zh": "一"})
    assert not have_same_words({"zh": "一"}, {"zh": "二"})
    assert not have_same_words({"zh": "一"}, {"en": "One"}) and not have_same_words({}, {})
