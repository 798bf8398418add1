"""The choices of one question, and where they come from."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from forms.questions import Option, Words
from forms.texts import FormTexts
from forms.xml import Element, child, children, local_name, text_of

_LIST = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)/root/item(?:\[(.*)\])?$", re.DOTALL)
_RANDOM = re.compile(r"randomize\((.*)\)$", re.DOTALL)
_SELECTS = ("select", "select1", "rank")


class Chosen(NamedTuple):
    """Choices that the form lists (`options`), the list or file they come from, and the rules about them by name."""

    options: tuple[Option, ...] | None
    source: str
    rules: dict[str, str]


def read_choices(
    control: Element | None, lists: Mapping[str, Element], texts: FormTexts, readable: Callable[[str], str]
) -> Chosen:
    """What a control offers. `lists` are the form's secondary instances by id."""
    if control is None or local_name(control) not in _SELECTS:
        return Chosen(None, "", {})
    itemset = child(control, "itemset")
    if itemset is None:
        shown = [(text_of(child(one, "value")), texts.of(child(one, "label"))) for one in children(control, "item")]
        return Chosen(tuple(Option(name, labels) for name, labels in shown), "", {})
    nodeset = (itemset.get("nodeset") or "").strip()
    random = _RANDOM.match(nodeset)
    found = _LIST.match(random[1].partition(",")[0] if random else nodeset)
    if not found:
        return Chosen(None, readable(nodeset), {})
    rules = {"choice_filter": readable(found[2] or ""), "randomize": "true" if random else ""}
    source = lists.get(found[1])
    if source is None or source.get("src"):
        file = found[1] if source is None else source.get("src") or ""
        return Chosen(None, file.rpartition("/")[2], rules)
    labels = {one.name: one.labels for one in texts.source_of_choices(control).choices or ()}
    return Chosen(tuple(_options(source, itemset, labels)), found[1], rules)


def _options(source: Element, itemset: Element, labels: Mapping[str, Words]) -> list[Option]:
    value = child(itemset, "value")
    key = (value.get("ref") or "" if value is not None else "").strip() or "name"
    options = []
    for item in source.iter("{*}item"):
        cells = {local_name(cell): text_of(cell) for cell in item}
        further = {name: text for name, text in cells.items() if name not in (key, "itextId", "label") and text}
        options.append(Option(cells.get(key, ""), labels.get(cells.get(key, ""), {}), further))
    return options
