"""Which channels there are beside inbox and mail, whose they are, and what may be stored as the address of one."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.outbound import check_address
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.followups.push_keys import make_key, public_part
from server.models import NotificationChannel

WECOM, DINGTALK, FEISHU, LARK, SMS, WEBHOOK = "wecom", "dingtalk", "feishu", "lark", "sms", "webhook"
WEB_PUSH: Final = "web_push"
"""Off until a town's administrator sets it up: a browser's push goes through its maker's servers, most of them abroad."""
KINDS: Final = (WECOM, DINGTALK, FEISHU, LARK, SMS, WEBHOOK, WEB_PUSH)
BY_THE_TOWN: Final = (SMS, WEB_PUSH)
"""What a town sets up reaches nobody by itself: it is the way to what its people have entered for themselves."""

PAGES: Final = {
    WECOM: ("qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key", r"[A-Za-z0-9_-]{8,80}"),
    DINGTALK: ("oapi.dingtalk.com", "/robot/send", "access_token", r"[A-Za-z0-9]{8,100}"),
    FEISHU: ("open.feishu.cn", "/open-apis/bot/v2/hook/", "", r"[A-Za-z0-9_-]{8,80}"),
    LARK: ("open.larksuite.com", "/open-apis/bot/v2/hook/", "", r"[A-Za-z0-9-]{8,80}"),
}
"""Of a bot: host and path of the address that it shows, the name of the part with its key, what a key looks like."""

MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
"""What stands in a `mailto:` as it is (RFC 8292, 2.1): less than what a person may sign in with."""
KEYS_OF_A_BROWSER: Final = re.compile(r"[A-Za-z0-9_-]{87}=?\.[A-Za-z0-9_-]{22}(==)?")
"""What a browser makes for one server (RFC 8291): its public key and a secret, in Base64 of addresses."""
PHONE: Final = re.compile(r"\+?[0-9]{6,15}")
SECRET: Final = re.compile(r"[!-~]{0,200}")
LONGEST: Final = 500


@dataclass(frozen=True)
class Destination:
    """Where a text goes. `address` is a bot's key, else an address of the web; all of it is secret.

    A browser's `secret` is what KEYS_OF_A_BROWSER matches. `contact` and `key` are a town's for web push: whom the makers of
    browsers may write to, and the private key that says that a text is from here (RFC 8292), as push_keys.py makes it.
    """

    kind: str
    address: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Owner:
    """A person, or a town: one of the two is None."""

    actor_id: int | None = None
    project_id: int | None = None


def read_destination(
    owner: Owner, kind: str, address: str, secret: str, phone: str, allowed: frozenset[str]
) -> Destination:
    """What somebody typed, as it will be used. Raises MissingParameter or UnexpectedValue, which never quote it."""
    if kind not in KINDS:
        raise UnexpectedValue(field="kind", value="…", reason="there is no such channel")
    if not SECRET.fullmatch(secret):
        raise UnexpectedValue(field="secret", value="…", reason="it has letters that no secret has")
    if kind == SMS and owner.actor_id is not None:
        return Destination(kind, phone=_phone(phone))
    if not address:
        raise MissingParameter(field="address")
    if kind == WEB_PUSH:
        return _read_push(owner, address, secret, allowed)
    if kind in PAGES:
        return Destination(kind, _key_of(kind, address), secret)
    check_address(address, allowed)
    return Destination(kind, address, secret)


def _read_push(owner: Owner, address: str, secret: str, allowed: frozenset[str]) -> Destination:
    """Of a person what her browser made; of a town whom the makers of browsers may write to."""
    if owner.project_id is not None:
        if not MAIL.fullmatch(address):
            raise UnexpectedValue(field="address", value="…", reason="it is no mail address")
        return Destination(WEB_PUSH, contact=address)
    if not KEYS_OF_A_BROWSER.fullmatch(secret):
        raise UnexpectedValue(field="secret", value="…", reason="it is not what a browser makes")
    check_address(address, allowed)
    return Destination(WEB_PUSH, address, secret)


def _phone(typed: str) -> str:
    number = re.sub(r"[\s-]", "", typed)
    if not PHONE.fullmatch(number):
        raise UnexpectedValue(field="phone", value="…", reason="it is no telephone number")
    return number


def _key_of(kind: str, address: str) -> str:
    """The key in the address that a bot shows; nothing else of it is used, so that it leads nowhere else."""
    host, path, name, shape = PAGES[kind]
    parts = urlsplit(address)
    key = parse_qs(parts.query).get(name, [""])[0] if name else parts.path.removeprefix(path).rstrip("/")
    is_its_page = parts.scheme == "https" and parts.netloc == host and parts.path.startswith(path)
    if not is_its_page or not re.fullmatch(shape, key):
        raise UnexpectedValue(field="address", value="…", reason="it is not what such a bot shows")
    return key


def put_channel(
    db: Session, owner: Owner, destination: Destination, alerts: bool, digests: bool, by: int, now: datetime
) -> None:
    """Stores it in place of what there was of its kind. The audit says that, never where it leads."""
    if destination.contact:
        destination = replace(destination, key=_key_before(db, owner) or make_key())
    db.execute(delete(NotificationChannel).where(_of(owner), NotificationChannel.kind == destination.kind))
    told = {name: value for name, value in asdict(destination).items() if value or name not in ("contact", "key")}
    kind = told.pop("kind")
    row = NotificationChannel(actor_id=owner.actor_id, project_id=owner.project_id, kind=kind, made_at=now)
    row.destination_json, row.alerts, row.digests = json.dumps(told), alerts, digests
    db.add(row)
    db.flush()
    _note(db, "channel.update", row, by, now)


def _key_before(db: Session, owner: Owner) -> str:
    """Browsers trust one key: while a town has web push, a new contact leaves them their subscriptions."""
    row = db.scalar(select(NotificationChannel).where(_of(owner), NotificationChannel.kind == WEB_PUSH))
    return Destination(WEB_PUSH, **json.loads(row.destination_json)).key if row else ""


def push_key_of(db: Session, project_id: int) -> str:
    """What a browser is told to trust for a town's pushes (applicationServerKey); nothing where the town has them off."""
    private = _key_before(db, Owner(project_id=project_id))
    return public_part(private) if private else ""


def remove_channel(db: Session, owner: Owner, kind: str, by: int, now: datetime) -> None:
    """Raises NotFound."""
    row = get_channel(db, owner, kind)
    db.delete(row)
    db.flush()
    _note(db, "channel.delete", row, by, now)


def _note(db: Session, action: str, row: NotificationChannel, by: int, now: datetime) -> None:
    about = {"project_id": row.project_id, "actee_actor_id": row.actor_id, "details": {"channel": row.kind}}
    record(db, action, actor_id=by, now=now, **about)


def get_channel(db: Session, owner: Owner, kind: str) -> NotificationChannel:
    """Raises NotFound."""
    row = db.scalar(select(NotificationChannel).where(_of(owner), NotificationChannel.kind == kind))
    if row is None:
        raise NotFound()
    return row


def list_channels(db: Session, owner: Owner) -> list[NotificationChannel]:
    rows = db.scalars(select(NotificationChannel).where(_of(owner)))
    return sorted(rows, key=lambda row: KINDS.index(row.kind))


def channels_of(db: Session, people: Iterable[int | None]) -> dict[int, list[NotificationChannel]]:
    """The channels of several people, by person."""
    wanted = [one for one in set(people) if one is not None]
    found: dict[int, list[NotificationChannel]] = {}
    for row in db.scalars(select(NotificationChannel).where(NotificationChannel.actor_id.in_(wanted))):
        found.setdefault(row.actor_id or 0, []).append(row)
    return found


def bots_of(db: Session, project_ids: Collection[int]) -> dict[int, list[str]]:
    """The kinds of the bots that towns have for their duty teams, by town. What is BY_THE_TOWN is no bot."""
    is_bot = NotificationChannel.kind.not_in(BY_THE_TOWN)
    here = NotificationChannel.project_id.in_(project_ids), is_bot, NotificationChannel.alerts
    found: dict[int, list[str]] = {}
    for row in db.scalars(select(NotificationChannel).where(*here)):
        found.setdefault(row.project_id or 0, []).append(row.kind)
    return found


def destination_of(db: Session, row: NotificationChannel, project_id: int) -> Destination | None:
    """Where a channel leads; a person's number or browser by the way of the town. None where the town has no such way."""
    own = Destination(row.kind, **json.loads(row.destination_json))
    if row.kind not in BY_THE_TOWN or row.actor_id is None:
        return own
    way = db.scalar(
        select(NotificationChannel).where(
            NotificationChannel.project_id == project_id, NotificationChannel.kind == row.kind
        )
    )
    if way is None:
        return None
    by_it = Destination(row.kind, **json.loads(way.destination_json))
    if row.kind == WEB_PUSH:
        return replace(own, contact=by_it.contact, key=by_it.key)
    return replace(by_it, phone=own.phone)


def _of(owner: Owner) -> ColumnElement[bool]:
    if owner.actor_id is not None:
        return NotificationChannel.actor_id == owner.actor_id
    return NotificationChannel.project_id == owner.project_id
