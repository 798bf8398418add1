"""Changes to a form definition that leave every other byte as it was, and its fingerprints.

Phones compare a form's MD5 with the bytes they were given, so that a form is never written out anew from a parsed
tree. These functions expect bytes that `read_xform` has accepted, hence well-formed XML without a DOCTYPE.
"""

import codecs
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from forms.errors import XFormInvalid
from forms.instance import ID_LIMIT
from forms.xml import read_xml

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# No possessive mark on the repeated group itself: Python 3.11.2, which is Debian 12's, then finds no match at all.
_MARKUP = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    r"|<(?P<close>/)?(?P<name>[^\s/><!?]++)(?P<attributes>(?:[^>\"'/]++|\"[^\"]*+\"|'[^']*+'|/(?!>))*)(?P<empty>/)?>",
    re.DOTALL,
)
# The look-behind and the possessive marks keep a million blanks from being tried a million times.
_ATTRIBUTE = re.compile(r"(?<!\s)\s++(?P<name>[^\s=]++)\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+')")


class Hashes(NamedTuple):
    """The fingerprints of a form definition's exact bytes, in lower-case hexadecimal."""

    md5: str
    sha1: str
    sha256: str


def hashes(xml: bytes) -> Hashes:
    """MD5, SHA-1 and SHA-256 of these bytes. MD5 and SHA-1 are names here, as ODK uses them, and guard nothing."""
    md5 = hashlib.md5(xml, usedforsecurity=False).hexdigest()
    sha1 = hashlib.sha1(xml, usedforsecurity=False).hexdigest()
    return Hashes(md5, sha1, hashlib.sha256(xml).hexdigest())


def clean_xform(xml: bytes) -> bytes:
    """The form without `submission/@action`; the very same bytes where there is none.

    An action would send the records of this form version past the server for ever (ODK Collect lets it win over the
    project's own address). Raises XmlRefused for what is not XML.
    """

    def without_action(attributes: str) -> str:
        return _ATTRIBUTE.sub(lambda one: "" if _bare(one["name"]) == "action" else one[0], attributes)

    read_xml(xml)
    return _edit(xml, lambda path: path[1:] == ["head", "model", "submission"], without_action)


def set_version(xml: bytes, version: str) -> bytes:
    """The form with this version on its primary instance, nothing else changed.

    Raises XmlRefused for what is not XML, XFormInvalid for a version that `check_version` refuses.
    """
    text = re.sub(r"[&<>\"\t]", lambda one: f"&#{ord(one[0])};", check_version(version))
    quoted = '"' + text.encode("ascii", "xmlcharrefreplace").decode() + '"'

    def with_version(attributes: str) -> str:
        old = next((one for one in _ATTRIBUTE.finditer(attributes) if _bare(one["name"]) == "version"), None)
        if old is None:
            return f" version={quoted}{attributes}"
        return f"{attributes[: old.start()]} {old['name']}={quoted}{attributes[old.end() :]}"

    read_xml(xml)
    return _edit(xml, lambda path: path[1:-1] == ["head", "model", "instance"], with_version, only_first=True)


def check_version(version: str) -> str:
    """The version itself. Raises XFormInvalid: "too_long" over 249 characters, "unexpected" with control characters."""
    if len(version) > ID_LIMIT:
        raise XFormInvalid(
            f"The form's version is longer than {ID_LIMIT} characters.", "too_long", parameter="version", limit=ID_LIMIT
        )
    if CONTROL.search(version):
        raise XFormInvalid(
            "The form's version holds a control character.", "unexpected", parameter="version", value=version
        )
    return version


def _bare(name: str) -> str:
    return name.rpartition(":")[2]


def _edit(
    xml: bytes, wanted: Callable[[list[str]], bool], change: Callable[[str], str], only_first: bool = False
) -> bytes:
    """Change the attributes of the start tags whose path of bare names is wanted."""
    encoding = _transparent_encoding(xml)
    text = xml.decode(encoding)
    parts, done = [], 0
    for path, tag in _start_tags(text):
        if wanted(path):
            start, end = tag.span("attributes")
            parts += [text[done:start], change(tag["attributes"])]
            done = end
            if only_first:
                break
    return "".join([*parts, text[done:]]).encode(encoding)


def _transparent_encoding(xml: bytes) -> str:
    """An encoding in which markup can be found and every byte comes back as it was.

    Latin-1 maps each byte to one character, and in UTF-8 and GB 18030 no part of a longer character looks like markup.
    """
    if xml.startswith((codecs.BOM_UTF16_LE, b"<\x00")):
        return "utf-16-le"
    return "utf-16-be" if xml.startswith((codecs.BOM_UTF16_BE, b"\x00<")) else "latin-1"


def _start_tags(text: str) -> Iterator[tuple[list[str], re.Match[str]]]:
    path: list[str] = []
    for tag in _MARKUP.finditer(text):
        if tag["name"] is None:
            continue
        if tag["close"]:
            path.pop()
            continue
        path.append(_bare(tag["name"]))
        yield path, tag
        if tag["empty"]:
            path.pop()
