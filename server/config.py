"""Settings, read once from the environment. Fails with all problems at once; the only place that sees os.environ."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAIL_PORTS = {"smtp": 25, "starttls": 587, "smtps": 465}
FEWEST_CONNECTIONS = 25  # the timetable's, and a small process of the web
SECOND_FACTOR_POLICIES = ("nobody", "administrators", "everybody")
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]{1,190}")
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]*")
LOOPBACK: tuple[Network, ...] = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class ConfigInvalid(Exception):
    """One or more settings cannot be used; `.problems` is a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over. `security` is smtp (none), starttls or smtps."""

    security: str
    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class OpenIdProvider:
    """Who vouches for people (OpenID Connect). `name` is what the button says."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "OpenID"


@dataclass(frozen=True)
class Config:
    """What a running server was told. Built once, handed to create_app, read by doors only."""

    data_dir: Path
    database_url: str | None = field(
        default=None, repr=False
    )  # it holds a password; None: SQLite + SpatiaLite in data_dir
    direct_database_url: str | None = field(default=None, repr=False)  # PostgreSQL's own, where the other is a pooler's
    database_connections: int = 90  # to PostgreSQL, of all processes together, which takes 97 unless told otherwise
    public_url: str | None = None
    trusted_proxies: tuple[Network, ...] = LOOPBACK
    secret_key_file: Path | None = None  # None: data_dir/secret.key, made at first use
    backup_dir: Path | None = None  # None: data_dir/backups
    admin_email: str | None = None
    admin_password: str | None = field(default=None, repr=False)
    mail: MailServer | None = None  # None: nobody gets mail
    second_factor: str = "nobody"  # of whom more than a password is asked: nobody, administrators or everybody
    openid: OpenIdProvider | None = None  # None: people sign in here
    digest: bool = False  # whether phones may sign in by name, with a generated password; also without https
    outbound_allow: frozenset[str] = frozenset()  # hosts that may be called though they lie in a private network
    testing: bool = False

    @property
    def sqlalchemy_url(self) -> str:
        """The SQLAlchemy URL in use, with psycopg named for PostgreSQL."""
        if self.database_url is None:
            return f"sqlite:///{self.data_dir / 'fangshi.db'}"
        return name_driver(self.database_url)

    @property
    def direct_url(self) -> str:
        """As sqlalchemy_url, past any pooler: for what keeps something on its connection, as a lock, a dump, an upgrade."""
        if self.database_url is None or self.direct_database_url is None:  # a demo takes the first away
            return self.sqlalchemy_url
        return name_driver(self.direct_database_url)

    @property
    def key_file(self) -> Path:
        return self.secret_key_file or self.data_dir / "secret.key"

    @property
    def backup_folder(self) -> Path:
        return self.backup_dir or self.data_dir / "backups"

    @property
    def blob_dir(self) -> Path:
        return self.data_dir / "blobs"

    @classmethod
    def from_env(cls, data_dir: Path, environ: Mapping[str, str] | None = None) -> "Config":
        """Reads FANGSHI_* settings; NAME_FILE in place of NAME gives a file that holds the value. Raises ConfigInvalid."""
        env = os.environ if environ is None else environ
        problems: list[str] = []
        config = cls(data_dir=data_dir.resolve())
        if url := read_setting(env, "FANGSHI_DATABASE_URL", problems):
            config = replace(config, database_url=check_database_url("FANGSHI_DATABASE_URL", url, problems))
        if url := read_setting(env, "FANGSHI_DATABASE_DIRECT_URL", problems):
            config = replace(config, direct_database_url=check_direct_url(config, url, problems))
        if number := env.get("FANGSHI_DATABASE_CONNECTIONS"):
            config = replace(config, database_connections=check_connections(number, problems))
        if url := read_setting(env, "FANGSHI_PUBLIC_URL", problems):
            config = replace(config, public_url=check_public_url(url, problems))
        if text := env.get("FANGSHI_TRUSTED_PROXIES"):
            config = replace(config, trusted_proxies=read_networks(text, problems))
        if path := env.get("FANGSHI_SECRET_KEY_FILE"):
            config = replace(config, secret_key_file=Path(path))
        if path := env.get("FANGSHI_BACKUP_DIR"):
            config = replace(config, backup_dir=Path(path))
        email, password = read_admin(env, problems)
        config = replace(config, admin_email=email, admin_password=password, mail=read_mail(env, problems))
        config = replace(config, second_factor=read_policy(env, problems), openid=read_openid(env, problems))
        config = replace(config, outbound_allow=read_hosts(env, problems))
        config = replace(config, digest=read_switch(env, "FANGSHI_DIGEST", problems))
        if problems:
            raise ConfigInvalid(problems)
        return config


def read_setting(env: Mapping[str, str], name: str, problems: list[str]) -> str | None:
    """A setting's value, from NAME or from the file that NAME_FILE names; None when unset or empty.

    A file that is named holds something: one that is empty, since its disk is not there yet, is no wish to do without.
    """
    path = env.get(name + "_FILE")
    if not path:
        return env.get(name) or None
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{name}_FILE: {path} cannot be read ({error.__class__.__name__})")
        return None
    if not value:
        problems.append(f"{name}_FILE: {path} is empty")
    return value or None


def name_driver(url: str) -> str:
    return re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql+psycopg://", url)


def check_direct_url(config: Config, url: str, problems: list[str]) -> str:
    if config.database_url is None:
        problems.append("FANGSHI_DATABASE_DIRECT_URL goes with FANGSHI_DATABASE_URL, which is not set")
    return check_database_url("FANGSHI_DATABASE_DIRECT_URL", url, problems)


def check_database_url(name: str, url: str, problems: list[str]) -> str:
    if not re.match(r"postgres(ql)?(\+psycopg)?://", url):
        problems.append(f"{name} must start with postgresql://; leave it away for the embedded database")
        return url
    try:
        make_url(url)
    except (ArgumentError, ValueError):  # not echoed: it holds a password
        problems.append(f"{name} cannot be read; in a password, / is written %2F and @ is %40")
    return url


def check_connections(text: str, problems: list[str]) -> int:
    number = int(text) if re.fullmatch(r"[0-9]{1,5}", text) else 0
    if number < FEWEST_CONNECTIONS:
        problems.append(f"FANGSHI_DATABASE_CONNECTIONS must be a number, {FEWEST_CONNECTIONS} or more")
    return number


def check_public_url(url: str, problems: list[str]) -> str:
    if not is_web_address(url):
        problems.append("FANGSHI_PUBLIC_URL must be an address such as https://fangshi.example.org")
    return url.rstrip("/")


def is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:  # half a bracket, a port beyond 65535
        return False
    return named and parts.scheme in ("http", "https") and not (parts.query or parts.fragment or re.search(r"\s", url))


def read_networks(text: str, problems: list[str]) -> tuple[Network, ...]:
    networks: list[Network] = []
    for part in re.split(r"[,\s]+", text.strip()):
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            problems.append(f"FANGSHI_TRUSTED_PROXIES: {part!r} is no address or network")
    return tuple(networks)


def read_admin(env: Mapping[str, str], problems: list[str]) -> tuple[str | None, str | None]:
    """Both or neither of the first administrator's settings. Whether the password is good is access's to say."""
    email = read_setting(env, "FANGSHI_ADMIN_EMAIL", problems)
    password = read_setting(env, "FANGSHI_ADMIN_PASSWORD", problems)
    if (email is None) != (password is None):
        missing = "FANGSHI_ADMIN_EMAIL" if email is None else "FANGSHI_ADMIN_PASSWORD"
        problems.append(f"{missing} is not set; the first administrator needs both an address and a password")
    if email is not None and not EMAIL.fullmatch(email):
        problems.append(f"FANGSHI_ADMIN_EMAIL: {email!r} is no e-mail address (name@domain)")
    return email, password


def read_mail(env: Mapping[str, str], problems: list[str]) -> MailServer | None:
    """FANGSHI_SMTP_URL, smtps://user:password@host:port, and FANGSHI_MAIL_FROM; unset, the sender is the user."""
    url = read_setting(env, "FANGSHI_SMTP_URL", problems)
    sender = read_setting(env, "FANGSHI_MAIL_FROM", problems)
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        problems.append("FANGSHI_SMTP_URL must be an address such as smtps://name:password@mail.example.org:465")
        return None
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    sender = sender or user or ""
    if parts.scheme not in MAIL_PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        problems.append("FANGSHI_SMTP_URL must start with smtps://, starttls:// or smtp:// and name a mail server")
    elif password and parts.scheme == "smtp" and not is_loopback(parts.hostname):
        problems.append("FANGSHI_SMTP_URL: a password goes over smtps:// or starttls:// only")
    if not EMAIL.fullmatch(sender):
        problems.append(f"FANGSHI_MAIL_FROM: {sender!r} is no e-mail address (name@domain); mail needs a sender")
    host = parts.hostname or ""
    return MailServer(parts.scheme, host, port or MAIL_PORTS.get(parts.scheme, 25), sender, user, password)


def read_policy(env: Mapping[str, str], problems: list[str]) -> str:
    """FANGSHI_SECOND_FACTOR: of whom more than a password is asked at sign-in."""
    asked_of = env.get("FANGSHI_SECOND_FACTOR") or "nobody"
    if asked_of not in SECOND_FACTOR_POLICIES:
        problems.append(f"FANGSHI_SECOND_FACTOR must be one of {', '.join(SECOND_FACTOR_POLICIES)}")
    return asked_of


def read_switch(env: Mapping[str, str], name: str, problems: list[str]) -> bool:
    """on or off; off when unset."""
    said = env.get(name) or "off"
    if said not in ("on", "off"):
        problems.append(f"{name} must be on or off")
    return said == "on"


def read_openid(env: Mapping[str, str], problems: list[str]) -> OpenIdProvider | None:
    """FANGSHI_OIDC_ISSUER, _CLIENT_ID and _CLIENT_SECRET, all or none; _NAME is the button's word."""
    names = ("FANGSHI_OIDC_ISSUER", "FANGSHI_OIDC_CLIENT_ID", "FANGSHI_OIDC_CLIENT_SECRET")
    found = [read_setting(env, name, problems) for name in names]
    if not any(found):
        return None
    problems += [
        f"{name} is not set; OpenID Connect needs all of {', '.join(names)}"
        for name, one in zip(names, found, strict=True)
        if not one
    ]
    issuer, client_id, client_secret = (one or "" for one in found)
    issuer = issuer.rstrip("/")
    if issuer and not (
        is_web_address(issuer) and (issuer.startswith("https://") or is_loopback(urlsplit(issuer).hostname or ""))
    ):
        problems.append(
            "FANGSHI_OIDC_ISSUER must be an address such as https://id.example.org; http only on this machine"
        )
    return OpenIdProvider(issuer, client_id, client_secret, env.get("FANGSHI_OIDC_NAME") or "OpenID")


def read_hosts(env: Mapping[str, str], problems: list[str]) -> frozenset[str]:
    """FANGSHI_OUTBOUND_ALLOW: names or addresses of hosts, as they stand in an address between // and the next : or /."""
    hosts = frozenset(filter(None, re.split(r"[,\s]+", env.get("FANGSHI_OUTBOUND_ALLOW", "").lower())))
    wrong = [one for one in sorted(hosts) if not HOST.fullmatch(one)]
    problems += [f"FANGSHI_OUTBOUND_ALLOW: {one!r} is no host such as gateway.town.lan or 10.0.0.7" for one in wrong]
    return hosts


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
