"""The mail by which somebody sets a new password: a link that is good once, in both languages, and nothing else."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

from server.access.people import add_link, end_link
from server.access.reset_wishes import forget_wishes, mark_wish, take_wish
from server.db import Database
from server.followups.handing_over import Delayed, Refused, Unknown
from server.followups.outbox import Letterhead
from server.followups.smtp import Post

SUBJECT: Final = "设置新密码 / Set a new password"
TEXT: Final = """您好：

有人为这个邮箱申请了新密码。打开下面的链接即可设置，只能用一次：
{link}

如果不是您申请的，不用理会，原密码继续有效。

Somebody asked for a new password for this address. Set it by this link, which is good once:
{link}

If it was not you, do nothing: your password stays as it is.
"""


def send_reset(
    database: Database, post: Post, head: Letterhead, now: datetime, put_off: set[str] | None = None
) -> bool | None:
    """Sends one of the mails that were asked for: whether it was taken. None when nobody waits.

    The mail server is called outside of any transaction. When it does not take the mail now, it is tried again later: its
    address comes to those `put_off`, which are passed over.
    """
    put_off = set() if put_off is None else put_off
    with database.transaction() as db:
        forget_wishes(db, now)
        user = take_wish(db, now, put_off)
        if user is None:
            return None
        email, token = user.email, add_link(db, "password", user.actor_id, now)
    link = f"{(head.address or '').rstrip('/')}/join/{token}"
    try:
        return post.send(write_mail(email, link, head.sender, now), lambda: True)
    except Delayed:
        with database.transaction() as db:
            mark_wish(db, email, None)
            end_link(db, token)
        put_off.add(email)
        return False
    except (Refused, Unknown):
        return False


def write_mail(email: str, link: str, sender: str, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = email
    message["Subject"] = SUBJECT
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].rstrip(">") or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(TEXT.format(link=link))
    return message
