import ast
import inspect
import re

from forms import choice_differences, differences
from forms.difference_words import KIND_WORDS, TYPE_WORDS, WEIGHT_WORDS, WHAT_WORDS, type_words, what_words
from forms.differences import WEIGHTS, Difference
from forms.library import library_ids, read_library_form
from forms.reading_questions import read_outline


def kinds_in_code() -> set[str]:
    """Every text in the two modules that is a kind: of a question, a choice, a rule, a language, a setting."""
    texts = set()
    for module in (differences, choice_differences):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    kinds = re.compile(r"(question|choice|choices|type|rule|words|language|setting)_[a-z]+")
    return {text for text in texts if kinds.fullmatch(text)} | {"question_renamed", "question_moved"}


def test_every_kind_of_difference_has_words_and_there_are_no_others():
    assert kinds_in_code() == KIND_WORDS.keys()
    assert tuple(WEIGHT_WORDS) == WEIGHTS


def test_all_words_are_in_both_languages():
    told = [line for one in KIND_WORDS.values() for line in one]
    for line in [*told, *WEIGHT_WORDS.values(), *WHAT_WORDS.values(), *TYPE_WORDS.values()]:
        assert re.search("[一-鿿]", line.zh) and re.search("[A-Za-z]", line.en) and not re.search("[一-鿿]", line.en)


def test_every_column_that_our_forms_use_has_a_word():
    used = set()
    for form_id in library_ids():
        for one in read_outline(read_library_form(form_id)).questions:
            used |= {*one.words, *one.rules}
    assert used <= WHAT_WORDS.keys()


def test_what_changed_is_named_with_its_language():
    assert what_words(Difference("words_changed", "harmless", what="hint", language="en")) == (
        "小字（英文）",
        "hint (English)",
    )
    assert what_words(Difference("choice_relabelled", "harmless", what="yes", language="fr")) == (
        "yes（fr）",
        "yes (fr)",
    )
    assert what_words(Difference("question_added", "harmless")) is None


def test_every_type_that_our_forms_use_has_words_and_a_new_one_is_told_as_it_is_written():
    used = {one.kind for form_id in library_ids() for one in read_outline(read_library_form(form_id)).questions}
    assert used <= TYPE_WORDS.keys()
    assert type_words("select_one").zh == "单选" and type_words("holograph").en == "holograph"
