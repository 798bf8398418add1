import pytest

from forms.library import library_ids, read_library_outline
from forms.never_collected import BY_THE_LINTER, NEVER, find_collected
from forms.outline import Option, Outline, Row, Said


@pytest.mark.parametrize("form_id", library_ids())
def test_no_form_of_ours_holds_anything_of_the_list_of_what_is_never_collected(form_id):
    assert find_collected(read_library_outline(form_id)) == []


def a_row(name="a", kind="text", zh="", en="", options=(), **more):
    return Row(name, kind, label=Said(zh, en), options=options, **more)


PLANTED = [
    ("身份证、户口簿号", a_row(zh="她的身份证号")),
    ("配偶", a_row("husband_name")),
    ("婚姻", a_row(en="Is she married?")),
    ("孕产次数", a_row("parity", "integer")),
    ("子女的个数和性别", a_row(zh="家里有几个孩子")),
    ("胎儿、婴儿的性别、姓名和号码", a_row("baby_name")),
    ("民族", a_row(zh="民族")),
    ("工作单位", a_row("employer")),
    ("宗教", a_row(zh="有没有宗教信仰")),
    ("艾滋病、梅毒、乙肝的结果", a_row("hiv_result")),
    ("人的照片", a_row(kind="image")),
    ("声音", a_row(kind="background-audio")),
    ("连续的位置", a_row(kind="audit", parameters="location-priority=balanced location-min-interval=60")),
    ("通讯录、手机号和机主", a_row(kind="phonenumber")),
]


def found_in(row):
    return [one.what.zh for one in find_collected(Outline("a_form", "一张表", "1", (row,)))]


@pytest.mark.parametrize(("what", "row"), PLANTED)
def test_a_planted_field_of_each_kind_is_found(what, row):
    assert what in found_in(row)


def test_nothing_of_the_list_is_without_a_planted_field():
    assert [never.what.zh for never in NEVER] == [what for what, _ in PLANTED]


def test_a_choice_that_tells_it_is_found_as_well():
    choices = (Option("a", Said("男孩", "A boy")), Option("b", Said("女孩", "A girl")))

    assert set(found_in(a_row(kind="select_one", options=choices))) == {"胎儿、婴儿的性别、姓名和号码"}


def test_what_the_rights_linter_knows_is_found_as_well():
    assert BY_THE_LINTER.zh in found_in(a_row(zh="计划外怀孕"))


@pytest.mark.parametrize(
    "row",
    [
        a_row(kind="image", appearance="signature", zh="签名"),
        a_row(zh="哪里不对", hint=Said("不写身份证号", "No identity numbers")),
        a_row(kind="note", zh="这里不问婚姻，也不问有几个孩子"),
        a_row(zh="已提供艾滋病检测", en="HIV test offered"),
        a_row(zh="儿童保健", en="Child health"),
        a_row("live_births", "integer", zh="活产的宝宝有几个", en="Live-born babies"),
        a_row(kind="geopoint", zh="位置"),
    ],
)
def test_what_only_sounds_like_it_or_says_that_it_is_not_asked_is_no_finding(row):
    assert found_in(row) == []
