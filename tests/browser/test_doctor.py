"""The doctor as a person meets it: filling in, naming the cause, and examined again once it is
mended.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from stnb import demoserver as demo
from tests.browser.labkit import Lab, write_notebook

SECRETS = (demo.APP_KEY, demo.CLIENT_SECRET)
PATIENCE = 30_000


def test_the_doctor_in_the_page(lab: Lab) -> None:
    """It names the cause and whom to ask, offers another look, sees the cure, and leaves a static
    copy without a secret.
    """
    write_notebook(
        lab.notebooks / "doctor.ipynb",
        "import stnb\nst = stnb.demo(state='disabled')\nui = stnb.doctor(st)\nui",
        "st.app.state.name = 'healthy'",
    )
    lab.open("doctor.ipynb").run_cell(0)
    report = lab.output(0).locator(".stnb-doctor")
    verdict = report.locator(".verdict")
    expect(verdict).to_contain_text("disabled there, or not connected yet", timeout=PATIENCE)
    expect(report.locator(".hint")).to_contain_text("the tenant's admin")
    expect(report.locator(".check", has_text="scopes")).to_contain_text("not tried")

    again = report.get_by_role("button", name="Examine again")
    expect(again).to_be_enabled(timeout=PATIENCE)
    lab.run_cell(1)
    again.click()
    expect(verdict).to_contain_text("You are in", timeout=PATIENCE)
    expect(report.locator(".modules summary")).to_contain_text(
        re.compile(r"23 of 23 modules answered"), timeout=PATIENCE
    )

    expect(again).to_be_enabled(timeout=PATIENCE)
    lab.save()
    saved = (lab.notebooks / "doctor.ipynb").read_text()
    assert "You are in" in saved
    assert not [secret for secret in SECRETS if secret in saved]
    assert lab.errors == []
