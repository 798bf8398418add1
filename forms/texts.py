"""The words of a form: labels, hints and choices in every language the form has."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from forms.schema import Choice
from forms.xml import Element, attribute, child, children, local_name, text_of

# The language of a form that has no translations at all.
UNNAMED = "default"

_CODE_IN_BRACKETS = re.compile(r"\(\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]+)*\s*\)\s*$")
_BARE_CODE = re.compile(r"([a-z]{2,3})(?:[-_][A-Za-z0-9]+)*$")
_NAMES = {"english": "en", "chinese": "zh", "mandarin": "zh"}
_CHINESE_NAMES = ("中文", "汉语", "漢語", "普通话", "华语")
_ITEXT = re.compile(r"jr:itext\(\s*'([^']*)'\s*\)")
_ITEXT_OF = re.compile(r"(?:jr:)?itext\(([^()]*)\)")
_INSTANCE = re.compile(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)")
_SEARCH = re.compile(r"\bsearch\(\s*['\"]([^'\"]+)['\"]")
# pyxform writes this where a translation is missing.
_NO_TRANSLATION = "-"


class Phrase(NamedTuple):
    """One text of a form: where it stands (a path or the form's own id of the text), its language, and the text."""

    where: str
    language: str
    text: str


@dataclass(frozen=True)
class ChoiceSource:
    """Where a select takes its choices from: listed in the form (`choices`), or a file (`choices_from`), or neither."""

    choices: tuple[Choice, ...] | None = None
    choices_from: str | None = None


def language_code(name: str) -> str:
    """A form's name for a language as a short code: "中文 (zh)" and "zh-Hans" → "zh"; a name unknown here stays."""
    name = name.strip()
    if found := _CODE_IN_BRACKETS.search(name):
        return found[1].lower()
    if name.startswith(_CHINESE_NAMES) or "中文" in name:
        return "zh"
    if found := _BARE_CODE.match(name):
        return found[1]
    return _NAMES.get(name.lower(), name)


class FormTexts:
    """Looks up the texts of one form. Made once for a form definition."""

    def __init__(self, model: Element) -> None:
        self._itext: dict[str, dict[str, str]] = {}
        self._instances: dict[str, Element] = {}
        self._choices: dict[tuple[str, str, str], tuple[Choice, ...]] = {}
        for instance in children(model, "instance"):
            self._instances.setdefault(instance.get("id") or "", instance)
        itext = child(model, "itext")
        for translation in children(itext, "translation") if itext is not None else []:
            self._read_translation(translation)

    def _read_translation(self, translation: Element) -> None:
        language = language_code(translation.get("lang") or UNNAMED)
        for text in children(translation, "text"):
            value = next((one for one in children(text, "value") if one.get("form") in (None, "long")), None)
            words = flat_text(value)
            if words and words != _NO_TRANSLATION:
                self._itext.setdefault(text.get("id") or "", {}).setdefault(language, words)

    def phrases(self) -> list[Phrase]:
        """All translated texts, hints and messages included."""
        return [Phrase(key, *one) for key, words in self._itext.items() for one in words.items()]

    def of(self, element: Element | None) -> dict[str, str]:
        """The texts of a `<label>` or `<hint>`, by language; {} for None."""
        if element is None:
            return {}
        if found := _ITEXT.search(element.get("ref") or ""):
            return dict(self._itext.get(found[1], {}))
        words = flat_text(element)
        return {UNNAMED: words} if words else {}

    def by_id(self, key: str) -> dict[str, str]:
        """The texts that the form keeps under this id, by language."""
        return dict(self._itext.get(key, {}))

    def source_of_choices(self, control: Element) -> ChoiceSource:
        """Where this select, select1 or rank takes its choices from."""
        if searched := search_name(control):
            return ChoiceSource(choices_from=searched + ".csv")
        itemset = child(control, "itemset")
        if itemset is None:
            return ChoiceSource(choices=tuple(self._inline_choice(item) for item in children(control, "item")))
        if not (found := _INSTANCE.search(itemset.get("nodeset") or "")):
            return ChoiceSource()
        instance = self._instances.get(found[1])
        source = instance.get("src") if instance is not None else None
        if instance is None or source:
            return ChoiceSource(choices_from=(source or found[1]).rpartition("/")[2])
        return ChoiceSource(choices=self._listed_choices(found[1], instance, itemset))

    def _inline_choice(self, item: Element) -> Choice:
        return Choice(text_of(child(item, "value")), self.of(child(item, "label")))

    def _listed_choices(self, name: str, instance: Element, itemset: Element) -> tuple[Choice, ...]:
        value, label = (_ref(child(itemset, one)) for one in ("value", "label"))
        if (name, value, label) not in self._choices:
            root = next(iter(instance), None)
            items = children(root, "item") if root is not None else []
            self._choices[name, value, label] = tuple(
                Choice(text_of(child(item, value)), self._item_labels(item, label)) for item in items
            )
        return self._choices[name, value, label]

    def _item_labels(self, item: Element, label: str) -> dict[str, str]:
        inner = _ITEXT_OF.fullmatch(label)
        text = text_of(child(item, inner[1].strip() if inner else label))
        if inner:
            return self.by_id(text)
        return {UNNAMED: text} if text else {}


def _ref(element: Element | None) -> str:
    """The reference as a child's name: pyxform writes names of its own making, so nothing here need be escaped."""
    ref = (element.get("ref") or "").strip() if element is not None else ""
    return ref or "-"


def search_name(control: Element) -> str | None:
    """The file name (without .csv) in an appearance `search('name', …)`, or None."""
    found = _SEARCH.search(attribute(control, "appearance") or "")
    return found[1] if found else None


def flat_text(element: Element | None) -> str:
    """The text with `<output value="/data/name"/>` written as `${name}`, white space at the ends removed."""
    if element is None:
        return ""
    parts = [element.text or ""]
    for inner in element:
        if local_name(inner) == "output":
            name = (inner.get("value") or inner.get("ref") or "").strip().rpartition("/")[2]
            parts.append(f"${{{name}}}")
        else:
            parts.append(flat_text(inner))
        parts.append(inner.tail or "")
    return "".join(parts).strip()
