"""The documentation as a site: its pages are true, whole and linked, and Sphinx builds them."""

from __future__ import annotations

import importlib.util
import re
import shutil
import warnings
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

import stnb
from stnb.account import connecting
from stnb.cli import main
from stnb.cli.site import build, errors_page, reference, sources, tutorials
from tests.helpers.sample import EVERYTHING

GUIDE = Path(stnb.__file__).parent / "guide"

# What a stranger types into the search, and the page that is to come first.
ASKED = {
    "guide/your-tenant": "How do I get in",
    "tutorials/04-revenue": "Why does my revenue differ",
    "guide/many-tenants": "How do I read forty tenants",
    "guide/how-it-is-made": "How do I add a resource that is not there",
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages that Sphinx reads; the notebooks as they are saved."""
    folder = tmp_path_factory.mktemp("docs") / "pages"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(errors_page, "page", lambda: "# Errors and their cures\n")
        sources.make(folder, execute=False)
    return folder


def test_links_lead_somewhere(pages: Path) -> None:
    """Every link and picture of every page is there, and so is every page of the menu."""
    missing = []
    for page in pages.rglob("*.md"):
        text = page.read_text("utf-8")
        targets = re.findall(r"\]\(([^)#\s]+)\)", re.sub(r"(?ms)^(`{3,}).*?^\1$", "", text))
        menu = re.findall(r"(?ms)^```\{toctree\}\n(.*?)^```", text)
        targets += [f"{n}.*" for part in menu for n in part.split("\n") if n and n[0] != ":"]
        here = [target for target in targets if not target.startswith("http")]
        missing += [f"{page.name}: {to}" for to in here if not _found(page.parent, to)]

    assert missing == []


def _found(folder: Path, target: str) -> list[Path]:
    """The files of a target such as "../guide/demo.md" or "guide/demo.*"."""
    place = folder.joinpath(target)
    return list(place.parent.glob(place.name))


def test_what_a_stranger_asks_is_answered(pages: Path) -> None:
    """The first page leads to how to get in, revenue, forty tenants and a resource that lacks."""
    text = (pages / "index.md").read_text("utf-8")

    for name in ("guide/your-tenant", "04-revenue", "guide/many-tenants", "guide/how-it-is-made"):
        assert f"{name}.md" in text
    for page, asked in ASKED.items():
        title, _, rest = (pages / f"{page}.md").read_text("utf-8").partition("\n")
        assert title.startswith("# ")
        assert f"```{{index}} ! {asked}?\n```" in rest
    assert "stnb catalog build --specs" in (pages / "guide" / "how-it-is-made.md").read_text()
    assert "report 175" in (pages / "dictionary" / "accounting.md").read_text()


def test_an_installed_package_has_the_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the repository around it, the guide's pictures are beside the guide."""
    installed = tmp_path / "site-packages" / "stnb"
    shutil.copytree(GUIDE, installed / "guide")
    (installed / "guide" / "explorer.png").write_bytes(b"png!")
    monkeypatch.setattr(sources, "PACKAGE", installed)
    monkeypatch.setattr(tutorials, "page", lambda *_, **__: "# A tutorial\n")
    monkeypatch.setattr(errors_page, "page", lambda: "# Errors and their cures\n")
    shutil.copytree(GUIDE.parents[1] / "notebooks", installed / "notebooks")

    sources.make(tmp_path / "pages", execute=False)

    assert (tmp_path / "pages" / "guide" / "explorer.png").read_bytes() == b"png!"
    assert len(list((tmp_path / "pages" / "tutorials").glob("*.md"))) == 11


def test_all_of_the_guide_and_the_tutorials_is_there(pages: Path) -> None:
    """No page of the package is left out, and the order of the guide names pages that exist."""
    stems = {path.stem for path in GUIDE.glob("*.md")}

    assert {path.stem for path in (pages / "guide").glob("*.md")} == stems
    assert set(sources.GUIDE) <= stems
    assert len(list((pages / "tutorials").glob("*.md"))) == 11
    assert "](../../" not in "".join(p.read_text() for p in (pages / "guide").glob("*.md"))


@pytest.mark.filterwarnings("ignore::stnb.StnbWarning")
@pytest.mark.long
def test_every_cure_is_what_is_said_today() -> None:
    """Each line of the page is an error of ours, and each state of a tenant has a cause."""
    text = errors_page.page()

    for line in errors_page.LINES:
        assert f"```python\n{line}\n```\n\n> **" in text
    assert "### wrong-secret" in text
    assert "The token request failed" in text
    assert "```{index} ! 403\n```" in text
    assert text.count("> **") >= len(errors_page.LINES) + 5


def test_nobody_waits_for_pauses_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenant that asks for pauses is told of as ever, and none of them takes its time."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(connecting, "asyncio", SimpleNamespace(sleep=sleep))
    st = connecting.demo(scale=0.02, state="throttled", waits=False)
    with pytest.raises(stnb.StnbError, match="asked for a pause"):
        st.jpm.jobs.head(1)

    assert waited
    assert set(waited) == {0.0}


def test_every_public_function_is_in_the_reference() -> None:
    """What `stnb` exports stands there, functions and classes that people hold."""
    text = reference.page()

    for name in ("connect", "explore", "sync", "sql", "tenants", "doctor", "setup", "save"):
        assert f".. autofunction:: stnb.{name}\n" in text
    for name in reference.CLASSES:
        assert hasattr(stnb, name)


def notebook(folder: Path, *cells: str) -> Path:
    """A notebook with these cells of code."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_markdown_cell("See [one](01-first-pull.ipynb)")]
    made.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    path = folder / "one.ipynb"
    nbformat.write(made, path)
    return path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_notebook_is_shown_as_it_ran(tmp_path: Path) -> None:
    """Texts, tables and pictures stand below their cell, and links lead to pages; what a cell
    writes does not lie beside the notebook.
    """
    draw = "from IPython.display import Image, HTML\nImage(data=b'png!', format='png')"
    save = "open('made.csv', 'w').close()"
    cells = ("print('``` hello')", draw, "HTML('<b>bold</b>\\n\\n<i>x</i>')", save)
    text = tutorials.page(notebook(tmp_path, *cells), tmp_path / "pictures", execute=True)

    assert "](01-first-pull.md)" in text
    assert "````text\n``` hello\n````" in text
    assert '```{raw} html\n<div class="output"><b>bold</b>' in text
    [picture] = (tmp_path / "pictures").iterdir()
    assert f"](pictures/{picture.name})" in text
    assert not list(tmp_path.rglob("made.csv"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.long
def test_a_notebook_that_fails_is_named(tmp_path: Path) -> None:
    """A site with an error in it is not built."""
    with pytest.raises(stnb.UnexpectedAnswer, match=r"one\.ipynb did not run to its end"):
        tutorials.page(notebook(tmp_path, "1 / 0"), tmp_path, execute=True)


def test_without_sphinx_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the site needs is said before any page is made."""
    monkeypatch.setattr(build, "NEEDED", ("no_such_package",))

    assert main.main(["docs", "--to", "site"]) == 2
    assert 'pip install "stnb[docs]"' in capsys.readouterr().err
    assert not Path("site").exists()


@pytest.mark.skipif(not EVERYTHING, reason="Sphinx reads thousands of rows of tables")
@pytest.mark.skipif(importlib.util.find_spec("furo") is None, reason="needs stnb[docs]")
def test_sphinx_builds_it(tmp_path: Path) -> None:
    """Without a warning; each page is there, and the search has its words."""
    assert main.main(["docs", "--to", str(tmp_path / "site"), "--as-saved"]) == 0
    site = tmp_path / "site"

    assert "customfield" in (site / "searchindex.js").read_text("utf-8").lower()
    for name in ("index", "errors", "reference", "guide/your-tenant", "dictionary/jpm"):
        assert (site / f"{name}.html").is_file()
    assert not re.search(
        r'(src|href)="https?://[^"]+\.(js|css)"', (site / "index.html").read_text()
    )


def test_the_first_page_begins_as_the_readme_does(pages: Path) -> None:
    """The command that opens JupyterLab is the README's, and its lines of Python work as they
    stand.
    """
    first = (pages / "index.md").read_text("utf-8")
    readme = (GUIDE.parents[1] / "README.md").read_text("utf-8")
    (command,) = re.findall(r"```console\n\$ (.*)\n```", first)
    (lines,) = re.findall(r"(?s)```python\n(.*?)```", first)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stnb.StnbWarning)
        exec(lines, here := {})

    assert f"    {command}\n" in readme
    assert set(here["df"]["jobStatus"]) == {"Completed"}
