"""The spreadsheet programs that are there: openpyxl always; LibreOffice where this machine has it, which no test asks for."""

import io
import shutil
import subprocess
from pathlib import Path

import openpyxl

SOFFICE = shutil.which("soffice")
OFFICES = ("openpyxl", *(("libreoffice",) if SOFFICE else ()))
PATIENCE = 180


def open_with(office: str, workbook: bytes, folder: Path) -> bytes:
    """The workbook as the program saves it after opening it, as .xlsx."""
    if office == "openpyxl":
        out = io.BytesIO()
        openpyxl.load_workbook(io.BytesIO(workbook)).save(out)
        return out.getvalue()
    source, target = folder / "form.xlsx", folder / "saved"
    source.write_bytes(workbook)
    command = [str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0 and "rror" not in done.stderr, done.stderr
    return (target / "form.xlsx").read_bytes()
