"""The `stnb` command: prints what the rooms return.

Exit codes: 0 done, 1 failed, 2 the command cannot be carried out as written.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import stnb
from stnb import catalog, credentials
from stnb.catalog import load
from stnb.catalog.build.build import build, dump
from stnb.errors import CannotSave, SetupError, StnbError, StnbWarning, UsageError

from . import app, demo, doctor, lab, notebook, pull, scan, sync

EXAMPLES = """examples:
  stnb lab
  stnb find cancel reason
  stnb pull jpm.jobs --jobStatus Completed --completedOnOrAfter 2026-07-01 --to jobs.parquet
  stnb pull crm.customers --active Any --limit 1000 --profile phoenix --to customers.csv
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line; see `stnb --help`."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("always", StnbWarning)
        warnings.showwarning = lambda message, *rest, **more: _say(f"note: {message}")
        try:
            parser = _parser(given)
            options, left = parser.parse_known_args(given)
            options.left = left
            if left and options.run is not pull.run:
                parser.error(f"unrecognized arguments: {' '.join(left)}")
            return int(options.run(options) or 0)
        except StnbError as err:
            _say(f"stnb: {err}")
            return (
                2
                if isinstance(err, (UsageError, SetupError)) and not isinstance(err, CannotSave)
                else 1
            )
        except KeyboardInterrupt:
            _say("stnb: interrupted.")
            return 1
        except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# -- the command line


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    parser = _Parser(prog="stnb", description="Explore the ServiceTitan API.", epilog=EXAMPLES)
    parser.add_argument("--version", action="version", version=f"stnb {stnb.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser("lab", help="open JupyterLab on the notebooks")
    command.add_argument("folder", nargs="?", type=Path, help="another folder than the notebooks'")
    command.add_argument(
        "--host", default="localhost", help="the address to listen on (default: localhost)"
    )
    command.add_argument(
        "--port", type=int, default=8888, help="the first port to try (default: 8888)"
    )
    command.add_argument(
        "--browser",
        action=argparse.BooleanOptionalAction,
        default=_has_screen(),
        help="open the browser",
    )
    command.set_defaults(run=_lab)

    command = commands.add_parser("notebooks", help="copy the tutorial notebooks to a folder")
    command.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("stnb-notebooks"),
        help="default: stnb-notebooks",
    )
    command.set_defaults(run=_notebooks)

    pull.add(commands, given, _say)

    command = commands.add_parser("find", help="search resources by name, column, filter or module")
    command.add_argument("words", nargs="+")
    command.add_argument("--limit", type=pull.count, default=20, help="lines at most (default: 20)")
    command.set_defaults(run=_find)

    command = commands.add_parser(
        "profiles", help="list the profiles of the .env file, and whether they are ready"
    )
    command.add_argument("--env-file", help="the file to read (default: the nearest .env upwards)")
    command.set_defaults(run=_profiles)

    doctor.add(commands)
    scan.add(commands)
    sync.add(commands)
    demo.add(commands)
    notebook.add(commands, given, _say)
    app.add(commands, _say, _has_screen())
    _add_setup(commands)
    _add_catalog(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """One look for all commands: texts as written, and no abbreviations, which a new filter could
    make ambiguous.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options
        )


def _add_catalog(commands: Any) -> None:
    command = commands.add_parser("catalog", help="rebuild the catalogue of resources")
    inner = command.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = inner.add_parser("build", help="from the OpenAPI documents of the developer portal")
    command.add_argument(
        "--specs", type=Path, required=True, metavar="DIR", help="folder of the documents (*.json)"
    )
    command.add_argument(
        "--older",
        type=Path,
        metavar="DIR",
        help="an older set: what only it has is marked as withdrawn",
    )
    command.add_argument(
        "--to", type=Path, metavar="FILE", help="where to write (default: the installed catalogue)"
    )
    command.set_defaults(run=_catalog_build)


def _add_setup(commands: Any) -> None:
    command = commands.add_parser(
        "setup",
        help="set up a profile: what to fetch where, tried before it is kept",
        description="Ask for the four values of a profile, try them, and write them to the .env file.",
    )
    command.add_argument(
        "--profile", metavar="NAME", help="the profile's name (default: asked for)"
    )
    command.add_argument(
        "--env-file",
        metavar="FILE",
        help="the file to write (default: the nearest .env upwards, else a new one here)",
    )
    command.set_defaults(run=_setup)


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


# -- the commands


def _lab(options: argparse.Namespace) -> int:
    return lab.run(options.folder, options.host, options.port, options.browser, _say)


def _notebooks(options: argparse.Namespace) -> int:
    """What is there already under the same name stays as it is."""
    folder = lab.copy(options.folder)
    _say(
        f"{len(list(folder.glob('*.ipynb')))} notebooks in {folder}  (open them with `stnb lab {folder}`)"
    )
    return 0


def _setup(options: argparse.Namespace) -> int:
    from .setup import run  # brings the session and the demo, for which no other command need wait

    return run(options)


def _find(options: argparse.Namespace) -> int:
    found = load().find(" ".join(options.words), options.limit)
    if not found:
        _say(
            f"stnb: nothing in the catalogue fits {' '.join(options.words)!r}. Try one word, or another."
        )
        return 1
    wide = max(len(e.name) for e in found)
    for e in found:
        print(
            f"{e.name:<{wide}}  {e.kind:<6}  {len(e.filters):>2} filters  {e.scope or ''}{'  withdrawn' if e.withdrawn else ''}"
        )
    return 0


def _profiles(options: argparse.Namespace) -> int:
    listed = credentials.profiles(options.env_file)
    wide = max(len(p.name) for p in listed)
    for p in listed:
        state = "ready" if p.ready else "not ready"
        print(f"{p.name:<{wide}}  {p.environment or '?':<11}  {p.tenant or '':<12}  {state}")
        if p.problem:
            print(f"{'':<{wide}}  {p.problem}")
    return 0 if all(p.ready for p in listed) else 1


def _catalog_build(options: argparse.Namespace) -> None:
    target = options.to or Path(catalog.__file__).with_name("catalog.json")
    text = dump(build(options.specs, options.older))
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as err:
        raise CannotSave.of(target, err, "Name another file with --to.") from None
    _say(
        f"{text.count(chr(10) + '{' + chr(34) + 'name')} resources -> {target} ({len(text):,} bytes)"
    )


if __name__ == "__main__":
    sys.exit(main())
