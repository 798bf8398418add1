"""What is told of backups: whether one was made lately, and whole."""

from datetime import timedelta
from pathlib import Path

from server.backups.carried_key import make_key_pair
from server.backups.making import Made
from server.backups.state import NAME, last_backup, state_of, write_state
from tests.conftest import MORNING


def made(tmp_path: Path, lost: int = 0) -> Made:
    return Made(tmp_path, rows=5, files=1, gone=0, lost=lost, size=9)


def test_unset_late_lost_and_good(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    assert state_of(data, MORNING) == "unset"
    make_key_pair(tmp_path / "carried.txt", data)
    assert state_of(data, MORNING) == "late"
    write_state(data, made(tmp_path), MORNING)
    assert state_of(data, MORNING + timedelta(days=2)) == "good"
    assert state_of(data, MORNING + timedelta(days=2, seconds=1)) == "late"
    write_state(data, made(tmp_path, lost=1), MORNING)
    assert state_of(data, MORNING) == "lost"


def test_half_a_file_tells_nothing(tmp_path: Path) -> None:
    for text in ("", "{", "[]", '{"madeAt": 3, "lost": 0}', '{"madeAt": "soon", "lost": 0}'):
        (tmp_path / NAME).write_text(text)
        assert last_backup(tmp_path) is None
