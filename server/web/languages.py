"""Which language a reply is in. Sentences are English in the code; the zh_Hans catalogue has them all."""

from flask import request
from flask_babel import force_locale, get_babel, gettext

from server.errors import Problem, fill

CHINESE, ENGLISH = "zh_Hans", "en"
COOKIE = "language"


def select_language() -> str:
    """Chosen (cookie or ?lang=), else the browser's wish, else Chinese for people and phones, English for programs."""
    wanted = request.args.get("lang") or request.cookies.get(COOKIE)
    if wanted in (CHINESE, "zh", "zh-Hans"):
        return CHINESE
    if wanted == ENGLISH:
        return ENGLISH
    said = "Accept-Language" in request.headers  # phones and programs say none
    best = request.accept_languages.best_match(["zh-Hans", "zh-CN", "zh", "en"]) if said else None
    if best is not None:
        return ENGLISH if best == "en" else CHINESE
    return ENGLISH if speaks_json() else CHINESE


def speaks_json() -> bool:
    """Programs ask under /v1 and say no language; phones neither, but theirs are the OpenRosa addresses."""
    path = request.path.rstrip("/")
    return path.startswith("/v1") and not path.endswith(("/formList", "/submission", "/manifest", "/integrity"))


def word(problem: Problem) -> str:
    """The problem's sentence in the caller's language, filled; the reason inside it too, where the catalogue knows it."""
    reason = problem.details.get("reason")
    known = {"reason": gettext(reason)} if isinstance(reason, str) and reason else {}
    return fill(gettext(problem.sentence), {**problem.details, **known})


def word_in(locale: str, sentence: str, **details: object) -> str:
    with force_locale(locale):
        return fill(gettext(sentence), details)


def language_tag() -> str:
    """The BCP 47 tag of the reply, for `lang` and Content-Language."""
    locale = get_babel().locale_selector() if get_babel().locale_selector else CHINESE
    return "en" if locale == ENGLISH else "zh-Hans"
