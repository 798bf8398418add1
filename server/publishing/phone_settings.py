"""What a phone is told about this server, for the QR code that Collect reads."""

import base64
import json
import zlib

from server.models import Project


def settings_text(project: Project, url: str, login: tuple[str, str] | None = None) -> str:
    """What Collect reads from a QR code: base64 of zlib of JSON (odk-contract.md 2.14; general and admin are mandatory).

    `login` is a name and a password, where the address alone is no key.
    """
    settings = {
        "general": {
            "server_url": url,
            **(dict(zip(("username", "password"), login, strict=True)) if login else {}),
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_one_hour",
            "automatic_update": True,
            "autosend": "wifi_and_cellular",
            "app_language": "zh",
        },
        "admin": {"change_server": False},
        "project": {"name": project.name, "icon": "访", "color": "#0b5c63"},
    }
    packed = zlib.compress(json.dumps(settings, ensure_ascii=False, separators=(",", ":")).encode(), 9)
    return base64.b64encode(packed).decode()
