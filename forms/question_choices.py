"""The choices of one question, and where they come from."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from forms.questions import Option, Words
from forms.texts import FormTexts
from forms.xml import Element, child, children, local_name, text_of

_LIST = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)/root/item(?:\[(.*)\])?$", re.DOTALL)
_RANDOM = re.compile(r"randomize\((.*)\)$", re.DOTALL)
_ITEXT = re.compile(r"jr:itext\(\s*'([^']*)'\s*\)")
_SELECTS = ("select", "select1", "rank")


FILES = ("image", "audio", "video")
"""What a choice may show or play besides its words: among its columns by these names."""


class Chosen(NamedTuple):
    """Choices that the form lists (`options`), the list or file they come from, and the rules about them by name."""

    options: tuple[Option, ...] | None
    source: str
    rules: dict[str, str]


class ChoiceLists:
    """The lists of one form: its secondary instances. Many questions may share one; it is read once."""

    def __init__(
        self, model: Element, texts: FormTexts, readable: Callable[[str], str], media: Mapping[str, Mapping[str, Words]]
    ) -> None:
        """`media`: pictures and sounds by the id of a text, {form: {language: file}}."""
        self.texts, self.readable, self.media = texts, readable, media
        self.instances = {one.get("id") or "": one for one in children(model, "instance")}
        self.read: dict[tuple[str, str, str], tuple[Option, ...]] = {}

    def of(self, control: Element | None) -> Chosen:
        """What a control offers."""
        if control is None or local_name(control) not in _SELECTS:
            return Chosen(None, "", {})
        itemset = child(control, "itemset")
        if itemset is None:
            return Chosen(tuple(self._listed_in(control)), "", {})
        nodeset = (itemset.get("nodeset") or "").strip()
        random = _RANDOM.match(nodeset)
        found = _LIST.match(random[1].partition(",")[0] if random else nodeset)
        if not found:
            return Chosen(None, self.readable(nodeset), {})
        rules = {"choice_filter": self.readable(found[2] or ""), "randomize": "true" if random else ""}
        source = self.instances.get(found[1])
        if source is None or source.get("src"):
            file = found[1] if source is None else source.get("src") or ""
            return Chosen(None, file.rpartition("/")[2], rules)
        value, label = _ref(itemset, "value"), _ref(itemset, "label")
        if (found[1], value, label) not in self.read:
            labels = {one.name: one.labels for one in self.texts.source_of_choices(control).choices or ()}
            self.read[found[1], value, label] = tuple(_options(source, value, labels, self.media))
        return Chosen(self.read[found[1], value, label], found[1], rules)

    def _listed_in(self, control: Element) -> Iterator[Option]:
        for one in children(control, "item"):
            label = child(one, "label")
            said = _ITEXT.search((label.get("ref") or "") if label is not None else "")
            files = _files(self.media.get(said[1], {})) if said else {}
            yield Option(text_of(child(one, "value")), self.texts.of(label), files)


def _ref(itemset: Element, name: str) -> str:
    found = child(itemset, name)
    return (found.get("ref") or "" if found is not None else "").strip() or "name"


def _files(media: Mapping[str, Words]) -> dict[str, str]:
    """The files of one text, by what they are; where languages differ, each once."""
    return {form: " ".join(dict.fromkeys(files.values())) for form, files in media.items() if form in FILES}


def _options(
    source: Element, key: str, labels: Mapping[str, Words], media: Mapping[str, Mapping[str, Words]]
) -> Iterator[Option]:
    for item in source.iter("{*}item"):
        cells = {local_name(cell): text_of(cell) for cell in item}
        further = {name: text for name, text in cells.items() if name not in (key, "itextId", "label") and text}
        files = _files(media.get(cells.get("itextId", ""), {}))
        yield Option(cells.get(key, ""), labels.get(cells.get(key, ""), {}), {**further, **files})
