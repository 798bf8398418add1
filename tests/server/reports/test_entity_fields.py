"""What an entity list's properties are called in OData: each once, and the same as long as the list only grows."""

import pytest

from server.errors import ODataFieldUnsupported, SelectUnknown
from server.reports.entity_fields import EntityFields, property_names


def test_names_that_are_one_to_odata_are_numbered_in_the_order_of_making() -> None:
    assert property_names(["姓名", "电话", "a.b", "a_b", "__2"]) == {
        "姓名": "__",
        "电话": "___2",
        "a.b": "a_b",
        "a_b": "a_b_2",
        "__2": "__2",
    }
    grown = property_names(["姓名", "电话", "地址"])
    assert grown.items() >= property_names(["姓名", "电话"]).items()


def test_no_property_takes_the_name_of_what_every_row_has() -> None:
    assert set(property_names(["x", "y"]).values()).isdisjoint({"__id", "__system", "label"})
    assert property_names(["label"]) == {"label": "label_2"}, "a list made before the rule"


def test_a_name_means_the_column_that_shows_it_before_the_property_that_bears_it() -> None:
    fields = EntityFields(("a.b", "a_b"))
    assert fields.resolve("a_b").path == ("a.b",)
    assert fields.resolve("a_b_2").path == ("a_b",)
    assert fields.select("a_b_2,a.b") == {"a_b_2": True, "a_b": True}


def test_what_is_no_name_has_its_code() -> None:
    fields = EntityFields(("size",))
    with pytest.raises(ODataFieldUnsupported):
        fields.resolve("__system/version")
    for text in ("nothing", "__system/nothing", "__system/version/x", "", "size/x"):
        with pytest.raises(SelectUnknown):
            fields.select(text)
