import pytest

from forms.expressions import Tree, Unreadable, read_expression


def question(name):
    return Tree("question", name)


def test_and_binds_tighter_than_or_and_brackets_bind_tightest():
    a, b, c = (question(name) for name in "abc")

    assert read_expression("${a} or ${b} and ${c}") == Tree("op", "or", (a, Tree("op", "and", (b, c))))
    assert read_expression("(${a} or ${b}) and ${c}") == Tree("op", "and", (Tree("op", "or", (a, b)), c))


def test_sums_are_compared_and_products_are_summed():
    seven = Tree("op", "*", (question("weeks"), Tree("number", "7")))

    assert read_expression(". >= ${day} - ${weeks} * 7") == Tree(
        "op", ">=", (Tree("dot", "."), Tree("op", "-", (question("day"), seven)))
    )


def test_a_minus_before_a_number_is_no_subtraction():
    assert read_expression("${late} < -14").of[1] == Tree("minus", "-", (Tree("number", "14"),))


def test_a_look_into_a_list_has_its_condition_and_its_property():
    tree = read_expression("instance('women')/root/item[name = ${woman}]/code")

    assert (tree.kind, tree.value, tree.wanted) == ("look", "women", "code")
    assert tree.of == (Tree("op", "=", (Tree("name", "name"), question("woman"))),)


def test_rows_of_a_list_may_be_looked_at_without_condition_and_property():
    assert read_expression("count(instance('me')/root/item)").of[0] == Tree("look", "me")


@pytest.mark.parametrize(
    "text", ["", "${a} =", "(${a}", "${a} ${b}", "if(1, 2", "/data/meta/@id", "instance('a')/root/rows", "'open"]
)
def test_what_is_not_of_this_xpath_is_unreadable(text):
    with pytest.raises(Unreadable):
        read_expression(text)
