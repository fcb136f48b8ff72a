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

import pandas as pd

import stnb

from . import account, cards, catalog, cli_doctor, cli_scan, credentials, filters, lab
from .catalog import Endpoint, load
from .catalog.build import build, dump
from .errors import BadFilter, CannotSave, SetupError, StnbError, StnbWarning, UsageError
from .meter import meter
from .save import save, writer

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
            if left and options.run is not _pull:
                parser.error(f"unrecognized arguments: {' '.join(left)}")
            return int(options.run(options) or 0)
        except StnbError as err:
            _say(f"stnb: {err}")
            return 2 if isinstance(err, (UsageError, SetupError)) and not isinstance(err, CannotSave) else 1
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
    command.add_argument("--host", default="localhost", help="the address to listen on (default: localhost)")
    command.add_argument("--port", type=int, default=8888, help="the first port to try (default: 8888)")
    command.add_argument("--browser", action=argparse.BooleanOptionalAction, default=_has_screen(), help="open the browser")
    command.set_defaults(run=_lab)

    _add_pull(commands, given)

    command = commands.add_parser("find", help="search resources by name, column, filter or module")
    command.add_argument("words", nargs="+")
    command.add_argument("--limit", type=_count, default=20, help="lines at most (default: 20)")
    command.set_defaults(run=_find)

    command = commands.add_parser("profiles", help="list the profiles of the .env file, and whether they are ready")
    command.add_argument("--env-file", help="the file to read (default: the nearest .env upwards)")
    command.set_defaults(run=_profiles)

    cli_doctor.add(commands)
    cli_scan.add(commands)
    _add_setup(commands)
    _add_catalog(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """One look for all commands: texts as written, and no abbreviations, which a new filter could make ambiguous."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options)


def _add_pull(commands: Any, given: Sequence[str]) -> None:
    """The `pull` command; its help lists the filters of the resource that stands on the line."""
    endpoint = next((load()[a] for a in given[1:] if a in load()), None) if given[:1] == ["pull"] else None
    command = commands.add_parser(
        "pull",
        help="read a resource into a table or a file",
        usage="stnb pull RESOURCE [options] [--FILTER VALUE ...]",
        description="Read a resource. Without --to the first rows are shown; into a pipe, all rows go as CSV.",
        epilog=None if endpoint else "`stnb pull RESOURCE --help` lists the filters of a resource.",
    )
    command.add_argument("resource", metavar="RESOURCE", help="its name, such as jpm.jobs; see `stnb find`")
    command.add_argument("--profile", help="a profile of the .env file, or demo")
    command.add_argument("--env-file", help="the file to read (default: the nearest .env upwards)")
    command.add_argument("--limit", type=_count, metavar="N", help="rows at most")
    command.add_argument("--page-size", type=_count, metavar="N", help="rows a request (default: chosen from the total)")
    command.add_argument("--to", metavar="FILE", help="write to a .parquet, .csv or .json file")
    command.add_argument(
        "--filter", metavar="NAME=VALUE", action="append", default=[], help="a filter, where its name is an option above"
    )
    command.add_argument("--quiet", action="store_true", help="no progress bar and no notes")
    if endpoint is not None:
        group = command.add_argument_group(f"filters of {endpoint.name}")
        for p in sorted(endpoint.filters, key=lambda p: not p.required):
            shown = "{" + ",".join(p.values) + "}" if p.values and len(p.values) < 9 else p.type.upper()
            if f"--{p.name}" in command._option_string_actions:
                continue  # `--to` is where the rows go; a filter of that name is given by --filter
            words = ["required"] * p.required + ["several: repeat it, or commas"] * bool(p.many)
            group.add_argument(f"--{p.name}", dest=f"filter:{p.py}", action="append", metavar=shown, help="; ".join(words))
    command.set_defaults(run=_pull, endpoint=endpoint)


def _add_catalog(commands: Any) -> None:
    command = commands.add_parser("catalog", help="rebuild the catalogue of resources")
    inner = command.add_subparsers(title="commands", metavar="COMMAND", required=True)
    command = inner.add_parser("build", help="from the OpenAPI documents of the developer portal")
    command.add_argument("--specs", type=Path, required=True, metavar="DIR", help="folder of the documents (*.json)")
    command.add_argument("--older", type=Path, metavar="DIR", help="an older set: what only it has is marked as withdrawn")
    command.add_argument("--to", type=Path, metavar="FILE", help="where to write (default: the installed catalogue)")
    command.set_defaults(run=_catalog_build)


def _add_setup(commands: Any) -> None:
    command = commands.add_parser(
        "setup",
        help="set up a profile: what to fetch where, tried before it is kept",
        description="Ask for the four values of a profile, try them, and write them to the .env file.",
    )
    command.add_argument("--profile", metavar="NAME", help="the profile's name (default: asked for)")
    command.add_argument(
        "--env-file", metavar="FILE", help="the file to write (default: the nearest .env upwards, else a new one here)"
    )
    command.set_defaults(run=_setup)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _has_screen() -> bool:
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# -- the commands


def _lab(options: argparse.Namespace) -> int:
    return lab.run(options.folder, options.host, options.port, options.browser, _say)


def _pull(options: argparse.Namespace) -> None:
    if options.to:
        writer(Path(options.to))  # a wrong ending is told before the rows are read
    st = account.connect(options.profile, env_file=options.env_file)
    if st.profile == credentials.DEMO and options.profile is None and not options.quiet:
        _say("note: no credentials were found, so this is the demo tenant; `stnb profiles` tells more.")
    bar = meter(options.resource) if sys.stderr.isatty() and not options.quiet else None
    resource = st[options.resource]
    if options.left:  # the resource is known by now, so that near filters can be named
        raise _unknown(resource.endpoint, options.left)
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)
    run = resource.start(limit=options.limit, page_size=options.page_size, progress=bar, **_filters(options))
    try:
        frame = run.wait()
    except (StnbError, KeyboardInterrupt):
        _keep(run.frame, options.to)
        raise
    _put(frame, options)


def _keep(frame: pd.DataFrame | None, to: str | None) -> None:
    """Save what had arrived beside the file that was asked for."""
    if to and frame is not None and len(frame):
        path = save(frame, Path(to).with_suffix(f".partial{Path(to).suffix}"))
        _say(f"note: the {len(frame):,} rows that had arrived are in {path}.")


def _unknown(endpoint: Endpoint, left: Sequence[str]) -> StnbError:
    first = left[0]
    if not first.startswith("--"):
        return BadFilter(
            f"{first!r} stands alone.", "A filter is written as --NAME VALUE.", f"See `stnb pull {endpoint.name} --help`."
        )
    try:
        filters.call(endpoint, 1, {first[2:].partition("=")[0]: ""})
    except StnbError as err:
        return err
    return BadFilter(f"{first} has no value.", "A filter is written as --NAME VALUE.", f"See `stnb pull {endpoint.name} --help`.")


def _filters(options: argparse.Namespace) -> dict[str, Any]:
    given = {k.removeprefix("filter:"): v for k, v in vars(options).items() if k.startswith("filter:") and v is not None}
    for pair in options.filter:
        name, _, value = pair.partition("=")
        given.setdefault(name, []).append(value)
    endpoint: Endpoint | None = options.endpoint
    for name, values in given.items():
        param = endpoint.takes(name) if endpoint else None
        if param is not None and param.type == "object":
            given[name] = dict(v.partition("=")[::2] for v in values)
        elif len(values) == 1 or not (param and param.many):
            given[name] = values[-1]
    return given


def _put(frame: pd.DataFrame, options: argparse.Namespace) -> None:
    if options.to:
        path = save(frame, options.to)
        about = frame.attrs["stnb"]
        if not options.quiet:
            _say(
                f"{len(frame):,} rows, {frame.shape[1]} columns -> {path} ({path.stat().st_size:,} bytes, {about['seconds']:.1f} s)"
            )
    elif sys.stdout.isatty():
        print(cards.table(frame, os.get_terminal_size().columns))
        print(f"\n{len(frame):,} rows, {frame.shape[1]} columns; --to FILE keeps them all.")
    else:
        frame.to_csv(sys.stdout, index=False)


def _setup(options: argparse.Namespace) -> int:
    from .cli_setup import run  # brings the session and the demo, for which no other command need wait

    return run(options)


def _find(options: argparse.Namespace) -> int:
    found = load().find(" ".join(options.words), options.limit)
    if not found:
        _say(f"stnb: nothing in the catalogue fits {' '.join(options.words)!r}. Try one word, or another.")
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
        raise CannotSave(
            f"{target} could not be written.", f"The system says: {err.strerror}.", "Name another file with --to."
        ) from None
    _say(f"{text.count(chr(10) + '{' + chr(34) + 'name')} resources -> {target} ({len(text):,} bytes)")


if __name__ == "__main__":
    sys.exit(main())
