"""What every answer tells the browser not to do, and how long it may keep what."""

from flask import Response, request

from server.web.missing_headers import add_missing
from server.web.pages.door import pages
from server.web.pages.toasts import forget_toast
from server.web.policy_reports import ADDRESS

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",  # the map draws its pins; MapLibre's buttons are data: pictures
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        f"report-uri {ADDRESS}",
    )
)
OF_ALL = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(self)",
}
OF_PROGRAMS = {**OF_ALL, "Referrer-Policy": "no-referrer"}
OF_PAGES = {**OF_ALL, "Referrer-Policy": "same-origin"}
FOR_EVER = "public, max-age=31536000, immutable"


def policy_of_forms(mark: str) -> str:
    """The policy of a page in which ODK Web Forms runs, and of no other.

    It reads expressions with WebAssembly, styles its controls with elements of its own, which carry the page's `mark`, and
    plays a form's sounds and films from blobs. What is text to JavaScript still never runs, and nothing outside is asked.
    """
    policy = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
    policy = policy.replace("style-src 'self'", f"style-src 'self' 'nonce-{mark}'")
    return policy.replace("object-src", "media-src 'self' blob:; object-src")


@pages.after_app_request
def guard_answer(answer: Response) -> Response:
    """A strict policy on everything; user content sets a stricter one (sandbox) itself, which stays."""
    add_missing(answer, OF_PROGRAMS if request.path.startswith("/v1") else OF_PAGES)
    if request.path.startswith("/static/") and answer.status_code == 200:
        answer.headers["Cache-Control"] = FOR_EVER if is_named_by_content() else "no-cache"
    return answer


def is_named_by_content() -> bool:
    return "v" in request.args or request.path.startswith("/static/built/assets/")


@pages.after_request
def keep_private(answer: Response) -> Response:
    answer.headers.setdefault("Cache-Control", "no-store")
    return forget_toast(answer)
