"""ODK Validate's findings about a form: JavaRosa, the engine of ODK Collect, opens it and says what fails.

The jar comes with pyxform; Java may be absent, and a server without it publishes forms all the same.
"""

import importlib.util
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

WALL_SECONDS = 30
_JAVA_OPTIONS = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
_TRACE = re.compile(r"\s*(at [\w.$/]+\(|\.\.\. \d+ (more|common))")
_EXCEPTION = re.compile(r"^(?:Caused by: )?(?:[a-z]\w*\.)+[A-Z]\w*(?:Exception|Error):?\s*")
_NOISE = re.compile(r"(>> Something broke the parser|The following files failed|Result: |\S+\.xml$|Validating: )")


def validate_available() -> bool:
    """Whether forms can be tried with ODK Validate here."""
    return _jar() is not None and shutil.which("java") is not None


def read_warnings_of_validate(xml: bytes) -> list[str]:
    """What ODK Validate has to say about a form, one sentence each; [] for nothing, or without Java.

    The form must have passed `read_xform` (which refuses DOCTYPEs). Files that the form names need not be there.
    """
    jar, java = _jar(), shutil.which("java")
    if jar is None or java is None:
        return []
    with tempfile.TemporaryDirectory(prefix="validate-") as folder:
        form = Path(folder) / "form.xml"
        form.write_bytes(xml)
        command = [java, *_JAVA_OPTIONS, "-jar", str(jar), str(form)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=WALL_SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return [f"ODK Validate took longer than {WALL_SECONDS} seconds over this form."]
    found = _sentences(done.stderr.decode(errors="replace"))
    if done.returncode and not found:
        return ["ODK Validate could not open this form."]
    return found


def _jar() -> Path | None:
    spec = importlib.util.find_spec("pyxform")
    if spec is None or spec.origin is None:
        return None
    jar = Path(spec.origin).parent / "validators/odk_validate/bin/ODK_Validate.jar"
    return jar if jar.is_file() else None


def _sentences(stderr: str) -> list[str]:
    """The findings without Java's stack traces and without repetitions."""
    lines = [_EXCEPTION.sub("", line).strip() for line in stderr.splitlines() if not _TRACE.match(line)]
    return list(dict.fromkeys(line for line in lines if line and not _NOISE.match(line)))
