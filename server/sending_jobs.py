"""The rows of the timetable that send: to inboxes, by mail, by bots, and to the programs that a town has named."""

from datetime import datetime

from server import clock
from server.config import Config
from server.db import Database
from server.feeds import sending
from server.feeds.preparing import prepare_deliveries
from server.followups import chat_outbox
from server.followups.acknowledging import repeat_one
from server.followups.claims import Clock
from server.followups.digests import add_digests
from server.followups.outbox import Letterhead, deliver_inbox, send_one
from server.followups.reset_mail import send_reset
from server.followups.smtp import SmtpPost

MOST_REPEATED = 500  # in one run, so that other rows of the timetable get their turn
MOST_MAILS = 200
MOST_SILENT = 5  # of servers that did not take a word, in one run: each may take seconds to say nothing


def add_summaries(database: Database, config: Config, now: datetime) -> int:
    """The day's summaries whose hour has come."""
    with database.transaction() as db:
        return add_digests(db, now, with_mail=config.mail is not None)


def empty_outbox(database: Database, config: Config, now: datetime) -> int:
    """What waits for inboxes, by mail and by bots. When the mail server does not take one, the others wait."""
    say_again(database, now)
    done, delivered = 0, -1
    while delivered:
        with database.transaction() as db:
            delivered = deliver_inbox(db, now, with_mail=config.mail is not None)
        done += delivered
    done += send_mails(database, config, now) if config.mail else 0
    return done + send_chats(database, config, now)


def say_again(database: Database, now: datetime) -> None:
    """What is critical and nobody has taken on, each in a transaction of its own."""
    for _ in range(MOST_REPEATED):
        with database.transaction() as db:
            if not repeat_one(db, now):
                return


def going_on(now: datetime) -> Clock:
    """A clock that stands at `now` and goes on from there with the machine's: a run may last into somebody's quiet hours."""
    began = clock.now()
    return lambda: now + (clock.now() - began)


def send_mails(database: Database, config: Config, now: datetime) -> int:
    if config.mail is None:
        return 0
    post, head = SmtpPost(config.mail), Letterhead(config.mail.sender, config.public_url)
    sent, going = 0, going_on(now)
    for _ in range(MOST_MAILS):
        state = send_one(database, post, head, going)
        if state in (None, "waiting"):
            break
        sent += state == "sent"
    return sent


def send_resets(database: Database, config: Config, now: datetime) -> int:
    """Mails by which people set a new password; none where nobody knows by which address the server is reached.

    One that is not taken keeps few of the others waiting.
    """
    if config.mail is None or config.public_url is None:
        return 0
    post, head = SmtpPost(config.mail), Letterhead(config.mail.sender, config.public_url)
    sent = silent = 0
    put_off: set[str] = set()
    while silent < MOST_SILENT and (taken := send_reset(database, post, head, now, put_off)) is not None:
        sent, silent = sent + taken, silent + (not taken)
    return sent


def send_chats(database: Database, config: Config, now: datetime) -> int:
    """By bots, hooks and gateways: each is somebody else's, so one that is away keeps few of the others waiting."""
    sent = silent = 0
    going = going_on(now)
    for _ in range(MOST_MAILS):
        state = chat_outbox.send_one(database, config.outbound_allow, config.public_url, going)
        sent, silent = sent + (state == "sent"), silent + (state in ("waiting", "failed"))
        if state is None or silent >= MOST_SILENT:
            break
    return sent


def tell_programs(database: Database, config: Config, now: datetime) -> int:
    """What changed is numbered, and told to the programs that a town has named; how many deliveries came through."""
    prepare_deliveries(database, now)
    return send_deliveries(database, config, now)


def send_deliveries(database: Database, config: Config, now: datetime) -> int:
    """One that is away keeps few of the others waiting."""
    sent = silent = 0
    going = going_on(now)
    for _ in range(MOST_MAILS):
        state = sending.send_one(database, config.outbound_allow, going)
        sent, silent = sent + (state == "sent"), silent + (state in ("waiting", "failed"))
        if state is None or silent >= MOST_SILENT:
            break
    return sent
