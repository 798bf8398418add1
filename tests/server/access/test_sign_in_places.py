"""Where a person is signed in, and ending it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from server.access import sign_in_places
from server.access.authenticate import caller_of_session
from server.access.people import create_user
from server.access.sessions import open_session
from server.access.tokens import hash_token
from server.errors import NotFound
from tests.conftest import MORNING

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome, Linux"),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 14; Pixel"), "Chrome, Android"),
        (CHROME + " Edg/140.0", "Edge, Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit/605 Version/18.0 Safari/604", "Safari, iPhone"),
        ("pyodk v1.3.0", "pyodk"),
        ("<script>alert(1)</script>", "<script>alert"),
        ("", ""),
    ],
)
def test_a_device_is_said_in_two_words(agent: str, words: str) -> None:
    assert sign_in_places.say_device(agent) == words


def test_places_are_listed_latest_used_first_and_one_is_ended_by_its_name(db: Session) -> None:
    dora, other = (create_user(db, f"{name}@example.test", None, None, None, MORNING).actor_id for name in ("d", "o"))
    later = MORNING + timedelta(hours=1)
    first, _ = open_session(db, dora, MORNING, CHROME, False, "10.0.0.1")
    second, _ = open_session(db, dora, later, "pyodk v1.3.0", True)
    open_session(db, other, later)
    places = sign_in_places.list_places(db, dora, hash_token(second), later)
    assert [(one.device, one.is_here, one.second_factor) for one in places] == [
        ("pyodk", True, True),
        ("Chrome, Linux", False, False),
    ]
    with pytest.raises(NotFound):
        sign_in_places.end_place(db, other, places[1].name, other, later)
    sign_in_places.end_place(db, dora, places[1].name, dora, later)
    assert caller_of_session(db, first, later) is None and caller_of_session(db, second, later) is not None
    assert hash_token(second).hex() not in places[0].name, "what is on the page opens nothing and names no row"


def test_a_session_that_is_over_is_no_place(db: Session) -> None:
    dora = create_user(db, "d@example.test", None, None, None, MORNING).actor_id
    open_session(db, dora, MORNING)
    assert sign_in_places.list_places(db, dora, None, MORNING + timedelta(hours=24)) == []


def test_its_use_is_written_every_few_minutes_and_after_a_clock_that_jumped_back() -> None:
    minutes = (0, 4.9, 5, -1)
    due = [sign_in_places.is_due(MORNING, MORNING + timedelta(minutes=one)) for one in minutes]
    assert due == [False, False, True, True]
    assert sign_in_places.is_due(None, MORNING)
