"""From an XForm to its questions as its author wrote them. Knows how pyxform writes a form, and hand-made forms too."""

import re
from collections.abc import Iterator

from forms.question_choices import ChoiceLists
from forms.question_kinds import kind_of
from forms.questions import Outline, Question, Words
from forms.texts import UNNAMED, FormTexts, language_code
from forms.xform import find_parts
from forms.xform_fields import field_path, read_binds, walk_controls
from forms.xml import Element, attribute, child, children, local_name, read_xml, text_of

# Attributes of a bind, and what a form's author calls them.
_RULES = {
    "relevant": "relevant",
    "constraint": "constraint",
    "calculate": "calculation",
    "required": "required",
    "readonly": "read_only",
    "saveto": "save_to",
}
_MESSAGES = {"constraintMsg": "constraint_message", "requiredMsg": "required_message"}
_ELSEWHERE = {"nodeset", "ref", "bind", "type", "id", "preload", "preloadParams", *_RULES, *_MESSAGES}
_OF_ENTITY = {"create": "create_if", "update": "update_if", "id": "entity_id"}
_ITEXT = re.compile(r"jr:itext\(\s*'([^']*)'\s*\)")
_REFERENCE = r"\s?(?<![\w/.)'\"])(?:/{root}|(?:current\(\)/)?\.\.(?:/\.\.)*)(?:/[^\W\d][\w.-]*+)++\s?(?!/@)"


def read_outline(xml: bytes) -> Outline:
    """Everything that an edit of a form can change, its version aside. Raises XmlRefused and XFormInvalid."""
    parts = find_parts(read_xml(xml))
    reader = Reader(parts.model, parts.primary, parts.body)
    questions = tuple(reader.read(path, element) for path, element in walk_questions(parts.primary, ""))
    settings = {"title": parts.title, **read_settings(parts.model, parts.primary, parts.body, reader)}
    return Outline(questions, {name: text for name, text in settings.items() if text}, read_languages(parts.model))


def walk_questions(element: Element, path: str) -> Iterator[tuple[str, Element]]:
    """The nodes of the primary instance but for what lies in its meta group; of a repeat written twice, the first."""
    seen = set()
    for one in element:
        name = local_name(one)
        if name in seen or (path == "" and name == "meta"):
            continue
        seen.add(name)
        yield f"{path}/{name}", one
        yield from walk_questions(one, f"{path}/{name}")


def read_languages(model: Element) -> frozenset[str]:
    itext = child(model, "itext")
    names = [one.get("lang") for one in children(itext, "translation")] if itext is not None else []
    return frozenset(language_code(name or UNNAMED) for name in names) or frozenset([UNNAMED])


class Reader:
    """Looks up what belongs to a path while one definition is read."""

    def __init__(self, model: Element, primary: Element, body: Element) -> None:
        self.texts = FormTexts(model)
        self.binds, by_id = read_binds(model)
        self.controls: dict[str, list[Element]] = {}
        for path, control in walk_controls(body, "", by_id):
            self.controls.setdefault(path, []).append(control)
        self.media = read_media(model)
        self.lists = ChoiceLists(model, self.texts, self.readable, self.media)
        self.values: dict[str, list[Element]] = {}
        for one in (*model.iter("{*}setvalue"), *body.iter("{*}setvalue")):
            self.values.setdefault(field_path(one.get("ref") or ""), []).append(one)
        self.reference = re.compile(_REFERENCE.format(root=re.escape(local_name(primary))))

    def readable(self, expression: str) -> str:
        """An expression as its author wrote it: `${name}` instead of a path."""
        text = self.reference.sub(lambda found: f" ${{{found[0].strip().rpartition('/')[2]}}} ", expression)
        text = re.sub(r"\s+", " ", text).strip()
        return re.sub(r"([(\[]) (?=\$\{)|(?<=\}) (?=[)\],])", r"\1", text)

    def read(self, path: str, element: Element) -> Question:
        controls, bind = self.controls.get(path, []), self.binds.get(path)
        control = next((one for one in controls if local_name(one) != "repeat"), None)
        chosen = self.lists.of(control)
        rules = {**self.rules_of(bind, controls), **self.values_of(path, element), **chosen.rules}
        return Question(
            path,
            local_name(element),
            kind_of(element, bind, controls),
            {name: words for name, words in self.words_of(control, bind).items() if words},
            {name: text for name, text in rules.items() if text},
            chosen.options,
            chosen.source,
        )

    def words_of(self, control: Element | None, bind: Element | None) -> dict[str, Words]:
        words: dict[str, Words] = {}
        for name in ("label", "hint") if control is not None else ():
            shown = child(control, name) if control is not None else None
            words[name] = self.texts.of(shown)
            if shown is not None and (found := _ITEXT.search(shown.get("ref") or "")):
                words |= self.media.get(found[1], {})
        for name, column in _MESSAGES.items():
            message = (attribute(bind, name) or "") if bind is not None else ""
            found = _ITEXT.search(message)
            words[column] = self.texts.by_id(found[1]) if found else {UNNAMED: message} if message else {}
        return words

    def rules_of(self, bind: Element | None, controls: list[Element]) -> dict[str, str]:
        rules, further = {}, []
        for element in (bind, *controls):
            for key, value in element.attrib.items() if element is not None else ():
                name, text = str(key).rpartition("}")[2], self.readable(str(value))
                if name in _RULES and element is bind:
                    rules[_RULES[name]] = text
                elif name in ("appearance", "count"):
                    rules["repeat_count" if name == "count" else name] = text
                elif name not in _ELSEWHERE:
                    further.append(f"{name}={text}")
        if controls and rules.get("read_only") == "true()":
            del rules["read_only"]  # its kind says so: a note
        return {**rules, "parameters": " ".join(sorted(further))}

    def values_of(self, path: str, element: Element) -> dict[str, str]:
        """What is put in before anybody answers, and again when something else was answered."""
        rules, after = {"default": "" if len(element) else text_of(element)}, []
        for one in self.values.get(path, ()):
            value = self.readable(one.get("value") or text_of(one))
            if "xforms-value-changed" not in (one.get("event") or ""):
                rules["default"] = value
                continue
            around = one.getparent()
            after.append("${" + ((around.get("ref") or "") if around is not None else "").rpartition("/")[2] + "}")
            rules["calculation"] = value
        return {**rules, "trigger": ", ".join(after)}


def read_media(model: Element) -> dict[str, dict[str, Words]]:
    """By the id of a text: its pictures, sounds and guidance, {form: {language: file or text}}."""
    found: dict[str, dict[str, Words]] = {}
    itext = child(model, "itext")
    for translation in children(itext, "translation") if itext is not None else []:
        language = language_code(translation.get("lang") or UNNAMED)
        for text in children(translation, "text"):
            for value in children(text, "value"):
                if (form := value.get("form")) not in (None, "long"):
                    form = "guidance_hint" if form == "guidance" else str(form)
                    found.setdefault(text.get("id") or "", {}).setdefault(form, {})[language] = text_of(value)
    return found


def read_settings(model: Element, primary: Element, body: Element, reader: Reader) -> dict[str, str]:
    """What holds for the whole form, by the name that its author gives it."""
    itext, submission, meta = child(model, "itext"), child(model, "submission"), child(primary, "meta")
    translations = children(itext, "translation") if itext is not None else []
    entity = child(meta, "entity") if meta is not None else None
    settings = {
        "form_id": attribute(primary, "id") or "",
        "style": body.get("class") or "",
        "default_language": next((one.get("lang") or "" for one in translations if one.get("default")), ""),
        "instance_name": calculation_of(reader, "/meta/instanceName"),
        "entity_list": entity.get("dataset") or "" if entity is not None else "",
        "entity_label": calculation_of(reader, "/meta/entity/label"),
        **{name: calculation_of(reader, f"/meta/entity/@{key}") for key, name in _OF_ENTITY.items()},
        "audit": "yes" if meta is not None and child(meta, "audit") is not None else "",
    }
    for key, value in submission.attrib.items() if submission is not None else ():
        settings[str(key).rpartition("}")[2]] = str(value)
    return settings


def calculation_of(reader: Reader, path: str) -> str:
    bind = reader.binds.get(path)
    return reader.readable(bind.get("calculate") or "") if bind is not None else ""
