"""What a reader meets by typing: the exported names, completion, signatures and reprs."""

from __future__ import annotations

import ast
import datetime as dt
import importlib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from IPython.core.completer import IPCompleter, provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

import stnb
from stnb.account import completing
from stnb.errors.misused import WrongUse
from stnb.errors.rooms import WRITTEN
from stnb.pull import dates
from tests.helpers.sample import of_each

pytestmark = pytest.mark.usefixtures("small_demo")

ROOT = Path(__file__).parents[2]


def test_exported_names_exist_and_are_sorted() -> None:
    """`__all__` is in order, complete, and holds nothing that is not there."""
    assert sorted(stnb.__all__) == list(stnb.__all__)
    assert all(hasattr(stnb, name) for name in stnb.__all__)


def test_every_error_is_exported() -> None:
    """A reader can name every error and warning as `stnb.X`."""
    families = [stnb.StnbError, stnb.StnbWarning]
    for family in families:
        families.extend(family.__subclasses__())

    assert {f.__name__ for f in families if f.__module__ == "stnb.errors"} <= set(stnb.__all__)


@pytest.fixture(scope="module")
def shell() -> InteractiveShell:
    """One for all of these tests: as the process ends, each shell collects all garbage anew."""
    return InteractiveShell()


def completions(shell: InteractiveShell, text: str, *, jedi: bool) -> set[str]:
    completer: IPCompleter = shell.Completer
    completer.use_jedi = jedi
    with provisionalcompleter():
        return {c.text.lstrip(".") for c in completer.completions(text, len(text))}


COMPLETED = {
    "st.": {"jpm", "crm", "accounting", "find", "resources"},
    "st.jpm.": {"jobs", "appointments", "export", "job_cancel_reasons"},
    "st.jpm.jobs.": {"pull", "count", "columns", "notes", "history"},
    "st.jpm.export.": {"jobs", "appointments"},
    "st.jpm.jobs.pull(job": {"jobStatus=", "jobTypeId="},
    "jobs.pull(completed": {"completedOnOrAfter=", "completedBefore="},
    "jobs.where(completed": {"completedOnOrAfter=", "completedBefore="},
    "jobs.start(conc": {"concurrency="},
    "done.": {"where", "url", "count", "head", "pull", "pages", "start"},
}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(("text", "jedi"), of_each(COMPLETED, ["with Jedi", "without Jedi"]))
def test_names_complete(shell: InteractiveShell, st: stnb.Account, text: str, jedi: str) -> None:
    """Modules, resources, verbs and filters complete, with and without Jedi."""
    shell.user_ns.update(st=st, jobs=st.jpm.jobs, done=st.jpm.jobs.where())

    assert COMPLETED[text] <= completions(shell, text, jedi=jedi == "with Jedi")


def test_resources_complete_as_keys(st: stnb.Account) -> None:
    """`st["` offers every resource's name."""
    assert "jpm.jobs" in st._ipython_key_completions_()
    assert len(st._ipython_key_completions_()) == len(st.catalog)


def test_pull_has_the_filters_in_its_signature(st: stnb.Account) -> None:
    """`inspect.signature(jobs.pull)` and its help name the resource's own filters, required ones
    first.
    """
    parameters = inspect.signature(st.jpm.jobs.notes.pull).parameters

    assert next(iter(parameters)) == "id"
    assert parameters["id"].default is inspect.Parameter.empty
    assert "jobStatus: string; Scheduled, Dispatched" in (st.jpm.jobs.pull.__doc__ or "")


def test_no_child_hides_behind_a_verb(st: stnb.Account) -> None:
    """No resource's name is also a verb or property of the resource above it."""
    own = {n for n in dir(type(st.jpm.jobs)) if not n.startswith("_")} | {"name", "endpoint"}
    account = {n for n in dir(type(st)) if not n.startswith("_")} | {"catalog"}
    parents = {e.name for e in st.catalog}
    for endpoint in st.catalog:
        above, _, last = endpoint.name.rpartition(".")
        assert last == "get" or above not in parents or last not in own, endpoint.name
    assert not account & set(st.catalog.modules)


def test_every_resource_is_an_attribute(st: stnb.Account) -> None:
    """What `find` names can be typed, and is the same resource."""
    for endpoint in st.catalog:
        if endpoint.name.endswith(".get"):
            continue
        there: object = st
        for part in endpoint.name.split("."):
            there = getattr(there, part)
        assert there.name == endpoint.name, endpoint.name  # type: ignore[attr-defined]


def test_reprs_are_honest_and_send_nothing(st: stnb.Account) -> None:
    """Every object has a short repr; none asks for a token or shows a secret."""
    secrets = [
        getattr(st._session.credentials, n).reveal()
        for n in ("client_id", "client_secret", "app_key")
    ]
    objects = [
        st,
        st.jpm,
        st.jpm.jobs,
        st.jpm.jobs.pull,
        st.jpm.jobs.where,
        st.jpm.jobs.where(jobStatus="Completed"),
        st.catalog,
        st._session,
        st._session.credentials,
        *stnb.profiles(),
    ]
    texts = [repr(o) for o in objects] + [
        st.jpm.jobs._repr_html_(),
        st.jpm.jobs.where(jobStatus="Completed")._repr_html_(),
    ]

    assert repr(st).startswith("<stnb demo · demo · tenant ")
    assert all(not any(s in text for s in secrets) for text in texts)
    assert st._session.token_requests == 0


def test_readable_resources_are_counted_once_a_token_is_there(st: stnb.Account) -> None:
    """After a first pull the repr has the number of readable resources, from the token itself."""
    before = repr(st)
    st.jpm.jobs.head(1)

    assert "readable" not in before
    assert f"of {len(st.catalog)} resources readable" in repr(st)
    assert st.find("jobs")["readable"].iloc[0]


def test_every_room_is_known() -> None:
    """The folders of the package are those that it knows, with what to write in place of a call."""
    folders = {path.parent.name for path in Path(stnb.__file__).parent.glob("*/__init__.py")}

    assert folders - {"catalog", "errors"} == stnb._ROOMS
    assert {*stnb._ROOMS, *stnb._MODULES} == set(WRITTEN)


@pytest.mark.parametrize("room", sorted(WRITTEN))
def test_a_room_that_is_called_says_what_to_write(room: str) -> None:
    """`stnb.pull("jpm.jobs")` names the call that was meant, and repeats nothing that it got."""
    with pytest.raises(WrongUse) as raised:
        getattr(stnb, room)("se" + "cret", key="se" + "cret")

    assert raised.value.happened == f"stnb.{room} cannot be called."
    assert WRITTEN[room] in raised.value.next
    assert "se" + "cret" not in str(raised.value)


def test_what_a_called_room_says_to_write_is_there() -> None:
    """Each name that stands in place of a call can be used: no sentence leads to another error."""
    started, account = stnb.connect("demo"), "stnb.connect()."
    for written in WRITTEN.values():
        call = written.removeprefix("st = ")
        if call.startswith("`"):
            continue
        at: object = started if call.startswith(account) else stnb
        path = call.removeprefix(account).removeprefix("stnb.").partition("(")[0]
        for part in path.split("."):
            at = getattr(at, part)
        assert callable(at) == ("(" in call.removeprefix(account)), written


CALLED_FIRST = """
import stnb
{before}
try:
    stnb.{room}()
except TypeError as error:
    print(type(error).__name__, "Write" in str(error))
from stnb import {room}
print({room}.__name__)
"""


@pytest.mark.parametrize("before", ["", "import stnb.{room}", "from stnb.{room} import *"])
def test_a_room_answers_however_it_came(before: str) -> None:
    """A call is answered alike in a fresh process and after an import, and imports go on."""
    room = "credentials"  # it loads the least
    script = CALLED_FIRST.format(room=room, before=before.format(room=room))
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert ran.stdout.split() == ["WrongUse", "True", "stnb.credentials"], ran.stderr


PAGES = [
    "README.md",
    *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("notebooks/*.ipynb")),
    *sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("stnb/guide/*.md")),
]


# What a fresh process has loaded after each step, of what it is to do without, and which names of
# the pages it does not find.
FRESH = """
import json, sys
import stnb
offered = {*dir(stnb), *stnb._MODULES}  # before one name loads what another needs
given = json.load(sys.stdin)
loaded = {"stnb": [name for name in given["stnb"] if name in sys.modules]}
import stnb.explorer
loaded["stnb.explorer"] = [name for name in given["stnb.explorer"] if name in sys.modules]

def found(name):
    at, parts = stnb, name.strip(".").split(".")
    for part in parts:
        if not hasattr(at, part):
            return False
        at = getattr(at, part)
    return parts[0] in offered

missing = {page: [n for n in names if not found(n)] for page, names in given["pages"].items()}
print(json.dumps({"loaded": loaded, "missing": missing}))
"""
HEAVY = {
    "stnb": ["ipywidgets", "anywidget", "starlette", "stnb.demoserver", "IPython", "matplotlib"],
    "stnb.explorer": ["nbformat", "jsonschema", "matplotlib"],
}
HEAVY["stnb"] += ["pandas", "tqdm"]


@pytest.fixture(scope="module")
def fresh() -> dict[str, Any]:
    """What is seen of a fresh process; one for all of these tests."""
    given = {**HEAVY, "pages": {page: _named(page) for page in PAGES}}
    run = subprocess.run(
        [sys.executable, "-c", FRESH],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
    )
    seen: dict[str, Any] = json.loads(run.stdout)
    return seen


@pytest.mark.parametrize("module", HEAVY)
@pytest.mark.long
def test_an_import_is_light(module: str, fresh: dict[str, Any]) -> None:
    """`import stnb` loads neither pandas nor the widgets nor the demo nor a server, and
    `stnb.explorer` leaves alone what only a saved notebook or a chart needs.
    """
    assert fresh["loaded"][module] == []


def _named(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    functions = re.findall(r"\bstnb((?:\.[a-z_]\w*){1,2})(?=\()", text)
    return sorted({*functions, *re.findall(r"\bstnb(\.[A-Z]\w+)", text)})


@pytest.mark.parametrize("page", PAGES)
def test_what_the_pages_name_is_there(page: str, fresh: dict[str, Any]) -> None:
    """Every `stnb.name` and `stnb.room.name` of the README, the guide and the notebooks exists in a
    fresh process.
    """
    assert _named(page) or page.startswith("stnb/guide/")
    assert fresh["missing"][page] == []


def test_what_an_editor_sees_is_what_is_loaded() -> None:
    """The names that a type checker reads are those that are loaded on demand, from there."""
    tree = ast.parse(Path(stnb.__file__).read_text("utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {}
    for node in ast.walk(block):
        if isinstance(node, ast.ImportFrom) and node.level:
            seen |= {alias.asname or alias.name: node.module for alias in node.names}
    modules = {"catalog", "pictures"}

    assert seen.keys() - modules == stnb._HOMES.keys()
    assert stnb._HOMES.keys() | modules <= {*stnb.__all__, *modules}
    for name in stnb._HOMES:
        there = importlib.import_module(f"stnb.{seen[name]}")
        assert getattr(there, name) is getattr(stnb, name)


# -- inside a call, and what is not there


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("jedi", [True, False], ids=["with Jedi", "without Jedi"])
@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("st.jpm.jobs.pull(", ["ids=", "number=", "projectId="]),
        ("df = jobs.pull(job", ["jobStatus=", "jobTypeId="]),
        ("x = 1\ndf = jobs.where(\n    jobStatus='Hold',\n    c", ["customerId=", "campaignId="]),
        ('jobs.pull(jobStatus="', ["Scheduled", "Dispatched", "InProgress"]),
        ('jobs.pull(limit=5, jobStatus="C', ["Completed", "Canceled"]),
        ("st['jpm.jobs'].pull(jobStatus='h", ["Hold"]),
        ("jobs.count(jobSt", ["jobStatus="]),
    ],
)
def test_a_call_completes_with_filters_first_and_with_values(
    shell: InteractiveShell,
    st: stnb.Account,
    text: str,
    first: list[str],
    jedi: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Inside the brackets the resource's filters come before anything else, those given already
    left out; between quotes its values.
    """
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    completing.install()
    completing.install()
    shell.user_ns.update(st=st, jobs=st.jpm.jobs)
    shell.Completer.use_jedi = jedi

    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))

    assert [c.text for c in found][: len(first)] == first
    assert text[found[0].start : found[0].end] == re.split(r"[\s('\"]", text)[-1]
    assert sum(isinstance(m, completing.Matcher) for m in shell.Completer.custom_matchers) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ('completedOnOrAfter="last 9', ["last 90 days"]),
        ("completedBefore='to", ["today", "tomorrow"]),
        ('jobStatus="Hold", createdOnOrAfter="', ["today", "yesterday", "this week"]),
        ('modifiedBefore="2026', ["2026-07-15"]),
    ],
)
def test_dates_complete_by_phrases_and_by_a_day(
    typed: str,
    offered: list[str],
    shell: InteractiveShell,
    st: stnb.Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between the quotes of a date filter: what `pull` takes there, with its spaces."""
    monkeypatch.setattr(completing.clock, "today", lambda: dt.date(2026, 7, 15))
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    completing.install()
    shell.user_ns["jobs"] = st.jpm.jobs
    text = f"jobs.pull({typed}"
    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))

    assert [c.text for c in found][: len(offered)] == offered
    assert text[found[0].start : found[0].end] == re.split("[\"']", typed)[-1]
    for each in found:
        assert dates.moment(each.text, dt.UTC, st._session.now()) is not None


@pytest.mark.parametrize(
    "text",
    ["", "print(", "foo.pull(", "st.pull(x=1, y", "os.path(", "(", 'jobs.pull(number="', "a[0].b("],
)
def test_elsewhere_nothing_of_ours_is_offered(st: stnb.Account, text: str) -> None:
    """Outside a call of our verbs, and where no values are known, IPython speaks alone."""
    assert completing.completions(text, {"st": st, "jobs": st.jpm.jobs, "a": [1]})[1] == []


def test_nothing_runs_when_a_call_completes(st: stnb.Account) -> None:
    """A property of somebody else's object is not read for the Tab key."""

    class Dangerous:
        @property
        def jobs(self) -> Any:
            raise AssertionError("it ran")

    assert completing.completions("d.jobs.pull(", {"d": Dangerous()}) == ("", [])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("window", "st.window"),
        ("jobs", "st.jpm.jobs"),
        ("customer", "st.crm.customers"),
        ("jpm", "st.jpm"),
        ("demos", "stnb.demo"),
        ("load", "pd.read_parquet"),
    ],
)
def test_a_name_of_an_account_is_named(name: str, words: str) -> None:
    """`stnb.window` is an AttributeError that says where it is."""
    with pytest.raises(AttributeError, match=re.escape(words)):
        getattr(stnb, name)
    assert not hasattr(stnb, name)


@pytest.mark.parametrize(
    ("name", "words"),
    [("jobs", "st.jpm.jobs"), ("customer", "st.crm.customers"), ("contacts", "st.crm.contacts")],
)
def test_a_resource_without_its_module_is_named(st: stnb.Account, name: str, words: str) -> None:
    """`st.jobs` says `st.jpm.jobs`."""
    with pytest.raises(stnb.UnknownResource, match=re.escape(words)):
        getattr(st, name)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("jedi", [True, False], ids=["with Jedi", "without Jedi"])
def test_the_package_shows_no_inner_names(shell: InteractiveShell, jedi: bool) -> None:
    """`stnb.` and the Tab key offer what is public."""
    shell.user_ns["stnb"] = stnb
    public = {name for name in dir(stnb) if not name.startswith("_")}

    assert public == {name for name in stnb.__all__ if not name.startswith("_")} | {
        "catalog",
        "pictures",
    }
    offered = {name for name in completions(shell, "stnb.", jedi=jedi) if not name.startswith("_")}
    assert {"connect", "demo", "explore"} <= offered
    assert not {"annotations", "Any", "importlib", "TYPE_CHECKING", "pd"} & offered
