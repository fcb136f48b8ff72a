"""What was meant by a name of `stnb` that belongs to an account."""

from __future__ import annotations

from stnb.catalog import load

from .account import Account
from .names import resources_called

CONNECT, PULL, EXPLORE = "st = stnb.connect()", "st.jpm.jobs.pull(…)", "stnb.explore()"
# Words of other libraries, in small letters and without underscores, and what is written here.
ELSEWHERE = {
    CONNECT: "client servicetitan servicetitanclient servicetitanapi api session login auth"
    " authenticate connection token newclient createclient",
    PULL: "get fetch download query request extract read readapi getdata getjobs",
    EXPLORE: "ui gui app start run launch browse dashboard lab widget grid",
    "stnb.setup()": "config configure configuration init initialize env credentials",
    "stnb.pictures.draw(df)": "chart charts plot plots figure draw graph bar line hist visualize",
    'st.find("words")': "find search lookup",
    "st.resources": "list resources endpoints tables modules listtables listresources",
    'stnb.save(df, "FILE.csv")': "tocsv toexcel toparquet tojson write export savecsv dump",
    'stnb.sql("select …", FOLDER)': "readsql execute sqlquery readsqlquery",
    "stnb.profile(df)": "describe info summary profiling",
    "stnb.show(df)": "display table view head print",
    "stnb.demo()": "sandbox test example sample fake mock demodata",
    "stnb.doctor()": "check status diagnose ping health whoami debug",
    "stnb.profiles()": "listprofiles listtenants",
    "stnb.sync(…)": "backup mirror copy replicate incremental",
    "import pandas as pd": "dataframe pd pandas series",
    "help(stnb)": "help docs documentation man",
}


def of_other_libraries(name: str) -> str:
    """What is written here for a word of another library; "" if it is none.

    >>> of_other_libraries("Client"), of_other_libraries("to_csv")
    ('st = stnb.connect()', 'stnb.save(df, "FILE.csv")')
    """
    plain = name.lower().replace("_", "")
    for written, words in ELSEWHERE.items():
        if plain in words.split():
            return written
    return ""


def of_an_account(name: str) -> str:
    """How a name is reached from an account `st`; "" if it has none of that name.

    >>> of_an_account("window"), of_an_account("jobs")
    ('st.window', 'st.jpm.jobs')
    """
    known = load()
    if hasattr(Account, name) or name in known.modules:
        return f"st.{name}"
    called = resources_called(name, known.endpoints)
    return called[0] if called else ""
