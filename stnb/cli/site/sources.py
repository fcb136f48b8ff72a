"""The folder of pages that Sphinx reads."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from stnb.account.dictionary import markdown
from stnb.account.dictionary.gather import bundled

from . import errors_page, reference, tutorials

PACKAGE = Path(__file__).parents[2]
TUTORIAL = re.compile(r"\]\(\.\./\.\./notebooks/([\w-]+)\.ipynb\)")
PICTURE = re.compile(r"\]\(\.\./\.\./\.github/([\w-]+\.png)\)")
PAPER = re.compile(r"\[([^\]]+)\]\(\.\./\.\./[^)]+\)")
QUESTION = re.compile(r"^\| ([^|]+\?) \| (.+) \|$", re.MULTILINE)
ANSWER = re.compile(r"\]\(([\w/-]+)\.md\)")
# What a reader needs first comes first; pages that are not named here follow.
GUIDE = (
    "your-tenant",
    "what-you-can-rely-on",
    "explorer",
    "tables",
    "reports",
    "large-pulls",
    "many-tenants",
    "demo",
    "command-line",
    "when-something-goes-wrong",
    "how-it-is-made",
)


def make(folder: Path, *, execute: bool) -> None:
    """Write all pages into an empty folder.

    Args:
        execute: whether the notebooks run, on the demo tenant; else they stand as they are saved.

    Raises:
        UnexpectedAnswer: a cell of a notebook failed.
    """
    for name in ("guide", "tutorials", "dictionary"):
        (folder / name).mkdir(parents=True)
    guide = list(_guide(folder / "guide"))
    lessons = list(_tutorials(folder / "tutorials", execute=execute))
    modules = list(_dictionary(folder / "dictionary"))
    _write(folder / "errors.md", errors_page.page())
    _write(folder / "reference.rst", reference.page())
    first = resources.files(__package__).joinpath("index.txt").read_text("utf-8")
    _name_questions(first, folder)
    parts = [
        first,
        _tree("Guide", [f"guide/{name}" for name in guide]),
        _tree("Tutorials", [f"tutorials/{name}" for name in lessons]),
        _tree("Look up", ["dictionary/index", "errors", "reference"]),
    ]
    _write(folder / "index.md", "\n".join(parts))
    with (folder / "dictionary" / "index.md").open("a", encoding="utf-8") as file:
        file.write("\n" + _tree("", modules))


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _name_questions(first: str, folder: Path) -> None:
    """Have the search find each question of the first page on the pages that answer it.

    The search wants all words of a question on one page; entries of the index are compared whole.
    """
    for question, answers in QUESTION.findall(first):
        for name in ANSWER.findall(answers):
            page = folder / f"{name}.md"
            title, _, rest = page.read_text("utf-8").partition("\n")
            entry = f"```{{index}} ! {question}\n```"
            _write(page, f"{title}\n\n{entry}\n{rest}")


def _tree(title: str, names: list[str]) -> str:
    """The part of the menu that leads to some pages."""
    caption = f":caption: {title}\n" if title else ""
    return "\n".join(["```{toctree}", f":hidden:\n{caption}", *names, "```", ""])


def _guide(folder: Path) -> Iterator[str]:
    found = sorted((PACKAGE / "guide").glob("*.md"), key=_place)
    for path in found:
        text = TUTORIAL.sub(r"](../tutorials/\1.md)", path.read_text("utf-8"))
        for name in PICTURE.findall(text):
            _copy_picture(name, folder)
        text = PICTURE.sub(r"](\1)", text)
        _write(folder / path.name, PAPER.sub(r"\1", text))  # the papers are not on the site
        yield path.stem


def _place(path: Path) -> tuple[int, str]:
    if path.stem in GUIDE:
        return GUIDE.index(path.stem), path.stem
    return len(GUIDE), path.stem


def _copy_picture(name: str, folder: Path) -> None:
    own = PACKAGE.parent / ".github" / name
    installed = PACKAGE / "guide" / name  # a wheel has it there
    shutil.copyfile(own if own.is_file() else installed, folder / name)


def _tutorials(folder: Path, *, execute: bool) -> Iterator[str]:
    source = PACKAGE.parent / "notebooks"
    if not source.is_dir():
        source = PACKAGE / "notebooks"
    for path in sorted(source.glob("*.ipynb")):
        text = tutorials.page(path, folder / "pictures", execute=execute)
        _write(folder / f"{path.stem}.md", text)
        yield path.stem


def _dictionary(folder: Path) -> Iterator[str]:
    facts = bundled()
    _write(folder / "index.md", markdown.index(facts))
    for module in facts["modules"]:
        _write(folder / f"{module}.md", markdown.module_page(facts, module, drawn=False))
        yield module
