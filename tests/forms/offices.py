"""The spreadsheet programs that people edit forms with, as far as a machine can run them: openpyxl and LibreOffice."""

import io
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import openpyxl

PATIENCE = 300
IN_CHINA = {"LANG": "zh_CN.UTF-8", "LC_ALL": "zh_CN.UTF-8"}
"""Where a font is missing, LibreOffice takes one of the country that it is set up for."""


def save_by_openpyxl(workbooks: Mapping[str, bytes]) -> dict[str, bytes]:
    saved = {}
    for name, workbook in workbooks.items():
        out = io.BytesIO()
        openpyxl.load_workbook(io.BytesIO(workbook)).save(out)
        saved[name] = out.getvalue()
    return saved


def save_by_libreoffice(workbooks: Mapping[str, bytes], folder: Path, ending: str = "xlsx") -> dict[str, bytes]:
    """Each workbook as LibreOffice saves it (ending `pdf`: prints it) after opening it; without those that it does not open.

    One start for all of them, with a profile below `folder`, so that nobody's own settings are read or written.
    """
    source, target = folder / "source", folder / ending
    source.mkdir(parents=True, exist_ok=True)
    for name, workbook in workbooks.items():
        (source / f"{name}.xlsx").write_bytes(workbook)
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", ending, "--outdir", str(target), *(f"{source / name}.xlsx" for name in workbooks)]
    subprocess.run(command, env=os.environ | IN_CHINA, capture_output=True, timeout=PATIENCE, check=True)
    return {name: file.read_bytes() for name in workbooks if (file := target / f"{name}.{ending}").exists()}
