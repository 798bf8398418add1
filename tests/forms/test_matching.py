import time
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from forms.matching import match_questions, out_of_line, words_in
from forms.questions import Question


@given(st.permutations(range(9)))
def test_what_is_left_when_the_rest_is_taken_out_rises(places):
    out = out_of_line(places)

    rest = [place for index, place in enumerate(places) if index not in out]
    assert rest == sorted(rest)


def test_as_few_as_explain_it_are_out_of_line():
    assert [out_of_line(row) for row in ([], [0, 1, 2], [2, 0, 1], [0, 3, 1, 2])] == [[], [], [0], [1]]


def test_words_are_looked_at_in_the_languages_that_both_versions_have():
    assert words_in({"zh": "一", "en": "One"}, ["zh"]) == words_in({"zh": "一"}, ["zh"]) == ("一",)
    assert words_in({"en": "One"}, ["zh"]) is None and words_in({}, []) is None


def test_thousands_of_questions_under_new_names_are_matched_at_once():
    old = [Question(f"/a{number}", f"a{number}", "text", {"label": {"zh": str(number)}}) for number in range(20_000)]
    new = [replace(one, path=f"/b{one.name}", name=f"b{one.name}") for one in old]
    started = time.process_time()
    matching = match_questions(old, new, ["zh"])

    assert [pair.how for pair in matching.pairs] == ["renamed"] * 20_000
    assert time.process_time() - started < 5


def test_of_several_that_look_alike_the_first_is_taken():
    old = [Question(f"/a{number}", f"a{number}", "text", {"label": {"zh": "同"}}) for number in range(2)]
    new = [replace(one, path=f"/b{one.name}", name=f"b{one.name}") for one in old]

    assert [(pair.old.name, pair.new.name) for pair in match_questions(old, new, ["zh"]).pairs] == [
        ("a0", "ba0"),
        ("a1", "ba1"),
    ]
