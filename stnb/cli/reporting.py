"""What `stnb report` does: list the reports of a tenant, show one, run one."""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

from stnb.account.reports import Report
from stnb.errors import BadFilter, StnbWarning, UnknownFilter
from stnb.frame.stores import store_address
from stnb.pull.dates import is_date

from .connect import connect
from .landing import check_file, landing
from .pulling import bar_of, put, put_rows, settle_format
from .terminal import say


def run(options: argparse.Namespace) -> int:
    """List, show or run.

    Raises:
        CredentialsMissing: no credentials were found, and the demo was not named.
        StnbError: as `Account.report` and `Report.run`.
    """
    _settle_file(options)
    _settle_report(options)
    if options.quiet:
        warnings.simplefilter("ignore", StnbWarning)
    given = _pairs(options)
    if given and options.does != "run":
        raise BadFilter(
            f"--{next(iter(given))} does not fit `stnb report {options.does}`.",
            "Only a run takes parameters.",
            "Use `stnb report run REPORT`, or leave it out.",
        )
    st = connect(options.profile, options.env_file)
    if options.does == "list":
        found = st.reports()
        with landing(options):
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
    texts: dict[str, list[str]] = {}
    for name, several in given.items():
        texts.setdefault(report.name_of(name), []).extend(several)
    _take_last_day(report, texts, options)
    parameters = {name: each if len(each) > 1 else each[0] for name, each in texts.items()}
    run = {"limit": options.limit, "progress": bar_of(report.name, options)}
    with landing(options):
        put_rows(report.start(**{**run, **parameters}), options)


# -- `--to`: the file, or the parameter To


def _settle_file(options: argparse.Namespace) -> None:
    """See where the rows are to go, before a run, which costs one. Whether a `--to` that names no
    file that can be written is the parameter To, is known when the report is.

    Raises:
        BadFilter: the file cannot be written as it is named.
    """
    if options.to_word is not None and (options.does != "run" or _names_file(options)):
        _take_file(options)
    settle_format(options)
    check_file(options.to)


def _names_file(options: argparse.Namespace) -> bool:
    """Whether the word of `--to` is a file: it has an ending, or gets one by `--format`, and is no
    date; or it is an address. An empty one, of a variable that is not set, is refused as a file.
    """
    word = options.to_word
    if store_address(word) is not None:
        return True
    may_be_file = Path(word).suffix or options.format or not word.strip()
    return bool(may_be_file) and not is_date(word)


def _take_file(options: argparse.Namespace) -> None:
    """Take the word of `--to` for the file.

    Raises:
        BadFilter: there is another one.
    """
    if options.to is not None:
        raise BadFilter(
            f"{options.to} and {options.to_word} were not written.",
            "Rows go to one file, and -o and --to name one each.",
            "Leave one out; the parameter To of a report is written as --To.",
        )
    options.to, options.to_word = options.to_word, None


def _take_last_day(
    report: Report, texts: dict[str, list[str]], options: argparse.Namespace
) -> None:
    """Take the word of `--to` that names no file for the parameter To, if the report has one that
    is still to be given, and say so.

    Args:
        texts: what was given, by the API's names of the parameters.

    Raises:
        BadFilter: it has none, and the word is no file that can be written.
    """
    word = options.to_word
    if word is None:
        return
    last_day = _last_day(report)
    if last_day is None or last_day in texts:
        _take_file(options)
        settle_format(options)
        check_file(options.to)
        return
    texts[last_day] = [word]
    if not options.quiet:
        say(f"note: --to {word} is read as the parameter {last_day}; -o names a file.")


def _last_day(report: Report) -> str | None:
    try:
        return report.name_of("To")
    except UnknownFilter:
        return None


# -- the report, and its parameters


def _settle_report(options: argparse.Namespace) -> None:
    """Take the first word that stands alone for the report: the parser finds it only right behind
    `run` or `show`.
    """
    alone = [word for word in options.unknown if "=" not in word and not word.startswith("-")]
    if options.report is None and alone:
        options.report = alone[0]
        options.unknown.remove(alone[0])


def _pairs(options: argparse.Namespace) -> dict[str, list[str]]:
    """`--From 2026-01-01 --To=2026-01-31 DateType=1` as names and texts.

    Raises:
        BadFilter: a word is neither.
    """
    found: dict[str, list[str]] = {}
    words = [(word, *word.partition("=")[::2]) for word in options.unknown]
    options_given = [(option, option[2:], text) for option, text in options.parameters]
    for word, name, text in [*options_given, *words]:
        if not text or not name or name.startswith("-"):
            raise BadFilter(
                f"{word!r} has no value, or stands alone.",
                "A parameter of a report is written as --NAME VALUE.",
                "See `stnb report show REPORT` for their names.",
            )
        found.setdefault(name, []).append(text)
    return found
