"""What `./fangshi test` does: style, then side by side types, an audit of packages, and every test on both databases."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from tests.databases import NoPostgresql, private_postgresql
from tests.sizes import GROUPS, ROOT, beside, files_in

SOURCES = ("fangshi", "forms", "geo", "server", "tests")
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
PYTHON = [sys.executable, "-P", "-m"]
# Runs at once: what starts processes of its own waits, and the others compute.
AT_ONCE = 2 + (os.cpu_count() or 1)

PAGES = files_in("tests/browser")
HALF = "tests/browser/test_i"
# Runs a database: so many, of a few minutes each, that no core is without work while the last one ends. The longest first.
PARTS = {
    "verbs": beside("tests/server/web"),
    "walks": GROUPS["walks"],
    "pages A-H": tuple(path for path in PAGES if path < HALF),
    "pages I-Z": tuple(path for path in PAGES if path > HALF),
    "doors": ("tests/server/web",),
    "meaning and phones": GROUPS["phones"] + GROUPS["soak"] + GROUPS["meaning"] + GROUPS["fuzz"],
    "the whole house": tuple(path for path in GROUPS["server"] if not path.startswith("tests/server/")),
}
# These never see the database of the run, or look at forms alone, which are the same on both: one run says all.
WITHOUT_DATABASE = (
    "tests/browser/test_form_looks.py",
    "tests/forms",
    "tests/fuzz",
    "tests/geo/test_boundaries.py",
    "tests/geo/test_boundary_crs.py",
    "tests/geo/test_boundary_match.py",
    "tests/geo/test_crs.py",
    "tests/geo/test_features.py",
    "tests/geo/test_gdal.py",
    "tests/geo/test_locate.py",
    "tests/geo/test_masking.py",
    "tests/geo/test_month_ends.py",
    "tests/geo/test_odk_text.py",
    "tests/geo/test_other_reading.py",
    "tests/geo/test_pinyin.py",
    "tests/geo/test_pinyin_words.py",
    "tests/geo/test_plausible.py",
    "tests/geo/test_pmtiles.py",
    "tests/geo/test_releasing.py",
    "tests/geo/test_shift_detector.py",
    "tests/geo/test_sketch.py",
    "tests/geo/test_spot.py",
    "tests/geo/test_subtracting.py",
    "tests/geo/test_tiles.py",
    "tests/geo/test_topology.py",
    "tests/geo/test_vector_tile.py",
    "tests/server/cli/test_form_docs.py",
    "tests/server/cli/test_rule_docs.py",
    "tests/server/demo",
    "tests/server/deploy",
    "tests/server/followups/test_acts.py",
    "tests/server/followups/test_answers.py",
    "tests/server/followups/test_answers_of_methods.py",
    "tests/server/followups/test_antenatal.py",
    "tests/server/followups/test_calendar_files.py",
    "tests/server/followups/test_case_facts.py",
    "tests/server/followups/test_chat.py",
    "tests/server/followups/test_check_lots.py",
    "tests/server/followups/test_due.py",
    "tests/server/followups/test_histories.py",
    "tests/server/followups/test_method_facts.py",
    "tests/server/followups/test_notice_words.py",
    "tests/server/followups/test_occasions.py",
    "tests/server/followups/test_occasions_of_methods.py",
    "tests/server/followups/test_occurrences.py",
    "tests/server/followups/test_office_rules.py",
    "tests/server/followups/test_office_rules_on_their_days.py",
    "tests/server/followups/test_office_tasks.py",
    "tests/server/followups/test_office_words.py",
    "tests/server/followups/test_outcomes.py",
    "tests/server/followups/test_pins.py",
    "tests/server/followups/test_pregnancy_answers.py",
    "tests/server/followups/test_pregnancy_facts.py",
    "tests/server/followups/test_referral_facts.py",
    "tests/server/followups/test_rule_files.py",
    "tests/server/followups/test_rule_lint.py",
    "tests/server/followups/test_rule_schema.py",
    "tests/server/followups/test_rule_vocabulary.py",
    "tests/server/followups/test_rules.py",
    "tests/server/followups/test_rules_after_birth.py",
    "tests/server/followups/test_rules_of_any_life.py",
    "tests/server/followups/test_rules_of_methods.py",
    "tests/server/followups/test_rules_of_offers.py",
    "tests/server/followups/test_rules_of_pregnancy.py",
    "tests/server/followups/test_rules_on_their_days.py",
    "tests/server/followups/test_ruleset.py",
    "tests/server/followups/test_schedules.py",
    "tests/server/followups/test_stops.py",
    "tests/server/followups/test_supply_facts.py",
    "tests/server/followups/test_transfer_facts.py",
    "tests/server/followups/test_windows.py",
    "tests/server/followups/test_wishes.py",
    "tests/server/followups/test_working_days.py",
    "tests/server/moving/test_central_client.py",
    "tests/server/publishing/test_definition.py",
    "tests/server/registry/test_packages.py",
    "tests/server/reports/tables/test_workbooks.py",
    "tests/server/reports/test_odata_filter.py",
    "tests/server/reports/test_pdf.py",
    "tests/server/reports/test_places_in_words.py",
    "tests/server/reports/test_values.py",
    "tests/server/test_translations.py",
    "tests/test_dependency_audit.py",
    "tests/test_house.py",
    "tests/test_readme.py",
    "tests/test_rows_of_the_brief.py",
    "tests/test_run.py",
    "tests/test_security_page.py",
)
# What these show is the same on both: on PostGIS they are run at full size only.
ONCE_WHEN_SMALL = (
    "tests/browser",
    "tests/phones/test_random_fills.py",
    "tests/server/registry/test_likeness.py",
    "tests/test_points_and_facts.py",
    "tests/test_sentinels.py",
    "tests/test_small_numbers_everywhere.py",
    "tests/walks/test_keys_change_while_serving.py",
    "tests/walks/test_looks_are_kept.py",
    "tests/walks/test_rest_is_as_defined.py",
    "tests/walks/test_the_pack_on_paper.py",
)


@dataclass(frozen=True)
class Step:
    """One command of a run, with what it finds in its environment beside ours."""

    name: str
    command: list[str]
    settings: dict[str, str]

    def run(self, output: IO[str] | None) -> tuple[bool, float]:
        """Whether it went well, and the seconds that it took."""
        if output is None:
            print(f"\n== {self.name}", flush=True)
        started = time.monotonic()
        environ = {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "",
            **self.settings,
        }  # a hundred programs start from these files
        done = subprocess.run(self.command, cwd=ROOT, env=environ, stdout=output, stderr=output, check=False)
        return done.returncode == 0, time.monotonic() - started


@dataclass
class Report:
    """What was run, how it went and how long it took."""

    lines: list[tuple[str, bool, float]] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    def run(self, name: str, command: list[str], **settings: str) -> bool:
        """Runs one command with its words going to the terminal; whether it went well."""
        return self.run_together([Step(name, command, settings)])

    def run_together(self, steps: list[Step]) -> bool:
        """Runs commands side by side, a few more at once than there are cores, in their order; whether all went well.

        The first speaks to the terminal as it goes; the words of the others follow when they are done.
        """
        with ExitStack() as files, ThreadPoolExecutor(AT_ONCE) as threads:
            outputs = [None if step is steps[0] else files.enter_context(TemporaryFile("w+")) for step in steps]
            ends = [threads.submit(step.run, output) for step, output in zip(steps, outputs, strict=True)]
            try:
                told = [self.tell(*each) for each in zip(steps, ends, outputs, strict=True)]
            except KeyboardInterrupt:
                threads.shutdown(wait=False, cancel_futures=True)  # those that run were interrupted as well
                raise
            return all(told)

    def tell(self, step: Step, end: Future[tuple[bool, float]], output: IO[str] | None) -> bool:
        """Waits for a command, and says how it went; whether it went well."""
        good, seconds = end.result()
        self.lines.append((step.name, good, seconds))
        if output is not None:
            output.seek(0)
            print(f"\n== {step.name}\n{output.read()}", flush=True)
        return good

    def fail(self, name: str, why: str) -> None:
        print(f"\n== {name}\n{why}", flush=True)
        self.lines.append((name, False, 0.0))

    def close(self) -> int:
        """Prints a line each and the sum; the exit code."""
        print()
        for name, good, seconds in self.lines:
            print(f"{'ok    ' if good else 'FAILED'} {seconds:7.1f} s  {name}")
        bad = sum(not good for _, good, _ in self.lines)
        total = time.monotonic() - self.started
        print(
            f"{'全部通过 / all passed' if not bad else f'{bad} 项没有通过 / {bad} failed'}, {total:.0f} s", flush=True
        )
        return 1 if bad else 0


def main(argv: list[str]) -> int:
    arguments = read_arguments(argv)
    report = Report()
    if arguments.full:
        run_full(report, arguments)
    elif arguments.paths:
        run_tests(report, arguments.database, {"": arguments.paths})
    else:
        check_style(report)
        run_tests(report, arguments.database, PARTS, check_types(), audit_packages())
    return report.close()


def read_arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fangshi test")
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--full", choices=["all", *GROUPS])
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--again", action="store_true")
    return parser.parse_args(argv)


def check_style(report: Report) -> None:
    report.run("ruff check", [*PYTHON, "ruff", "check", "--no-cache", *SOURCES])
    report.run("ruff format", [*PYTHON, "ruff", "format", "--no-cache", "--check", *SOURCES])


def check_types() -> Step:
    return Step("mypy", [*PYTHON, "mypy", "--cache-dir", str(ROOT / ".mypy_cache"), "forms", "geo", "server"], {})


def audit_packages() -> Step:
    """Known flaws of the pinned packages; without network it says so."""
    return Step("pip-audit", [*PYTHON, "tests.dependency_audit"], {})


def run_tests(
    report: Report, database: str, parts: Mapping[str, Sequence[str]], *beside: Step, **settings: str
) -> bool:
    """pytest over the paths of each part {name: paths}, on one database or on both, all at once and beside other steps.

    Whether all went well.
    """
    with ExitStack() as running:
        # A server for each part: none is held up by the transactions of another.
        places = {"SpatiaLite": lambda: "", "PostGIS": lambda: running.enter_context(private_postgresql())}
        if database != "both":
            del places["PostGIS" if database == "sqlite" else "SpatiaLite"]
        folder = running.enter_context(TemporaryDirectory(prefix="fangshi-tests-", dir=find_fast_folder()))
        try:
            steps = [
                pytest_step(part, kept, where, folder, url(), settings)
                for part, paths in parts.items()
                for where, url in places.items()
                if (kept := paths if where != "PostGIS" else drop_known(paths, left_out(part, settings)))
            ]
        except NoPostgresql as error:
            report.fail("pytest on PostGIS", str(error))
            return False
        return report.run_together([*steps[:1], *beside, *steps[1:]])


def pytest_step(
    part: str, paths: Sequence[str], where: str, folder: str, url: str, settings: Mapping[str, str]
) -> Step:
    """pytest over paths on the database of this address; "" is SpatiaLite. Its files go to a folder of its own."""
    base = f"{folder}/{where}-{part.replace(' ', '-')}"
    ignored = [f"--ignore={path}" for path in left_out(part, settings)] if url else []
    command = [*PYTHON, "pytest", "-q", "--durations=10", f"--basetemp={base}", *ignored, *paths]
    return Step(f"pytest {part} on {where}".replace("  ", " "), command, {"TEST_DATABASE_URL": url, **settings})


def find_fast_folder() -> str | None:
    """Where tests put their files: in memory where there is room, since each commit waits for the disk otherwise.

    What is tested stays the same: a killed process loses as little from memory files as from a disk's cache, and that
    the syncs are asked for is seen with strace. None: the usual place for temporary files.
    """
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    state = os.statvfs(MEMORY)
    roomy = state.f_bavail * state.f_frsize >= ROOM
    return str(MEMORY) if roomy and not state.f_flag & os.ST_NOEXEC else None


def left_out(part: str, settings: Mapping[str, str]) -> tuple[str, ...]:
    """What a run on PostGIS need not show again. A part without a name is what somebody asked for."""
    everything = settings.get("FANGSHI_TEST_SIZE") == "full" or part == ""
    return WITHOUT_DATABASE if everything else (*WITHOUT_DATABASE, *ONCE_WHEN_SMALL)


def drop_known(paths: Sequence[str], left: tuple[str, ...]) -> list[str]:
    """The paths without those that are left out: pytest itself does not ignore what it is given by name."""
    return [path for path in paths if not any(path == one or path.startswith(f"{one}/") for one in left)]


def run_full(report: Report, arguments: argparse.Namespace) -> None:
    """Each group at full size. A group that passed at this very commit is not run again, unless asked."""
    for group in GROUPS if arguments.full == "all" else [arguments.full]:
        paths = [path for path in GROUPS[group] if (ROOT / path).exists()]
        if not paths:
            continue
        if not arguments.again and has_passed(group, arguments.database):
            print(f"\n== {group}: 这一版已经通过 / passed already at this commit; --again", flush=True)
            continue
        if run_tests(report, arguments.database, {group: paths}, FANGSHI_TEST_SIZE="full"):
            remember(group, arguments.database)


def stamp_file(group: str, database: str) -> Path:
    return ROOT / ".fangshi" / "passed" / f"{group}-{database}"


def tree_state() -> str:
    """The commit, and the word `dirty` when files differ from it, which no stamp ever equals."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True).stdout
    return f"{head} dirty" if changed.strip() or not head else head


def has_passed(group: str, database: str) -> bool:
    stamp = stamp_file(group, database)
    return stamp.exists() and not tree_state().endswith("dirty") and stamp.read_text() == tree_state()


def remember(group: str, database: str) -> None:
    stamp = stamp_file(group, database)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(tree_state())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
