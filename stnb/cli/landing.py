"""Where the rows of a command go: a file of this machine, or one in an object store."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from stnb.errors.wording import counted
from stnb.frame.save import save, writer
from stnb.frame.stores import check_store, name_in, staged, store_address
from stnb.frame.target import local_path

from .terminal import say


def check_file(target: str | None) -> None:
    """See that the file can be written as it is named, before rows are read for it.

    Raises:
        BadFilter: its ending is none that can be written, or it is no path and no such address.
        SetupError: a package that writes it is not installed.
    """
    if target is None:
        return
    address = store_address(target)
    if address is None:
        writer(local_path(target))
        return
    writer(name_in(address))
    check_store(address)


def check_file_here(options: argparse.Namespace) -> None:
    """As `check_file` of `options.to`, inside of `landing`: what goes to a store was checked by its
    address.
    """
    if not options.in_store:
        check_file(options.to)


@contextlib.contextmanager
def landing(options: argparse.Namespace) -> Iterator[None]:
    """Let the rows go to the file that `options.to` names. One in a store is written here first:
    `options.to` is then its path on this machine, and at the end it is put into the store.

    Raises:
        CannotSave: there is no room here, or the store did not take the file, which is kept here.
    """
    address = store_address(options.to)
    options.in_store = address is not None
    if address is None:
        yield
        return
    with staged(address) as waiting:
        options.to = str(waiting)
        yield
    if not options.quiet:
        say(f"-> {address}")


def keep(frame: pd.DataFrame | None, options: argparse.Namespace) -> None:
    """Save the rows that had arrived beside the file that was asked for; a terminal and a pipe get
    no half of an answer.
    """
    if frame is None or frame.empty:
        return
    arrived = f"note: the {counted(len(frame), 'row')} that had arrived"
    if not options.to:
        say(f"{arrived} are not printed; with --to FILE they would be kept.")
        return
    to = Path(options.to)
    path = save(frame, to.with_suffix(f".partial{to.suffix}"))
    say(f"{arrived} are in {path}.")


def say_saved(path: Path, rows: int, columns: int, about: str, options: argparse.Namespace) -> None:
    """Say what was written. Of a file that goes on to a store `landing` says where, once it is
    there.

    Args:
        about: what else to say of it, such as the seconds that it took; "" for nothing.
    """
    if options.quiet:
        return
    where = f" -> {path}"
    if options.in_store:
        where = ""
    facts = f"{path.stat().st_size:,} bytes"
    if about:
        facts = f"{facts}, {about}"
    say(f"{rows:,} rows, {columns} columns{where} ({facts})")
