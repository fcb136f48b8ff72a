"""What Windows lacks is not needed: a process that cannot see it does the main job."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.sample import EVERYTHING

ROOT = Path(__file__).parents[2]

# The libraries come first: they choose by the system when they are loaded.
BEGIN = """
import sys
sys.modules["rfc3987_syntax"] = None  # a grammar that takes 3 s to load, and nobody needs
import asyncio, getpass, select, sqlite3, subprocess, tempfile, webbrowser
import duckdb, filelock, httpx, ipywidgets, anywidget, matplotlib.pyplot, nbformat, pandas
import IPython, IPython.display, IPython.core.completer, pyarrow.csv, pyarrow.dataset
import pyarrow.json, pyarrow.parquet, starlette.applications, starlette.routing, tqdm.auto
import psutil, truststore, uvicorn, xlsxwriter, zoneinfo, multiprocessing.pool, filelock.asyncio
from tests.helpers import without_posix
without_posix.hide()
import pathlib, stnb
here = pathlib.Path.cwd()
"""

# Of an extra that may be missing here.
CLUSTER = """
import contextlib
with contextlib.suppress(ImportError):
    import distributed
"""

IMPORTS = """
import importlib, pkgutil
names = [m.name for m in pkgutil.walk_packages(stnb.__path__, "stnb.")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
assert len(names) > 300
"""

MAIN_JOB = """
with stnb.demo(scale=0.02) as st:
    jobs = st.jpm.jobs
    done = jobs.where(jobStatus="Completed")
    df = done.pull()
    assert len(df) == done.count() > 0
    for end in ("parquet", "csv", "json", "xlsx"):
        assert jobs.pull(to=here / f"jobs.{end}", limit=9).stat().st_size > 100
    stnb.sync([st.settings.business_units], to=here / "lake")
    counted = stnb.sql("select count(*) as n from settings_business_units", here / "lake")
    assert counted["n"][0] > 0
    assert stnb.explore(st, "jpm.jobs").state["resource"] == "jpm.jobs"
"""

FILES = """
from stnb.cli.main import main
from stnb.credentials import profiles, read
pathlib.Path(".env").write_text("SERVICETITAN_TENANT_ID=1\\n", "utf-8")
assert main(["profiles"]) in (0, 1)
assert main(["notebooks", str(here / "copied")]) == 0
assert (here / "copied" / "00-start-here.ipynb").is_file()
assert main(["scan", str(here)]) == 0
assert main(["find", "unpaid", "invoices"]) == 0
assert main(["pull", "jpm.job_types", "--profile", "demo", "--to", str(here / "t.csv")]) == 0
"""

SERVER = """
import os, sys
from stnb.cli import server
with server.started([sys.executable, "-c", "import time; time.sleep(600)"], dict(os.environ)) as it:
    assert it.poll() is None
assert it.poll() is not None
"""


@pytest.mark.parametrize(
    "job",
    [
        pytest.param(IMPORTS, id="every module is imported"),
        pytest.param(MAIN_JOB, id="pulls, files, sync and SQL"),
        pytest.param(FILES, id="the command line"),
        pytest.param(SERVER, id="a server that ends"),
    ]
    if EVERYTHING  # each in a process of its own
    else [pytest.param(MAIN_JOB + FILES + SERVER + IMPORTS, id="one after the other")],
)
@pytest.mark.long
def test_without_what_only_posix_has(job: str, tmp_path: Path) -> None:
    """It runs in a process where those modules, functions and signals are hidden."""
    first = f"import sys; sys.path.insert(0, {str(ROOT)!r})"
    libraries = CLUSTER if IMPORTS in job else ""
    done = subprocess.run(
        [sys.executable, "-c", "\n".join([first, libraries, BEGIN, job])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
    )

    assert done.returncode == 0, done.stderr[-3_000:]
