"""Handing a mail over to a mail server, in a way that says for sure, where it can be known, whether it was taken."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final, Protocol

from server.config import MailServer
from server.followups.handing_over import Delayed, Refused, Unknown

PATIENCE: Final = 20.0  # seconds a mail server may take for an answer


class Post(Protocol):
    """What takes a mail."""

    def send(self, message: EmailMessage, may_hand_over: Callable[[], bool]) -> bool: ...


class SmtpPost:
    """A mail server by SMTP; a connection each mail, since there are few."""

    def __init__(self, server: MailServer) -> None:
        self.server = server

    def send(self, message: EmailMessage, may_hand_over: Callable[[], bool]) -> bool:
        """Sends to the one address in To. Raises Delayed, Refused or Unknown.

        `may_hand_over` is asked when the server has agreed to take it, just before the text goes; False ends it there,
        and then this is False.
        """
        with self._connect() as smtp:
            self._agree(smtp, message["To"])
            if not may_hand_over():
                return False
            self._hand_over(smtp, message.as_bytes(policy=SMTP))
            with suppress(OSError, smtplib.SMTPException):  # it is taken, however the parting goes
                smtp.quit()
        return True

    @contextmanager
    def _connect(self) -> Iterator[smtplib.SMTP]:
        """What fails before the text is sent may be tried again, a wrong password too: somebody will set it right."""
        server = self.server
        try:
            smtp = self._open()
            if server.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.user and server.password:
                smtp.login(server.user, server.password)
        except (OSError, smtplib.SMTPException) as error:
            raise Delayed from error
        try:
            yield smtp
        finally:
            smtp.close()

    def _open(self) -> smtplib.SMTP:
        server = self.server
        if server.security == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=context)
        return smtplib.SMTP(server.host, server.port, timeout=PATIENCE)

    def _agree(self, smtp: smtplib.SMTP, to: str) -> None:
        try:
            smtp.ehlo_or_helo_if_needed()
            answers = [smtp.mail(self.server.sender), smtp.rcpt(to)]
        except UnicodeError as error:
            raise Refused from error
        except (OSError, smtplib.SMTPException) as error:
            raise Delayed from error
        for code, _words in answers:
            raise_for(code)

    def _hand_over(self, smtp: smtplib.SMTP, text: bytes) -> None:
        try:
            code, _words = smtp.data(text)
        except smtplib.SMTPDataError as error:  # the answer to DATA itself: nothing was sent
            raise_for(error.smtp_code)
            raise Delayed from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unknown from error
        raise_for(code)


def raise_for(code: int) -> None:
    """Raises Refused for a permanent no (RFC 5321, 4.2.1), Delayed for any other that is no yes."""
    if 500 <= code < 600:
        raise Refused
    if not 200 <= code < 300:
        raise Delayed
