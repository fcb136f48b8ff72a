"""Attacks by numbers that only look like some, in every setting and option that takes one."""

from __future__ import annotations

import pytest

import stnb
from stnb import CredentialsInvalid, UsageError, credentials
from stnb.cli import main
from stnb.errors import numbers

# What `int` or `float` takes, and what people write who mean something else.
ODD = [
    "1_0",
    "١٢",
    "４２",
    "1e3",
    "1E3",
    "nan",
    "inf",
    "-inf",
    "0x10",
    "1,5",
    "1 000",
    "½",
    "²",
    ".5",
]
ODD += ["5.", "--1", "+-1", "१", "1e400", "9" * 400, "1\n2", "\u00a010", "10\x00"]


@pytest.mark.parametrize("text", ODD)
def test_no_reader_takes_it(text: str) -> None:
    """Neither as a whole number nor as one with a point."""
    assert numbers.whole(text) is None
    assert numbers.decimal(text) is None


@pytest.mark.parametrize("text", [*ODD, "0", "-1"])
@pytest.mark.parametrize("name", ["STNB_DEADLINE", "STNB_MAX_BODY", "STNB_MAX_MEMORY"])
def test_no_bound_takes_it(name: str, text: str) -> None:
    """It is refused by its name."""
    with pytest.raises(CredentialsInvalid, match=name):
        credentials.limits_of({name: text})


@pytest.mark.parametrize("text", [text for text in ODD if "\0" not in text])
@pytest.mark.parametrize("name", ["STNB_DEMO_SCALE", "STNB_DEMO_LATENCY"])
def test_no_variable_of_the_demo_takes_it(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words, and by its name."""
    monkeypatch.setenv(name, text)
    with pytest.raises(UsageError, match=name):
        stnb.demo()


@pytest.mark.parametrize("text", ["today", "2026-13-01", "١٢", "0"])
def test_no_day_of_the_demo_is_made_up(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In words, and by its name."""
    monkeypatch.setenv("STNB_DEMO_TODAY", text)
    with pytest.raises(UsageError, match="STNB_DEMO_TODAY"):
        stnb.demo()


OPTIONS = [
    ["demo", "serve", "--port"],
    ["demo", "serve", "--seed"],
    ["demo", "serve", "--scale"],
    ["demo", "serve", "--tenants"],
    ["demo", "serve", "--latency"],
    ["demo", "serve", "--live", "--speed"],
    ["lab", "--port"],
    ["app", "--port"],
    ["pull", "jpm.jobs", "--limit"],
    ["pull", "jpm.jobs", "--page-size"],
    ["find", "jobs", "-n"],
]


@pytest.mark.parametrize("text", ["1_0", "١٢", "1e3", "nan", "inf", "0x10", "9" * 400])
@pytest.mark.parametrize("words", OPTIONS, ids=" ".join)
def test_no_option_takes_it(
    words: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends with 2, and says what it wants."""
    assert main.main([*words, text]) == 2
    assert "number" in capsys.readouterr().err


@pytest.mark.parametrize("chance", ["nan", "1_0", "1e-1", "٠.٥", "inf"])
def test_no_chance_of_a_fault_takes_it(chance: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The command ends with 2."""
    assert main.main(["demo", "serve", "--fault", f"500:{chance}"]) == 2
    assert "is no chance" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["١٢", "４２", "1_0"])
@pytest.mark.parametrize("name", ["customerId", "page"])
def test_no_filter_takes_it(name: str, value: str) -> None:
    """Digits of other scripts are refused before anything is sent."""
    with pytest.raises(UsageError):
        stnb.demo(scale=0.02).jpm.jobs.where(**{name: value}).url  # noqa: B018
