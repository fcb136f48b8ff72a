"""Calls that cannot be right are answered in sentences, whatever is called."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import stnb
from stnb.account.tenants import Accounts
from stnb.errors.misused import WrongUse, explains_misuse
from tests.helpers.sample import tenth

WRONG: tuple[Any, ...] = (None, "x", 7, 1.5, [], {}, object(), b"x", [1], ("a",), True)
# They open a page, or ask at the keyboard.
LEFT_OUT = frozenset({"explore", "setup", "doctor", "close", "demo"})
# Parts for those who draw with matplotlib itself.
OF_PICTURES = frozenset({"code", "money", "options", "settled"})
OF_MAPPING = frozenset({"get", "items", "keys", "values"})


def test_what_has_no_length_says_how_to_count() -> None:
    """`len(jobs)`, `len(query)`, `len(st)` and a query's rows and columns."""
    st = stnb.demo(scale=0.01)
    jobs, query = st.jpm.jobs, st.jpm.jobs.where(jobStatus="Completed")
    asked: list[Callable[[], object]] = [
        lambda: len(jobs),
        lambda: len(query),
        lambda: len(st),
        lambda: len(st.jpm),
        lambda: query["total"],
        lambda: query[:5],
        lambda: list(query),
        lambda: pd.DataFrame(query),
    ]
    for ask in asked:
        with pytest.raises(WrongUse) as caught:
            ask()
        assert caught.value.next
    with pytest.raises(WrongUse, match=r"st\.jpm\.jobs\.count\(\)"):
        len(jobs)
    with pytest.raises(WrongUse, match=r"query\.count\(\)"):
        len(query)
    assert all(map(bool, (jobs, query, st, st.jpm)))


def test_what_is_missing_unknown_or_too_much_is_named() -> None:
    """With the call as it is to be written."""
    st = stnb.demo(scale=0.01)
    with pytest.raises(WrongUse, match=r"st\.find\(\) was called without words") as caught:
        st.find()
    assert caught.value.next.startswith("Write st.find(words);")
    with pytest.raises(WrongUse, match=r"stnb\.save\(\) was called without target"):
        stnb.save(pd.DataFrame())  # type: ignore[call-arg]
    with pytest.raises(WrongUse, match=r"no argument 'env_fil'\. .* env_file=… if you"):
        stnb.connect("demo", env_fil="x")  # type: ignore[call-arg]
    with pytest.raises(WrongUse, match="too many arguments"):
        stnb.text(pd.Series(), 1)  # type: ignore[call-arg]


def test_a_value_of_the_wrong_kind_is_named_but_not_repeated() -> None:
    """It may be a secret."""
    with pytest.raises(WrongUse) as caught:
        stnb.profile("hunter2-hunter2")  # type: ignore[arg-type]
    assert caught.value.happened == "stnb.profile() cannot use what it got as df."
    assert caught.value.why == "It was given text, and takes a frame."
    assert "hunter2" not in str(caught.value)


def test_what_fails_with_right_arguments_passes_unchanged() -> None:
    """A fault of ours, or of a function that was handed in, is not put down to the caller."""

    @explains_misuse("stnb")
    def half(number: int, then: Callable[[int], int]) -> int:
        """Docs."""
        return then(number)

    assert half(4, lambda n: n // 2) == 2
    assert str(inspect.signature(half)).startswith("(number")
    with pytest.raises(TypeError) as caught:
        half(1, lambda n: n + "1")
    assert not isinstance(caught.value, stnb.StnbError)
    with pytest.raises(WrongUse):
        half("1", lambda n: n + 1)  # type: ignore[arg-type]


OWNERS = ("stnb", "st", "jobs", "query", "ts", "stnb.pictures")


def _public(owner: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    st = stnb.demo(scale=0.01)
    jobs = st.jpm.jobs
    things = {
        "stnb": stnb,
        "st": st,
        "jobs": jobs,
        "query": jobs.where(jobStatus="Hold"),
        "ts": Accounts({"a": st}),
        "stnb.pictures": stnb.pictures,
    }
    apart = {"ts": OF_MAPPING, "stnb.pictures": OF_PICTURES}
    thing = things[owner]
    for name in getattr(thing, "__all__", None) or dir(thing):
        if name in LEFT_OUT or name.startswith("_") or name in apart.get(owner, ()):
            continue
        call = getattr(thing, name, None)
        if inspect.isfunction(call) or inspect.ismethod(call):
            yield f"{owner}.{name}", call


def _tries(
    call: Callable[..., Any], usual: Mapping[str, Any], wrong: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Arguments of the wrong kind: none, one without a name, and each by its name."""
    yield (), {}
    for value in wrong:
        yield (value,), {}
    parameters = inspect.signature(call).parameters.values()
    given: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.default is parameter.empty and parameter.name in usual:
            given[parameter.name] = usual[parameter.name]
    for parameter in parameters:
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            for value in wrong:
                yield (), {**given, parameter.name: value}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("owner", OWNERS)
def test_no_public_call_answers_misuse_with_a_bare_error(
    owner: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each argument of eleven wrong kinds, and a frame: it works, or says why it does not."""
    monkeypatch.chdir(tmp_path)
    frame = stnb.demo(scale=0.01).jpm.jobs.pull(limit=5)
    usual = {"df": frame, "query": "select 1", "name": "jpm.jobs", "column": "customerId"}
    usual |= {"target": tmp_path / "x.csv", "resource": "jpm.jobs", "words": "jobs"}
    usual |= {"frame": frame, "before": frame, "after": frame, "resources": "jpm.jobs"}
    bare = []
    for name, call in _public(owner):
        tries = list(_tries(call, usual, (*WRONG, frame)))
        for args, named in tenth(tries, lambda each: tuple(each[1])):
            try:
                call(*args, **named)
            except stnb.StnbError:
                pass
            except Exception as error:  # noqa: BLE001  # any other is what this is about
                what = [type(value).__name__ for value in (*args, *named.values())]
                bare.append(f"{name}{what} {list(named)}: {type(error).__name__}: {error!s:.60}")
    assert not bare, "\n".join(bare)
