"""The claims of a token."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stnb.credentials.claims import claims_of


def token(body: bytes) -> str:
    """A token of this body."""
    return f"eyJhbGciOiJub25lIn0.{base64.urlsafe_b64encode(body).decode().rstrip('=')}.c2ln"


@pytest.mark.parametrize("tenant", ["1", "42", "917", "1234"])  # of each length of padding
def test_the_claims_are_read_whatever_the_padding(tenant: str) -> None:
    """A JWT leaves the padding of base64 out; with it, it is read all the same."""
    bare = token(b'{"tenant":"%s"}' % tenant.encode())
    head, body, sign = bare.split(".")

    assert claims_of(bare) == {"tenant": tenant}
    assert claims_of(f"{head}.{body}==.{sign}") == {"tenant": tenant}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "opaque",
        "a.b",
        "a.é.c",
        token(b""),
        token(b"[1]"),
        token(b'"tenant"'),
        token(b"{"),
        token(b'{"a":' * 200 + b"1" + b"}" * 200),
    ],
)
def test_a_token_without_claims_has_none(text: str) -> None:
    """What is no JWT, or holds no object, is no error."""
    assert claims_of(text) is None


def test_a_byte_that_is_no_utf8_hides_nothing() -> None:
    """The scanner finds a token all the same."""
    assert claims_of(token(b'{"tenant":"7","name":"\xff"}')) == {"tenant": "7", "name": "\ufffd"}


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    """Whatever stands between the dots."""
    assert claims_of(f"a.{text}.c") is None or isinstance(claims_of(f"a.{text}.c"), dict)
