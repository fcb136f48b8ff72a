"""What `stnb report` does: list the reports of a tenant, show one, run one."""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Sequence

from stnb.account.reports import Report
from stnb.errors import BadFilter, StnbWarning
from stnb.frame.save import writer
from stnb.frame.target import local_path

from .connect import connect
from .pulling import bar_of, put, put_rows, settle_format


def run(options: argparse.Namespace) -> int:
    """List, show or run.

    Raises:
        CredentialsMissing: no credentials were found, and the demo was not named.
        StnbError: as `Account.report` and `Report.run`.
    """
    settle_format(options)
    if options.to is not None:
        writer(local_path(options.to))  # a wrong ending is refused before a run, which costs one
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)
    given = _pairs(options.unknown)
    if given and options.does != "run":
        raise BadFilter(
            f"--{next(iter(given))} does not fit `stnb report {options.does}`.",
            "Only a run takes parameters.",
            "Use `stnb report run REPORT`, or leave it out.",
        )
    st = connect(options.profile, options.env_file)
    if options.does == "list":
        found = st.reports()
        put(found.drop(columns="categoryId").head(options.limit or len(found)), options)
        return 0
    if not options.report:
        raise BadFilter(
            f"`stnb report {options.does}` names no report.",
            "A report has a number and a name.",
            "List them with `stnb report list`, and add one.",
        )
    report = st.report(options.report, options.category)
    if options.does == "show":
        print(repr(report))
        return 0
    _run(report, given, options)
    return 0


def _run(report: Report, given: dict[str, list[str]], options: argparse.Namespace) -> None:
    bar = bar_of(report.name, options)
    parameters = {name: texts if len(texts) > 1 else texts[0] for name, texts in given.items()}
    put_rows(report.start(**parameters, limit=options.limit, progress=bar), options)


def _pairs(words: Sequence[str]) -> dict[str, list[str]]:
    """`--From 2026-01-01 --To=2026-01-31 DateType=1` as names and texts.

    Raises:
        BadFilter: a word is neither.
    """
    found: dict[str, list[str]] = {}
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, text = word.lstrip("-").partition("=")
        if word.startswith("--") and not equals and rest:
            text, equals = rest.pop(0), "="
        if not equals or not name:
            raise BadFilter(
                f"{word!r} has no value, or stands alone.",
                "A parameter of a report is written as --NAME VALUE.",
                "See `stnb report show REPORT` for their names.",
            )
        found.setdefault(name, []).append(text)
    return found
