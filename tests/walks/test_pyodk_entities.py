"""pyODK, unchanged, against a live server: entities (odk-contract.md 11), and the errors it tells apart by their numbers."""

import uuid

import pytest
from pyodk.client import Client
from pyodk.errors import PyODKError

from tests.walks.test_pyodk_talks_to_us import address, odk

__all__ = ["address", "odk"]


@pytest.fixture
def trees(odk: Client) -> Client:
    odk.entity_lists.create(entity_list_name="树")
    for name in ("species", "height"):
        odk.entity_lists.add_property(name=name, entity_list_name="树")
    odk.entities.default_entity_list_name = "树"
    return odk


def refused(error: PyODKError, code: float) -> bool:
    return error.is_central_error(code)


def test_pyodk_makes_lists_and_changes_an_entity(trees: Client) -> None:
    key = str(uuid.uuid4())
    made = trees.entities.create(label="大树", data={"species": "樟"}, uuid=key)
    assert (made.uuid, made.currentVersion.label, made.currentVersion.data) == (key, "大树", {"species": "樟"})
    assert [one.uuid for one in trees.entities.list()] == [key]
    changed = trees.entities.update(uuid=key, data={"height": "9"}, base_version=1)
    assert (changed.currentVersion.version, changed.currentVersion.data) == (2, {"species": "樟", "height": "9"})
    forced = trees.entities.update(uuid=key, label="老树", force=True)
    assert (forced.currentVersion.label, forced.currentVersion.baseVersion) == ("老树", 2)
    assert trees.entities.delete(uuid=key) is True
    assert list(trees.entities.list()) == []


def test_pyodk_makes_many_at_once(trees: Client) -> None:
    data = [{"label": f"树 {number}", "species": "柏", "height": str(number)} for number in range(30)]
    assert trees.entities.create_many(data=data, create_source="盘点.csv") is True
    assert {one.currentVersion.label for one in trees.entities.list()} == {one["label"] for one in data}


def test_pyodk_tells_errors_apart_by_their_numbers(trees: Client) -> None:
    key = str(uuid.uuid4())
    trees.entities.create(label="大树", data={}, uuid=key)
    for code, how in (
        (409.3, lambda: trees.entities.create(label="又一棵", data={}, uuid=key)),
        (400.28, lambda: trees.entities.create(label="树", data={"none": "1"})),
        (409.15, lambda: trees.entities.update(uuid=key, label="老树", base_version=7)),
        (404.1, lambda: trees.entities.update(uuid=str(uuid.uuid4()), label="老树", force=True)),
        (404.1, lambda: trees.entities.list(entity_list_name="无")),
        (409.3, lambda: trees.entity_lists.create(entity_list_name="树")),
        (409.3, lambda: trees.entity_lists.add_property(name="species", entity_list_name="树")),
        (409.17, lambda: trees.entity_lists.add_property(name="Species", entity_list_name="树")),
        (400.8, lambda: trees.entity_lists.add_property(name="label", entity_list_name="树")),
    ):
        with pytest.raises(PyODKError) as told:
            how()
        assert refused(told.value, code), (code, told.value)
    trees.entities.delete(uuid=key)
    with pytest.raises(PyODKError) as told:
        trees.entities.create(label="大树", data={}, uuid=key)
    assert refused(told.value, 409.19)
