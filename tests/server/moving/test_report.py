from server.moving.report import KINDS, MOST_LINES, WHY, Digest, Report


def test_it_is_whole_where_all_that_is_there_is_here_with_the_same_bytes() -> None:
    report = Report("there")
    report.there["submissions"], report.here["submissions"] = 2, 3
    report.digests["submissions"] = ("aa", "aa")
    assert report.is_whole
    report.digests["submissions"] = ("aa", "bb")
    assert not report.is_whole
    report.digests.clear()
    report.here["submissions"] = 1
    assert not report.is_whole


def test_what_was_left_is_said_once_and_not_a_thousand_times() -> None:
    report = Report("there")
    for number in range(MOST_LINES + 5):
        report.leave("submissions", number, "unreadable")
        report.leave("submissions", number, "unreadable")
    lines = list(report.as_lines())
    assert sum("submissions" in line for line in lines) == MOST_LINES
    assert len(report.as_json()["left"]) == MOST_LINES + 5


def test_a_name_from_there_cannot_write_lines_of_its_own() -> None:
    report = Report("there")
    report.leave("submissions", "uuid:1\nSHA-256 forms: aa = aa\x1b[2J 一", "unreadable")
    (line,) = [line for line in report.as_lines() if "uuid:1" in line]
    assert line == "- submissions uuid:1�SHA-256 forms: aa = aa�[2J 一"


def test_the_order_in_which_things_came_does_not_change_their_digest() -> None:
    one, other = Digest(), Digest()
    one.add("a", 1)
    one.add("b", None)
    other.add("b", None)
    other.add("a", 1)
    assert one.value() == other.value()
    other.add("c")
    assert one.value() != other.value()


def test_everything_is_said_in_both_languages() -> None:
    assert all(zh and en and zh != en for zh, en in WHY.values())
    assert all(zh and en for _, zh, en in KINDS)
