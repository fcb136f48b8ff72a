"""What needs a package that is not installed says so, and which one to install."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

HIDE = """
import importlib.abc, importlib.util, json, pathlib, sys
hidden = {hidden!r}
class NotInstalled(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
whole = importlib.util.find_spec
def find_spec(name, package=None):
    return None if name.partition(".")[0] in hidden else whole(name, package)
importlib.util.find_spec = find_spec
sys.meta_path.insert(0, NotInstalled())
import argparse, stnb
from stnb.cli import app, completion, lab
from stnb.credentials import vault
here = pathlib.Path.cwd()
st = stnb.demo(scale=0.02)
df = st.jpm.jobs.pull(limit=20)
table = here / "jobs.parquet"
stnb.save(df, table)
calls = {calls}
found = {{}}
for name, call in calls.items():
    try:
        call()
        found[name] = ["nothing", "", "", ""]
    except Exception as err:
        mro = [kind.__name__ for kind in type(err).__mro__]
        parts = [getattr(err, part, "") for part in ("happened", "why", "next")]
        found[name] = ["StnbError" if "StnbError" in mro else mro[0], *parts]
(here / "found.json").write_text(json.dumps(found), "utf-8")
"""

PICTURES = """{
    "draw": lambda: stnb.pictures.draw(df, stnb.pictures.suggest(df)),
    "bars": lambda: stnb.pictures.bars(df, "jobStatus", "total"),
    "line": lambda: stnb.pictures.line(df, "completedOn", "total"),
    "heat": lambda: stnb.pictures.heat(df, "jobStatus", "completedOn"),
    "dots": lambda: stnb.pictures.dots(df, "jobStatus", "total"),
    "with theme()": lambda: stnb.theme().__enter__(),
}"""
OTHERS = """{
    "sql": lambda: stnb.sql("select 1", here),
    "save": lambda: stnb.save(df, here / "jobs.xlsx"),
    "pull": lambda: st.jpm.jobs.pull(to=here / "pulled.xlsx"),
    "lab": lambda: lab.run(argparse.Namespace()),
    "app": lambda: app.run(argparse.Namespace()),
    "completion": lambda: completion.run(argparse.Namespace()),
    "keyring": lambda: vault.keep("SERVICETITAN_CLIENT_SECRET", "default", "made-up"),
}"""
# Each call, and the package or the extra that its third sentence names.
CURES = {
    **dict.fromkeys(["draw", "bars", "line", "heat", "dots", "with theme()"], "matplotlib"),
    "sql": "duckdb",
    "save": "xlsxwriter",
    "pull": "xlsxwriter",
    "lab": "stnb[lab]",
    "app": "stnb[app]",
    "completion": "stnb[completion]",
    "keyring": "stnb[keyring]",
}


@pytest.mark.parametrize(
    ("hidden", "calls"),
    [
        pytest.param(["matplotlib"], PICTURES, id="pictures"),
        pytest.param(
            ["duckdb", "xlsxwriter", "jupyterlab", "voila", "argcomplete", "keyring", "isal"],
            OTHERS,
            id="the other extras",
        ),
    ],
)
@pytest.mark.long
def test_a_missing_package_is_named(hidden: list[str], calls: str, tmp_path: Path) -> None:
    """Each call is refused in three sentences, of which the last says what to install."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + HIDE.format(
        hidden=hidden, calls=calls
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr[-3_000:]

    found = json.loads((tmp_path / "found.json").read_text("utf-8"))

    for name, (kind, happened, why, cure) in found.items():
        assert kind == "StnbError", name
        assert happened, name
        assert why, name
        assert "pip install" in cure, name
        assert CURES[name] in cure, name
