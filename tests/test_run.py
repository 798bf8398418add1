import re
import sys
from pathlib import Path

import pytest

from tests import run, sizes
from tests.run import (
    AT_ONCE,
    PARTS,
    WITHOUT_DATABASE,
    Report,
    Step,
    drop_known,
    find_fast_folder,
    has_passed,
    left_out,
    main,
    remember,
)
from tests.sizes import GROUPS, SIZES, Size, size

ROOT = Path(__file__).parent.parent


def test_every_test_belongs_to_one_group_of_the_full_run_and_to_one_part_of_the_small_one() -> None:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        name = path.relative_to(ROOT).as_posix()
        for table in (GROUPS, PARTS):
            found = [
                part for part, paths in table.items() if any(name == one or name.startswith(f"{one}/") for one in paths)
            ]
            assert len(found) == 1, f"{name} is in {found}"


def test_full_is_never_smaller_than_small() -> None:
    for name, one in SIZES.items():
        assert 0 < one.small <= one.full, name


def test_a_size_is_small_unless_the_run_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SIZES, "walkers", Size(2, 50, "people"))
    monkeypatch.setattr(sizes, "FULL", False)
    assert size("walkers") == 2
    monkeypatch.setattr(sizes, "FULL", True)
    assert size("walkers") == 50


def test_one_failure_fails_the_run_and_is_named_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.run("good", [sys.executable, "-c", ""])
    report.run("bad", [sys.executable, "-c", "raise SystemExit(3)"])
    assert report.close() == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-3].startswith("ok") and lines[-2].startswith("FAILED") and "1 failed" in lines[-1]


def test_a_good_run_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    report.run("good", [sys.executable, "-c", ""])
    assert report.close() == 0
    assert "all passed" in capsys.readouterr().out


def test_steps_side_by_side_keep_their_words_apart(capfd: pytest.CaptureFixture[str]) -> None:
    report = Report()
    steps = [Step(word, [sys.executable, "-c", f"print('{word}', 'x' * 100)"], {}) for word in ("one", "two")]
    assert report.run_together(steps)
    said = capfd.readouterr().out
    assert said.index("== one") < said.index("one x") < said.index("== two") < said.index("two x")
    assert [name for name, *_ in report.lines] == ["one", "two"]


def test_steps_side_by_side_go_well_only_when_all_do(capfd: pytest.CaptureFixture[str]) -> None:
    report = Report()
    steps = [Step(str(code), [sys.executable, "-c", f"raise SystemExit({code})"], {}) for code in (0, 3, 0)]
    assert not report.run_together(steps)
    assert [good for _, good, _ in report.lines] == [True, False, True]


def test_no_more_steps_run_at_once_than_the_machine_takes_and_the_others_follow(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    note = "import pathlib, sys, time; name = pathlib.Path(sys.argv[1]); name.touch(); time.sleep(0.3);"
    note += "print('beside', len(list(name.parent.glob('*')))); name.unlink()"
    names = [str(tmp_path / str(number)) for number in range(AT_ONCE + 2)]
    assert Report().run_together([Step(name, [sys.executable, "-c", note, name], {}) for name in names])
    beside = [int(number) for number in re.findall(r"beside (\d+)", capfd.readouterr().out)]
    assert len(beside) == len(names) and max(beside) <= AT_ONCE


def test_what_never_sees_a_database_runs_once() -> None:
    asked = ["tests/forms", "tests/forms/test_a.py", "tests/forms_b.py", "tests/geo", "tests"]
    assert drop_known(asked, ("tests/forms",)) == ["tests/forms_b.py", "tests/geo", "tests"]


def test_what_shows_the_same_on_both_runs_on_postgis_when_it_is_asked_for_or_all_is() -> None:
    assert "tests/browser" in left_out("walks", {})
    assert "tests/browser" not in left_out("walks", {"FANGSHI_TEST_SIZE": "full"}) + left_out("", {})
    assert "tests/forms" in left_out("", {})


def test_nothing_that_runs_once_asks_for_the_database_of_the_run() -> None:
    for path in WITHOUT_DATABASE:
        for file in [ROOT / path] if path.endswith(".py") else (ROOT / path).rglob("test_*.py"):
            asked = re.findall(
                r"^    (?:.*, )?(database|app|client|cast|make_database_url): |"
                r"^def .*[(, ](database|app|client|cast|make_database_url): ",
                file.read_text(),
                re.M,
            )
            assert asked == [], file


def test_a_group_that_passed_is_skipped_at_that_commit_and_in_a_clean_tree_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "tree_state", lambda: "abc")
    assert not has_passed("meaning", "both")
    remember("meaning", "both")
    assert has_passed("meaning", "both")
    assert not has_passed("meaning", "sqlite")
    monkeypatch.setattr(run, "tree_state", lambda: "abd")
    assert not has_passed("meaning", "both")
    monkeypatch.setattr(run, "tree_state", lambda: "abc dirty")
    assert not has_passed("meaning", "both")


def test_an_unknown_group_leaves_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--full", "nothing"])
    assert left.value.code == 2
    assert "meaning" in capsys.readouterr().err


def test_files_of_tests_go_to_memory_only_where_there_is_room(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "MEMORY", tmp_path)
    monkeypatch.setattr(run, "ROOM", 1)
    assert find_fast_folder() == str(tmp_path)
    monkeypatch.setattr(run, "ROOM", 1 << 60)
    assert find_fast_folder() is None
    monkeypatch.setattr(run, "MEMORY", tmp_path / "none")
    assert find_fast_folder() is None
