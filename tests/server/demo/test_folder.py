import base64
import json
import zlib
from pathlib import Path

import pytest

from server.demo import folder
from server.demo.folder import MARK, NoDemoFolder, clear_folder, describe_demo, draw_code, own_network_address
from server.demo.people import Demo, DemoPhone, Login

TOWN = Demo(
    project_id=1,
    project_name="禾川镇（演示）",
    logins=[Login("reviewer", "李敏", "limin@demo.test", "abcd-efgh-jkmn")],
    phones=[DemoPhone("王秀英", "A" * 64)],
)


def test_a_missing_demo_gets_a_marked_folder(tmp_path: Path) -> None:
    clear_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MARK]


def test_a_half_made_demo_is_thrown_away(tmp_path: Path) -> None:
    clear_folder(tmp_path)
    (tmp_path / "fangshi.db").write_text("half")
    (tmp_path / "blobs" / "ab").mkdir(parents=True)
    clear_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [MARK]


def test_a_towns_own_data_are_never_touched(tmp_path: Path) -> None:
    (tmp_path / "fangshi.db").write_text("records of real people")
    with pytest.raises(NoDemoFolder, match="holds data that no demo made"):
        clear_folder(tmp_path)
    assert (tmp_path / "fangshi.db").read_text() == "records of real people"


def test_a_link_out_of_the_folder_is_cut_and_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    data = tmp_path / "data"
    data.mkdir()
    clear_folder(data)
    (data / "link").symlink_to(outside)
    clear_folder(data)
    assert (outside / "kept").exists()


def test_the_terminal_shows_address_logins_and_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "own_network_address", lambda: "192.168.1.20")
    shown = describe_demo(TOWN, "0.0.0.0", 8383, None)
    assert "http://192.168.1.20:8383/" in shown
    assert "limin@demo.test" in shown and "abcd-efgh-jkmn" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_without_a_network_the_demo_is_shown_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "own_network_address", lambda: None)
    assert "no local network" in describe_demo(TOWN, "0.0.0.0", 8383, None)


def test_a_public_address_goes_into_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[str] = []
    monkeypatch.setattr(folder, "draw_code", lambda _name, url: codes.append(url) or "")
    describe_demo(TOWN, "127.0.0.1", 8383, "https://demo.example.org")
    assert codes == [f"https://demo.example.org/v1/key/{'A' * 64}/projects/1"]


def test_the_code_is_what_collect_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    real = folder.segno.make
    monkeypatch.setattr(folder.segno, "make", lambda text, **options: texts.append(text) or real(text, **options))
    drawn = draw_code("禾川镇", "http://192.168.1.20:8383/v1/key/x/projects/1")
    settings = json.loads(zlib.decompress(base64.b64decode(texts[0])))
    assert settings["general"]["server_url"] == "http://192.168.1.20:8383/v1/key/x/projects/1"
    assert set(drawn) <= set(" ▄▀█\n")
    assert len({len(line) for line in drawn.splitlines()}) == 1


def test_the_own_address_is_one_or_none() -> None:
    address = own_network_address()
    assert address is None or len(address.split(".")) == 4
