"""Web push: apprise's sender for one browser, which seals each text for it (RFC 8291) and signs it with the town's key."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from server.followups.channels import Destination

KEPT_FOR: Final = timedelta(hours=12)
"""How long a push waits at the browser's maker for a phone that is off. After it the inbox has it all the same."""
READER: Final = "reader"


def sender_of(plugin: Any, to: Destination) -> Any:
    """apprise's sender for one browser; `plugin` is its NotifyVapid. Raises TypeError for a part that it cannot use."""
    from apprise import AppriseAsset  # late: few sites have a channel

    asset = AppriseAsset(pem_autogen=False)  # it writes no key of its own to the disk
    sender = plugin(subscriber=to.contact, targets=[READER], asset=asset)
    public, _dot, secret = to.secret.partition(".")
    browser = {"endpoint": to.address, "keys": {"p256dh": public, "auth": secret}}
    with _as_file(to.key) as path:
        sender.private_key_loaded = sender.pem.load_private_key(path)
    if not sender.private_key_loaded or not sender.subscriptions.add(browser, name=READER):
        raise TypeError
    sender.ttl = int(KEPT_FOR.total_seconds())  # its own longest is a minute
    return sender


@contextmanager
def _as_file(text: str) -> Iterator[str]:
    """The path of a file that is in memory alone: apprise reads keys from files."""
    file = os.memfd_create("key")
    try:
        os.write(file, text.encode())
        yield f"/proc/self/fd/{file}"
    finally:
        os.close(file)
