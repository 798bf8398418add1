"""The pages about our own forms in docs/forms: written anew, or compared with what stands there."""

import argparse
from pathlib import Path
from typing import Final

from forms.about import read_about
from forms.library import library_ids, read_library_outline
from forms.pages import write_index, write_page
from server.cli.folders import ROOT
from server.cli.output import BROKEN, complain
from server.publishing.handling import handling_of

FOLDER: Final = ROOT / "docs" / "forms"
INDEX: Final = "README.md"


def run_form_docs(arguments: argparse.Namespace) -> int:
    """Writes the pages; with `--check` only says which are not current, and returns 1 where some are."""
    if arguments.check:
        stale = find_stale(FOLDER)
        return complain(f"先写 / first: form-docs ({', '.join(stale)})", BROKEN) if stale else 0
    for name in write_pages(FOLDER):
        print(name)
    return 0


def make_pages() -> dict[str, str]:
    """Every page by the name of its file, the index first."""
    known = [(read_library_outline(form_id), read_about(form_id)) for form_id in library_ids()]
    known.sort(key=lambda one: int(one[1].code.removeprefix("F")))
    pages = {f"{form.form_id}.md": write_page(form, about, handling_of(form)) for form, about in known}
    return {INDEX: write_index(known)} | pages


def find_stale(folder: Path) -> list[str]:
    """The names of pages that are missing, not as they would be made now, or of no form."""
    pages, there = make_pages(), {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    return sorted(name for name in pages.keys() | there.keys() if pages.get(name) != there.get(name))


def write_pages(folder: Path) -> list[str]:
    """Writes what is not current and takes away the pages of no form; which those were."""
    pages, stale = make_pages(), find_stale(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in stale:
        if name in pages:
            (folder / name).write_text(pages[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    return stale
