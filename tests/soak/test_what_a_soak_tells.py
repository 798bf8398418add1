"""That a soak would see what it looks for: growth, words of an error, a wait, an answer that is not expected."""

import http.server

import pytest

from tests.loopback import Loopback
from tests.soak.asking import Asking
from tests.soak.load import interval_of
from tests.soak.memory import Look, growth_of
from tests.soak.tally import Tally, figures
from tests.soak.told import wrong_lines


def looks(*megabytes: float) -> list[Look]:
    return [Look(10.0 * number, one) for number, one in enumerate(megabytes)]


@pytest.mark.parametrize(
    ("each_quarter", "grew"),
    [
        ((150, 200, 200, 200), False),  # caches fill at the beginning
        ((150, 200, 205, 210), False),
        ((150, 200, 208, 216), True),
        ((150, 400, 410, 418), False),
        ((150, 400, 420, 425), True),
        ((300, 200, 200, 150), False),
    ],
)
def test_growth_is_told_by_the_second_and_the_last_quarter(each_quarter: tuple[float, ...], grew: bool) -> None:
    assert growth_of(looks(*(one for one in each_quarter for _ in range(20)))).grew is grew


def test_one_look_that_is_high_is_no_growth() -> None:
    found = growth_of(looks(*[200.0] * 39, 900.0))
    assert not found.grew and found.most == 900


def test_a_single_look_says_nothing() -> None:
    assert not growth_of([Look(0.0, 100.0)]).grew


def test_words_of_an_error_are_found_and_those_of_a_start_are_not() -> None:
    good = ["Fangshi: http://127.0.0.1:9000/\n", "数据 / data: somewhere\n"]
    bad = [
        "2026-11-29 10:00:00 fangshi.jobs job outbox failed: OperationalError\n",
        "unforeseen error ab12: KeyError\n",
        "Traceback (most recent call last):\n",
        "fangshi: web ended with 1\n",
        "[2026-11-29 10:00:00 +0000] [7] [ERROR] Worker (pid:9) was sent SIGKILL!\n",
    ]
    assert wrong_lines([*good, *bad]) == [line.rstrip() for line in bad]


def test_figures_are_of_milliseconds() -> None:
    assert figures([0.001 * one for one in range(1, 101)], 2) == {
        "count": 100,
        "p50": 51.0,
        "p95": 96.0,
        "max": 100.0,
        "errors": 2,
    }


def test_phones_look_in_every_half_minute_to_a_minute_and_not_all_at_once() -> None:
    every = [interval_of(number, 3_300) for number in range(200)]
    assert min(every) >= 30 and max(every) <= 60 and len(set(every)) > 25


class Moody(Loopback):
    """Answers with what it is given, one after the other."""

    scheme = "http"

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self.answers = list(answers)

    def handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        answers = self.answers

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers = answers.pop(0)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_words: object) -> None:
                pass

        return Handler


@pytest.fixture
def tally() -> Tally:
    return Tally()


def ask(tally: Tally, *answers: tuple[int, dict[str, str]]) -> list[float]:
    """Asks once; how long the client was told to wait."""
    waited: list[float] = []
    with Moody(*answers) as server:
        asking = Asking(server.url, tally, wait=waited.append)
        asking.ask("a list", "/x")
        asking.close()
    return waited


def test_a_wait_that_is_asked_for_is_waited_and_is_no_error(tally: Tally) -> None:
    assert ask(tally, (503, {"Retry-After": "2"}), (503, {"Retry-After": "600"}), (200, {})) == [2.0, 10.0]
    told = tally.as_json()
    assert told["operations"]["a list"]["count"] == 1 and not tally.failed
    assert told["apart"] == {"503 with Retry-After, a list": 2}


@pytest.mark.parametrize("answer", [(503, {}), (500, {}), (404, {}), (304, {})])
def test_any_other_answer_is_an_error_and_is_told(tally: Tally, answer: tuple[int, dict[str, str]]) -> None:
    assert ask(tally, answer) == []
    assert tally.failed == {"a list": 1} and tally.told[0].startswith(f"a list: {answer[0]}")


def test_a_server_that_is_busy_for_ever_is_an_error(tally: Tally) -> None:
    ask(tally, *[(503, {"Retry-After": "1"})] * 20)
    assert tally.failed == {"a list": 1}
