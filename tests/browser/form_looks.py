"""Looking at a form while it is walked through: what is cut off, in the wrong language or too small for a finger, and pictures
in which everything that it can say is seen once.
"""

import math
import re

from playwright.sync_api import FloatRect, Page

from tests import sizes
from tests.browser.conftest import SHOTS

LATIN, HAN = re.compile(r"[A-Za-z]{2,}"), re.compile(r"[\u4e00-\u9fff]+")
# What is the same in every language: names of this town's data, what is on cards and packages, and languages by their own name.
ALIKE = re.compile(
    r"ODK|HIV|DMPA|NET-EN|COVID|BMI|OK|[A-Z]-\d{4}[^\n]*|村\d|柳河\S*|四川省?|赵\S*|二社|三社|中文|English|wang|lin|nia|"
    r"\b(kg|cm|mmHg|mm|ml|g/L)\b"
)
NUMBERS = re.compile(r"\d+")
FINGER = 44
"""CSS pixels (ui.md 8)."""

READ = """finger => {
    const shown = one => one.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
    const among = (places, what) => places.flatMap(one => [...one.querySelectorAll(what)]).filter(shown);
    const wrong = (places, test, told = one => one.innerText) => places.filter(test).map(told);
    const places = among([document], '#fill, .p-select-overlay, .p-datepicker-panel, #told:not([hidden])');
    const all = among(places, '*').filter(one => one.clientWidth);
    const speaks = one => [...one.childNodes].some(part => part.nodeType === 3 && part.nodeValue.trim());
    const cuts = (one, way, room) => !['visible', ''].includes(getComputedStyle(one)['overflow' + way])
        && one['scroll' + room] > one['client' + room] + 1;
    const tells = one => (speaks(one) || one.matches('.value-option, .question-container')) && !one.matches('textarea');
    const isOut = one => { const box = one.getBoundingClientRect(); return box.right > innerWidth + 1 || box.left < -1; };
    const taps = 'a, button, textarea, .p-select, .value-option, .p-select-option, summary,'
        + 'input:not([type=radio], [type=checkbox], [type=file])';
    const names = ['aria-label', 'alt', 'title'];
    return {
        cut: wrong(all, one => tells(one) && (cuts(one, 'X', 'Width') || cuts(one, 'Y', 'Height'))),
        outside: wrong(all, one => speaks(one) && isOut(one)),
        small: wrong(all, one => one.matches(taps) && Math.min(one.offsetWidth, one.offsetHeight) < finger,
            one => one.outerHTML.slice(0, 120)),
        aloud: among(places, '*').flatMap(one => names.map(name => one.getAttribute(name))).filter(Boolean),
        lines: places.flatMap(one => one.innerText.split('\\n')).map(one => one.trim()).filter(Boolean),
        wide: document.documentElement.scrollWidth > innerWidth,
    };
}"""
WHERE = """lines => {
    const says = one => one.innerText.split('\\n').some(line => lines.includes(line.trim().replaceAll(/\\d+/g, '0')));
    const boxes = [...document.querySelectorAll('#fill .question-container, #fill h2, #fill h1')].filter(says)
        .map(one => one.getBoundingClientRect());
    if (!boxes.length) return null;
    return [Math.min(...boxes.map(one => one.top)) + scrollY, Math.max(...boxes.map(one => one.bottom)) + scrollY];
}"""
TALLEST = 1600


class Looks:
    """`look` and `leave` are what a Walk calls. `faults` are told with the name of the form; `seen` is all that was read."""

    def __init__(self, page: Page, name: str, language: str) -> None:
        self.page, self.name, self.language = page, name, language
        self.seen: set[str] = set()
        self.faults: list[tuple[str, str]] = []
        self.unpictured: set[str] = set()
        self.pictured: set[str] = set()
        self.kept: list[tuple[set[str], bytes]] = []

    def look(self) -> None:
        found = self.page.evaluate(READ, FINGER)
        for what in ("cut", "outside", "small"):
            self.tell(what, found[what])
        if found["wide"]:
            self.tell("wider than the screen", [""])
        words = LATIN if self.language != "en" else HAN
        fresh = {line for line in (*found["lines"], *found["aloud"]) if line not in self.seen}
        written = {NUMBERS.sub("0", line) for line in fresh & set(found["lines"])}
        self.tell("language", [line for line in fresh if words.search(ALIKE.sub("", line))])
        self.unpictured |= written - self.pictured
        self.seen |= fresh

    def tell(self, what: str, where: list[str]) -> None:
        self.faults += [(what, one) for one in where if (what, one) not in self.faults]

    def leave(self) -> None:
        """A picture of what was not on one before and may go away now."""
        if not sizes.FULL or not self.unpictured:
            return
        where = self.page.evaluate(WHERE, list(self.unpictured))
        self.pictured |= self.unpictured
        if where:
            top, bottom = max(0, where[0] - 40), where[1] + 40
            self.kept.append((self.unpictured, self.picture(top, min(bottom - top, TALLEST))))
        self.unpictured = set()

    def picture(self, top: float, height: float) -> bytes:
        width = self.page.viewport_size["width"] if self.page.viewport_size else 390
        clip: FloatRect = {"x": 0, "y": top, "width": width, "height": height}
        return self.page.screenshot(full_page=True, clip=clip)

    def keep(self, state: str = "") -> None:
        """The page as it is, in pieces, and of what was pictured before what is no longer on it."""
        if not sizes.FULL:
            return
        now = {NUMBERS.sub("0", line) for line in self.page.evaluate(READ, FINGER)["lines"]}
        tall = self.page.evaluate("document.documentElement.scrollHeight")
        for number in range(math.ceil(tall / TALLEST)):
            piece = self.picture(number * TALLEST, min(TALLEST, tall - number * TALLEST))
            self.save(f"{state}{number + 1}", piece)
        for number, (lines, picture) in enumerate(self.kept):
            if not lines <= now:
                self.save(f"{state}was-{number + 1:02}", picture)
            now |= lines
        self.kept, self.unpictured = [], set()

    def save(self, what: str, picture: bytes) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        (SHOTS / f"form-{self.name}-{self.language[:2]}-{what}.png").write_bytes(picture)
