"""Who asks and with which database session: the only use of flask.g.

A request has at most two sessions: `reading()` (authentication, what a door looks up before it does slow work) and `db()`,
which writes when the method may write. `finish` is called once by Server.dispatch_request.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Generator
from contextlib import suppress
from datetime import date, datetime
from typing import Final, TypeVar, cast

from flask import current_app, g, request
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from server import clock
from server.access import (
    app_passwords,
    authenticate,
    credentials,
    digest,
    phone_passwords,
    sign_in_places,
    signing_in,
    tokens,
)
from server.access.caller import ANONYMOUS, Caller
from server.access.credentials import BasicMemory, Proof
from server.access.second_factors import asks_second_factor
from server.access.widening import widen
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.errors import Forbidden, HttpsOnly, NonceOver, Unauthenticated
from server.intake.store import Store
from server.keys import KeyRing
from server.web.addresses import base_url
from server.web.parameters import action_notes
from server.web.plain_text import is_plain

SAFE = ("GET", "HEAD", "OPTIONS")
# What a phone asks for by name (odk-contract.md 2.3-2.11): a phone password opens these and nothing else.
PHONE_DOORS = frozenset(
    {
        "openrosa.form_list",
        "openrosa.manifest",
        "openrosa.integrity",
        "openrosa.ready",
        "openrosa.post_submission",
        "forms.get_xml",
        "form_files.get_attachment",
    }
)
# Asked for so often, by questions so short, that BEGIN and ROLLBACK are felt; what must see one moment has its own session.
BRIEF_DOORS: Final = PHONE_DOORS | {"pages.tile", "odata.get_table", "odata.get_draft_table"}
Found = TypeVar("Found")


def config() -> Config:
    return cast(Config, current_app.config["CONFIG"])


def database() -> Database:
    return cast(Database, current_app.extensions["fangshi.database"])


def blobs() -> BlobStore:
    return cast(BlobStore, current_app.extensions["fangshi.blobs"])


def store() -> Store:
    return cast(Store, current_app.extensions["fangshi.store"])


def secret_key() -> bytes:
    return cast(KeyRing, current_app.extensions["fangshi.keys"]).current_secret()


def now() -> datetime:
    """The request's instant: one for all that it does."""
    if "now" not in g:
        g.now = clock.now()
    return cast(datetime, g.now)


def today() -> date:
    """The request's day in Asia/Shanghai."""
    return clock.today(now())


def reading() -> Session:
    if "reading" not in g:
        g.reading = database().asking() if request.endpoint in BRIEF_DOORS else database().reading()
    return cast(Session, g.reading)


def end_reading() -> None:
    """Lets go of what was read so far, and of its connection: for who is going to wait. What was loaded stays loaded."""
    if "reading" in g:
        reading().commit()


def db() -> Session:
    """The request's session; it is committed when the view returns and the method may write, rolled back else."""
    if request.method in SAFE:
        return reading()
    if "writing" not in g:
        g.writing = database().writing()
        g.writing.info["notes"] = action_notes()
    return cast(Session, g.writing)


def finish(commit: bool) -> None:
    """Commits or rolls back what the view did, before the answer or the error is worded."""
    writing = g.get("writing")
    if writing is not None:
        if commit:
            writing.commit()
        else:
            writing.rollback()


def hold_stream(pieces: Generator[bytes]) -> None:
    """What is sent has a session of its own, which is closed with it; where something fails before that, by end_streams."""
    g.setdefault("streams", []).append(pieces)


def end_streams() -> None:
    """After an error nothing of them is sent, and nobody else would give their connections back."""
    for one in g.pop("streams", []):
        one.close()


def close(_error: BaseException | None = None) -> None:
    """Gives the connections back; streams have sessions of their own."""
    for name in ("writing", "reading"):
        session = g.pop(name, None)
        if session is not None:
            session.close()
    note_use()


def caller() -> Caller:
    """Who is asking; ANONYMOUS when nothing was given. Raises when what was given is no good."""
    if "caller" not in g:
        g.caller = widen(reading(), authenticate.with_villages(reading(), asker()), now())
    return cast(Caller, g.caller)


def asker() -> Caller:
    """The caller without any village: enough for a door that asks what the caller may, and of no record or person.

    It saves a phone two questions of the database at each of its syncs. Whatever takes a scope from it reaches nothing.
    """
    if "asker" not in g:
        g.asker = load_caller()
    return cast(Caller, g.asker)


def note_use() -> None:
    """When the caller's session was used last and from where, every few minutes and in a transaction of its own.

    That it cannot be written now keeps nobody waiting for a page.
    """
    found: Caller | None = g.get("asker")
    if found is None or found.session_hash is None or not sign_in_places.is_due(found.last_used_at, now()):
        return
    with suppress(SQLAlchemyError), database().transaction_in_passing() as own:
        sign_in_places.note_place(own, found.session_hash, request.remote_addr, now())


def load_caller() -> Caller:
    """The first of: URL key, ?st=, Bearer, Basic, Digest, cookie (odk-contract.md 1.4)."""
    key = key_given()
    if key is not None:
        return authenticate.caller_of_key(reading(), key)
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return authenticate.caller_of_bearer(reading(), value.strip(), now(), config().second_factor)
    if scheme.lower() == "basic":
        return caller_of_basic(value)
    if scheme.lower() == "digest":
        return caller_of_digest(value)
    cookie = request.cookies.get(cookie_name())
    if cookie:
        return caller_of_cookie(cookie)
    return ANONYMOUS


def key_given() -> str | None:
    """The key that stands in the address, before or behind the `?`; whoever comes by one is asked for no password."""
    if "fangshi.key" in request.environ:
        return cast(str, request.environ["fangshi.key"])
    return request.args.get("st") if request.path.startswith("/v1/") else None


def takes_phone_passwords() -> bool:
    """Whether what is asked for is a phone's, on a site where phone passwords are on."""
    return config().digest and request.endpoint in PHONE_DOORS


def caller_of_digest(value: str) -> Caller:
    """The person whose phone signed this request. Its answer is good once, and for the very address that was asked for.

    Raises Unauthenticated, TooManyTries; NonceOver where only the challenge is too old, or was answered so before.
    """
    said = digest.read_said(value)
    here = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    if said is None or said.uri != here or not is_plain(said.username) or not takes_phone_passwords():
        raise Unauthenticated()
    policy, method = config().second_factor, request.method
    found = guarded(
        said.username,
        lambda: phone_passwords.check_phone(
            reading(), said.username, lambda one: digest.fits(said, one, method), policy
        ),
    )
    if not digest.is_fresh(secret_key(), said.nonce, now()):
        raise NonceOver()
    try:
        with database().transaction() as own:
            digest.use_up(own, said, now())
    except IntegrityError:
        raise NonceOver() from None
    note_phone_use(found)
    return found


def note_phone_use(found: Caller) -> None:
    """When her phone password was used last, every few minutes."""
    if found.actor_id is not None and phone_passwords.is_due(reading(), found.actor_id, now()):
        with suppress(SQLAlchemyError), database().transaction_in_passing() as own:
            phone_passwords.note_use(own, found.actor_id, now())


def caller_of_basic(value: str) -> Caller:
    if request.scheme != "https":
        raise HttpsOnly()
    try:
        email, _, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unauthenticated() from None
    if not is_plain(email):
        raise Unauthenticated()
    memory = cast(BasicMemory, current_app.extensions["fangshi.basic"])
    address, policy = request.remote_addr or "", config().second_factor
    network = None if signing_in.address_waits(reading(), address, now()) else signing_in.network_of(address)
    return credentials.caller_of_basic(reading(), email, password, memory, network, check_once, policy)


def check_once(email: str, password: str) -> Proof:
    """Basic's whole sign-in: where there is no second step, failures are forgotten at once.

    A program's own password forgets nothing: it comes every few minutes, and whoever guesses codes would go on for ever.
    """
    proof = check_program(email, password)
    if not proof.second_factor and not asks_second_factor(reading(), proof.caller.actor_id or 0):
        forget(email)
    return proof


def check_program(email: str, password: str) -> Proof:
    """As `check_password`, for programs and phones, which may have a password of their own."""
    proof = guarded(email, lambda: find_proof(email, password))
    if proof.second_factor and not tokens.is_token(password):
        note_phone_use(proof.caller)
    elif proof.second_factor and app_passwords.is_due(reading(), password, now()):
        with suppress(SQLAlchemyError), database().transaction_in_passing() as own:
            app_passwords.note_use(own, password, now())
    return proof


def find_proof(email: str, password: str) -> Proof:
    """Raises Unauthenticated."""
    policy = config().second_factor
    if phone_passwords.is_shaped(password) and takes_phone_passwords():
        with suppress(Unauthenticated):
            found = phone_passwords.check_phone(
                reading(), email, lambda one: hmac.compare_digest(one, password), policy
            )
            return Proof(found, True)
    return credentials.check_program(reading(), email, password, policy)


def check_password(email: str, password: str) -> Caller:
    """The person with this address and password. Whoever guesses is slowed down, at every door alike.

    Failures are counted in a transaction of their own: the request's is rolled back. Raises Unauthenticated, TooManyTries.
    """
    return guarded(email, lambda: credentials.check_credentials(reading(), email, password))


def check_own_password(actor_id: int, password: str) -> None:
    """Asked again before something is changed that signs a person in. Raises Unauthenticated, TooManyTries."""
    email = signing_in.email_of(reading(), actor_id)
    check_password(email, password)
    forget(email)


def guarded(email: str, check: Callable[[], Found]) -> Found:
    """What `check` finds; every answer takes its time, whether the account exists or is being slowed down.

    Whether the account waits is asked after the check and anew: guesses that were sent meanwhile count. So is what it was
    checked by: a password that was changed while this one waited for its turn to be hashed has ended it.
    """
    found, stored = None, credentials.stored_hash(reading(), email)
    with suppress(Unauthenticated):
        found = check()
    if found is not None:
        with database().reading() as fresh:
            same = credentials.stored_hash(fresh, email) == stored
            if same and not signing_in.account_waits(fresh, email, now()):
                return found
    with database().transaction() as writing:
        refused = signing_in.refuse(writing, email, request.remote_addr or "", now())
    raise refused


def forget(email: str) -> None:
    """Who has shown all that is asked of her starts with no failures."""
    if signing_in.has_failed(reading(), email):
        with database().transaction() as writing:
            signing_in.forget_failures(writing, email)


def check_code(actor_id: int, code: str) -> None:
    """A second factor's code; wrong ones are counted like wrong passwords. Raises Unauthenticated, TooManyTries."""
    with database().transaction() as writing:
        refused = signing_in.try_code(writing, actor_id, code, request.remote_addr or "", now())
    if refused is not None:
        raise refused


def cookie_name() -> str:
    return "__Host-session" if request.scheme == "https" else "session"


def caller_of_cookie(cookie: str) -> Caller:
    found = authenticate.caller_of_session(reading(), cookie, now(), config().second_factor)
    if found is None:
        return ANONYMOUS
    if request.method not in SAFE:
        guard_write(found)
    return found


def guard_write(found: Caller) -> None:
    """A cookie alone may not write: another site's page could send it too. A header only we can set, or the page's token."""
    refuse_other_sites()
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return
    sent = request.form.get("__csrf") if request.mimetype in FORM_TYPES else None
    if not sent or sent != csrf_token(found):
        raise Forbidden("The page was open too long. Load it again and repeat what you did.")


def refuse_other_sites() -> None:
    """Raises Forbidden for what another site's page sends."""
    if is_from_other_site():
        raise Forbidden("This came from another site's page, so it was not done.")


def is_from_other_site() -> bool:
    """Browsers say whose page sends a write; programs say nothing."""
    origin = request.headers.get("Origin")
    return origin not in (None, base_url(config().public_url), f"{request.scheme}://{request.host}")


FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def csrf_token(who: Caller | None = None) -> str:
    """The token for this session's forms; empty when nobody is signed in by cookie."""
    digest = (who or caller()).session_hash
    return tokens.csrf_of(secret_key(), digest) if digest else ""


def own_url() -> str:
    """The base of every link we emit, with the key prefix when the caller came by a key URL. Found once for all links."""
    if "own_url" not in g:
        base, key = base_url(config().public_url), asker().key
        g.own_url = f"{base}/v1/key/{key}" if key else f"{base}/v1"
    return cast(str, g.own_url)
