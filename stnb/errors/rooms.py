"""Parts of the package that are called as if they were functions, such as `stnb.pull("jpm.jobs")`.

The name `stnb.pull` is that of a folder. Python's own words, "'module' object is not callable",
help nobody who wanted rows.
"""

from __future__ import annotations

from types import ModuleType
from typing import NoReturn

ROWS = "stnb.connect().jpm.jobs.pull(limit=100)"
# What to write in place of a call, for what is likely meant by it.
WRITTEN = {
    "access": "stnb.doctor()",
    "account": "st = stnb.connect()",
    "catalog": 'stnb.connect().find("words")',
    "cli": "`stnb --help` in a terminal",
    "credentials": "stnb.setup()",
    "demoserver": "stnb.demo()",
    "explorer": "stnb.explore()",
    "filesystem": 'stnb.save(df, "FILE.csv")',
    "frame": ROWS,
    "mirror": 'stnb.sync("jpm.jobs", "FOLDER")',
    "pictures": "stnb.pictures.draw(df)",
    "pull": ROWS,
    "session": "st = stnb.connect()",
    "tables": "stnb.connect().resources",
}
PUBLIC = {"stnb.tables.charts": "pictures"}  # modules whose public name is another


class Room(ModuleType):
    """A part of stnb, which answers a call with what to write."""

    def __call__(self, *args: object, **named: object) -> NoReturn:
        """Say that this is no function. What was given is not repeated: it may be a secret.

        Raises:
            WrongUse: always.
        """
        from .misused import WrongUse  # not before somebody needs it

        name = PUBLIC.get(self.__name__, self.__name__.rpartition(".")[2])
        raise WrongUse(
            f"stnb.{name} cannot be called.",
            "It is a part of the package, not a function.",
            f"Write {WRITTEN[name]}.",
        )
