"""A key is copied from paper without an unnoticed error, and its private half never lies beside the data."""

from pathlib import Path

import pytest

from server.backups import BackupRefused
from server.backups.carried_key import make_key_pair, read_private, read_public


def test_the_two_halves_belong_together_and_the_private_one_is_for_its_owner(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    public = make_key_pair(tmp_path / "carried.txt", tmp_path / "data")
    assert read_private(tmp_path / "carried.txt").public_key() == read_public(tmp_path / "data")
    assert (tmp_path / "data" / "backup.pub").read_text() == public + "\n"
    assert (tmp_path / "carried.txt").stat().st_mode & 0o777 == 0o600


def test_the_private_half_is_neither_written_over_anything_nor_into_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "carried.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        make_key_pair(tmp_path / "carried.txt", tmp_path / "data")
    with pytest.raises(BackupRefused, match="data folder"):
        make_key_pair(tmp_path / "data" / "backups" / "x", tmp_path / "data")


@pytest.mark.parametrize("change", ["digit", "half", "empty", "bytes"])
def test_a_half_that_was_copied_wrongly_is_told(tmp_path: Path, change: str) -> None:
    (tmp_path / "data").mkdir()
    make_key_pair(tmp_path / "carried.txt", tmp_path / "data")
    line = (tmp_path / "data" / "backup.pub").read_text()
    changed = {
        "digit": line[:30] + ("0" if line[30] != "0" else "1") + line[31:],
        "half": (tmp_path / "carried.txt").read_text(),
        "empty": "",
        "bytes": "钥匙",
    }[change]
    (tmp_path / "data" / "backup.pub").write_text(changed)
    with pytest.raises(BackupRefused):
        read_public(tmp_path / "data")
