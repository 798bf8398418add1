"""Every sentence that a person may read is in the Chinese catalogue, with the same places to fill in."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from server import errors

SERVER = Path(__file__).parents[2] / "server"
CATALOGUE = SERVER / "translations" / "zh_Hans" / "LC_MESSAGES" / "messages.po"
METHODS = [("web/templates/**.html", "jinja2"), ("**.py", "python")]
OPTIONS = {"web/templates/**.html": {"newstyle_gettext": "true", "trimmed": "true"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "_n": (1, 2)}
PROBLEMS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.Problem)}
HOLES = re.compile(r"%\(\w+\)s|\{\w+\}")


def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file)


def marked_sentences() -> set[str]:
    """What the code and the templates mark with _( and its kin."""
    found = extract_from_dir(
        str(SERVER), METHODS, OPTIONS, KEYWORDS, directory_filter=lambda folder: "node_modules" not in folder
    )
    return {message[0] if isinstance(message, tuple) else message for _, _, message, _, _ in found}


def problem_sentences() -> Iterator[str]:
    """Templates of the kinds of Problem, the sentences given where one is raised, and the reasons inside them."""
    for path in SERVER.rglob("*.py"):
        if "node_modules" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and name_of(node.func) in PROBLEMS:
                yield from literal(node.args[0] if node.args else None)
                yield from (text for one in node.keywords if one.arg == "reason" for text in literal(one.value))
    yield from (getattr(errors, name).template for name in PROBLEMS)


def name_of(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


def literal(node: ast.expr | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"[a-z] [a-z]", node.value):
        yield node.value


def translation_of(known: Catalog, sentence: str) -> str:
    message = known.get(sentence)
    if message is None or not message.string:
        return ""
    return message.string if isinstance(message.string, str) else message.string[0]


def test_every_sentence_has_a_chinese_one() -> None:
    known = catalogue()
    wanted = marked_sentences() | set(problem_sentences())
    assert len(wanted) > 300
    assert sorted(sentence for sentence in wanted if not translation_of(known, sentence)) == []


def test_a_translation_fills_the_same_places() -> None:
    wrong = []
    for message in catalogue():
        if not message.id:
            continue
        english = message.id if isinstance(message.id, str) else message.id[0]
        chinese = message.string if isinstance(message.string, str) else message.string[0]
        if set(HOLES.findall(english)) != set(HOLES.findall(chinese)):
            wrong.append(english)
    assert wrong == []


def test_no_translation_uses_a_word_that_the_glossary_avoids() -> None:
    avoid = re.compile("对象|上报|排查|台账|逾期|查环|准生|失访|作废|操作失败|出错了|非法|请勿|严禁|必须|督促|！")
    known = catalogue()
    chinese = [translation_of(known, message.id if isinstance(message.id, str) else message.id[0]) for message in known]
    assert [text for text in chinese if avoid.search(text)] == []
