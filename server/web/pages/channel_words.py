"""What channels and their outcomes are called on pages."""

from typing import Any

from flask_babel import lazy_gettext as _l

from server.followups.channels import DINGTALK, FEISHU, LARK, SMS, WEB_PUSH, WEBHOOK, WECOM
from server.web.pages.texts import _

CHANNEL_WORDS: dict[str, Any] = {
    "inbox": _l("Inbox"),
    "email": _l("Mail"),
    WECOM: _l("WeCom"),
    DINGTALK: _l("DingTalk"),
    FEISHU: _l("Feishu"),
    LARK: _l("Lark"),
    SMS: _l("Text message"),
    WEBHOOK: _l("Webhook"),
    WEB_PUSH: _l("Web push"),
}

WHY_WORDS: dict[str, Any] = {
    "": _l("It was delivered."),
    "refused": _l("It was refused."),
    "no_answer": _l("Nobody was reached there."),
    "busy": _l("The other side does not take it now. Try again later."),
    "unknown": _l("It was sent, and no answer came: it may have arrived or not."),
    "not_allowed": _l(
        "This address may not be called: it is no public https address, and the setting does not name it."
    ),
    "redirected": _l("The other side leads to another address, and we do not go there."),
    "no_gateway": _l("The town has no gateway for text messages yet."),
    "no_number": _l("A gateway is tried out from a person's own number, on the page of your own channels."),
    "push_off": _l("The town has web push switched off."),
    "no_browser": _l("Web push is tried out from a person's own browser, on the page of your own channels."),
    "gone": _l("The browser has given its address up. Use the browser again on the page of your own channels."),
    "not_whole": _l("What is stored of the address cannot be used. Enter it again."),
}


def channel_words(kind: str) -> str:
    return str(CHANNEL_WORDS.get(kind, kind))


def why_words(why: str | None) -> str:
    """A reason in words; those with a number say it."""
    kind, _colon, number = (why or "").partition(":")
    if kind == "status":
        return _("It was refused with the HTTP status %(number)s.", number=number)
    if kind == "code":
        return _("It was refused with the number %(number)s.", number=number)
    return str(WHY_WORDS.get(kind, WHY_WORDS["refused"]))
