"""Commands about forms themselves: as workbooks for Excel, and two versions side by side."""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from forms.conversion_words import tell_wrongs
from forms.difference_words import KIND_WORDS, WEIGHT_WORDS, what_words
from forms.differences import LOSES, WEIGHTS, Difference, differences
from forms.errors import FormError
from forms.library import library_ids, read_library_form, read_library_workbook
from forms.questions import Outline
from forms.reading_questions import read_outline
from forms.xlsform import convert_text, convert_xlsform
from server.blobs import BlobStore, FileDamaged
from server.cli.folders import open_as_it_is
from server.cli.output import WRONG, complain, show_progress
from server.config import Config
from server.errors import NotFound

LONGEST_NAME = 60  # characters of a file's name


class Unusable(Exception):
    """What was typed leads to no form; both languages."""


def run_forms(arguments: argparse.Namespace) -> int:
    try:
        if arguments.what == "export":
            return export(arguments)
        old, new = arguments.form
        return compare(old, new, arguments.json)
    except Unusable as wrong:
        return complain(str(wrong), WRONG)


def export(arguments: argparse.Namespace) -> int:
    """A workbook for each form. Nothing is written where one of the files is there already and nobody agrees."""
    found: dict[str, bytes] = {}
    books = of_project(arguments) if arguments.project is not None else of_library(arguments.form)
    for name, content in books:
        if found.setdefault(name, content) is not content:
            raise Unusable(f"两张表会成为同一个文件 / two forms would be one file: {name}")
    there = [name for name in found if (arguments.to / name).exists()]
    if there and not arguments.force and not agrees(there):
        raise Unusable(
            f"已经有了，没有覆盖；--force 覆盖 / there already, kept; --force overwrites: {', '.join(there)}"
        )
    arguments.to.mkdir(parents=True, exist_ok=True)
    for name, content in found.items():
        (arguments.to / name).write_bytes(content)
        print(arguments.to / name)
    return 0


def of_library(wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The forms that come with Fangshi, all or those named."""
    chosen = choose(wanted, library_ids())
    for done, form_id in enumerate(chosen, start=1):
        yield f"{form_id}.xlsx", read_library_workbook(form_id)
        show_progress(done, len(chosen))


def of_project(arguments: argparse.Namespace) -> Iterator[tuple[str, bytes]]:
    """The published forms of a project. One that came as XML has no workbook, and the file of another may be damaged: that is
    said, and an error if it was named.
    """
    from server.access.projects import get_project
    from server.publishing.queries import list_forms
    from server.publishing.workbooks import get_workbook

    config = Config.from_env(arguments.data)
    with open_as_it_is(arguments.data) as database, database.reading() as db:
        store, project = BlobStore(config.blob_dir, database.keys), get_project(db, arguments.project)
        known = {one.form.xml_form_id: one.version for one in list_forms(db, project) if one.version.published_at}
        chosen = choose(arguments.form, list(known))
        for done, form_id in enumerate(chosen, start=1):
            try:
                book = get_workbook(store, form_id, known[form_id])
                yield file_name(book.name), book.content
            except (NotFound, FileDamaged) as why:
                sentence = f"{form_id}: {why_none(why)}"
                if arguments.form:
                    raise Unusable(sentence) from None
                complain(sentence, WRONG)
            show_progress(done, len(chosen))


def why_none(error: NotFound | FileDamaged) -> str:
    if isinstance(error, NotFound):
        return f"是以 XML 传上来的，没有 Excel 文件 / {error.message}"
    return f"存的文件坏了，请从备份恢复 / the stored file is damaged, bring it back from a backup ({error})"


def choose(wanted: Sequence[str], known: Sequence[str]) -> Sequence[str]:
    unknown = [form_id for form_id in wanted if form_id not in known]
    if unknown:
        raise Unusable(f"没有这张表 / there is no such form: {', '.join(unknown)} ({', '.join(known)})")
    return list(dict.fromkeys(wanted)) or known


def file_name(name: str) -> str:
    """A form's id may hold what no file's name may."""
    stem, _, ending = re.sub(r"[^\w.-]", "_", name).rpartition(".")
    return f"{stem[:LONGEST_NAME]}.{ending}"


def agrees(there: Sequence[str]) -> bool:
    """Asks whoever sits before the terminal; a program is never asked."""
    if not sys.stdin.isatty():
        return False
    print(f"{', '.join(there)}\n覆盖吗 / overwrite? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes", "是")


def compare(old: str, new: str, as_json: bool) -> int:
    found = differences(read_version(old), read_version(new))
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
        return 0
    for weight in WEIGHTS:
        of_weight = [one for one in found if one.weight == weight]
        if of_weight:
            print(f"== {WEIGHT_WORDS[weight].zh} / {WEIGHT_WORDS[weight].en}: {len(of_weight)}")
        for one in of_weight:
            print(*lines_of(one), sep="\n")
    if not found:
        print("没有差别 / no difference")
    return 0


def lines_of(one: Difference) -> Iterator[str]:
    told, what = KIND_WORDS[one.kind], what_words(one)
    labels = " / ".join(one.labels[language] for language in sorted(one.labels, reverse=True))
    yield f"- {told.what.zh} / {told.what.en}: {one.path} {labels}".rstrip(": ")
    if what:
        yield f"    {what.zh} / {what.en}"
    if one.old is not None or one.new is not None:
        yield f"    {one.old or '–'} -> {one.new or '–'}"
    if one.also:
        yield f"    {', '.join(one.also)}"
    if one.weight == LOSES:
        yield f"    {told.why.zh}\n    {told.why.en}"


def read_version(named: str) -> Outline:
    """A form of the library by its id, or a file: .xlsx, .xls, .xml or our own text. Raises Unusable."""
    path = Path(named)
    try:
        if path.is_file():
            return read_outline(read_xform_file(path))
        if named in library_ids():
            return read_outline(read_library_form(named))
    except (UnicodeDecodeError, OSError):
        raise Unusable(f"这个文件读不出来 / this file cannot be read: {named}") from None
    except FormError as wrong:
        raise Unusable(f"{named}: " + "\n".join(words_of(wrong))) from None
    raise Unusable(f"没有这个文件，也没有这张表 / there is no such file and no such form: {named}")


def words_of(wrong: FormError) -> Iterator[str]:
    """A line for each thing that is wrong: where it is, then in both languages what to do."""
    for one in tell_wrongs(wrong.message, wrong.details):
        where = " ".join(str(part) for part in (one.sheet, one.row, one.column) if part)
        yield f"{where} {' / '.join(dict.fromkeys(one.said))}".strip()


def read_xform_file(path: Path) -> bytes:
    ending = path.suffix.lower()
    if ending == ".md":
        return convert_text(path.read_text(encoding="utf-8")).xml
    content = path.read_bytes()
    return content if ending == ".xml" else convert_xlsform(content, "xlsx").xml
