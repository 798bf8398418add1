"""Walking through a form in ODK Web Forms, which shows it as one long page: each answer of each question is tried once, and
what an answer opens is walked through before the next answer is tried, so that everything is on the screen at some time.
"""

import functools
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Locator, Page

QUESTIONS = """() => [...document.querySelectorAll('#fill .question-container')].filter(one => one.offsetParent).map(one => {
    const has = what => one.querySelector(what) !== null;
    const kind = has('input[type=radio]') ? 'one' : has('input[type=checkbox]') ? 'many' : has('.p-datepicker') ? 'day'
        : has('.p-select') ? 'list' : has('input[inputmode=numeric], input[inputmode=decimal]') ? 'number'
        : has('input:not([type=file]), textarea') ? 'text' : '';
    return [one.id, kind, one.innerText.split('\\n')[0]];
})"""
TICKED = "box => [...box.querySelectorAll('input')].map((one, at) => one.checked ? at : -1).filter(at => at >= 0)"
STILL = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
PRESS = "(box, number) => box.querySelectorAll('input')[number].click()"
# Beyond what is taken first, then what opens advice on blood pressure, temperature, weeks and amounts.
NUMBERS = ("99999", "0", "1", "150", "165", "95", "115", "65", "38.5", "20", "2")
LONG_AGO = "1900-01-01"
MOST_OPTIONS = 3

State = Callable[[], None]


class Walk:
    """`look` is called after each answer; `leave` before an answer is tried that may take away what is on the screen."""

    def __init__(self, page: Page, look: State, leave: State) -> None:
        self.page = page
        self.look = look
        self.leave = leave
        self.known: set[tuple[str, str]] = set()

    def go(self) -> None:
        self.look()
        while self.go_on():
            pass

    def questions(self) -> list[tuple[str, str, str]]:
        return [(one, kind, label) for one, kind, label in self.page.evaluate(QUESTIONS)]

    def go_on(self) -> bool:
        """The first question that was not walked yet, and whatever it opens; whether there was one."""
        for one, kind, label in self.questions():
            if (kind, label) not in self.known:
                self.known.add((kind, label))
                if kind:
                    self.answer(self.page.locator(f'[id="{one}"]'), kind)
                return True
        return False

    def answer(self, box: Locator, kind: str) -> None:
        ways = self.ways(box, kind)
        opened = [self.open(way) for way in ways]
        if ways:
            ways[max(range(len(ways)), key=lambda number: (opened[number], -number))]()
            self.settle()

    def open(self, way: State) -> int:
        """Answers, walks through what that opens; how many questions there are then, less than none where it is not taken."""
        before = {one for one, _, _ in self.questions()}
        self.leave()
        way()
        self.settle()
        self.look()
        wrong = self.page.locator("#fill .validation-message:visible").count()
        while any(one not in before and (kind, label) not in self.known for one, kind, label in self.questions()):
            self.go_on()
        return len(self.questions()) - 1000 * wrong

    def ways(self, box: Locator, kind: str) -> list[State]:
        """All that can be answered, each as something to do."""
        if kind in ("one", "many"):
            number = box.locator("input").count()
            if kind == "many":
                both = functools.partial(self.tick, box, number - 1, 0)  # what excludes all else, and something else
                return [*(functools.partial(self.tick, box, one) for one in range(number)), both]
            return [functools.partial(box.evaluate, PRESS, one) for one in range(number)]
        if kind == "list":
            return [functools.partial(self.choose, box, one) for one in range(self.count_options(box))]
        if kind == "number":
            return [functools.partial(self.type, box, one) for one in NUMBERS]
        typed = box.locator("input:not([type=file]), textarea").first.input_value()
        if kind == "day":
            return [functools.partial(self.type, box, one) for one in (LONG_AGO, typed or two_months_ago())]
        return [functools.partial(self.type, box, one) for one in ("*", typed or "A-0231")]

    def tick(self, box: Locator, *numbers: int) -> None:
        """These alone: those before them are taken off again."""
        for number in [*box.evaluate(TICKED), *numbers]:
            box.evaluate(PRESS, number)
            self.settle()

    def count_options(self, box: Locator) -> int:
        box.locator(".p-select").first.click()
        self.page.locator(".p-select-overlay").last.wait_for()
        self.look()
        number = min(self.page.locator(".p-select-option").count(), MOST_OPTIONS)
        self.close_options()
        return number

    def choose(self, box: Locator, number: int) -> None:
        box.locator(".p-select").first.click()
        self.page.locator(".p-select-option").nth(number).click()
        self.page.locator(".p-select-overlay").wait_for(state="detached")

    def close_options(self) -> None:
        self.page.keyboard.press("Escape")
        self.page.locator(".p-select-overlay").wait_for(state="detached")

    def type(self, box: Locator, text: str) -> None:
        typed = box.locator("input:not([type=file]), textarea").first
        typed.fill("")
        typed.press_sequentially(text)  # a number is taken key by key
        typed.press("Tab")
        self.page.keyboard.press("Escape")

    def settle(self) -> None:
        self.page.evaluate(STILL)


def two_months_ago() -> str:
    return (date.today() - timedelta(days=60)).isoformat()  # noqa: DTZ011
