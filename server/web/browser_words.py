"""What a browser does not do of a form, in words: for the form's page in the reader's language, for programs in both."""

from flask_babel import force_locale, gettext

from forms.browser import Obstacle
from server.models import FormVersion
from server.publishing.browser import obstacles_of
from server.web.languages import CHINESE, ENGLISH


def _(sentence: str, **values: str) -> str:
    return str(gettext(sentence, **values))


def say_obstacle(one: Obstacle) -> str:
    """One sentence; a question is named by its path, since its label may be long."""
    sentence = say_upload(one.name) if one.kind == "upload" else say_other(one)
    return f"{one.path.rpartition('/')[2]}: {sentence}" if one.path else sentence


def say_other(one: Obstacle) -> str:
    return {
        "function": _("The calculation %(name)s is not known in the browser.", name=one.name),
        "encrypted": _("The form is encrypted on the phone, which a browser does not do."),
        "last_saved": _("It takes answers over from the record before, which only the phone has."),
        "record": _("It records sound while it is filled, which a browser does not do."),
        "number": _(
            'It gives a record no number of its own (instanceID without jr:preload="uid"), so one that was filled in a browser '
            "could not be corrected there."
        ),
        "drawn": _("Instead of a drawing or a signature, the browser takes a photo of it."),
        "barcode": _("A barcode is typed in the browser."),
        "audit": _("The browser does not note how long each question took."),
    }[one.kind]


def say_upload(kind: str) -> str:
    words = {
        "audio": _("A browser takes no sound recording here."),
        "video": _("A browser takes no film here."),
        "file": _("A browser takes no file here but pictures."),
    }
    return words[kind]


def told(version: FormVersion) -> dict[str, list[str]]:
    """For the form's page: with what it fails, and what merely is less."""
    found = obstacles_of(version)
    return {
        "fails": [say_obstacle(one) for one in found if one.fails],
        "less": [say_obstacle(one) for one in found if not one.fails],
    }


def json_of(version: FormVersion) -> list[dict[str, str]]:
    """For programs: each reason with which a form is for the phone app only; empty for one that opens in a browser."""
    found = [one for one in obstacles_of(version) if one.fails]
    return [
        {
            "kind": one.kind,
            "name": one.name,
            "path": one.path,
            "reasonZh": said(one, CHINESE),
            "reasonEn": said(one, ENGLISH),
        }
        for one in found
    ]


def said(one: Obstacle, language: str) -> str:
    with force_locale(language):
        return say_obstacle(one)
