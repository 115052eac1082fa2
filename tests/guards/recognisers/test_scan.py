from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofstone.guards.labelled import lines
from proofstone.guards.recognisers.recogniser import KINDS
from proofstone.guards.recognisers.scan import RECOGNISERS, scan

LABELLED = [row for row in lines("personal.jsonl") if row["spans"]]
BEGIN = "-----BEGIN PRIVATE KEY-----"
NOISE = st.text(
    st.one_of(
        st.characters(), st.sampled_from("0123456789 -+@.:()号路我叫先生一二ABCxyz\u200b１２Ａ🙂")
    )
)
LEADS = (
    *(
        "my name is ",
        "My Name's ",
        "MY NAME IS ",
        "his NAME’s ",
        "Name: ",
        "I am called ",
        "call me ",
    ),
    *(
        "This is ",
        "i am ",
        "I'm ",
        "Regards,\n",
        "thanks, ",
        "Sincerely, ",
        "Signed, ",
        "Dr. ",
        "Mx ",
    ),
    *(
        "phone is ",
        "Mobile no. ",
        "cell: ",
        "Tel. ",
        "text me on ",
        "Call me at ",
        "电话是",
        "致电",
    ),
    *(
        "Born on ",
        "birthday: ",
        "DOB ",
        "D.o.b. ",
        "d.ob ",
        "Do.b: ",
        "dob ",
        "生日是",
        "出生于",
        "生于",
    ),
    *("ssn ", "SSN ", "Social Security ", "social security no ", "Passport No. ", "护照", "身份证"),
    *(
        "api key: ",
        "ApI_kEy=",
        "APIKEY is ",
        "secret: ",
        "SECRET=",
        "Token is ",
        "TOKEN:",
        "密钥是",
    ),
    *(
        "Pass word: ",
        "password=",
        "PASSWORD is ",
        "passwd:",
        "pwd=",
        "Pwd: ",
        "PIN is ",
        "密码：",
        "口令是",
    ),
)
VALUES = (
    *(
        "Maria Delgado.",
        "maria delgado, ",
        "李小明",
        "13800138000 ",
        "+44 20 7946 0958 ",
        "020 7946 0958",
    ),
    *(
        "12 March 1990 ",
        "1990-03-12 ",
        "1990年3月12日出生",
        "219-09-9999 ",
        "G12345678 ",
        "110105491231002",
    ),
    *("sk-a8F3kd92LqPz01XyRt56 ", "a8F3kd92LqPz01XyRt56vB ", "hunter22 ", "ann@example.com "),
)
PLANTED = st.sampled_from(
    ["ann@example.com", "13800138000", "11010519491231002X", "GB82WEST12345698765432"]
)


def found(text: str) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in scan(text)]


@given(NOISE)
def test_offsets_are_those_of_the_text_and_nothing_overlaps(text: str) -> None:
    last = 0
    for one in scan(text):
        assert last <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == one.text
        assert one.kind in KINDS
        assert 0 < one.confidence <= 1
        last = one.end


@given(
    st.text("🙂🇩🇪👩‍💻\u0301é，。！ ", max_size=8), PLANTED, st.text("🙂🦊，。 \u0301", max_size=8)
)
def test_offsets_hold_beside_emoji_and_marks(before: str, value: str, after: str) -> None:
    [one] = scan(f"{before} {value} {after}")
    assert one.text == value


@given(st.lists(st.sampled_from([*LEADS, *VALUES]), max_size=6).map("".join))
def test_a_recogniser_finds_nothing_without_what_it_needs(text: str) -> None:
    for one in RECOGNISERS:
        if one.needs and [*one.find(text)]:
            assert any(sign in text for sign in one.needs), one


@pytest.mark.parametrize("number", [n for n, one in enumerate(RECOGNISERS) if one.needs])
def test_each_that_needs_something_finds_something(number: int) -> None:
    texts = [str(row["text"]) for row in LABELLED] + [a + b for a in LEADS for b in VALUES]
    assert any([*RECOGNISERS[number].find(text)] for text in texts)


@given(PLANTED)
def test_full_width_hides_nothing(value: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in value)
    [one] = scan(f"见{wide}。")
    assert (one.start, one.end, one.text) == (1, 1 + len(wide), wide)


@given(PLANTED, st.data())
def test_invisible_characters_hide_nothing(value: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(value) - 1))
    torn = f"{value[:at]}\u200b\u2060{value[at:]}"
    [one] = scan(f"see {torn} now")
    assert one.text == torn


def test_a_lone_surrogate_is_no_obstacle() -> None:
    assert found("\ud83d ann@example.com \ude00") == [("EMAIL", "ann@example.com")]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_found_in_a_labelled_text(kind: str) -> None:
    held = {one.kind for row in LABELLED for one in scan(str(row["text"]))}
    assert kind in held


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("4111 1111 1111 1112", []),  # Luhn fails
        ("order 4111111111111111x", []),
        ("+1 (415) 555-0100", [("PHONE", "+1 (415) 555-0100")]),
        ("tel. 8613800138000", [("PHONE", "8613800138000")]),
        ("(+86)138 0013 8000", [("PHONE", "(+86)138 0013 8000")]),
        ("113800138000", []),
        ("666-12-3456 and 000-12-3456 and 912-12-3456", []),
        ("127.0.0.1, 0.0.0.0, 255.255.255.0", []),
        ("999.1.1.1 and 1.2.3.4.5", []),
        ("at 12:30:45", []),
        ("fe80::1ff:fe23:4567:890a", [("IP", "fe80::1ff:fe23:4567:890a")]),
        ("00-1a-2b-3c-4d-5e", [("MAC", "00-1a-2b-3c-4d-5e")]),
        ("00:1a-2b:3c-4d:5e", []),
        ("IBAN GB82 WEST 1234 5698 7654 32 IS MINE", [("IBAN", "GB82 WEST 1234 5698 7654 32")]),
        ("京AD12345", [("PLATE", "京AD12345")]),
        ("京I12345", []),  # I and O are not given out
        ("my password is wrong", []),
        ("password=hunter22", [("SECRET", "hunter22")]),
        ("密码：q1w2e3", [("SECRET", "q1w2e3")]),
        ("token = aaaaaaaaaaaaaaaaaaaaaaaa", []),  # no entropy
        (f"{BEGIN}\nMIIE+a/b=\nno end", [("SECRET", f"{BEGIN}\nMIIE+a/b=\nno end")]),
        ("我叫王小明想退货", [("PERSON", "王小明")]),
        ("我叫李明想退货", [("PERSON", "李明")]),
        ("我叫外卖一直没到", []),
        ("my name is not on the list", []),
        ("三路公交车到五一路吗", []),
    ],
)
def test_what_is_and_what_is_not(text: str, wanted: list[tuple[str, str]]) -> None:
    assert found(text) == wanted


def test_the_surer_then_the_longer_wins() -> None:
    # A resident id also holds what looks like a date and digits of a card.
    assert found("身份证11010519491231002X") == [("RESIDENT_ID", "11010519491231002X")]
    assert found("call me at +44 20 7946 0958") == [("PHONE", "+44 20 7946 0958")]


@pytest.mark.parametrize(
    "piece", ["1", "a.", "1-", "a@", "@a.", "路1", "我叫", "::", "A1 ", "张", BEGIN]
)
def test_long_repetitions_end(piece: str) -> None:
    # Quadratic patterns would not come back from a hundred thousand characters.
    assert isinstance(scan(piece * (100_000 // len(piece))), list)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("See https://ann:hunter2@shop.example.com/basket", "hunter2"),
        ("postgres://app:p!w%40x@db.example.com:5432/main is down", "p!w%40x"),
        ("看 ftp://u:口令一@files.example.cn 上", "口令一"),
        ("https://:token@example.com", "token"),
    ],
)
def test_the_password_of_an_address_is_a_secret_and_no_mail_address(text: str, secret: str) -> None:
    assert [(one.kind, one.text) for one in scan(text)] == [("SECRET", secret)]


@pytest.mark.parametrize(
    "text",
    ["mailto:ann@example.com", "https://example.com/?to=ann@example.com", "see: ann@example.com"],
)
def test_mail_addresses_beside_other_addresses_stay_such(text: str) -> None:
    assert [(one.kind, one.text) for one in scan(text)] == [("EMAIL", "ann@example.com")]
