"""Where the user's own files are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

import stnb
from stnb.errors import StnbWarning
from stnb.explorer.parts.history import History
from stnb.filesystem import folders

VARIABLES = ("STNB_STATE", "STNB_CACHE", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whose home is /home/me, and who named no folder."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))


@pytest.mark.parametrize(
    ("platform", "variables", "state", "cache"),
    [
        ("linux", {}, "/home/me/.local/state/stnb", "/home/me/.cache/stnb"),
        (
            "linux",
            {"XDG_STATE_HOME": "/states", "XDG_CACHE_HOME": "/caches"},
            "/states/stnb",
            "/caches/stnb",
        ),
        (  # by the XDG Base Directory Specification a relative path is no path
            "linux",
            {"XDG_STATE_HOME": "states", "XDG_CACHE_HOME": ""},
            "/home/me/.local/state/stnb",
            "/home/me/.cache/stnb",
        ),
        (
            "linux",
            {"XDG_STATE_HOME": "/states", "STNB_STATE": "/own", "STNB_CACHE": "/mine"},
            "/own",
            "/mine",
        ),
        (
            "darwin",
            {},
            "/home/me/Library/Application Support/stnb",
            "/home/me/Library/Caches/stnb",
        ),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/stnb", "/local/stnb/Cache"),
        ("win32", {}, "/home/me/AppData/Local/stnb", "/home/me/AppData/Local/stnb/Cache"),
    ],
)
def test_files_are_where_the_system_keeps_such_things(
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    variables: dict[str, str],
    state: str,
    cache: str,
) -> None:
    """Never in the project, unless a variable names another folder."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(folders.sys, "platform", platform)

    assert folders.state_folder() == Path(state)
    assert folders.cache_folder() == Path(cache)


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user whom the system does not know, as in a container that runs under any number."""

    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", unknown)


@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_the_pace_is_kept_by_the_process(tmp_path: Path) -> None:
    """One can connect all the same, and reads why other processes do not know the pace."""
    env = tmp_path / ".env"
    lines = [
        "CLIENT_ID=cid.0123456789abcdefghijklmnop",
        "CLIENT_SECRET=cs1.0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijkl",
        "APP_KEY=ak1.0123456789abcdefghijklmnop",
        "TENANT_ID=900000078",
        "ENVIRONMENT=integration",
    ]
    env.write_text("".join(f"SERVICETITAN_{line}\n" for line in lines))

    with pytest.warns(StnbWarning, match="kept by this process alone.*no home folder.*STNB_CACHE"):
        stnb.connect(env_file=env).close()


@pytest.mark.usefixtures("homeless")
def test_without_a_home_folder_the_explorer_keeps_its_stars_as_long_as_it_lives() -> None:
    """Nothing fails, and a choice is kept."""
    history = History()
    history.star("jpm.jobs", on=True)

    assert history.kept.starred == ("jpm.jobs",)
    assert History().kept.starred == ()
