"""Setting up a profile in a notebook as a person does it; and nothing of what was typed is in the
notebook afterwards.
"""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page, expect

from stnb import demoserver as demo
from tests.browser.labkit import Lab, write_notebook
from tests.helpers.full_length import made_up

PATIENCE = 30_000
WRONG = {  # as long as real ones, and to be found again
    "Client ID": made_up("cid.", "findme0findme1findme2find"),
    "Client Secret": made_up("cs1.findmesecret", "0findme" * 5, "123"),
    "App Key": made_up("ak1.", "findmekey0findme1findme2f"),
}
RIGHT = {"Client ID": demo.CLIENT_ID, "Client Secret": demo.CLIENT_SECRET, "App Key": demo.APP_KEY}


def test_what_is_typed_stays_out_of_the_notebook(lab: Lab) -> None:
    """Practise in JupyterLab, once refused and once saved: the file is private, and neither
    notebook nor checkpoint has a value.
    """
    frames = _listen(lab.page)
    write_notebook(
        lab.notebooks / "setup.ipynb", "import stnb\nui = stnb.setup(env_file='practice.env')\nui"
    )
    lab.open("setup.ipynb").run_all()
    form = lab.output(0).locator(".stnb-setup")
    form.get_by_label("Environment").select_option("demo")
    form.get_by_label("Profile").fill("practice")
    form.get_by_label("Tenant ID").fill(str(demo.TENANT))

    _type(form, WRONG)
    assert not any(value in frame for frame in frames for value in WRONG.values()), (
        "typing alone sends nothing"
    )
    expect(form.get_by_label("Client Secret", exact=True)).to_have_attribute("type", "password")
    form.get_by_role("button", name="Show Client Secret").click()
    expect(form.get_by_label("Client Secret", exact=True)).to_have_attribute("type", "text")
    lab.save()
    form.get_by_role("button", name="Try and save").click()
    expect(form.locator(".answer.is-wrong")).to_contain_text(
        "The pair was refused", timeout=PATIENCE
    )
    _is_empty(form)
    _save_twice(lab)

    _type(form, RIGHT)
    form.get_by_label("App Key", exact=True).press("Enter")
    expect(form.locator(".answer.is-ok")).to_contain_text(
        "They work, and are saved", timeout=PATIENCE
    )
    _is_empty(form)
    _save_twice(lab)

    file = lab.notebooks / "practice.env"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"SERVICETITAN_PRACTICE_CLIENT_SECRET={demo.CLIENT_SECRET}" in file.read_text()
    assert any(demo.CLIENT_SECRET in frame for frame in frames), (
        "it went to the kernel, or this proves nothing"
    )
    assert _found_in(lab.notebooks.parent, but=file) == [], "also in logs, histories and settings"
    book = nbformat.read(str(lab.notebooks / "setup.ipynb"), 4)
    assert book.metadata["widgets"], "the state was to be saved, or this proves nothing"
    lab.run_cell(
        lab.add_cell(
            "str(ui.get_state()), repr(ui), get_ipython().kernel.get_parent('shell'), ui._held"
        )
    )
    assert not [value for value in (*WRONG.values(), *RIGHT.values()) if value in lab.text(1)]
    assert lab.errors == []


def _type(form: Locator, values: dict[str, str]) -> None:
    for label, value in values.items():
        field = form.get_by_label(label, exact=True)
        field.fill("")
        field.press_sequentially(value)
        expect(
            form.locator(".field", has=form.page.get_by_label(label, exact=True)).locator(".hint")
        ).to_have_class(re.compile("is-(ok|hint)"))


def _is_empty(form: Locator) -> None:
    """The page keeps no secret that was tried, and masks what comes next."""
    for label in ("Client Secret", "App Key"):
        expect(form.get_by_label(label, exact=True)).to_have_value("")
        expect(form.get_by_label(label, exact=True)).to_have_attribute("type", "password")


def _listen(page: Page) -> list[str]:
    """What the page sends from now on."""
    sent: list[str] = []

    def hear(frame: str | bytes) -> None:
        sent.append(frame if isinstance(frame, str) else frame.decode("utf-8", "replace"))

    page.on("websocket", lambda socket: socket.on("framesent", hear))
    return sent


def _save_twice(lab: Lab) -> None:
    """The second time, the checkpoint is of what was saved before."""
    for _ in range(2):
        lab.command("docmanager:save")


def _found_in(folder: Path, but: Path) -> list[Any]:
    """The files under a folder, hidden ones and checkpoints too, that hold a value or a part of a
    secret.
    """
    parts = {*WRONG.values(), *RIGHT.values(), "findmesecret", "findmekey"}
    files = [file for file in folder.rglob("*") if file.is_file() and file != but]
    assert [file for file in files if ".ipynb_checkpoints" in file.parts], (
        "a checkpoint was to be there"
    )
    return [(file, part) for file in files for part in parts if part.encode() in file.read_bytes()]


def test_shapes_are_judged_as_they_are_typed(lab: Lab) -> None:
    """The page judges without the kernel: swapped values, a tenant that is no number, a way that is
    closed.
    """
    write_notebook(
        lab.notebooks / "shapes.ipynb", "import stnb\nstnb.setup()", "import time; time.sleep(600)"
    )
    lab.open("shapes.ipynb").run_cell(0)
    form = lab.output(0).locator(".stnb-setup")
    expect(form.locator(".steps li")).to_have_count(6)
    lab.run_cell(1, wait=False)

    for label, value, said in [
        ("Tenant ID", "985,798,691", "Digits alone"),
        ("Client ID", WRONG["Client Secret"], "looks like the Client Secret"),
        ("Client Secret", "  ****  ", "mask"),
        ("App Key", "odd", "mostly begins with ak1."),
        ("Profile", "two words", "letter first"),
    ]:
        form.get_by_label(label, exact=True).fill(value)
        expect(form.locator(".hint", has_text=said)).to_have_count(1)
    form.get_by_role("button", name="Try and save").click()
    expect(form.get_by_label("Profile")).to_be_focused()
    expect(form.locator(".status")).to_have_text("")

    form.get_by_label("Who are you?").select_option("plain")
    form.get_by_label("Environment").select_option("production")
    expect(form.locator(".form")).to_be_hidden()
    expect(form.locator(".steps")).to_contain_text("a customer's tenant")
    lab.command("notebook:interrupt-kernel")
    assert lab.errors == []
