"""The town's own recording of the notice: put in on its page, listened to there, and played where the consent form asks."""

import io
import wave

import pytest

from tests.browser.filling import FormTown, wait_for_form
from tests.chromium import PHONE

ZONE = "Asia/Shanghai"
SECONDS = """sound => new Promise((heard, failed) => {
    sound.onloadedmetadata = () => heard(sound.duration)
    sound.onerror = () => failed(new Error(sound.error.message))
    sound.preload = 'auto'
    sound.load()
})"""


@pytest.fixture
def forms(app, database) -> FormTown:
    return FormTown(app, database)


def a_sound(seconds: int = 2, rate: int = 8000) -> bytes:
    """Silence as a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(rate)
        sound.writeframes(b"\x80" * rate * seconds)
    return out.getvalue()


def go_to_the_notice(tab) -> None:
    assert tab.go("/forms/woman_consent/fill") == 200
    wait_for_form(tab.page)
    tab.page.get_by_text("登记", exact=True).click()
    tab.page.get_by_text("是", exact=True).first.click()
    tab.page.get_by_text("单独", exact=True).click()
    tab.page.get_by_text("请读给她听").wait_for()


def test_a_recording_is_put_in_by_the_office_and_heard_by_the_woman(forms, open_tab):
    tab = open_tab("wang", PHONE, timezone_id=ZONE)
    go_to_the_notice(tab)
    assert tab.page.locator("audio").count() == 0  # nothing is there, and nothing is missed

    tab.become("lea")
    assert tab.go("/library/recordings/zh") == 200
    voice = {"name": "说明.wav", "mimeType": "audio/wav", "buffer": a_sound()}
    tab.page.set_input_files("#f-file", files=[voice])
    tab.page.locator("#put button.primary").click()
    tab.page.wait_for_selector(".toast")
    assert tab.page.locator("audio").evaluate(SECONDS) == 2
    tab.shoot("library-recording-there-zh")
    assert not tab.is_wider_than_the_screen()

    tab.become("wang")
    go_to_the_notice(tab)
    tab.page.get_by_text("放给她听：这段说明的中文录音。").wait_for()
    assert tab.page.locator("audio").evaluate(SECONDS) == 2
    tab.page.locator("audio").scroll_into_view_if_needed()
    assert tab.page.locator("audio").count() == 1
    tab.shoot("fill-recording-zh")
    assert not tab.is_wider_than_the_screen()
    assert tab.complaints == []
