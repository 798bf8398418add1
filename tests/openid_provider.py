"""A real OpenID provider on the loopback: authlib's authorization server, whose one person agrees to everything.

What it says can be bent (`provider.bend`), so that each thing a client must check can be wrong by itself.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode as CodeFlow
from authlib.oidc.core import UserInfo
from flask import Flask, Response, jsonify, request
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "fangshi", "a secret: with / and +"


class Client:
    """The one client that the provider knows."""

    client_id = CLIENT_ID

    def __init__(self, back: str) -> None:
        self.back = back

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self.back

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, address: str) -> bool:
        return address == self.back

    def check_client_secret(self, secret: str) -> bool:
        return secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, kind: str) -> bool:
        return kind == "code"

    def check_grant_type(self, kind: str) -> bool:
        return kind == "authorization_code"


class Code:
    """An authorization code, good once and for a minute."""

    def __init__(self, text: str, sent: Any) -> None:
        self.code, self.born = text, time.time()
        self.redirect_uri, self.scope, self.nonce = sent["redirect_uri"], sent["scope"], sent.get("nonce")
        self.code_challenge = sent.get("code_challenge")
        self.code_challenge_method = sent.get("code_challenge_method")

    def get_redirect_uri(self) -> str:
        return str(self.redirect_uri)

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> int:
        return int(self.born)

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Provider:
    """`person` is what the token says of who signs in; `bend(name, change)` spoils claims, keys or the configuration."""

    def __init__(self, back: str) -> None:
        self.client = Client(back)
        self.person: dict[str, Any] = {"sub": "u-1", "email": "rita@example.test", "email_verified": True}
        self.key = ECKey.generate_key("P-256", parameters={"kid": "k1", "use": "sig", "alg": "ES256"})
        self.signing_key = self.key
        self.codes: dict[str, Code] = {}
        self.claims: dict[str, Any] = {}
        self.configuration: dict[str, Any] = {}
        self.issuer = ""
        self.app = build(self)


def build(provider: Provider) -> Flask:
    app = Flask("openid provider")
    server = AuthorizationServer(app, query_client=lambda name: provider.client if name == CLIENT_ID else None)
    server.save_token = lambda token, request: None
    server.register_grant(code_grant(provider), [flow(provider)(require_nonce=True), CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def configuration() -> Response:
        paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
        said = {name: provider.issuer + path for name, path in paths.items()}
        return jsonify({"issuer": provider.issuer, **said, **provider.configuration})

    @app.get("/keys")
    def keys() -> Response:
        return jsonify({"keys": [provider.key.as_dict(private=False)]})

    @app.get("/authorize")
    def authorize() -> Response:
        grant = server.get_consent_grant(end_user=provider.person)
        return server.create_authorization_response(grant_user=provider.person, grant=grant)

    @app.post("/token")
    def token() -> Response:
        return server.create_token_response()

    @app.get("/elsewhere")
    def elsewhere() -> Response:
        return Response("", 302, {"Location": request.args["to"]})

    return app


def code_grant(provider: Provider) -> type:
    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic"]  # noqa: RUF012 - authlib's own shape

        def save_authorization_code(self, code: str, request: Any) -> None:
            provider.codes[code] = Code(code, request.payload.data)

        def query_authorization_code(self, code: str, _client: Client) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, code: Code) -> None:
            provider.codes.pop(code.code)

        def authenticate_user(self, _code: Code) -> dict[str, Any]:
            return provider.person

    return Grant


def flow(provider: Provider) -> type:
    class Flow(CodeFlow):
        def exists_nonce(self, _nonce: str, _request: Any) -> bool:
            return False

        def resolve_client_private_key(self, _client: Client) -> ECKey:
            return provider.signing_key

        def get_client_algorithm(self, _client: Client) -> str:
            return "ES256"

        def get_client_claims(self, _client: Client) -> dict[str, Any]:
            return {"iss": provider.issuer}

        def generate_user_info(self, _user: Any, _scope: str) -> UserInfo:
            return UserInfo({**provider.person, **provider.claims})

    return Flow


@contextmanager
def run_provider(back: str) -> Iterator[Provider]:
    provider = Provider(back)
    server = make_server("127.0.0.1", 0, provider.app, threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
