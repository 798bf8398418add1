"""The one XML parser of this project: strict, no DOCTYPE, no entities, no network, and limits.

Every document that comes from outside passes `read_xml`. It either gives the root element of a whole, well-formed
document, or raises `XmlRefused` with a sentence. What it gives holds no NUL and no control character (XML 1.0 forbids
them and the parser is strict), and has neither comments nor processing instructions.
"""

import re
import threading
from dataclasses import dataclass
from typing import Any

from lxml import etree

from forms.errors import XmlRefused
from forms.xml_names import SMALL, NameLedger

Element = etree._Element


@dataclass(frozen=True)
class Limits:
    """What a document may weigh: bytes, depth and number of elements, attributes of one element."""

    size: int = 10_000_000
    depth: int = 100
    nodes: int = 100_000
    attributes: int = 64


LIMITS = Limits()

# In each of these, `<` is one byte that stands for nothing else, or UTF-16 says at the start that it is UTF-16. In others
# (UTF-7, ISO-2022, HZ) markup can be written so that who looks at the bytes does not see it.
_WITH_PLAIN_MARKUP = ("UTF-8", "US-ASCII", "ASCII", "ISO-8859-1", "WINDOWS-1252", "GB2312", "GBK", "GB18030", "BIG5")
ENCODINGS = frozenset([*_WITH_PLAIN_MARKUP, "UTF-16", "UTF-16LE", "UTF-16BE"])

_PROLOG_WITH_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_WIDE_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_local = threading.local()


def read_xml(data: bytes, limits: Limits = LIMITS) -> Element:
    """Parse one XML document and give its root element.

    Raises XmlRefused for anything that is not one whole well-formed document in an encoding the parser knows, for
    any DOCTYPE, and for a document over the limits. Answers within a second, whatever the bytes are.
    """
    if len(data) > limits.size:
        raise XmlRefused(f"The XML is {len(data)} bytes long; at most {limits.size} are read.")
    if not data:
        raise XmlRefused("The XML is empty.")
    wide = data.startswith(_WIDE_ENCODINGS)
    _refuse_by_bytes(data, limits, wide)
    root = _parse(data) if _ledger().may_parse_here(data) else _parse_apart(data)
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise XmlRefused("The XML has a DOCTYPE, which is not read here.")
    if (docinfo.encoding or "UTF-8").upper() not in ENCODINGS:
        raise XmlRefused(f"The XML is written in {docinfo.encoding}; use UTF-8.")
    # Depth needs closing tags and attributes need equals signs: an ordinary answer is cleared by two counts.
    if wide or data.count(b"</") >= limits.depth or data.count(b"=") > limits.attributes or len(data) > SMALL:
        _refuse_by_shape(root, limits, many_spaces=wide or data.count(b"xmlns") > limits.attributes)
    return root


def _refuse_by_bytes(data: bytes, limits: Limits, wide: bool) -> None:
    if b"\x00" in data and not wide:
        raise XmlRefused("The XML holds a NUL character.")
    if b"<!DOCTYPE" in data and _PROLOG_WITH_DOCTYPE.match(data):
        raise XmlRefused("The XML has a DOCTYPE, which is not read here.")
    if data.count(b"<") > 2 * limits.nodes:
        raise XmlRefused(f"The XML has more than {limits.nodes} elements.")
    if data.count(b"xmlns") > limits.nodes:
        raise XmlRefused(f"The XML declares more than {limits.nodes} name spaces.")


def _new_parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )


def _ledger() -> NameLedger:
    ledger: NameLedger | None = getattr(_local, "ledger", None)
    if ledger is None:
        ledger = _local.ledger = NameLedger()
    return ledger


def _parse(data: bytes) -> Element:
    parser = getattr(_local, "parser", None)
    if parser is None:
        parser = _local.parser = _new_parser()
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as wrong:
        raise XmlRefused(f"The XML cannot be read: {_shortened(wrong.msg or '')}.") from None
    except (LookupError, ValueError) as wrong:
        raise XmlRefused(f"The XML cannot be read: {_shortened(str(wrong))}.") from None


def _shortened(words: str) -> str:
    """The parser's words on one line; it quotes from the document, which may be long."""
    return " ".join(words.split())[:300].rstrip(".")


def _parse_apart(data: bytes) -> Element:
    """Parse in a thread that ends right after, for documents whose names are not to be remembered."""
    result: list[Element | BaseException] = []

    def parse() -> None:
        try:
            result.append(_parse(data))
        except BaseException as wrong:
            result.append(wrong)

    thread = threading.Thread(target=parse, name="read_xml")
    thread.start()
    thread.join()
    if isinstance(result[0], BaseException):
        raise result[0]
    return result[0]


def _refuse_by_shape(root: Element, limits: Limits, many_spaces: bool) -> None:
    depth = nodes = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        nodes += 1
        if depth > limits.depth:
            raise XmlRefused(f"The XML is nested deeper than {limits.depth} elements.")
        if nodes > limits.nodes:
            raise XmlRefused(f"The XML has more than {limits.nodes} elements.")
        if max(len(element.attrib), len(element.nsmap) if many_spaces else 0) > limits.attributes:
            raise XmlRefused(f"<{local_name(element)}> has more than {limits.attributes} attributes or name spaces.")


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    tag: str = element.tag
    return tag.rpartition("}")[2] if tag[0] == "{" else tag


def child(element: Element, name: str) -> Element | None:
    """The first child element of that name in whatever namespace, or None."""
    return next(element.iterchildren("{*}" + name), None)


def children(element: Element, name: str) -> list[Element]:
    """All child elements of that name in whatever namespace, in document order."""
    return list(element.iterchildren("{*}" + name))


def text_of(element: Element | None) -> str:
    """The element's own text without surrounding white space; "" for None or an empty element."""
    return (element.text or "").strip() if element is not None else ""


def attribute(element: Element, name: str) -> str | None:
    """The attribute of that name, without a namespace if there is one, else in whatever namespace, or None."""
    value = element.get(name)
    if value is None:
        ending = "}" + name
        return next((str(text) for key, text in element.attrib.items() if str(key).endswith(ending)), None)
    return value
