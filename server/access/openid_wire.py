"""What an OpenID provider is asked, and what is believed of its answers: signed, fresh, for us, and to this very sign-in.

Only the configured provider is asked, without following redirects; its answers are small and come within seconds.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from server.config import OpenIdProvider, is_loopback
from server.errors import Unauthenticated
from server.workplaces import HERE

TIMEOUT_SECONDS = 8
MOST_BYTES = 500_000
LEEWAY_SECONDS = 120
SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class ProviderSilent(Unauthenticated):
    """The provider cannot be reached, or what it says cannot be used."""

    template = "The provider of sign-ins cannot be reached now. Try again, or use your password."


@dataclass(frozen=True)
class Endpoints:
    """A provider's addresses, as its own configuration document names them."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    secret_in_body: bool


@dataclass(frozen=True)
class Told:
    """What the provider says of a person. `second_factor`: she showed it more than a password (RFC 8176, mfa)."""

    subject: str
    email: str | None
    email_verified: bool
    second_factor: bool


class NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


def read_endpoints(provider: OpenIdProvider) -> Endpoints:
    """The provider's configuration document (OpenID Connect Discovery 1.0, 4). Raises ProviderSilent."""
    said = fetch(f"{provider.issuer}/.well-known/openid-configuration")
    if str(said.get("issuer", "")).rstrip("/") != provider.issuer:
        raise ProviderSilent()
    methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return Endpoints(
        safe_address(provider, said.get("authorization_endpoint")),
        safe_address(provider, said.get("token_endpoint")),
        safe_address(provider, said.get("jwks_uri")),
        safe_address(provider, said["userinfo_endpoint"]) if said.get("userinfo_endpoint") else None,
        "client_secret_basic" not in methods,
    )


def safe_address(provider: OpenIdProvider, address: object) -> str:
    """An https address, or one on this machine where the provider itself is. Raises ProviderSilent."""
    try:
        parts = urlsplit(str(address))
    except ValueError:
        raise ProviderSilent() from None
    near = is_loopback(parts.hostname or "") and is_loopback(urlsplit(provider.issuer).hostname or "")
    if not (parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and near))):
        raise ProviderSilent()
    return str(address)


def ask_who(
    provider: OpenIdProvider, endpoints: Endpoints, code: str, verifier: str, nonce: str, back: str, now: datetime
) -> Told:
    """Changes the code for a token and reads who it names. Raises Unauthenticated, ProviderSilent."""
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}
    headers = {}
    if endpoints.secret_in_body:
        fields |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    else:
        headers["Authorization"] = "Basic " + basic(provider)
    said = fetch(endpoints.token, fields, headers)
    access_token = str(said.get("access_token", ""))
    claims = read_claims(provider, endpoints, str(said.get("id_token", "")), nonce, access_token, now)
    if "email" not in claims and endpoints.userinfo and access_token:
        more = fetch(endpoints.userinfo, headers={"Authorization": f"Bearer {access_token}"})
        claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
    methods = claims.get("amr")
    return Told(
        str(claims["sub"]),
        str(claims["email"]) if claims.get("email") else None,
        claims.get("email_verified") is True,
        isinstance(methods, list) and "mfa" in methods,
    )


def basic(provider: OpenIdProvider) -> str:
    """RFC 6749 2.3.1: both parts are form-encoded before they are joined."""
    pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
    return b64encode(pair.encode()).decode()


def read_claims(
    provider: OpenIdProvider, endpoints: Endpoints, id_token: str, nonce: str, access_token: str, now: datetime
) -> dict[str, Any]:
    """An ID token's claims, once signature, issuer, audience, times and nonce fit. Raises Unauthenticated."""
    # Here, since few sites have a provider, and every start of every site would wait for these.
    from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        keys = KeySet.import_key_set(fetch(endpoints.keys))  # type: ignore[arg-type]
        token = jwt.decode(id_token, keys, algorithms=SIGNED_BY)
        claims = CodeIDToken(
            token.claims,
            token.header,
            options={"iss": {"values": [provider.issuer, provider.issuer + "/"]}, "aud": {"value": provider.client_id}},
            params={"nonce": nonce, "client_id": provider.client_id, "access_token": access_token},
        )
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError):
        raise Unauthenticated("The provider's answer was not to this sign-in. Begin again.") from None
    return dict(claims)


@HERE.rest()
def fetch(address: str, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A JSON object from the provider. Raises ProviderSilent; never says what was answered, which may hold a token."""
    body = urlencode(fields).encode() if fields is not None else None
    request = Request(address, body, {"Accept": "application/json", **(headers or {})})  # noqa: S310 - see safe_address
    handlers: list[Any] = [NoRedirects()]
    if is_loopback(urlsplit(address).hostname or ""):
        handlers.append(ProxyHandler({}))
    try:
        with build_opener(*handlers).open(request, timeout=TIMEOUT_SECONDS) as answer:
            said = json.loads(answer.read(MOST_BYTES))
    except (URLError, OSError, HTTPException, ValueError, RecursionError):
        raise ProviderSilent() from None
    if not isinstance(said, dict):
        raise ProviderSilent()
    return said
