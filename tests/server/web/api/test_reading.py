"""What is read from the text of a view: its calls with their constants, and what it and what it calls may raise."""

from typing import Any

import pytest

from server.errors import Forbidden, InstanceConflict, MissingParameter, NotFound, Unauthenticated, WrongType
from server.web.api.reading import NOTHING, Call, read_view
from server.web.central import app_users, drafts, left_out, projects, sending


def calls_of(view: Any, name: str) -> list[Call]:
    return [call for call in read_view(view).calls if call.to == name]


def test_the_mappings_given_to_read_json_are_those_of_the_view() -> None:
    (call,) = calls_of(app_users.post_app_user, "server.web.json_body.read_json")
    assert call.args == ({"displayName": str}, {"properties": object})


def test_a_mapping_that_has_a_name_in_the_view_is_read_too() -> None:
    (call,) = calls_of(projects.patch_project, "server.web.json_body.read_json")
    assert call.named["optional"]["archived"] == bool | None and "photoMetadata" in call.named["optional"]


def test_what_is_known_only_while_it_runs_is_nothing() -> None:
    (call,) = calls_of(drafts.post_draft, "server.web.central.uploads.definition_of_request")
    assert call.args == (NOTHING,)


def test_what_is_raised_below_a_view_is_found_also_in_methods_of_what_a_function_gives() -> None:
    raises = read_view(sending.send_submission).raises
    assert {NotFound, Unauthenticated, Forbidden, InstanceConflict} <= raises
    assert {MissingParameter, WrongType} <= read_view(app_users.put_carer).raises
    assert not {MissingParameter, WrongType} & read_view(left_out.get_public_config).raises


def test_a_name_that_a_function_gives_itself_is_not_that_of_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    def view(forbidden: object) -> object:
        return forbidden

    monkeypatch.setitem(globals(), "forbidden", calls_of)
    assert not any(name.endswith("calls_of") for name in read_view(view).names)
