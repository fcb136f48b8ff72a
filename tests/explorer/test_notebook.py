"""Notebooks to start from: clean, the same each time, and run from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

import stnb
from stnb.cli import main
from stnb.credentials import scan
from stnb.errors import CannotSave
from stnb.explorer import notebook
from stnb.tables import charts
from tests.helpers.kernels import Kept, executed, notes
from tests.helpers.moments import DEMO_TODAY
from tests.helpers.sample import EVERYTHING

pytestmark = pytest.mark.usefixtures("small_demo")

CONNECT = 'import stnb\n\nst = stnb.connect("demo")'
PULL = """df = st.jpm.jobs.pull(
    jobStatus="Completed",
    limit=200,
)
df = df[df["noCharge"]]"""
CODE = f"{CONNECT}\n{PULL}"


def sources(book: Any, kind: str = "code") -> list[str]:
    return [cell.source for cell in book.cells if cell.cell_type == kind]


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    kernel = Kept()
    yield kernel
    kernel.end()


def execute(book: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, kept: Kept) -> list[Any]:
    """Run it as its reader would, in a kernel of its own or an emptied one, and give all
    outputs.
    """
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(folder / name.lower()))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    if EVERYTHING:
        executed(book, folder).execute()
    else:
        kept.execute(book, DEMO_TODAY, folder)
    return [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]


def test_it_repeats_the_pull() -> None:
    """Whose data, the pull with all lines after it, the first rows, a profile and the chart, each
    in a cell of its own.
    """
    book = notebook.notebook(CODE, 'print("chart")', "jpm.jobs")
    nbformat.validate(book)

    assert sources(book) == [
        'import stnb\n\nst = stnb.connect("demo")\nst',
        PULL,
        "df.head()",
        "stnb.profile(df)",
        'print("chart")',
    ]
    for before, cell in zip([None, *book.cells], book.cells, strict=False):
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
            assert before is not None
            assert before.cell_type == "markdown"
    said = "\n".join(sources(book, "markdown"))
    assert said.startswith("# Jobs")
    assert "## Try" in said
    assert "## Next" in said
    assert "st.jpm.jobs.count()" in said


def test_the_same_arguments_give_the_same_file() -> None:
    """Ids of cells are counted, not drawn by lot."""
    one, two = (nbformat.writes(notebook.notebook(CODE, resource="jpm.jobs")) for _ in range(2))

    assert one == two
    assert len(one) < 15_000


def said_beside(outputs: list[Any]) -> list[str]:
    """What is said on stderr, or as a note under a cell: only that a sample is one."""
    texts = [o["text"] for o in outputs if o.get("name") == "stderr"]
    texts += notes(outputs)
    return ["first rows" if ": the first " in text else text for text in texts]


@pytest.mark.parametrize(
    "code",
    [
        "",
        'import stnb\n\nst = stnb.connect("demo")',
        "import stnb\nst = stnb.connect()\nreport = st.reporting.thing()",
    ],
)
def test_without_rows_there_is_no_cell_about_them(code: str) -> None:
    """No resource, or something that is no table: still a notebook that can be run."""
    book = notebook.notebook(code)
    nbformat.validate(book)

    assert "df.head()" not in sources(book)
    for source in sources(book):
        compile(source, "cell", "exec")


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning"
)
@pytest.mark.long
def test_it_runs_with_the_chart_that_was_on_show(
    st: stnb.Account, kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Top to bottom on the demo, with the chart's own lines: rows, a profile and a picture, and no
    word on stderr but that these are the first rows.
    """
    frame = st.crm.customers.pull(active="Any", limit=200)
    code = f'{CONNECT}\ndf = st.crm.customers.pull(active="Any", limit=200)'

    outputs = execute(
        notebook.notebook(code, charts.code(charts.suggest(frame)), "crm.customers"),
        tmp_path,
        monkeypatch,
        kept,
    )

    assert said_beside(outputs) == ["first rows"]
    assert any("image/png" in o.get("data", {}) for o in outputs)
    assert str(frame["id"].iloc[0]) in str(outputs)


@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::RuntimeWarning"
)
@pytest.mark.long
def test_the_command_writes_one_that_runs(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`stnb notebook new` with filters: it says where it is, and the notebook draws a first picture
    by itself.
    """
    line = [
        "notebook",
        "new",
        "--resource",
        "crm.customers",
        "--limit",
        "100",
        "--to",
        "mine.ipynb",
    ]
    assert main.main([*line, "--active", "Any", "--filter", "createdOnOrAfter=2020-01-01"]) == 0
    assert "mine.ipynb" in capsys.readouterr().err
    book = nbformat.read("mine.ipynb", as_version=4)
    assert (
        'df = st.crm.customers.pull(active="Any", createdOnOrAfter="2020-01-01", limit=100)'
        in str(sources(book))
    )
    assert 'st = stnb.connect("demo")' in sources(book)[0]
    assert scan.find("mine.ipynb") == []

    outputs = execute(book, tmp_path, monkeypatch, kept)

    assert said_beside(outputs) == ["first rows"]
    assert any("image/png" in o.get("data", {}) for o in outputs)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        (["--resource", "jpm.jobs", "--to", "there.ipynb"], 1, "of this name already"),
        (["--resource", "jpm.jobs", "--to", "no/such/x.ipynb"], 1, "could not be written"),
        (["--resource", "jpm.jobs", "--to", "x.txt"], 2, "ends in .ipynb"),
        (["--resource", "jpm.jobbs"], 2, "jpm.jobs"),
        (["--resource", "jpm.jobs", "--filter", "jobstatuss=Done"], 2, "jobStatus"),
        (["--resource", "jpm.jobs", "--filter", "jobStatus"], 2, "has no value"),
    ],
)
def test_what_cannot_be_written(
    line: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is there, a folder that is not, and what the catalogue does not know: three
    sentences, and no notebook.
    """
    Path("there.ipynb").write_text("mine")

    assert main.main(["notebook", "new", *line]) == code
    assert said in capsys.readouterr().err
    assert [p.read_text() for p in Path.cwd().iterdir()] == ["mine"]


def test_a_notebook_is_never_replaced(tmp_path: Path) -> None:
    """`write` refuses a name that is taken."""
    path = notebook.write(notebook.notebook(CODE), tmp_path / "x.ipynb")
    before = path.read_bytes()
    with pytest.raises(CannotSave, match="of this name already"):
        notebook.write(notebook.notebook(""), path)

    assert path.read_bytes() == before


@pytest.mark.long
def test_the_profile_of_the_env_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """With one profile in the file the notebook names it, ready or not, and none of its values;
    with two one has to be named.
    """
    values = "SERVICETITAN_PHOENIX_TENANT_ID=123\nSERVICETITAN_PHOENIX_CLIENT_ID=cid.abc123\n"
    Path(".env").write_text(f"{values}SERVICETITAN_PHOENIX_CLIENT_SECRET=cs1.very-secret-indeed\n")
    main.main(
        ["notebook", "new", "--resource", "jpm.jobs", "--profile", "phoenix", "--to", "x.ipynb"]
    )
    capsys.readouterr()

    text = Path("x.ipynb").read_text()
    assert 'stnb.connect(\\"phoenix\\")' in text
    assert "very-secret" not in text
    assert "cid.abc123" not in text
