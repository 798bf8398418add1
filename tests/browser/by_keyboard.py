"""A page without a mouse: whatever can be pressed is come to by Tab alone, is seen when it is, and lets go again."""

from playwright.sync_api import Page

# Radio buttons of one question are one stop, as are the parts of what browsers draw themselves.
STOPS = """() => {
    const shown = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 0;
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')];
    const stops = all.filter(e => e.tabIndex >= 0 && !e.disabled && e.type !== 'hidden' && shown(e) && !e.closest('[inert]'));
    const groups = new Set();
    const one = stops.filter(e => {
        if (e.type !== 'radio') return true;
        const name = (e.form ? [...document.forms].indexOf(e.form) : '') + e.name;
        return !groups.has(name) && groups.add(name);
    });
    one.forEach((e, at) => e.dataset.stop = at);
    return one.length;
}"""
# What has the focus: its number, and whether any of it is to be seen where it stands.
HERE = """() => {
    const e = document.activeElement;
    if (!e || e === document.body) return [-1, true, ''];
    const same = o => o.name === e.name && o.form === e.form && o.dataset.stop;
    const named = e.type === 'radio' && !e.dataset.stop
        ? [...document.querySelectorAll('input[type=radio]')].find(same) : e;
    const box = e.getBoundingClientRect(), label = e.closest('label');
    const middle = [box.left + box.width / 2, box.top + box.height / 2];
    const at = [middle, [box.left + 3, box.top + 3], [box.right - 3, box.bottom - 3]];
    const seen = at.some(([x, y]) => {
        const top = document.elementFromPoint(x, y);
        return top && (e.contains(top) || top.contains(e) || (label && label.contains(top)));
    });
    return [Number(named?.dataset.stop ?? -2), seen, e.outerHTML.slice(0, 120)];
}"""
AT = "number => document.querySelector(`[data-stop='${number}']`)?.outerHTML.slice(0, 120)"
MOST = 400


def comes_into_sight(page: Page) -> bool:
    """Whether what has the focus is to be seen once the page has stopped moving: a map above it may have come just then."""
    for _ in range(20):
        page.wait_for_timeout(100)
        if page.evaluate(HERE)[1]:
            return True
    return False


def walk_by_keyboard(page: Page) -> list[tuple[str, str]]:
    """What was never come to, and what was hidden when it had the focus."""
    page.evaluate("() => { document.activeElement?.blur(); scrollTo(0, 0) }")
    number = min(int(page.evaluate(STOPS)), MOST)
    met: set[int] = set()
    faults: list[tuple[str, str]] = []
    rounds = 0  # the first may begin in the middle: where the page itself put the focus
    for _ in range(2 * number + 40):  # a field for a time has stops of its own
        page.keyboard.press("Tab")
        stop, seen, html = page.evaluate(HERE)
        rounds += stop == -1
        if rounds == 2 or len(met - {-1, -2}) == number:
            break
        if not seen and not comes_into_sight(page):
            faults.append(("hidden when it has the focus", html))
        met.add(stop)
    missed = sorted(set(range(number)) - met)
    faults += [("never come to", page.evaluate(AT, one)) for one in missed[:3]]
    return faults[:5]
