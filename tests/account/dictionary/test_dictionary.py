"""The data dictionary: complete, true to the catalogue, and safe whatever a tenant wrote."""

from __future__ import annotations

import html.parser
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

import stnb
from stnb.account.account import Account
from stnb.account.dictionary import markdown, page
from stnb.account.dictionary.context import context
from stnb.account.dictionary.gather import bundled
from stnb.account.dictionary.of_tenant import named_by
from stnb.account.dictionary.write import write
from stnb.catalog import load
from stnb.catalog.store import walk
from stnb.cli import main
from tests.helpers.fake_tenant import FakeTenant

HOSTILE = "</td><script>alert(1)</script>|`x`\n# [a](javascript:b) <img src=x onerror=y>\u202e"


class Page(html.parser.HTMLParser):
    """The ids, links, tags and text of a page, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes.update(given)
        if "id" in given:
            self.ids.add(str(given["id"]))
        if "href" in given:
            self.links.add(str(given["href"]))


@pytest.mark.parametrize("written", [markdown.index, page.page])
def test_the_resources_are_counted_as_everywhere(written: Any) -> None:
    """The number is the catalogue's, and it is said which of them have no entry of their own."""
    catalog = load()
    lists = [name for name in catalog.endpoints if not name.endswith(".get")]
    said = " ".join(re.sub(r"<[^>]*>", " ", written(bundled())).split())

    assert f"{len(catalog)} resources of the ServiceTitan API: {len(lists)} stand here" in said
    assert f"{len(catalog) - len(lists)} more read one record" in said
    assert {name.removesuffix(".get") for name in catalog.endpoints} == set(lists)


def test_every_resource_stands_in_every_form() -> None:
    """Resources but for records, with all columns and filters, in the page, Markdown and JSON."""
    facts = bundled()
    expected = {each.name for each in load() if not each.name.endswith(".get")}
    shown = Page(page.page(facts))
    pages = "\n".join(markdown.module_page(facts, module) for module in facts["modules"])

    assert {each["name"] for each in facts["resources"]} == expected
    assert expected <= shown.ids
    assert set(re.findall(r"^## (\S+)$", pages, re.MULTILINE)) == expected
    for each in facts["resources"]:
        endpoint = load()[each["name"]]
        assert [one["name"] for one in each["columns"]] == [p for p, _ in walk(endpoint.columns)]
        assert {one["name"] for one in each["filters"]} == {p.py for p in endpoint.filters}
        assert each["scope"] == (endpoint.scope or "")


def test_links_of_the_page_lead_somewhere() -> None:
    """Each link within the page, to a module or a resource, has its place; none leads out."""
    shown = Page(page.page(bundled()))

    assert {link.removeprefix("#") for link in shown.links} <= shown.ids
    assert "src" not in shown.attributes


def test_columns_have_meanings_and_traps_are_said() -> None:
    """What is easily misread stands with the resource."""
    by_name = {each["name"]: each for each in bundled()["resources"]}

    assert all(one["meaning"] for each in by_name.values() for one in each["columns"])
    assert any("revenue" in trap for trap in by_name["jpm.jobs"]["traps"])
    assert any(
        "calculatePrices" in t or "switch" in t for t in by_name["pricebook.services"]["traps"]
    )
    assert any("15 minutes" in trap for trap in by_name["jpm.export.jobs"]["traps"])


def test_diagrams_draw_links_of_the_catalogue() -> None:
    """Each arrow of a module's diagram is a link, between names that exist."""
    text = markdown.module_page(bundled(), "jpm")
    [drawn] = re.findall(r"```mermaid\n(.+?)```", text, re.DOTALL)
    arrows = re.findall(r'\["([\w.]+)"\] -->\|"[^"|]+"\| \w+\["([\w.]+)"\]', drawn)

    assert ("jpm.jobs", "crm.customers") in arrows
    assert len(arrows) == drawn.count("-->")
    assert all(name in load() for pair in arrows for name in pair)


def test_tables_have_as_many_cells_as_heads() -> None:
    """No value of a cell ends it."""
    for module in bundled()["modules"]:
        width = 0
        for line in markdown.module_page(bundled(), module).splitlines():
            cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert not (cells and width) or cells == width
            width = cells


def test_the_text_for_a_model_is_compact_and_whole() -> None:
    """Every list stands in it with its filters; the text is small enough for a model to read."""
    text = context(bundled())
    lists = [each["name"] for each in bundled()["resources"] if ".export." not in each["name"]]

    assert len(text.encode()) < 200_000
    assert set(lists) <= set(re.findall(r"^([a-z_.0-9]+): ", text, re.MULTILINE))
    assert "customerId->crm.customers" in text


@pytest.mark.long
def test_the_command_writes_the_folder(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is sent; other files of the folder stay, and the same call replaces its own."""
    Path("out").mkdir()
    Path("out/mine.txt").write_text("x")

    assert main.main(["dictionary", "--to", "out"]) == 0
    assert main.main(["dictionary", "--to", "out"]) == 0
    names = set(os.listdir("out"))
    assert {"index.html", "dictionary.json", "context.txt", "README.md", "jpm.md"} <= names
    assert "tenant.md" not in names
    assert Path("out/mine.txt").read_text() == "x"
    assert json.loads(Path("out/dictionary.json").read_text("utf-8"))["format"] == 1
    assert "index.html" in capsys.readouterr().err


def test_links_between_the_pages_lead_somewhere(tmp_path: Path) -> None:
    """The index links the page of each module."""
    write(tmp_path / "out", stnb.demo(scale=0.02))
    linked = re.findall(r"\]\((\S+?)\)", (tmp_path / "out" / "README.md").read_text("utf-8"))

    assert len(linked) > len(load().modules) / 2
    assert all((tmp_path / "out" / name).is_file() for name in linked)


def test_a_tenant_is_named_and_its_files_are_private(tmp_path: Path) -> None:
    """Custom fields, tags and business units stand in every form, readable by their owner alone."""
    st = stnb.demo(scale=0.02)
    files = write(tmp_path, st)
    unit = st.settings.business_units.pull(active="Any")["name"][0]

    for name in ("index.html", "dictionary.json", "context.txt", "tenant.md"):
        assert unit in (tmp_path / name).read_text("utf-8")
    field = st.crm.customers.custom_fields.pull()["name"][0]
    assert field in (tmp_path / "tenant.md").read_text("utf-8")
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def hostile_tenant() -> Account:
    """A tenant whose every name is a trap; one list cannot be read."""

    def answer(request: httpx.Request) -> httpx.Response:
        if "tag-types" in request.url.path:
            return httpx.Response(403, json={"title": HOSTILE})
        row: dict[str, Any] = {"id": 1, "name": HOSTILE, "active": True}
        row |= {"dataType": "Text", "dataTypeOptions": [HOSTILE]}
        return httpx.Response(200, json={"data": [row], "hasMore": False, "totalCount": 1})

    return Account(FakeTenant(answer).session())


@pytest.mark.filterwarnings("ignore::stnb.StnbWarning")
@pytest.mark.long
def test_hostile_names_are_shown_and_never_carried_out() -> None:
    """Markup, tables and control characters in a tenant's names stay text, in page and Markdown."""
    facts = {**bundled(), "tenant": named_by(hostile_tenant())}
    plain, shown = Page(page.page(bundled())), Page(page.page(facts))
    text = markdown.tenant_page(facts["tenant"])

    assert facts["tenant"]["lists"]
    assert list(facts["tenant"]["problems"]) == ["settings.tag_types"]
    assert shown.tags.count("script") == plain.tags.count("script") == 1
    assert set(shown.tags) == set(plain.tags)
    assert shown.attributes == plain.attributes
    assert "\u202e" not in text + page.page(facts) + context(facts)
    assert not re.search(r"(?<!\\)<(script|img)", text)
    assert not re.search(r"(?<!\\)\]\(javascript", text)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """A file in the folder's place is an error in words."""
    (tmp_path / "out").write_text("x")

    with pytest.raises(stnb.CannotSave, match="The dictionary was not written"):
        write(tmp_path / "out")
