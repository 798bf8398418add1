import pytest

from forms.datasets import dataset_name_ok, property_name_ok, version_of_entities


@pytest.mark.parametrize("name", ["people", "_p", ":p", "p-1", "家庭", "a:b", "É"])
def test_names_of_lists_that_are_fine(name):
    assert dataset_name_ok(name)


@pytest.mark.parametrize("name", ["", "1p", "-p", "a.b", "__a", "a b", "a/b", "a;b", "a\n", "²"])
def test_names_of_lists_that_are_not(name):
    assert not dataset_name_ok(name)


@pytest.mark.parametrize("name", ["age", "_age", "a.b", "a-1", "户主", "names", "label2"])
def test_names_of_properties_that_are_fine(name):
    assert property_name_ok(name)


@pytest.mark.parametrize("name", ["", "1a", ".a", "-a", "__a", "name", "Name", "LABEL", "a b", "a:b", "a;b", "a\n"])
def test_names_of_properties_that_are_not(name):
    assert not property_name_ok(name)


@pytest.mark.parametrize(
    ("text", "version"), [("2024.1.0", (2024, 1)), ("2025.1", (2025, 1)), ("2024", None), ("v1", None), ("", None)]
)
def test_a_version_of_entities_is_a_year_and_a_number(text, version):
    assert version_of_entities(text) == version
