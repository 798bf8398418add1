"""Headers that all answers of a kind have."""

from flask import Response

from server.web.missing_headers import add_missing


def test_what_a_door_set_itself_stays_and_what_it_did_not_is_added() -> None:
    answer = add_missing(
        Response(headers={"cache-CONTROL": "no-store"}), {"Cache-Control": "private", "Vary": "Origin"}
    )
    assert answer.headers.getlist("Cache-Control") == ["no-store"]
    assert answer.headers.getlist("Vary") == ["Origin"]
