import re
from dataclasses import replace
from pathlib import Path

import pytest

from server.config import Config, ConfigInvalid, MailServer, OpenIdProvider


def mail(**env: str) -> MailServer | None:
    return Config.from_env(Path("data"), {f"FANGSHI_{name}": value for name, value in env.items()}).mail


def test_without_a_mail_server_there_is_no_mail() -> None:
    assert mail(MAIL_FROM="a@town.test") is None


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtps://a%40town.test:p%3Aw@mail.test", ("smtps", "mail.test", 465, "a@town.test", "a@town.test", "p:w")),
        (
            "starttls://a%40town.test:pw@mail.test:2525/",
            ("starttls", "mail.test", 2525, "a@town.test", "a@town.test", "pw"),
        ),
    ],
)
def test_a_mail_server_is_one_address(url: str, server: tuple[str, str, int, str, str, str]) -> None:
    assert mail(SMTP_URL=url) == MailServer(*server)


def test_the_sender_may_be_another_than_the_user() -> None:
    assert mail(SMTP_URL="smtp://relay.test", MAIL_FROM="a@town.test") == MailServer(
        "smtp", "relay.test", 25, "a@town.test"
    )


def test_the_address_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "smtp").write_text("smtp://relay.test\n", encoding="utf-8")
    found = mail(SMTP_URL_FILE=str(tmp_path / "smtp"), MAIL_FROM="a@town.test")
    assert found is not None
    assert found.host == "relay.test"


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://mail.test", "a@town.test"),
        ("smtp://", "a@town.test"),
        ("smtp://mail.test:notaport", "a@town.test"),
        ("smtp://mail.test/path", "a@town.test"),
        ("smtp://mail.test", ""),
        ("smtp://mail.test", "nobody"),
        ("smtp://a:pw@mail.test", "a@town.test"),
    ],
)
def test_a_mail_server_that_cannot_be_used_is_named_and_its_password_never(url: str, sender: str) -> None:
    with pytest.raises(ConfigInvalid, match="FANGSHI_") as caught:
        mail(SMTP_URL=url, MAIL_FROM=sender)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://town.test",
        "https://",
        "https://[",
        "https://town test",
        "https://town.test:99999",
        "https://town.test?a=b",
    ],
)
def test_a_public_address_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(ConfigInvalid, match="FANGSHI_PUBLIC_URL must be an address"):
        Config.from_env(Path("data"), {"FANGSHI_PUBLIC_URL": url})


@pytest.mark.parametrize("url", ["https://town.test", "http://192.168.1.7:8383/", "https://[fd00::7]:8443"])
def test_a_public_address_has_no_slash_at_its_end(url: str) -> None:
    assert Config.from_env(Path("data"), {"FANGSHI_PUBLIC_URL": url}).public_url == url.rstrip("/")


def test_a_database_address_that_cannot_be_read_is_named_and_its_password_never() -> None:
    with pytest.raises(ConfigInvalid, match="FANGSHI_DATABASE_URL cannot be read") as invalid:
        Config.from_env(Path("data"), {"FANGSHI_DATABASE_URL": "postgresql://town:se/cret@db.test:port/town"})
    assert "cret" not in str(invalid.value)


def test_a_password_is_not_in_what_a_config_shows() -> None:
    assert "hunter2" not in repr(
        Config.from_env(Path("data"), {"FANGSHI_SMTP_URL": "smtps://a%40b.test:hunter2@mail.test"})
    )


def read(**env: str) -> Config:
    return Config.from_env(Path("data"), {f"FANGSHI_{name}": value for name, value in env.items()})


def test_the_address_past_a_pooler_is_for_what_needs_its_own_connection() -> None:
    town = "postgresql://town@pooler:6432/town"
    assert read(DATABASE_URL=town).direct_url == read(DATABASE_URL=town).sqlalchemy_url
    found = read(DATABASE_URL=town, DATABASE_DIRECT_URL="postgres://town:hush@db/town")
    assert found.direct_url == "postgresql+psycopg://town:hush@db/town"
    assert found.sqlalchemy_url == "postgresql+psycopg://town@pooler:6432/town"
    assert "hush" not in repr(found)
    assert replace(found, database_url=None).direct_url.startswith("sqlite:///"), "as a demo does"
    assert read().direct_url == read().sqlalchemy_url
    with pytest.raises(ConfigInvalid, match="goes with FANGSHI_DATABASE_URL"):
        read(DATABASE_DIRECT_URL=town)
    with pytest.raises(ConfigInvalid, match="FANGSHI_DATABASE_DIRECT_URL must start with"):
        read(DATABASE_URL=town, DATABASE_DIRECT_URL="mysql://db/town")


def test_how_many_connections_may_be_opened_is_a_number_with_room_for_the_timetable() -> None:
    assert (read().database_connections, read(DATABASE_CONNECTIONS="25").database_connections) == (90, 25)
    for wrong in ("24", "-90", "many", "9" * 9, "٩٠"):
        with pytest.raises(ConfigInvalid, match="FANGSHI_DATABASE_CONNECTIONS must be a number, 25 or more"):
            read(DATABASE_CONNECTIONS=wrong)


@pytest.mark.parametrize("policy", ["nobody", "administrators", "everybody"])
def test_of_whom_a_second_factor_is_asked_is_one_of_three_words(policy: str) -> None:
    assert read(SECOND_FACTOR=policy).second_factor == policy
    assert read().second_factor == "nobody"
    with pytest.raises(ConfigInvalid, match="FANGSHI_SECOND_FACTOR"):
        read(SECOND_FACTOR=policy.upper())


def test_a_provider_of_sign_ins_is_named_whole_and_its_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n", encoding="utf-8")
    found = read(
        OIDC_ISSUER="https://id.example.org/",
        OIDC_CLIENT_ID="fangshi",
        OIDC_CLIENT_SECRET_FILE=str(tmp_path / "secret"),
    ).openid
    assert found == OpenIdProvider("https://id.example.org", "fangshi", "hush", "OpenID")
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    "env",
    [
        {"OIDC_ISSUER": "https://id.example.org"},
        {"OIDC_CLIENT_SECRET": "hush"},
        {"OIDC_ISSUER": "http://id.example.org", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "hush"},
        {"OIDC_ISSUER": "id.example.org", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "hush"},
        {"OIDC_ISSUER": "http://[::1", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "hush"},
    ],
)
def test_a_provider_that_is_half_named_or_heard_by_others_stops_the_start(env: dict[str, str]) -> None:
    with pytest.raises(ConfigInvalid, match="FANGSHI_OIDC") as caught:
        read(**env)
    assert "hush" not in str(caught.value)


def test_a_provider_on_this_machine_needs_no_https() -> None:
    env = {"OIDC_ISSUER": "http://127.0.0.1:8080", "OIDC_CLIENT_ID": "a", "OIDC_CLIENT_SECRET": "hush"}
    assert read(**env, OIDC_NAME="县政务").openid == OpenIdProvider("http://127.0.0.1:8080", "a", "hush", "县政务")


SECRET = "SENTINEL-9f31"
WITH_SECRETS = {
    "FANGSHI_DATABASE_URL": f"postgresql://town:{SECRET}@db.example/town",
    "FANGSHI_ADMIN_EMAIL": "ada@town.example",
    "FANGSHI_ADMIN_PASSWORD": SECRET,
    "FANGSHI_SMTP_URL": f"smtps://town:{SECRET}@mail.example:465",
    "FANGSHI_MAIL_FROM": "town@town.example",
    "FANGSHI_OIDC_ISSUER": "https://id.example",
    "FANGSHI_OIDC_CLIENT_ID": "fangshi",
    "FANGSHI_OIDC_CLIENT_SECRET": SECRET,
    "FANGSHI_PUBLIC_URL": "https://town.example",
}


def test_every_setting_that_holds_a_secret_may_be_a_file_and_is_shown_to_nobody(tmp_path: Path) -> None:
    env = {}
    for name, value in WITH_SECRETS.items():
        (tmp_path / name).write_text(value + "\n", encoding="utf-8")
        env[name + "_FILE"] = str(tmp_path / name)
    config = Config.from_env(tmp_path, env)
    assert config == Config.from_env(tmp_path, WITH_SECRETS)
    assert SECRET in (config.database_url or "") and config.admin_password == SECRET
    assert SECRET not in repr(config) and SECRET not in str(config.mail) and SECRET not in str(config.openid)


def test_no_setting_that_may_hold_a_secret_is_read_past_the_files() -> None:
    code = (Path(__file__).parents[2] / "server" / "config.py").read_text(encoding="utf-8")
    direct = set(re.findall(r'env(?:iron)?(?:\.get\(|\[)"(FANGSHI_\w+)"', code)) - {"FANGSHI_SECRET_KEY_FILE"}
    assert [name for name in direct if re.search("PASSWORD|SECRET$|TOKEN|URL|CREDENTIAL", name)] == []


def test_a_file_of_a_setting_that_is_empty_is_named_and_no_other_database_is_taken_instead(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("\n")
    with pytest.raises(ConfigInvalid, match=r"FANGSHI_DATABASE_URL_FILE: .* is empty"):
        Config.from_env(Path("data"), {"FANGSHI_DATABASE_URL_FILE": str(tmp_path / "url")})


def test_hosts_that_may_be_called_are_names_or_addresses() -> None:
    env = {"FANGSHI_OUTBOUND_ALLOW": "Gateway.town.lan, 10.0.0.7 fd00::7"}
    assert Config.from_env(Path("data"), env).outbound_allow == {"gateway.town.lan", "10.0.0.7", "fd00::7"}
    assert Config.from_env(Path("data"), {}).outbound_allow == frozenset()


@pytest.mark.parametrize("wrong", ["https://gateway.town.lan", "10.0.0.0/8", "*.town.lan", "a:b@c", "host:8443"])
def test_what_is_no_host_is_named(wrong: str) -> None:
    with pytest.raises(ConfigInvalid, match="FANGSHI_OUTBOUND_ALLOW"):
        Config.from_env(Path("data"), {"FANGSHI_OUTBOUND_ALLOW": wrong})


def test_phones_sign_in_by_name_only_where_that_is_switched_on() -> None:
    assert [read(**env).digest for env in ({}, {"DIGEST": "off"}, {"DIGEST": "on"})] == [False, False, True]
    with pytest.raises(ConfigInvalid, match="FANGSHI_DIGEST must be on or off"):
        read(DIGEST="yes")
