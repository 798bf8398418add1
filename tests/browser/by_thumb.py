"""What eyes and thumbs stumble over on any page: targets too small for a thumb, words broken letter by letter, text on text."""

from playwright.sync_api import Page

THUMB_PX = 44
# Links within a sentence are as high as the sentence (WCAG 2.5.8 leaves them out); Web Forms has its own.
SMALL = """least => {
    const shown = e => e.checkVisibility({visibilityProperty: true}) && e.getBoundingClientRect().width > 1;
    const asked = 'button, select, textarea, summary, input:not([type=hidden]), a.button, a.crumb, .views a, .tabs a, .bar a';
    return [...document.querySelectorAll(asked)].filter(e => {
        if (!shown(e) || e.closest('#fill, .maplibregl-ctrl-attrib, [inert], .visually-hidden')) return false;
        const box = (['checkbox', 'radio'].includes(e.type) && e.closest('label') || e).getBoundingClientRect();
        return box.height < least - 0.5;
    }).map(e => ['is too small for a thumb', Math.round(e.getBoundingClientRect().height), e.outerHTML.slice(0, 120)]);
}"""
# A chip or button of few letters on three lines, or one word of a cell on two, stands in a column too narrow for it.
BROKEN = """() => [...document.querySelectorAll('.chip, .mark-of, .table .button, .table td')].filter(e => {
    const words = e.innerText.trim(), style = getComputedStyle(e), box = e.getBoundingClientRect();
    const line = parseFloat(style.lineHeight) || 20;
    const inside = e.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
    const text = document.createRange();
    text.selectNodeContents(e);
    const lines = new Set([...text.getClientRects()].filter(one => one.width > 1).map(one => Math.round(one.bottom / line)));
    if (e.matches('td')) return box.width > 0 && !e.childElementCount && /^[A-Za-z0-9-]{2,14}$/.test(words) && lines.size > 1;
    return box.width > 0 && words && !/\\s/.test(words) && words.length <= 6 && lines.size > 2 && inside > line * 1.5;
}).map(e => ['is broken letter by letter', e.innerText])"""
COVERED = """() => [...document.querySelectorAll('.crumb')].flatMap(e => {
    const text = document.createRange();
    text.selectNodeContents(e);
    const own = text.getBoundingClientRect(), next = e.nextElementSibling;
    const after = next?.classList.contains('visually-hidden') ? null : next?.getBoundingClientRect();
    const bar = document.querySelector('.bar')?.getBoundingClientRect();
    const on = (bar && scrollY === 0 && own.top < bar.bottom - 1) || (after && own.bottom > after.top + 1 && own.top < after.top);
    return on && own.width ? [['the way back stands on other text', e.innerText.slice(0, 40)]] : [];
})"""


def list_stumbles(page: Page, with_thumb: bool) -> list[list[str | int]]:
    """At most five of each kind: what is wrong, and where. Only on phones are targets for thumbs."""
    found = page.evaluate(BROKEN)[:5] + page.evaluate(COVERED)[:5]
    return found + (page.evaluate(SMALL, THUMB_PX)[:5] if with_thumb else [])
