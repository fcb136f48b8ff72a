"""`stnb profiles`: the profiles of the .env file, and what each lacks."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from stnb import credentials
from stnb.errors import printable

from .terminal import add_env_file


def add(command: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """The options of `stnb profiles`."""
    add_env_file(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each profile, and its problem below it; 1 if one is not ready."""
    profiles = credentials.profiles(options.env_file)
    width = max(len(profile.name) for profile in profiles)
    for profile in profiles:
        state = "ready" if profile.ready else "not ready"
        environment, tenant = profile.environment or "?", profile.tenant or ""
        line = f"{profile.name:<{width}}  {environment:<11}  {tenant:<12}  {state:<9}"
        print(printable(f"{line}  {', '.join(profile.tags)}".rstrip()))
        if profile.problem:
            print(printable(f"{'':<{width}}  {profile.problem}"))
    # A script can stop here, before it pulls.
    return 0 if all(profile.ready for profile in profiles) else 1
