"""The demo's own folder, and what the terminal shows once its server answers."""

import shutil
import socket
from pathlib import Path

import segno

from server.demo.door import DemoRefused
from server.demo.people import Demo
from server.models import Project
from server.publishing.phone_settings import settings_text

MARK = "demo-town"
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound


class NoDemoFolder(DemoRefused):
    """The folder holds something that no demo made; it is left alone."""


def clear_folder(data_dir: Path) -> None:
    """Empties a folder that an earlier demo marked as its own, and marks it. Raises NoDemoFolder for any other content."""
    kept = {MARK, "serve.lock"}  # the lock is held by this very process
    others = [path for path in data_dir.iterdir() if path.name not in kept]
    if others and not (data_dir / MARK).exists():
        raise NoDemoFolder(
            f"{data_dir} 里有别的数据，演示不会动它 / holds data that no demo made; give --data another folder"
        )
    (data_dir / MARK).touch()
    for path in others:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def own_network_address() -> str | None:
    """This machine's address in its local network; None when it is in none. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address (RFC 5737): only the route to it is looked up
        except OSError:
            return None
        return str(probe.getsockname()[0])


def describe_demo(demo: Demo, host: str, port: int, public_url: str | None) -> str:
    """Lines below the address: where phones reach it, who may sign in, and one phone's QR code."""
    lan = own_network_address() if host in EVERYWHERE else host
    address = public_url or f"http://{lan or '127.0.0.1'}:{port}"
    lines = ["", f"局域网 / on this network: {address}/" if lan else "没有局域网 / no local network", ""]
    lines += [f"  {one.email:18} {one.password:16} {one.name} ({one.role})" for one in demo.logins]
    phone = demo.phones[0]
    url = f"{address}/v1/key/{phone.token}/projects/{demo.project_id}"
    lines += ["", f"ODK Collect 扫一扫 / scan in ODK Collect: {phone.name}", "", draw_code(demo.project_name, url)]
    lines += ["Ctrl-C 结束 / ends it"]
    return "\n".join(lines)


def draw_code(project_name: str, url: str) -> str:
    """A QR code in half blocks, dark on light, narrow enough for 80 columns."""
    made = segno.make(settings_text(Project(name=project_name), url), error="l", micro=False)
    rows = [[bool(module) for module in row] for row in made.matrix_iter(border=2)]
    rows += [[False] * len(rows[0])] * (len(rows) % 2)
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(HALVES[above, below] for above, below in zip(*pair, strict=True)) for pair in pairs)


HALVES = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
