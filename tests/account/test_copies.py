"""What holds credentials and a connection is not copied, and says what to do instead."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import stnb
from stnb.account.tenants.accounts import Accounts
from stnb.errors import StnbError

pytestmark = pytest.mark.usefixtures("small_demo")

PARTS: dict[str, Callable[[Any], object]] = {
    "account": lambda st: st,
    "module": lambda st: st.jpm,
    "resource": lambda st: st.jpm.jobs,
    "query": lambda st: st.jpm.jobs.where(jobStatus="Completed"),
    "pull": lambda st: st.settings.business_units.start(active="Any"),
    "session": lambda st: st.session,
    "report": lambda st: st.report(st.reports()["name"].iloc[0]),
    "tenants": lambda st: Accounts({"one": st, "two": st}),
    "query of tenants": lambda st: Accounts({"one": st}).where("jpm.jobs", jobStatus="Completed"),
}
WAYS: dict[str, Callable[[Any], object]] = {
    **{f"pickle {n}": lambda x, n=n: pickle.dumps(x, n) for n in range(6)},
    "in a list": lambda x: pickle.dumps([x]),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "state": lambda x: x.__getstate__(),
    "reduce": lambda x: x.__reduce__(),
}


@pytest.fixture(scope="module")
def st() -> Iterator[stnb.Account]:
    with stnb.demo(scale=0.02) as account:
        yield account


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("part", PARTS)
def test_no_part_of_an_account_is_copied(st: stnb.Account, part: str, way: str) -> None:
    """Each is refused in three sentences that name it, and that hold no secret."""
    thing = PARTS[part](st)
    if isinstance(thing, stnb.Pull):
        thing.wait()

    with pytest.raises(TypeError) as caught:
        WAYS[way](thing)

    error = caught.value
    assert isinstance(error, StnbError)
    assert "cannot be pickled or copied" in error.happened
    assert error.why
    assert error.next
    secrets = st.session.credentials
    assert secrets.client_secret.reveal() not in f"{error} {vars(error)}"
    assert secrets.app_key.reveal() not in f"{error} {vars(error)}"


def test_a_frame_is_copied(st: stnb.Account) -> None:
    """What they send to, rows, can be pickled and copied with its attributes."""
    df = st.settings.business_units.pull(active="Any")

    again = pickle.loads(pickle.dumps(df))

    assert again.equals(copy.deepcopy(df))
    assert again.attrs["stnb"]["resource"] == "settings.business_units"


def test_the_sentences_say_how_to_make_it_anew(st: stnb.Account) -> None:
    """A resource names the line that gives it elsewhere."""
    with pytest.raises(TypeError, match=r"stnb\.connect\('demo'\)\['jpm\.jobs'\]"):
        pickle.dumps(st.jpm.jobs)
