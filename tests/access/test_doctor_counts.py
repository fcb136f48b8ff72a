"""The doctor on half a tenant: what is shut, what was not tried, and forty tenants on a screen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import stnb
from stnb import credentials
from stnb.access.doctor import Report, examine, practice, summary
from stnb.access.doctor.findings import Untried
from stnb.catalog import load
from stnb.cli import main
from stnb.explorer.parts.doctor import as_shown


def test_module_that_is_shut_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing of accounting readable the doctor says so first, and ends with 1."""
    assert main.main(["doctor", "--demo-state", "scope-missing"]) == 1
    out = " ".join(capsys.readouterr().out.split())

    assert "Nothing of accounting can be read: the app has none of its scopes." in out
    assert "Ask the app developer." in out
    assert "Upgrade to New Version" in out


def test_several_modules_that_are_shut() -> None:
    """Several shut modules are counted and the first of them named."""
    scopes = {endpoint.scope for endpoint in load() if endpoint.module == "jpm"}
    report = examine(stnb.demo(scopes=sorted(scopes - {None}), scale=0.02))

    assert not report.ok
    assert report.inside
    assert report.verdict.startswith("You are in. Nothing of 23 modules can be read")
    assert "accounting, crm, " in report.verdict


def test_one_scope_of_a_module_is_enough() -> None:
    """A module of which some resources can be read is not shut, and all is well."""
    first: dict[str, str] = {}
    for endpoint in load():
        if endpoint.scope:
            first.setdefault(endpoint.module, endpoint.scope)
    report = examine(stnb.demo(scopes=sorted(first.values()), scale=0.02))

    assert report.scopes is not None
    assert report.scopes.closed == ()
    assert report["scopes"].ok


@pytest.mark.parametrize("state", ["healthy", "scope-missing", "scope-missing:answer", "disabled"])
def test_counts_agree(state: str) -> None:
    """The panel, the check, the page and the table say the same counts."""
    report = examine(practice(state))
    shown = as_shown(report)
    told = [module for module in report.modules if module.answers is not None]
    readable = sum(module.readable or 0 for module in report.modules)

    if report.modules:
        counts = f"{sum(m.answers or 0 for m in told)} of {len(told)} modules answered"
        assert shown["count"].startswith(counts)
        assert report["reads"].seen.startswith(counts)
        assert counts in report._repr_html_()
        assert report["scopes"].seen.startswith(f"{readable} of 325 resources can be read")
        assert sum(module.total for module in report.modules) == 325


def test_not_tried_is_reported() -> None:
    """What the report says nothing about is listed with its reason, in each of its forms."""
    report = examine(practice("scope-missing"))

    assert Untried("accounting", "no scope") in report.not_tried
    assert Untried("303 of 325 resources", "one list of each module is read") in report.not_tried
    assert "not tried: accounting (no scope); " in report.text(300)
    assert "Not tried: accounting (no scope)" in report._repr_html_()
    assert "Not tried: accounting (no scope)" in as_shown(report)["untried"]
    assert {"accounting", "other environment"} < {
        untried["what"] for untried in json.loads(report.to_json())["not_tried"]
    }


def test_checks_that_were_not_made_are_not_tried() -> None:
    """If a check fails, those that need it are among what was not tried."""
    report = examine(practice("disabled"))
    names = "tenant, scopes, app key, reads, token lasts"

    assert Untried(names, "needs the token", is_check=True) in report.not_tried
    assert report.text(300).count("token lasts") == 1


# -- many tenants


@pytest.fixture(scope="module")
def forty() -> list[Report]:
    """Reports on forty profiles, of which ten have one of three troubles."""
    states = ["healthy"] * 30 + ["disabled"] * 5 + ["wrong-secret"] * 4 + ["scope-missing"]
    made = {state: examine(practice(state)) for state in set(states)}
    return [
        replace(made[state], profile=f"tenant{number:02}", tenant=1000 + number)
        for number, state in enumerate(states)
    ]


@pytest.mark.parametrize("width", [80, 110])
def test_forty_tenants_fit_a_screen(forty: list[Report], width: int) -> None:
    """Each has one line; each reason stands once below, with the names that have it."""
    lines = summary(forty, width).splitlines()
    each = [line for line in lines if line.startswith(("✓ tenant", "✗ tenant"))]

    assert lines[0] == "stnb doctor · 40 profiles · 30 well, 10 not"
    assert [line.split()[1] for line in each] == [report.profile for report in forty]
    assert max(map(len, lines)) <= width
    assert len(lines) <= 66
    assert len([line for line in lines if "token · " in line]) == 2
    assert "✗ token · tenant30, tenant31, tenant32, tenant33, tenant34" in lines
    assert "✗ scopes · tenant39" in lines


def test_a_trouble_of_all_is_told_of_all(forty: list[Report]) -> None:
    """If all have one and the same, "all 40" stands for their names; not if one is well, or has
    another.
    """
    same = [replace(forty[30], profile=f"tenant{n:02}", tenant=1000 + n) for n in range(40)]
    lines = summary(same, 80).splitlines()
    assert lines[0] == "stnb doctor · 40 profiles · 0 well, 40 not"
    assert [line for line in lines if " token · " in line] == ["✗ token · all 40"]
    assert len(lines) <= 50

    for other in (forty[0], forty[-1]):
        mixed = summary([*same[:39], other], 80)
        assert "all 40" not in mixed
        assert "✗ token · tenant00, tenant01" in mixed
    assert "· tenant00, tenant01" in summary(same[:2], 80)


SHOPS = 14


def shops(path: Path, *left_out: str, secret: str = f"cs1.{'y' * 40}") -> list[Report]:
    """Reports on some profiles of a file that has no such values, or such a secret in each."""
    lines = [f"SERVICETITAN_APP_KEY=ak1.{'k' * 24}", "SERVICETITAN_ENVIRONMENT=integration"]
    for n in range(SHOPS):
        start = f"SERVICETITAN_SHOP{n:02}_"
        lines.append(f"{start}TENANT_ID={1000 + n}")
        lines.append(f"{start}CLIENT_ID=cid.{n:04}{'x' * 16}")
        lines.append(f"{start}CLIENT_SECRET={secret}")
    kept = [line for line in lines if not line.partition("=")[0].endswith(left_out)]
    path.write_text("\n".join(kept))
    path.chmod(0o600)
    return [examine(name, env_file=path) for name in credentials.settings(path).profiles]


@pytest.mark.parametrize("value", ["APP_KEY", "CLIENT_ID"])
def test_a_value_that_all_lack_is_told_once(tmp_path: Path, value: str) -> None:
    """Though each profile's variable has a name of its own; one alone is told of its variable."""
    reports = shops(tmp_path / ".env", value)
    lines = summary(reports, 80).splitlines()

    assert f"✗ values · all {SHOPS}" in lines
    assert any(f"Each of them lacks {value}." in line for line in lines)
    assert len(lines) <= SHOPS + 12
    assert "Profile 'shop00' lacks SERVICETITAN_" in summary(reports[:1], 80)


def test_more_reasons_than_fit_a_screen(tmp_path: Path) -> None:
    """If each has a trouble of its own, the first ones are told, and how to see the others."""
    reports = shops(tmp_path / ".env", secret="your_" + "client_secret")
    text = summary(reports, 80)

    assert text.count("✗ values · ") == 12
    assert text.endswith("2 other reasons: `stnb doctor NAME` says the one of a profile.")


@pytest.mark.parametrize("length", [40, 60])
def test_long_names_leave_room_for_the_state(forty: list[Report], length: int) -> None:
    """What is wrong, or how much can be read, stands whole in each line of a narrow terminal."""
    long = [replace(r, profile=f"{n:x<{length}}") for n, r in enumerate(forty)]
    lines = summary(long, 80).splitlines()[2:42]

    assert max(map(len, lines)) <= 80
    assert lines[7].split()[1].rstrip("…") in str(long[7].profile)
    ends = {line.split(f"  {report.tenant}  ")[1] for line, report in zip(lines, long, strict=True)}
    assert ends == {"316 of 325 readable", "not in: token", "in, but: scopes"}


def test_all_without_trouble_has_no_reasons(forty: list[Report]) -> None:
    """If all is well there are only the lines."""
    lines = summary(forty[:3]).splitlines()

    assert len(lines) == 5
    assert all("316 of 325 resources can be read" in line for line in lines[2:])
