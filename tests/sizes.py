"""How big tests are: small every day, full when an issue's numbers are to be shown. One table for all of them."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FULL = os.environ.get("FANGSHI_TEST_SIZE") == "full"


@dataclass(frozen=True)
class Size:
    """One number of one test, at both sizes."""

    small: int
    full: int
    what: str


SIZES = {
    "kill_rounds": Size(3, 20, "SIGKILLs of the whole process group under a stream of submissions with photos"),
    "timetable_kills": Size(3, 50, "SIGKILLs of one of two timetables in a simulated month"),
    "timetable_days": Size(16, 30, "days of that month, in which the kills fall"),
    "collect_fills": Size(1, 3, "fills of each form by the Collect simulator"),
    "fill_languages": Size(1, 2, "languages in which each of our forms is filled in the browser, Chinese first"),
    "walked_forms": Size(1, 13, "forms that are walked through in the browser, each answer of each question"),
    "random_fills": Size(10, 50, "records of each of our forms in a town, answered at random"),
    "random_towns": Size(1, 10, "such towns one after the other: lists stay as long as those of real phones"),
    "post_races": Size(3, 100, "times that a record is posted by several at once to a served process"),
    "fleet_phones": Size(4, 30, "phones that send at once over a network that breaks off"),
    "follow_up_cases": Size(30, 2000, "cases of each property of the follow-up rules"),
    "page_looks": Size(2, 4, "looks at each page: sizes and languages, Chinese on a phone first"),
    "axe_looks": Size(1, 4, "of those looks at a page the ones in which axe reads it, the first ones"),
    "keyboard_looks": Size(1, 2, "sizes in which each page is walked by keyboard, the phone's first"),
    "page_themes": Size(1, 2, "themes that axe reads each page in, the light one first"),
    "feed_rows": Size(7_000, 20_000, "rows of a feed that is to stream in less than 6 MB: a kilobyte each"),
    "export_rows": Size(2_500, 5_000, "records of an export that is to cost no more queries than its batches"),
    "fuzz_examples": Size(60, 1_000, "changed files that hypothesis gives to each parser"),
    "fuzz_parsers": Size(2, 9, "parsers that atheris tries, the first ones"),
    "fuzz_seconds": Size(2, 600, "seconds that atheris has for each parser"),
    "matrix_share": Size(
        10, 100, "percent of the addresses that each caller asks where every address is asked by everybody"
    ),
    "upgrade_kills": Size(2, 12, "SIGKILLs of an upgrade, at statements all along it"),
    "rest_cases": Size(
        3, 20, "cases of each operation of the REST that schemathesis makes up, beside those that cover it"
    ),
    "soak_phones": Size(6, 200, "phones of a town that send, fetch and look in all the time"),
    "soak_seconds": Size(8, 3_300, "seconds for which they do"),
    "slow_clients": Size(100, 900, "connections that send their headers too slowly"),
}


def beside(path: str) -> tuple[str, ...]:
    """The tests that lie in the same folder as a path, without it."""
    own = ROOT / path
    found = [one for one in sorted(own.parent.iterdir()) if one != own]
    return tuple(
        one.relative_to(ROOT).as_posix() for one in found if next(one.rglob("test_*.py"), one.match("test_*.py"))
    )


def files_in(folder: str) -> tuple[str, ...]:
    """The files with tests below a folder."""
    return tuple(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / folder).rglob("test_*.py")))


# Half of what pages take at full size: each page in every look, each form in every language, hostile words everywhere.
LOOKS = tuple(f"tests/browser/test_{name}.py" for name in ("every_page", "filling", "form_looks", "hostile_text"))
# What `./fangshi test --full GROUP` runs: at most 60 minutes each.
GROUPS: dict[str, tuple[str, ...]] = {
    "meaning": ("tests/forms", "tests/geo"),
    "follow-ups": ("tests/server/followups",),
    "server": (
        *beside("tests/server/followups"),
        "tests/test_no_address_breaks.py",
        "tests/test_overdue_is_one_word.py",
        "tests/test_looks_are_written.py",
        "tests/test_erasure_leaves_nothing.py",
        "tests/test_at_rest.py",
        "tests/test_backups.py",
        "tests/test_sentinels.py",
        "tests/test_dependency_audit.py",
        "tests/test_faults_of_central.py",
        "tests/test_formula_guard.py",
        "tests/test_odata_metadata_is_valid.py",
        "tests/test_house.py",
        "tests/test_api_coverage.py",
        "tests/test_rows_of_the_brief.py",
        "tests/test_table_of_speed.py",
        "tests/test_security_page.py",
        "tests/test_threats.py",
        "tests/test_threads.py",
        "tests/test_threads_of_tasks.py",
        "tests/test_threads_of_words.py",
        "tests/test_threads_on_pages.py",
        "tests/test_behind_a_proxy.py",
        "tests/test_postgresql_goes_away.py",
        "tests/test_readme.py",
        "tests/test_run.py",
        "tests/test_chance.py",
        "tests/test_day_turns.py",
        "tests/test_releases.py",
        "tests/test_reading_doors.py",
        "tests/test_access_matrix.py",
        "tests/test_small_numbers_everywhere.py",
        "tests/test_points_and_facts.py",
        "tests/test_supplies_without_a_name.py",
        "tests/test_feedback_tells_nobody.py",
        "tests/test_rederive.py",
        "tests/test_odata_metadata_is_valid.py",
    ),
    "fuzz": ("tests/fuzz",),
    "phones": ("tests/phones",),
    "walks": ("tests/walks",),
    "looks": LOOKS,
    "pages": tuple(path for path in files_in("tests/browser") if path not in LOOKS),
    "soak": ("tests/soak",),
}


def size(name: str) -> int:
    """The number to use in this run."""
    chosen = SIZES[name]
    return chosen.full if FULL else chosen.small
