"""Addresses of Central's that this server leaves out, each with the reason: what is answered there, and what the docs say.

Everything else of the contract is built. `/config/public` is asked by Central's own pages before anybody signs in: nothing
of this server is configured there.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from flask import Response

from server.errors import LeftOut
from server.web.central.door import CentralDoor
from server.web.wire import central_json

left_out = CentralDoor("left_out")


class Left(NamedTuple):
    """`path` is below /v1."""

    methods: tuple[str, ...]
    path: str
    why: LeftOut


LEFT_OUT: Final = (
    Left(
        ("POST",),
        "/projects/<int:project_id>/key",
        LeftOut(reason="the server manages no keys of projects; a form may bring its own public key"),
    ),
    Left(
        ("GET", "POST", "DELETE"),
        "/config/<path:key>",
        LeftOut(reason="settings are made on the administrator's pages and in the server's environment"),
    ),
    Left(
        ("GET", "POST"),
        "/backup",
        LeftOut(reason="backups are made every night and by the command backup, sealed, on the server itself"),
    ),
    Left(
        ("PUT", "DELETE"),
        "/user-preferences/<path:below>",
        LeftOut(reason="preferences belong to the pages of ODK Central, which are not here"),
    ),
    Left(
        ("GET",),
        "/form-links/<enketo_id>/form",
        LeftOut(reason="forms are filled in on this server's own pages, which no web form service stands behind"),
    ),
    Left(
        ("GET",),
        "/projects/<int:project_id>/trash/datasets/<int:dataset_id>/entities.csv",
        LeftOut(reason="entities in the trash are listed with deleted=true and exported once they are restored"),
    ),
)


def refuse(why: LeftOut) -> Callable[..., Response]:
    """A view that says so, to whoever asks."""

    def view(**_ids: object) -> Response:
        raise LeftOut(**why.details)

    return view


for number, one in enumerate(LEFT_OUT):
    left_out.add_url_rule(one.path, f"left_{number}", refuse(one.why), methods=list(one.methods))


@left_out.get("/config/public")
def get_public_config() -> Response:
    return central_json.reply([])
