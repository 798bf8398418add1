"""Where backups lie: old ones go, and nothing else does."""

from pathlib import Path

from server.backups.folders import delete_old
from server.config import Config
from server.registry.erasing import BACKUPS_FOR
from tests.conftest import MORNING


def test_backups_go_thirty_days_after_the_day_on_which_they_were_made_and_other_files_stay(tmp_path: Path) -> None:
    for name in (
        "fangshi-20260201T155959Z.backup",
        "fangshi-20260131T155959Z.backup",
        "other.backup",
        "fangshi-x.backup",
    ):
        (tmp_path / name).touch()
    assert delete_old(tmp_path, MORNING, BACKUPS_FOR) == 1  # 2 March: of 31 January in Shanghai, not of 1 February
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "fangshi-20260201T155959Z.backup",
        "fangshi-x.backup",
        "other.backup",
    ]
    assert delete_old(Config(tmp_path / "nothing").backup_folder, MORNING, BACKUPS_FOR) == 0
