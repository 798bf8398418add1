"""Handing one text to a bot, a hook or a gateway, by apprise: it knows their shapes, we know what was answered.

apprise speaks through `requests`, and says of what happened only whether it went well. So the modules of it that we use are
given a `requests` of our own (Wire), which goes out by access/outbound.py alone and keeps what came back.
"""

import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable
from contextvars import ContextVar
from datetime import timedelta
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

from server.access.outbound import AddressRefused, Answer, AnswerUnheard, Call, NotReached, exchange
from server.followups import web_push
from server.followups.channels import DINGTALK, FEISHU, LARK, SMS, WEB_PUSH, WEBHOOK, WECOM, Destination
from server.followups.handing_over import Delayed, HandOver, Refused, Unknown

PLUGINS: Final = {
    WECOM: ("wecombot", "NotifyWeComBot"),
    DINGTALK: ("dingtalk", "NotifyDingTalk"),
    FEISHU: ("feishu", "NotifyFeishu"),
    LARK: ("lark", "NotifyLark"),
    WEBHOOK: ("custom_json", "NotifyJSON"),
    SMS: ("custom_form", "NotifyForm"),
    WEB_PUSH: ("vapid", "NotifyVapid"),
}
BOTS: Final = (WECOM, DINGTALK, FEISHU, LARK)
TOO_OFTEN: Final = frozenset((45009, 45033, 130101, 9499, 11232, -1))
"""Numbers by which bots say "not now": WeCom's and DingTalk's limits and busy systems, Feishu's limit."""

GONE: Final = (404, 410)  # of a browser's address: nobody looks there any more (RFC 8030, 7.3)

UNHEARD_STATUS: Final = (502, 504)  # whoever stood between us and the gateway does not know either
LATER: Final = (408, 425, 429)


class Wire:
    """One sending. Stands where apprise's modules look for `requests`; `outcome` is what came of it."""

    def __init__(self, destination: Destination, mark: str, allowed: frozenset[str], may: Callable[[], bool]) -> None:
        self.destination, self.mark, self.allowed, self.may = destination, mark, allowed, may
        self.outcome: Answer | HandOver | None = None

    def request(self, method: str, url: str, **given: Any) -> Any:
        """As requests.request, for what apprise gives it. Raises requests.RequestException when nothing was answered."""
        import requests

        keys = ("data", "params", "headers", "auth")
        prepared = requests.Request(method, url, **{key: given.get(key) for key in keys}).prepare()
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
        headers = {**prepared.headers, **self._own_headers(body)}
        try:
            answer = exchange(Call(method, str(prepared.url), headers, body), self.allowed, self.may)
        except AddressRefused as refused:
            self.outcome = Refused("not_allowed", str(refused))
        except NotReached:
            self.outcome = Delayed("no_answer")
        except AnswerUnheard:
            self.outcome = Unknown()
        else:
            self.outcome = answer
        if not isinstance(self.outcome, Answer):
            raise requests.ConnectionError
        found = requests.Response()
        found.status_code, found._content = self.outcome.status, self.outcome.body
        return found

    def _own_headers(self, body: bytes) -> dict[str, str]:
        """Who gets a word twice knows it by its mark; who knows the secret knows that it is from us."""
        headers = {"Accept-Encoding": "identity"}
        if self.destination.kind in (WEBHOOK, SMS):
            headers["Idempotency-Key"] = self.mark
        if self.destination.kind == WEBHOOK and self.destination.secret:
            signed = hmac.new(self.destination.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Fangshi-Signature"] = f"sha256={signed}"
        return headers


_wire: ContextVar[Wire] = ContextVar("wire")


class Requests(ModuleType):
    """What apprise's modules see as `requests`: everything as it is, but for the calls, which go by the wire at hand."""

    def __getattr__(self, name: str) -> Any:
        import requests

        return getattr(requests, name)

    def post(self, url: str, **given: Any) -> Any:
        return _wire.get().request("POST", url, **given)

    def request(self, method: str, url: str, **given: Any) -> Any:
        return _wire.get().request(method, url, **given)


@cache
def plugin(kind: str) -> Any:
    """apprise's class for one of our kinds; loaded late, since few sites have a channel and every start would wait."""
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it writes keys and texts
    module_name, class_name = PLUGINS[kind]
    module: Any = import_module(f"apprise.plugins.{module_name}")
    module.requests = Requests("requests")
    return getattr(module, class_name)


def settings_of(to: Destination) -> dict[str, Any]:
    """What apprise's class is made with: parts, never an address of apprise's own kind, in which more could be asked for."""
    if to.kind == WECOM:
        return {"key": to.address}
    if to.kind == DINGTALK:
        return {"token": to.address, "secret": to.secret or None}
    if to.kind in (FEISHU, LARK):
        return {"token": to.address}
    if to.kind == SMS:
        bearer = {"Authorization": f"Bearer {to.secret}"} if to.secret else {}
        return {**_web(to), "payload": {"to": to.phone}, "headers": bearer}
    return _web(to)


def sender_of(to: Destination) -> Any:
    """apprise's sender. Raises TypeError for a part that it cannot use."""
    if to.kind == WEB_PUSH:
        return web_push.sender_of(plugin(WEB_PUSH), to)
    return plugin(to.kind)(**settings_of(to))


def _web(to: Destination) -> dict[str, Any]:
    parts = urlsplit(to.address)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return {"secure": parts.scheme == "https", "host": host, "port": parts.port, "fullpath": path}


def send(
    destination: Destination, text: str, mark: str, allowed: frozenset[str], may_hand_over: Callable[[], bool]
) -> bool:
    """Hands a text over, once. Raises Delayed, Refused or Unknown; False when `may_hand_over` said no.

    `may_hand_over` is asked once the other side is connected, just before the text goes. `mark` is the occasion's.
    """
    try:
        sender = sender_of(destination)
    except TypeError:  # apprise's word for a part that it cannot use
        raise Refused("not_whole") from None
    wire = Wire(destination, mark, allowed, may_hand_over)
    token = _wire.set(wire)
    try:
        sender.send(body=text, title="")
    finally:
        _wire.reset(token)
    if isinstance(wire.outcome, HandOver):
        raise wire.outcome
    if wire.outcome is None:
        return False
    judge(destination, wire.outcome)
    return True


def judge(destination: Destination, answer: Answer) -> None:
    """Raises what an answer means that is no yes. A bot says by a number in its answer whether it took the text."""
    if answer.status in UNHEARD_STATUS:
        raise Unknown
    if answer.status in LATER or answer.status >= 500:
        raise Delayed("busy", after=asked_to_wait(answer))
    if 300 <= answer.status < 400:
        raise Refused("redirected")
    if destination.kind == WEB_PUSH and answer.status in GONE:
        raise Refused("gone")
    if not 200 <= answer.status < 300:
        raise Refused(f"status:{answer.status}", shorten(answer.body, destination))
    if destination.kind in BOTS:
        judge_number(destination, answer)


def judge_number(destination: Destination, answer: Answer) -> None:
    try:
        told = json.loads(answer.body)
        number = int(told.get("errcode", told.get("code", told.get("StatusCode"))))
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise Unknown from None  # a yes that says nothing of the text
    if number in TOO_OFTEN:
        raise Delayed("busy", after=asked_to_wait(answer))
    if number != 0:
        said = told.get("errmsg", told.get("msg", ""))
        raise Refused(f"code:{number}", shorten(str(said).encode(), destination))


def asked_to_wait(answer: Answer) -> timedelta:
    """Retry-After in seconds (RFC 9110, 10.2.3); a date there counts as nothing asked."""
    value = answer.headers.get("retry-after", "").strip()
    return timedelta(seconds=int(value)) if re.fullmatch(r"[0-9]{1,6}", value) else timedelta(0)


def shorten(body: bytes, destination: Destination) -> str:
    """A few words of what a gateway said, without anything that could be a secret or an address."""
    text = body[:2000].decode("utf-8", "replace")
    for secret in (destination.address, destination.secret, destination.phone, urlsplit(destination.address).path):
        text = text.replace(secret, "…") if len(secret) > 3 else text
    text = re.sub(r"https?://\S+|[\w.+-]{12,}|\d{5,}|[\d.]{7,}", "…", text)
    return " ".join(re.sub(r"[^\w\s…,.:;!?，。：；！？()-]", " ", text).split())[:80]
