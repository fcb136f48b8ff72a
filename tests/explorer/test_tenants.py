"""Several profiles are read as one table in the explorer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest

import stnb
from stnb.account.account import Account
from stnb.account.tenants import linked
from stnb.credentials import DEMO, Profile
from stnb.errors import TenantsFailed
from stnb.explorer import Explorer, notebook, python_lines
from stnb.explorer.state import State
from tests.helpers.warned import quiet

pytestmark = pytest.mark.usefixtures("small_demo")

ROWS = 30
PROFILES = [
    Profile("mesa", "custom", 1, True, tags=("west",)),
    Profile("yuma", "custom", 2, True, tags=("west",)),
    Profile("miami", "custom", 3, True),
    Profile("unset", None, None, False, problem="It has no CLIENT_ID."),
    Profile(DEMO, DEMO, None, True),
]
Make = Callable[..., Explorer]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes an explorer of three tenants; `disabled` names those that refuse."""
    made: list[Explorer] = []
    accounts: dict[str, Account] = {}

    def of(*tenants: str, disabled: tuple[str, ...] = (), **chosen: Any) -> Explorer:
        for seed, name in enumerate(("mesa", "yuma", "miami", DEMO)):
            state = "healthy"
            if name in disabled:
                state = "disabled"
            accounts[name] = stnb.demo(seed=seed, scale=0.01, state=state)
        given = {"resource": "jpm.jobs", "limit": ROWS, **chosen}
        first = (*tenants, "mesa")[0]
        state_of = State(profile=first, tenants=tenants, **given)
        ui = Explorer(state_of, PROFILES, lambda name: accounts[name])
        made.append(ui)
        return ui

    yield of
    for ui in made:
        ui._screen.id_names.wait()
        ui.close()


def pulled(ui: Explorer) -> pd.DataFrame:
    """The rows of a pull."""
    ui.pull()
    frame = quiet(lambda: ui.wait(60))
    assert frame is not None
    return frame


def test_the_menu_offers_ready_profiles_and_their_tags(make: Make) -> None:
    """The demo is not among them: made-up rows do not belong between real ones."""
    menu = make().parts.tenants
    assert menu.offered() == {
        "profiles": [{"name": name, "environment": "custom"} for name in ("mesa", "yuma", "miami")],
        "tags": {"west": ["mesa", "yuma"]},
    }
    assert menu.layout.display != "none"


def test_one_profile_stays_the_simple_case(make: Make) -> None:
    """A single box is the profile's menu, and nothing of tenants stands anywhere."""
    ui = make()
    ui.parts.tenants.chosen = ["yuma"]
    assert (ui.parts.profile.value, ui.parts.tenants.names) == ("yuma", ())
    assert ui.parts.profile.layout.display != "none"
    assert "tenants" not in ui.state
    assert 'st = stnb.connect("yuma")' in ui.code
    assert "tenant" not in pulled(ui).columns


def test_no_choice_between_several_is_offered_for_one_profile() -> None:
    """There is nothing to tick."""
    account = stnb.demo(scale=0.01)
    ui = Explorer(State(DEMO), [PROFILES[0], PROFILES[-1]], lambda _: account)
    assert ui.parts.tenants.layout.display == "none"
    ui.close()


def test_the_table_has_the_tenant_first_and_the_rows_of_each(make: Make) -> None:
    """In the order of the profiles, in whatever order they are ticked."""
    ui = make()
    ui.parts.tenants.chosen = ["miami", "mesa"]
    assert ui.parts.profile.layout.display == "none"
    frame = pulled(ui)
    assert ui.error is None
    assert frame.groupby("tenant", sort=False).size().to_dict() == {"mesa": ROWS, "miami": ROWS}
    selection = ui.selection
    assert selection is not None
    assert selection.columns[0] == "tenant"
    assert ui.parts.grid.label == "jpm.jobs, 2 tenants"
    assert ui.parts.messages.line.startswith("Jobs: 60 rows")
    assert ui.parts.foot.facts[1] == "the first 30 of each tenant"
    assert repr(ui) == "<stnb explorer · 2 tenants · jpm.jobs · 60 rows>"


def test_the_code_and_the_state_say_the_same_tenants(make: Make) -> None:
    """`explore(**ui.state)` would open it again."""
    ui = make("mesa", "yuma", names=True)
    assert ui.state["tenants"] == ["mesa", "yuma"]
    assert ui.code.splitlines() == [
        "import stnb",
        "",
        'ts = stnb.tenants("mesa", "yuma")',
        f'df = ts.pull("jpm.jobs", limit={ROWS})',
        "df = ts.name_columns(df)",
    ]
    frame = pulled(ui)
    assert frame.columns[0] == "tenant"
    assert frame["customerName"].notna().all()


def test_many_tenants_are_written_line_by_line() -> None:
    """As a formatted file has them."""
    names = tuple(f"tenant{number:02d}" for number in range(12))
    code = python_lines.code(State("tenant00", "jpm.jobs", {"number": "1"}, tenants=names))
    assert 'ts = stnb.tenants(\n    "tenant00",\n' in code
    compile(code, "cell", "exec")


def test_a_tenant_that_fails_is_told_quietly_and_costs_the_others_nothing(make: Make) -> None:
    """Its reason stands among the notices below the table, and Go on reads what is missing."""
    ui = make("mesa", "yuma", "miami", disabled=("yuma",))
    frame = pulled(ui)
    assert ui.error is None
    assert set(frame["tenant"]) == {"mesa", "miami"}
    assert any("yuma" in note for note in ui.parts.foot.notes)
    assert "without 1 tenant" in ui.parts.foot.facts
    assert ui.parts.foot.tone == "part"
    assert ui.parts.resume_button.layout.display != "none"


def test_no_tenant_at_all_is_an_error(make: Make) -> None:
    """As of one that cannot be read."""
    ui = make("mesa", "yuma", disabled=("mesa", "yuma"))
    ui.pull()
    quiet(lambda: ui.wait(60))
    assert isinstance(ui.error, TenantsFailed)


def test_ids_of_one_tenant_are_refused_for_several(make: Make) -> None:
    """The same id is something else in another tenant."""
    ui = make("mesa", "yuma", filters={"customerId": 7})
    ui.pull()
    assert not ui.running
    assert ui.error is not None
    assert "one tenant" in ui.error.happened
    ui.parts.tenants.chosen = []
    assert ui._chosen.problem is None


def test_the_count_is_of_all_tenants(make: Make) -> None:
    """And says so if one could not be asked."""
    ui = make("mesa", "yuma")
    ui.count()
    ui._pulls.counter._threads.wait(60)
    assert "420 rows match" in ui.parts.messages.line


def test_the_saved_notebook_reads_the_tenants(make: Make) -> None:
    """Its account is `ts`, and what to try next fits several tenants."""
    book = notebook.notebook(make("mesa", "yuma").code, resource="jpm.jobs")
    nbformat.validate(book)
    cells = [cell.source for cell in book.cells]
    assert any(cell.endswith('ts = stnb.tenants("mesa", "yuma")\nts') for cell in cells)
    assert any('df.groupby("tenant")' in cell for cell in cells)
    assert not any("st.jpm" in cell for cell in cells)


def test_a_file_and_a_chart_have_the_tenant(make: Make, tmp_path: Path) -> None:
    """Bars by tenant are those of the rows."""
    ui = make("mesa", "yuma")
    frame = pulled(ui)
    path = stnb.save(frame, tmp_path / "jobs.parquet")
    assert pd.read_parquet(path)["tenant"].tolist() == frame["tenant"].tolist()
    ui.parts.views.value = "chart"
    chart = ui.parts.chart
    chart.state = {"kind": "by category", "what": "count", "by": "tenant"}
    chart.wait(60)
    assert chart.state["by"] == "tenant"
    names: dict[str, Any] = {"df": frame}
    exec(chart.code, names)


@pytest.mark.long
def test_names_come_by_themselves_for_several_tenants(make: Make) -> None:
    """Each tenant's own; the code names the columns, and gives the same frame."""
    ui = make("mesa", "yuma")
    frame = pulled(ui)
    assert frame["businessUnitName"].notna().all()
    call = ui.code[ui.code.index("df = ts.name_columns(") :]
    assert '"businessUnitId"' in call
    ts = stnb.explorer.several.reader(ui._results._account_of, ui.parts.state())
    again = quiet(lambda: ts["jpm.jobs"].start(limit=ROWS).frame)
    names: dict[str, Any] = {"ts": ts, "df": again}
    exec(call, names)
    pd.testing.assert_frame_equal(names["df"], frame)


def test_names_that_take_many_requests_are_said_to_be_missing(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forty tenants would take hundreds: what has no names is listed, with how to have them."""
    monkeypatch.setattr(linked, "REQUESTS", 4)
    ui = make("mesa", "yuma")
    frame = pulled(ui)
    assert "customerName" in frame.columns
    assert "campaignName" not in frame.columns
    (note,) = [note for note in ui.parts.foot.notes if "with all names" in note]
    assert "campaignId" in note
    assert "2 tenants" in note
