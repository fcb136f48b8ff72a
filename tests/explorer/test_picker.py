"""Finding a resource: what is remembered of a person, what goes to the page, and what is saved."""

from __future__ import annotations

import gzip
import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from stnb import catalog
from stnb.explorer.parts import picker
from stnb.explorer.parts.history import History, Kept
from stnb.filesystem import atomic

KNOWN = catalog.load()


class HeardPicker(picker.Picker):
    """A picker whose messages to the page the test can read."""

    def __init__(self, **settings: Any) -> None:
        self.sent: list[tuple[dict[str, Any], Any]] = []
        super().__init__(KNOWN, **settings)

    def send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append((content, buffers))

    def hear(self, **message: Any) -> dict[str, Any]:
        """Say what the page says, and give the last answer."""
        self._handle_custom_msg(message, [])
        return self.sent[-1][0] if self.sent else {}


@pytest.fixture
def kept(tmp_path: Path) -> History:
    return History(tmp_path / "state" / "explorer.json")


@pytest.fixture
def box(kept: History) -> HeardPicker:
    return HeardPicker(history=kept)


# -- the person's own


def test_the_last_choices_and_the_stars_are_kept(kept: History) -> None:
    """Recent ones stand in the order of the last choice, few of them, each once; stars come and go;
    the file is private.
    """
    for name in ("a", "b", "c", "a", "d", "e", "f", "g"):
        kept.choose(name)
    kept.star("x", True)
    kept.star("y", True)
    kept.star("x", False)

    assert History(kept.path).kept == Kept(("g", "f", "e", "d", "a", "c"), ("y",))
    if os.name == "posix":
        assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'{"recent": 3, "starred": {"a": 1}}',
        b'{"recent": [1, null, "", ["x"]]}',
        b"[" * 100_000,
    ],
    ids=["empty", "cut off", "no text", "a list", "null", "no lists", "no names", "deep"],
)
def test_a_damaged_file_counts_as_none_and_is_mended(kept: History, content: bytes) -> None:
    """Whatever stands in the file, nothing is raised, and the next choice makes it whole."""
    kept.path.parent.mkdir()
    kept.path.write_bytes(content)

    assert kept.kept == Kept()
    kept.choose("jpm.jobs")
    assert History(kept.path).kept == Kept(("jpm.jobs",), ())


def test_where_nothing_can_be_written_it_lasts_as_long_as_the_kernel(tmp_path: Path) -> None:
    """A state folder that is a file is no reason to fail: the choice is kept in memory."""
    (tmp_path / "state").write_text("in the way")
    kept = History(tmp_path / "state" / "explorer.json")

    kept.choose("jpm.jobs")
    kept.star("crm.leads", True)

    assert kept.kept == Kept(("jpm.jobs",), ("crm.leads",))
    assert History(kept.path).kept == Kept()


def test_what_could_not_be_written_is_written_with_the_next_choice(
    kept: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is busy once costs no star: the next choice brings it along."""
    with monkeypatch.context() as busy:
        busy.setattr(atomic, "rewrite", _is_busy)
        kept.star("crm.leads", True)
        kept.star("jpm.jobs", True)
        kept.star("crm.leads", False)
    History(kept.path).star("pricebook.services", True)
    assert kept.kept == Kept((), ("jpm.jobs", "pricebook.services"))

    kept.choose("jpm.jobs")

    written = Kept(("jpm.jobs",), ("jpm.jobs", "pricebook.services"))
    assert kept.kept == History(kept.path).kept == written


def _is_busy(*_: object) -> None:
    raise BlockingIOError


def test_two_notebooks_lose_nothing_of_each_other(
    kept: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stars that are set at the same time by several writers all arrive."""
    monkeypatch.setattr(atomic, "PATIENCE", 600.0)  # of a slow disk nothing is said here
    names = [f"module.r{i}" for i in range(12)]
    others = [threading.Thread(target=History(kept.path).star, args=(name, True)) for name in names]
    for other in others:
        other.start()
    for other in others:
        other.join()

    assert set(kept.kept.starred) == set(names)


# -- the widget


def test_a_notebook_saves_the_choice_alone(box: HeardPicker) -> None:
    """The saved state of a picker is below 2 KB: neither entries nor code nor the person's own are
    in it.
    """
    box.value = "jpm.jobs"
    box.starred, box.locked = ["crm.leads"], [e.name for e in KNOWN]

    saved = json.dumps(box.get_state(), default=str)
    assert "jpm.jobs" in saved
    assert "crm.leads" not in saved
    assert len(saved) < 2_000


def test_the_page_is_given_code_and_entries_when_it_asks(box: HeardPicker) -> None:
    """The code comes whole, with its style; the entries come packed, then the marks."""
    code = box.hear(kind="code")
    assert code["code"].endswith("export default { render };\n")
    assert "function search(" in code["code"]
    assert "--stnb-brand" in code["style"]

    box.sent.clear()
    box.hear(kind="entries")
    (first, buffers), (marks, _) = box.sent[0], box.sent[-1]
    data = json.loads(gzip.decompress(buffers[0]))
    assert first == {"kind": "entries"}
    assert [entry["name"] for entry in data["entries"]] == list(KNOWN.endpoints)
    assert data["entries"][0]["module"] == "Accounting"
    assert set(data["popular"]) <= KNOWN.endpoints.keys()
    assert data["index"]["names"] == list(KNOWN.endpoints), "a number means the same in both"
    assert marks == {"kind": "marks", "locked": [], "recent": [], "starred": []}


def test_what_the_page_chooses_and_stars_is_remembered(box: HeardPicker, kept: History) -> None:
    """The page's choices reach the file and come back as marks; names that the catalogue does not
    have are refused.
    """
    box.hear(kind="chosen", name="jpm.jobs")
    box.hear(kind="star", name="crm.leads", on=True)
    marks = box.hear(kind="star", name="no.such", on=True)

    assert marks == {
        "kind": "marks",
        "locked": [],
        "recent": ["jpm.jobs"],
        "starred": ["crm.leads"],
    }
    assert kept.kept == Kept(("jpm.jobs",), ("crm.leads",))
    assert box.hear(kind="star", name="crm.leads", on=False)["starred"] == []


def test_a_choice_brings_the_filters_of_its_words(box: HeardPicker) -> None:
    """What the words meant reaches Python at every choice; what the resource lacks does not."""
    seen = []
    box.observe(lambda change: seen.append(change["new"]), "preset")
    sent = {"jobStatus": "Canceled", "noSuch": 1}
    box.hear(kind="chosen", name="jpm.jobs", filters=sent)
    box.hear(kind="chosen", name="jpm.jobs", filters=sent)
    box.hear(kind="chosen", name="jpm.jobs", filters="jobStatus")

    assert seen == [{"jobStatus": "Canceled"}, {}, {"jobStatus": "Canceled"}, {}]


def test_a_resource_that_is_gone_from_the_catalogue_is_not_shown(
    box: HeardPicker, kept: History
) -> None:
    """What another version starred stays in the file, but not in the list."""
    kept.star("gone.resource", True)

    assert box.hear(kind="entries")["starred"] == []
    box.hear(kind="star", name="jpm.jobs", on=True)
    assert kept.kept.starred == ("jpm.jobs", "gone.resource")


def test_code_that_sets_the_choice_leaves_no_trace(box: HeardPicker, kept: History) -> None:
    """Only what a person picks on the page is recent; what a program sets is not."""
    box.value = "crm.customers"

    assert not kept.path.exists()


def test_locks_reach_the_page_when_they_change(box: HeardPicker) -> None:
    """A resource is locked once the scopes are known and lack its own; the page hears of it at
    once.
    """
    assert picker.locked(KNOWN, None) == []
    box.locked = picker.locked(KNOWN, frozenset({"tn.jpm.jobs:r"}))

    marks = box.sent[-1][0]
    assert "jpm.jobs" not in marks["locked"]
    assert "crm.customers" in marks["locked"]


@pytest.mark.parametrize(
    "message", [{}, {"kind": "chosen"}, {"kind": "star", "name": None}, {"kind": "?"}, "text", None]
)
def test_a_strange_message_changes_nothing(box: HeardPicker, kept: History, message: Any) -> None:
    """What no page of ours would say is let pass without an error."""
    box._handle_custom_msg(message, [])

    assert box.sent == []
    assert not kept.path.exists()


def test_a_failure_is_shown_in_sentences(box: HeardPicker, monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong in an answer is sent to the page as three sentences."""
    monkeypatch.setattr(box._history, "choose", lambda name: 1 / 0)

    answer = box.hear(kind="chosen", name="jpm.jobs")
    assert answer["kind"] == "error"
    assert len(answer["sentences"]) == 3
    assert "ZeroDivisionError" in answer["sentences"][0]
