"""Each edit of a form is told as what it is. Edits are made to our own forms, as read from their XForm."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.differences import CAREFUL, HARMLESS, LOSES, WEIGHTS, Difference, differences
from forms.library import library_ids, read_library_form
from forms.questions import Option, Outline, Question
from forms.reading_questions import read_outline
from forms.xform import set_version
from tests.forms.samples import small_form

VISIT = read_outline(read_library_form("household_visit"))
FORMS = {form_id: read_outline(read_library_form(form_id)) for form_id in ("household_visit", "antenatal_check")}
BARE = Question("/seen", "seen", "text", {"label": {"zh": "看到什么", "en": "What was seen"}})


def outline(*questions: Question) -> Outline:
    return Outline(questions, {"form_id": "x"}, frozenset({"zh", "en"}))


def found(old: Outline, new: Outline) -> list[tuple[str, str, str]]:
    return [(one.kind, one.weight, one.path) for one in differences(old, new)]


def edit(of: Outline, path: str, **changes: object) -> Outline:
    return replace(of, questions=tuple(replace(one, **changes) if one.path == path else one for one in of.questions))


@pytest.mark.parametrize("form_id", library_ids())
def test_a_form_does_not_differ_from_itself_whatever_its_version_is_called(form_id):
    xml = read_library_form(form_id)
    again = set_version(xml, "another")

    assert again != xml and differences(read_outline(xml), read_outline(again)) == ()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_one_edit_is_found_and_nothing_else(data):
    form = FORMS[data.draw(st.sampled_from(sorted(FORMS)))]
    leaves = [one for one in form.questions if not any(other.parent == one.path for other in form.questions)]
    one = data.draw(st.sampled_from(leaves))
    new, expected = data.draw(st.sampled_from(list(edits_of(form, one))))

    changes = differences(form, new)
    assert [(change.kind, one.path in (change.path, *change.also)) for change in changes] == [(expected, True)]
    assert changes[0].weight in WEIGHTS


def edits_of(form: Outline, one: Question):
    others = tuple(other for other in form.questions if other.path != one.path)
    at = form.questions.index(one)
    yield replace(form, questions=others), "question_removed"
    yield edit(form, one.path, kind="barcode"), "type_changed"
    for rule in ("relevant", "constraint", "calculation", "required"):
        yield edit(form, one.path, rules={**one.rules, rule: "${odd} = 1"}), "rule_changed"
    yield edit(form, one.path, words={**one.words, "label": {**one.labels, "zh": "完全不同"}}), "words_changed"
    if one.options:
        gone = one.options[1:]
        yield (
            replace(form, questions=(*form.questions[:at], replace(one, options=gone), *form.questions[at + 1 :])),
            ("choice_removed"),
        )


def test_a_question_added_is_harmless_and_one_removed_loses_data_unless_it_only_shows_text():
    note = replace(BARE, path="/n", name="n", kind="note")

    assert found(outline(), outline(BARE)) == [("question_added", HARMLESS, "/seen")]
    assert found(outline(BARE), outline()) == [("question_removed", LOSES, "/seen")]
    assert found(outline(note), outline()) == [("question_removed", HARMLESS, "/n")]


def test_the_same_words_and_kind_in_the_same_place_under_another_name_are_probably_a_new_name():
    (change,) = differences(outline(BARE), outline(replace(BARE, path="/saw", name="saw")))

    assert (change.kind, change.weight, change.old, change.new) == ("question_renamed", LOSES, "seen", "saw")


@pytest.mark.parametrize(
    "changed",
    [{"kind": "integer"}, {"words": {"label": {"zh": "别的", "en": "Else"}}}, {"path": "/g/saw"}, {"words": {}}],
)
def test_another_kind_other_words_or_another_place_are_another_question(changed):
    group = Question("/g", "g", "group", {"label": {"zh": "组", "en": "Group"}})
    new = outline(group, replace(BARE, **{"path": "/saw", "name": "saw", **changed}))

    assert [kind for kind, _, _ in found(outline(BARE, group), new)] == ["question_removed", "question_added"]


def test_rules_that_only_follow_a_new_name_are_not_told_again():
    after = replace(BARE, path="/next", name="next", rules={"relevant": "${seen} = 'x'"})
    renamed = replace(after, rules={"relevant": "${saw} = 'x'"})

    changes = found(outline(BARE, after), outline(replace(BARE, path="/saw", name="saw"), renamed))
    assert [kind for kind, _, _ in changes] == ["question_renamed"]


def test_a_calculation_that_moves_to_another_name_is_one_too():
    sum_of = Question("/a", "a", "calculate", rules={"calculation": "1 + 1"})

    (change,) = differences(outline(sum_of), outline(replace(sum_of, path="/b", name="b")))
    assert (change.kind, change.old, change.new) == ("question_renamed", "a", "b")


def test_a_group_takes_what_is_in_it_along_and_is_told_once():
    group = Question("/g", "g", "group", {"label": {"zh": "组", "en": "Group"}})
    inside = replace(BARE, path="/g/seen")
    new = outline(replace(group, path="/h", name="h"), replace(inside, path="/h/seen"))

    (change,) = differences(outline(group, inside), new)
    assert (change.kind, change.weight, change.also) == ("question_renamed", LOSES, ("/h/seen",))


def test_a_question_that_goes_into_a_group_is_moved():
    group = Question("/g", "g", "group", {"label": {"zh": "组", "en": "Group"}})

    (change,) = differences(outline(BARE, group), outline(group, replace(BARE, path="/g/seen")))
    assert (change.kind, change.weight, change.old, change.new) == ("question_moved", LOSES, "/seen", "/g/seen")


def test_only_what_was_put_elsewhere_is_told_as_asked_in_another_order():
    row = [replace(BARE, path=f"/q{number}", name=f"q{number}") for number in range(5)]

    assert found(outline(*row), outline(row[4], *row[:4])) == [("question_reordered", HARMLESS, "/q4")]


def test_a_change_in_a_shared_list_of_choices_is_told_once_with_all_questions():
    yes, no = Option("yes", {"zh": "是", "en": "Yes"}), Option("no", {"zh": "否", "en": "No"})
    asks = [Question(f"/{name}", name, "select_one", options=(yes, no), options_from="yn") for name in "ab"]
    new = [replace(one, options=(yes, replace(no, labels={"zh": "不是", "en": "No"}))) for one in asks]

    (change,) = differences(outline(*asks), outline(*new))
    assert (change.kind, change.what, change.language, change.old, change.new) == (
        "choice_relabelled", "no", "zh", "否", "不是",
    )  # fmt: skip
    assert (change.path, change.also, change.weight) == ("/a", ("/b",), HARMLESS)


def test_a_choice_under_another_name_loses_data_and_one_removed_needs_care():
    yes, no = Option("yes", {"zh": "是", "en": "Yes"}), Option("no", {"zh": "否", "en": "No"}, {"for": "1"})
    old = outline(Question("/a", "a", "select_one", options=(yes, no)))

    def after(*options: Option) -> list[tuple[str, str, str, str | None]]:
        new = outline(Question("/a", "a", "select_one", options=options))
        return [(one.kind, one.weight, one.what, one.new) for one in differences(old, new)]

    assert after(yes, replace(no, name="nay")) == [("choice_renamed", LOSES, "nay", "nay")]
    assert after(yes) == [("choice_removed", CAREFUL, "no", None)]
    assert after(no, yes) == [("choices_reordered", HARMLESS, "", None)]
    assert after(yes, no, Option("x", {})) == [("choice_added", HARMLESS, "x", "x")]
    assert after(yes, replace(no, columns={"for": "2"})) == [("choice_changed", CAREFUL, "no.for", "2")]


def test_a_language_that_is_gone_is_told_once_and_not_for_every_question():
    new = Outline((replace(BARE, words={"label": {"zh": "看到什么"}}),), {"form_id": "x"}, frozenset({"zh"}))

    assert differences(outline(BARE), new) == (Difference("language_removed", CAREFUL, what="en", old="en"),)


def test_forms_made_by_hand_are_compared_too():
    old = read_outline(small_form())
    new = read_outline(small_form(body='<input ref="/data/name"><label>Full name</label></input>'))

    (change,) = differences(old, new)
    assert (change.kind, change.language, change.old, change.new) == ("words_changed", "default", "Name", "Full name")


def test_a_text_to_read_that_becomes_a_question_loses_nothing_and_a_question_that_becomes_a_text_does():
    note = replace(BARE, kind="note")

    assert found(outline(note), outline(BARE)) == [("type_changed", HARMLESS, "/seen")]
    assert found(outline(BARE), outline(note)) == [("type_changed", LOSES, "/seen")]
