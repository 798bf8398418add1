import pytest

from forms.expressions import read_expression
from forms.idioms import flat, say_idiom
from forms.outline import Said


class Plain:
    def say(self, tree):
        return Said(tree.value, tree.value)

    def option(self, of, value):
        return Said(value, value)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("${a} = 'x' or ${a} = 'y' or ${a} = 'z'", "a is x or y or z"),
        ("${a} >= 3 and ${a} <= 5", "a is from 3 to 5"),
        ("count(instance('women')/root/item) = 0", "`women` has no row"),
        ("not((selected(., 'none') or selected(., 'other')) and count-selected(.) > 1)", "none or other stands alone"),
        (
            "instance('due_visits')/root/item[name = coalesce(${due_overdue}, ${due_open})]/subject",
            "`subject` of the visit that was chosen",
        ),
    ],
)
def test_a_turn_of_phrase_is_said_in_one_go(expression, said):
    assert say_idiom(read_expression(expression), Plain()).en == said


@pytest.mark.parametrize(
    "expression",
    [
        "${a} = 'x' or ${b} = 'y'",
        "${a} = '' or ${a} = 'y'",
        "${a} = 'x' or ${a} > 3",
        "${a} >= 3 and ${b} <= 5",
        "${a} > 3 and ${a} <= 5",
        "count(instance('women')/root/item) > 3",
        "not(selected(., 'none') and count-selected(.) > 2)",
        "not(. = 'none' and count-selected(.) > 1)",
        "instance('women')/root/item[code = ${a}]/name",
        "instance('women')/root/item[name = 'x']/name",
    ],
)
def test_what_is_none_is_left_to_be_said_part_by_part(expression):
    assert say_idiom(read_expression(expression), Plain()) is None


def test_parts_are_told_whichever_way_they_are_nested():
    tree = read_expression("${a} or (${b} or ${c})")

    assert [one.value for one in flat(tree, "or")] == ["a", "b", "c"]
