"""The process that makes one PDF: HTML on standard input, style sheets by their paths, the file on
standard output. It imports nothing of ours.
"""

import contextlib
import os
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1 << 31
CPU_SECONDS = 60


def main() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever libraries print is no part of the file
    from weasyprint import CSS, HTML
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        """A paper holds all that it shows."""

        def fetch(self, url: str, headers: object = None) -> Any:
            raise ValueError(f"nothing is fetched: {url[:80]}")

    nothing = Nothing()
    html = sys.stdin.buffer.read().decode()
    styles = [CSS(string=Path(one).read_text(encoding="utf-8"), url_fetcher=nothing) for one in sys.argv[1:]]
    page = HTML(string=html, base_url="about:blank", url_fetcher=nothing)
    made = page.write_pdf(stylesheets=styles, pdf_variant="pdf/ua-1", presentational_hints=True)
    with os.fdopen(answer, "wb") as out:
        out.write(made)


if __name__ == "__main__":
    main()
