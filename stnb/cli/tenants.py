"""Commands for several tenants at once: `--all`, `--profiles a,b` and `--tag west`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from stnb.account.progress_bar import bar_for
from stnb.errors import TenantsFailed, UsageError
from stnb.frame.save import save
from stnb.frame.target import local_path
from stnb.mirror.tenants import Tenants, tenants
from stnb.tables.text import table

from .landing import check_file_here, keep, say_saved
from .terminal import print_csv, say


def tenants_of(options: argparse.Namespace) -> Tenants | None:
    """The tenants that a command line names; None if it is about one profile.

    Raises:
        UsageError: it names one profile, and several.
        CredentialsMissing: there is no such profile or tag.
    """
    names = []
    if options.profiles:
        names += [name.strip() for name in options.profiles.split(",") if name.strip()]
    if options.tag:
        names.append(f"tag:{options.tag}")
    if not names and not options.every:
        return None
    if options.profile:
        raise UsageError(
            "--profile and several tenants do not go together.",
            f"--profile {options.profile} is one.",
            "Leave one of them out.",
        )
    if options.every:
        names = []
    return tenants(*names, env_file=options.env_file)


def pull(ts: Tenants, resource: str, given: dict[str, Any], options: argparse.Namespace) -> int:
    """Read a resource of every tenant, and put the rows where they are to go; 1 if a tenant lacks.

    Args:
        given: filters and options, as `Tenants.pull` takes them.

    Raises:
        TenantsFailed: no tenant could be read; the rows that had arrived are kept beside the file.
    """
    progress: Any = False
    if sys.stderr.isatty() and not options.quiet:
        progress = bar_for(resource)
    if options.to is not None and not local_path(options.to).suffix:
        folder = ts.pull(resource, to=options.to, progress=progress, **given)
        if not options.quiet:
            known = len(ts) + len(ts.unready)
            say(f"{known - len(ts.problems)} of {known} tenants -> {folder}")
        return _say_problems(ts, quiet=options.quiet)
    check_file_here(options)
    try:
        frame = ts.pull(resource, progress=progress, **given)
    except TenantsFailed as err:
        keep(err.frame, options)
        raise
    rows, columns = frame.shape
    if options.to:
        path = save(frame, Path(options.to))
        say_saved(path, rows, columns, "", options)
    elif sys.stdout.isatty():
        print(table(frame, os.get_terminal_size().columns))
        print(f"\n{rows:,} rows, {columns} columns; --to FILE keeps them all.")
    else:
        print_csv(frame)
    return _say_problems(ts, quiet=options.quiet)


def show_sync(changes: pd.DataFrame) -> None:
    """Print what a sync of several tenants changed, and the reasons below it."""
    print(changes.drop(columns=["problem", "resource"]).to_string(index=False, na_rep="–"))
    for name, why in (
        changes[changes["problem"].ne("")].groupby("tenant")["problem"].first().items()
    ):
        say(f"{name}: {why}")


def _say_problems(ts: Tenants, *, quiet: bool) -> int:
    """A line for each tenant that lacks but the first, which the note has named; 1 if one lacks."""
    problems = ts.problems
    for row in problems[1:].itertuples(index=False):
        if not quiet:
            say(f"{row.tenant}: {row.problem}")
    return int(len(problems) > 0)
