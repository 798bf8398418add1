"""What bench.py leaves out: what has not changed since, manifests, a page of a repeat, a small form beside many records."""

import http.client
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from tests.benchmarks import bench
from tests.benchmarks.aims import OURS

Found = dict[str, dict[str, list[dict[str, Any]]]]
SMALL: Final = 20  # records
PAGES: Final = 5


def ask_as_phone(targets: Sequence[Any], number: int, rounds: int) -> Found:
    """Manifest, and what a phone asks for again and is told to be unchanged, of each target in turn, in a project that is new."""
    found: Found = {}
    for target in targets:
        target.setup("phone")
    for _ in range(rounds):
        for target in targets:
            for what, result in answers_to_phone(target, number):
                note(found, what, target.name, result)
    return found


def answers_to_phone(target: Any, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    doors = {"formList": "/formList", "form.xml": "/forms/household_visit.xml", "manifest": MANIFEST}
    for name, door in doors.items():
        mark = etag_of(target, target.orosa + door)
        asked = [target.pool.req("GET", target.orosa + door)] * number
        again = [target.pool.req("GET", target.orosa + door, (("If-None-Match", mark),))] * number if mark else []
        for what, requests, ok in ((f"GET {name} c=1", asked, (200,)), (f"304 {name} c=1", again, (304,))):
            if requests and what not in SAID_BY_BENCH:
                yield what, target.load(requests, 1, ok)


MANIFEST: Final = "/forms/household_visit/manifest"
SAID_BY_BENCH: Final = ("GET formList c=1", "GET form.xml c=1")


def etag_of(target: Any, path: str) -> str | None:
    where = urlsplit(target.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port or 80, timeout=60)
    connection.request("GET", path, headers={"X-OpenRosa-Version": "1.0"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.getheader("ETag")


def page_through(target: Any, project: int) -> Found:
    """Of a project with many records: one page of a repeat's table as a share of the whole of it."""
    target.attach(project)
    whole = time_of(target, f"{target.form}.svc/Submissions.member")
    page = min(time_of(target, f"{target.form}.svc/Submissions.member?%24top=250") for _ in range(PAGES))
    return {"share of a page of a repeat": {OURS: [{"share": round(page / whole, 5), "secs": page}]}}


def time_of(target: Any, path: str) -> float:
    return float(target.download(path)["secs"])


def export_small(target: Any) -> Found:
    """A form of a few records in a new project, beside whatever the others hold."""
    target.setup("small")
    rng = bench.random.Random(3)
    sent = target.load(target.submission_reqs(rng, SMALL), 1)
    if "errors" in sent:
        raise SystemExit(f"a small form's records were refused: {sent['errors']}")
    path = target.form + "/submissions.csv.zip"
    return {"csv.zip of a small form": {OURS: [target.download(path, bench.check_zip(target)) for _ in range(PAGES)]}}


def idle(process: str, seconds: float) -> Found:
    """What a server takes that nobody has asked for anything yet, without its database."""
    time.sleep(seconds)
    ((_rss, pss, _number),) = bench.Meter([process]).mem()
    return {"idle": {OURS: [{"pss_mb": round(pss, 1)}]}}


def peak_of(found: Found) -> Found:
    """The most that any export took of those that bench.py asked for: their steps' names tell of how many records.

    Of the server alone, whose processes are named first: those of a database are not ours.
    """
    exports = [one for name, by in found.items() if "@" in name for one in by[OURS] if "peak_pss_by_tree" in one]
    return {"peak of all exports": {OURS: [{"peak_pss_mb": max(one["peak_pss_by_tree"][0] for one in exports)}]}}


def first_of(found: Found, what: str) -> Found:
    """Of who was asked for it for the first time, with nothing kept from before."""
    return {f"the first {what}": {who: rounds[:1] for who, rounds in found.get(what, {}).items()}}


def lost_by_size(large: list[dict[str, Any]], empty: list[dict[str, Any]]) -> Found:
    """How much of an empty form's rate a large one loses."""
    full, before = (statistics.median(one["per_s"] for one in rounds) for rounds in (large, empty))
    return {"share of the rate of an empty form": {OURS: [{"lost": round(max(0.0, 1 - full / before), 3)}]}}


def late_tiles(late: dict[str, list[float]]) -> Found:
    """p95 of those who asked, each over all zooms, as rounds."""
    return {f"tiles, {times}": {OURS: [{"late_ms": round(one, 1)} for one in found]} for times, found in late.items()}


def longest_page(spent: float) -> Found:
    return {"follow-up board": {OURS: [{"longest_ms": round(spent, 1)}]}}


def note(found: Found, what: str, who: str, result: dict[str, Any]) -> None:
    found.setdefault(what, {}).setdefault(who, []).append(result)


def target_at(name: str, url: str, login: tuple[str, str], roots: list[str]) -> Any:
    """bench.py's own client, with its meter of the server's processes."""
    target = bench.Target(name, url)
    target.login, target.roots = login, roots
    target.meter = bench.Meter(roots)
    return target
