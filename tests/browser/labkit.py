"""A real JupyterLab in isolation, and a hand to drive it: Debian's Chromium through Playwright."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import nbformat
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, Request

CHROMIUM = os.environ.get("STNB_CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--process-per-site",
    # Other hosts are not found. A route of Playwright's would do it, too, but turns off the cache.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
HOMES = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "IPYTHONDIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "HOME",
)
NEWS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    }
}
# JupyterLab 4 shows a splash screen with each theme that it loads. If two of them end within
# 200 ms, as themes from a cache do, it removes the screen twice: an error that is not ours.
DISABLED = {"@jupyterlab/apputils-extension:splash": True}
CELLS = "window.jupyterapp.shell.currentWidget.content.widgets"
LOCAL = ("http://127.0.0.1", "http://localhost", "data:", "blob:", "chrome")


@contextlib.contextmanager
def lab_server(
    root: Path, settings: dict[str, Any] | None = None, app: str = "lab", **variables: str
) -> Iterator[tuple[str, Path]]:
    """Start JupyterLab (or Notebook 7: `app="notebook"`) with its own folders; give its address and
    its notebooks' folder.

    `settings` maps a plugin ("@jupyterlab/apputils-extension:themes") to its user settings. On
    leaving, the server, its kernels and everything they started are gone.
    """
    notebooks = root / "notebooks"
    notebooks.mkdir(parents=True, exist_ok=True)
    env = _environment(root) | variables
    _write_settings(Path(env["JUPYTERLAB_SETTINGS_DIR"]), NEWS | (settings or {}))
    _write_page_config(Path(env["JUPYTER_CONFIG_DIR"]))
    port = _free_port()
    with (root / "lab.log").open("wb") as log:
        server = subprocess.Popen(
            _command(port, notebooks, app),
            cwd=notebooks,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/api", server)
            yield f"http://127.0.0.1:{port}", notebooks
        finally:
            _stop(server)


def _environment(root: Path) -> dict[str, str]:
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SERVICETITAN_", "STNB_", "COV_"))
    }
    for name in HOMES:
        env[name] = str(root / name.lower())
        Path(env[name]).mkdir(parents=True, exist_ok=True)
    # The list of fonts takes seconds to make, and is the same in every home.
    env["MPLCONFIGDIR"] = matplotlib.get_cachedir()
    here = str(Path(__file__).parents[2])
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [here, env.get("PYTHONPATH")]))
    env["PATH"] = str(Path(sys.executable).parent) + os.pathsep + env["PATH"]
    env["JUPYTER_PREFER_ENV_PATH"] = "1"
    return env


def _write_settings(folder: Path, settings: dict[str, Any]) -> None:
    for plugin, values in settings.items():
        package, name = plugin.rsplit(":", 1)
        file = folder / package / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(values))


def _write_page_config(folder: Path) -> None:
    file = folder / "labconfig" / "page_config.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"disabledExtensions": DISABLED}))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command(port: int, notebooks: Path, app: str) -> list[str]:
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": notebooks,
        "ServerApp.password": "",
        "ServerApp.disable_check_xsrf": True,
        "ServerApp.terminals_enabled": False,
        "IdentityProvider.token": "",
    }
    if app == "lab":
        options |= {"LabApp.expose_app_in_browser": True, "LabApp.news_url": None}
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "jupyter", app, "--no-browser", "--allow-root", *flags]


def _wait_for(url: str, server: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(
                f"JupyterLab stopped with code {server.returncode}; its lab.log says why"
            )
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(url, timeout=2),
        ):
            return
        time.sleep(0.05)
    raise TimeoutError(url)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask, then insist: kernels are in the server's process group and must not outlive it."""
    for sign, patience in ((signal.SIGTERM, 8), (signal.SIGKILL, 8)):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(patience)
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)


@contextlib.contextmanager
def chromium(playwright: Playwright, profile: Path) -> Iterator[BrowserContext]:
    """Start a browser. What it has loaded and compiled stays in the profile's folder for later."""
    browser = playwright.chromium.launch_persistent_context(
        str(profile), executable_path=CHROMIUM, args=ARGS, headless=True
    )
    try:
        yield browser
    finally:
        browser.close()


@contextlib.contextmanager
def fresh_page(
    browser: BrowserContext, width: int = 1400, height: int = 1000, dark: bool = False
) -> Iterator[tuple[Page, list[str]]]:
    """Open a page in a browser that remembers nothing but its cache; give the page and the list of
    its requests to other hosts, none of which gets there.
    """
    refused: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(LOCAL):
            refused.append(request.url)

    page = browser.new_page()
    _forget(browser, page)
    browser.on("request", note)
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if dark else "light")
    try:
        yield page, refused
    finally:
        for opened in browser.pages[1:]:  # without its first page, the browser would end
            opened.close()
        browser.remove_listener("request", note)


def _forget(browser: BrowserContext, page: Page) -> None:
    """Remove what earlier tests have left: cookies, permissions, and what pages have stored."""
    browser.clear_cookies()
    browser.clear_permissions()
    devtools = browser.new_cdp_session(page)
    stored = "local_storage,indexeddb,websql,cache_storage,service_workers,file_systems"
    devtools.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": stored})
    devtools.detach()


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook of code cells, without outputs."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    nbformat.write(book, str(path))
    return path


class Lab:
    """One notebook in JupyterLab, driven through its command registry and what is on the page."""

    def __init__(self, page: Page, address: str, notebooks: Path) -> None:
        self.page, self.address, self.notebooks = page, address, notebooks
        self.errors: list[str] = []
        self.received = 0
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._count))

    def _count(self, frame: str | bytes) -> None:
        self.received += len(frame or "")

    def open(self, name: str, timeout: float = 60_000) -> Lab:
        """Open a notebook and wait for its kernel."""
        self.page.goto(f"{self.address}/lab/tree/{name}?reset", wait_until="domcontentloaded")
        self.page.wait_for_function(
            "() => window.jupyterapp && window.jupyterapp.restored", timeout=timeout
        )
        self.page.evaluate("() => window.jupyterapp.restored.then(() => null)")
        self.page.wait_for_selector(
            ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook", timeout=timeout
        )
        self.page.wait_for_function(
            """() => { const w = window.jupyterapp.shell.currentWidget;
                const k = w && w.context && w.context.sessionContext.session?.kernel;
                return !!k && k.connectionStatus === 'connected' && k.status === 'idle'; }""",
            timeout=timeout,
        )
        return self

    def command(self, name: str, **arguments: Any) -> None:
        """Run a JupyterLab command and wait until it has finished."""
        run = "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)"
        self.page.evaluate(run, [name, arguments])

    def run_all(self) -> None:
        """Run every cell and wait for the last reply."""
        self.command("notebook:run-all-cells")

    def run_cell(self, index: int, wait: bool = True) -> None:
        """Run one cell; `wait=False` comes back at once."""
        self.page.evaluate(
            """([i, wait]) => { const book = window.jupyterapp.shell.currentWidget.content;
                book.deselectAll(); book.activeCellIndex = i;
                const done = window.jupyterapp.commands.execute('notebook:run-cell');
                return wait ? done.then(() => null) : null; }""",
            [index, wait],
        )

    def add_cell(self, code: str) -> int:
        """Append a code cell and give its index."""
        return int(
            self.page.evaluate(
                """([code]) => { const book = window.jupyterapp.shell.currentWidget.content;
                    const n = book.widgets.length;
                    const cell = {cell_type: 'code', source: code, metadata: {trusted: true}};
                    book.model.sharedModel.insertCell(n, cell);
                    return n; }""",
                [code],
            )
        )

    def wait_cell(self, index: int, timeout: float = 60_000) -> None:
        """Wait for this cell's own reply. Kernel status says nothing here: a subshell reports idle
        while a cell still runs.
        """
        self.page.wait_for_function(
            """([i]) => { const cell = window.jupyterapp.shell.currentWidget.content.widgets[i];
                return cell.model.executionState === 'idle'
                    && cell.model.executionCount !== null; }""",
            arg=[index],
            timeout=timeout,
        )

    def code_cells(self) -> list[int]:
        """The positions of the code cells."""
        js = f"() => {CELLS}.flatMap((w, i) => w.model.type === 'code' ? [i] : [])"
        return [int(i) for i in self.page.evaluate(js)]

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """A cell's outputs as nbformat has them."""
        js = f"([i]) => {CELLS}[i].model.outputs.toJSON()"
        return list(self.page.evaluate(js, [index]))

    def text(self, index: int) -> str:
        """What a cell printed, warned of or raised, as plain text."""
        return "\n".join(_plain(output) for output in self.outputs(index))

    def printed(self, index: int) -> str:
        """What a cell printed, without its warnings."""
        lines = [output for output in self.outputs(index) if output.get("name") == "stdout"]
        return "\n".join(map(_plain, lines))

    def output(self, index: int) -> Locator:
        """The output area of a cell only: the cell itself also holds its source, which finds too
        much.
        """
        panel = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook .jp-Cell"
        return self.page.locator(panel).nth(index).locator(".jp-Cell-outputWrapper")

    def stop_kernels(self) -> None:
        """End the kernels of this page, so that the next test starts alone."""
        # one may be restarting
        sessions = "window.jupyterapp?.serviceManager.sessions"
        js = f"() => {sessions}.shutdownAll().then(() => null, () => null)"
        self.page.evaluate(js)

    def save(self) -> None:
        """Save the notebook."""
        self.command("docmanager:save")


def _plain(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return f"{output['ename']}: {output['evalue']}"
    text = (
        output["text"]
        if output["output_type"] == "stream"
        else output.get("data", {}).get("text/plain", "")
    )
    return text if isinstance(text, str) else "".join(text)
