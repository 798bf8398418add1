from hashlib import sha1

from forms.schema import Field, FormSchema
from server.reports.table import odata_paths, rows_of, tables_of
from tests.server.reports.samples import census_schema

TREE = {
    "member": [
        {"name": "甲", "toy": [{"label": "a"}, {"label": "b"}]},
        {"name": "乙", "toy": []},
        {"name": "丙", "toy": [{"label": "c"}]},
    ]
}


def test_every_repeat_is_a_table_named_by_its_path() -> None:
    tables = tables_of(census_schema())
    assert list(tables) == ["Submissions", "Submissions.member", "Submissions.member.toy"]
    assert tables["Submissions.member"].parent_key == "__Submissions-id"
    assert tables["Submissions.member.toy"].parent_key == "__Submissions-member-id"


def test_names_that_become_one_in_odata_are_numbered() -> None:
    names = [column.name for column in tables_of(census_schema())["Submissions"].columns]
    assert len(names) == len(set(names))
    assert names[-3:-1] == ["__", "___2"]


def test_every_field_group_and_repeat_has_a_path_of_its_own_in_the_names_of_the_tables() -> None:
    schema = census_schema()
    paths = odata_paths(schema)
    assert set(paths) == {one.path for one in schema.fields}
    assert len(set(paths.values())) == len(paths)
    assert (paths["/备注"], paths["/其他"], paths["/member/toy/label"]) == ("/__", "/___2", "/member/toy/label")
    inner = FormSchema((Field("村", "/村", "structure"), Field("户", "/村/户", "int"), Field("人", "/村/人", "int")))
    assert list(odata_paths(inner).values()) == ["/__", "/__/__", "/__/___2"]


def test_a_field_cannot_take_the_place_of_the_rows_own_members() -> None:
    schema = FormSchema((Field("__id", "/__id", "string"), Field("__system", "/__system", "int")))
    assert [column.name for column in tables_of(schema)["Submissions"].columns] == ["__id_2", "__system_2"]


def test_two_repeats_with_chinese_names_are_two_tables() -> None:
    schema = FormSchema(
        (
            Field("孩子", "/孩子", "repeat"),
            Field("name", "/孩子/name", "string"),
            Field("老人", "/老人", "repeat"),
            Field("name", "/老人/name", "string"),
        )
    )
    tables = tables_of(schema)
    assert list(tables) == ["Submissions", "Submissions.__", "Submissions.___2"]
    assert [row.values["name"] for row in rows_of("x", {"老人": [{"name": "王"}]}, tables["Submissions.___2"])] == [
        "王"
    ]


def test_rows_of_nested_repeats_know_where_they_stand() -> None:
    tables = tables_of(census_schema())
    toys = list(rows_of("uuid:1", TREE, tables["Submissions.member.toy"]))
    assert [row.key for row in toys] == [
        "uuid:1/member[1]/toy[1]",
        "uuid:1/member[1]/toy[2]",
        "uuid:1/member[3]/toy[1]",
    ]
    assert toys[2].id == sha1(b"uuid:1/member[3]/toy[1]").hexdigest()
    assert toys[2].parent is not None
    assert toys[2].parent.key == "uuid:1/member[3]"


def test_a_record_whose_tree_has_another_shape_has_no_rows_rather_than_an_error() -> None:
    tables = tables_of(census_schema())
    for tree in ({}, {"member": "text"}, {"member": {"name": "甲"}}, {"member": [{"toy": None}, "text"]}):
        assert list(rows_of("uuid:1", tree, tables["Submissions.member.toy"])) == []
