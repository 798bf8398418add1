"""Roles are Central's: their numbers, names and verbs."""

import pytest

from server.access import roles


def test_system_roles_keep_centrals_numbers_and_names() -> None:
    assert [(role.id, role.system) for role in roles.ROLES if not role.purpose] == [
        (1, "admin"),
        (2, "app-user"),
        (3, "pwreset"),
        (4, "formview"),
        (5, "manager"),
        (6, "viewer"),
        (7, "formfill"),
        (8, "pub-link"),
    ]


def test_verbs_are_read_by_noun() -> None:
    assert roles.verbs("form.read/list user.create") == {"form.read", "form.list", "user.create"}


@pytest.mark.parametrize(
    ("name", "role_id"),
    [("2", 2), ("app-user", 2), ("manager", 5), ("reviewer", 102), ("0", None), ("²", None), ("", None)],
)
def test_a_role_is_found_by_number_or_name(name: str, role_id: int | None) -> None:
    found = roles.find_role(name)
    assert (found.id if found else None) == role_id


def test_who_fills_forms_reads_no_record() -> None:
    for role in ("app-user", "formfill", "pub-link", "village_worker", "town_lead"):
        assert not roles.BY_SYSTEM[role].verbs & {"submission.read", "submission.list", "entity.read"}
