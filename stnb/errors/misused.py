"""Calls that cannot be right, such as `st.find()` or `stnb.profile("x")`, answered in sentences.

Python's own words for them ("'str' object has no attribute 'attrs'") speak of our inside. A call
is made as it is written; only if it fails is it asked whether its arguments were of the right kind.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from numbers import Integral, Real
from typing import Any, TypeVar, cast

from . import StnbError, UsageError
from .interrupts import in_one_line

# What Python, pandas and Arrow raise for arguments that they cannot use.
MISUSE = (TypeError, AttributeError, ValueError, LookupError, NotImplementedError)

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

# What an annotation calls a kind: its words, and the test of a value.
Kind = tuple[str, Callable[[object], bool]]
_TEXTS = re.compile(r"\b(Sequence|Iterable|Collection|list)\[str\]")
_ITEMS = re.compile(r"\[[^\[\]]*\]")


class WrongUse(UsageError, TypeError):
    """An object is used as what it is not. It is a TypeError because Python expects one there."""


class WrongValue(UsageError, ValueError):
    """An argument of the right name has a value that cannot be."""


def explains_misuse(owner: str) -> Callable[[Decorated], Decorated]:
    """Have a public function, or the public methods of a class, answer misuse in sentences.

    Errors of our own, and errors of calls whose arguments are of the right kind, pass unchanged.
    An interrupt is said in one line.

    Args:
        owner: how what it belongs to is written, such as "stnb" or "st".

    Example:
        >>> @explains_misuse("stnb")
        ... def show(df: pd.DataFrame) -> None: ...
    """

    def decorate(made: Decorated) -> Decorated:
        if not inspect.isclass(made):
            return cast(Decorated, _wrapped(made, owner))
        for name, method in list(vars(made).items()):
            if not name.startswith("_") and inspect.isfunction(method):
                setattr(made, name, _wrapped(method, owner))
        return made

    return decorate


def _wrapped(function: Callable[..., Any], owner: str) -> Callable[..., Any]:
    call = f"{owner}.{function.__name__}"

    @in_one_line
    @functools.wraps(function)
    def answering(*args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except StnbError:
            raise
        except MISUSE as error:
            misuse = _misuse(call, function, args, named)
            if misuse is None:
                raise
            raise misuse from error

    return answering


def _misuse(
    call: str, function: Callable[..., Any], args: Sequence[Any], named: Mapping[str, Any]
) -> WrongUse | None:
    """What is wrong with the arguments; None if nothing is."""
    signature = inspect.signature(function)
    try:
        bound = signature.bind(*args, **named)
    except TypeError:
        return _unbound(call, signature, args, named)
    for name, value in bound.arguments.items():
        parameter = signature.parameters[name]
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        values = value if parameter.kind is parameter.VAR_POSITIONAL else [value]
        kinds = _kinds(str(parameter.annotation))
        for each in values:
            if not kinds or any(fits(each) for _, fits in kinds):
                continue
            wanted = " or ".join(dict.fromkeys(words for words, _ in kinds))
            return WrongUse(
                f"{call}() cannot use what it got as {name}.",
                f"It was given {_called(each)}, and takes {wanted}.",
                f"Write {_written(call, signature)}; help({call}) says what each is.",
            )
    return None


def _unbound(
    call: str, signature: inspect.Signature, args: Sequence[Any], named: Mapping[str, Any]
) -> WrongUse:
    """Arguments that are missing, too many, or called otherwise."""
    takes = [name for name in signature.parameters if name != "self"]
    advice = f"Write {_written(call, signature)}; help({call}) says what each is."
    for name in named:
        if name in takes:
            continue
        near = difflib.get_close_matches(name, takes, n=1)
        if near:
            advice = f"Write {near[0]}=… if you mean that."
        return WrongUse(f"{call}() has no argument {name!r}.", _takes(takes), advice)
    needed = []
    for parameter in signature.parameters.values():
        plain = parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if plain and parameter.default is parameter.empty and parameter.name != "self":
            needed.append(parameter.name)
    given = len(args) - ("self" in signature.parameters)
    lacking = [name for name in needed[given:] if name not in named]
    if lacking:
        lacks = " and ".join(lacking)
        return WrongUse(f"{call}() was called without {lacks}.", _takes(takes), advice)
    return WrongUse(f"{call}() was given too many arguments.", _takes(takes), advice)


def _takes(names: Sequence[str]) -> str:
    if not names:
        return "It takes none."
    return f"It takes {', '.join(names)}."


def _written(call: str, signature: inspect.Signature) -> str:
    """The call with what it needs: stnb.save(df, path)."""
    needed = []
    for name, parameter in signature.parameters.items():
        variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if name == "self" or variadic or parameter.default is not parameter.empty:
            continue
        needed.append(f"{name}=…" if parameter.kind is parameter.KEYWORD_ONLY else name)
    return f"{call}({', '.join(needed)})"


def _called(value: object) -> str:
    """What a value is, in words; never the value, which may be a secret."""
    if value is None:
        return "None"
    for name in ("bool", "DataFrame", "int", "float", "str", "Path", "Mapping"):
        words, fits = KINDS[name]
        if fits(value):
            return words
    name = type(value).__name__
    article = "an" if name[0].lower() in "aeiou" else "a"
    return f"{article} {name}"


def _kinds(annotation: str) -> list[Kind]:
    """The kinds that an annotation allows; [] if it says nothing that can be checked."""
    text, before = _TEXTS.sub("Texts", annotation), ""
    while text != before:
        before, text = text, _ITEMS.sub("", text)
    found = []
    for part in text.split("|"):
        kind = KINDS.get(part.strip().rpartition(".")[2])
        if kind is None:
            return []
        found.append(kind)
    return found


def _of_pandas(name: str) -> Callable[[object], bool]:
    """Whether a value is a frame, or a column. Whoever has one has imported pandas."""

    def fits(value: object) -> bool:
        pandas = sys.modules.get("pandas")
        return pandas is not None and isinstance(value, getattr(pandas, name))

    return fits


def _of_ours(name: str) -> Callable[[object], bool]:
    """Whether a value is of a class of that name. This is the lowest room: it imports none."""
    return lambda value: any(kind.__name__ == name for kind in type(value).__mro__)


def _of(*types: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, types)


def _many(value: object) -> bool:
    other = isinstance(value, (bytes, Mapping)) or _of_pandas("DataFrame")(value)
    return isinstance(value, Iterable) and not other


def _texts(value: object) -> bool:
    return _many(value) and all(isinstance(each, str) for each in cast(Iterable[Any], value))


KINDS: Mapping[str, Kind] = {
    "Account": ("an account", _of_ours("Account")),
    "Accounts": ("tenants", _of_ours("Accounts")),
    "By": ("one of its words", _of(str)),
    "bool": ("True or False", _of(bool)),
    "Callable": ("a function", callable),
    "DataFrame": ("a frame", _of_pandas("DataFrame")),
    "date": ("a date", _of(date)),
    "datetime": ("a time", _of(date)),
    "float": ("a number", _of(Real)),
    "int": ("a whole number", _of(Integral)),
    "Iterable": ("a list", _many),
    "list": ("a list", _of(list)),
    "Mapping": ("a dictionary", _of(Mapping)),
    "None": ("None", lambda value: value is None),
    "PageCallback": ("a function", callable),
    "Path": ("a path", _of(os.PathLike)),
    "PathLike": ("a path", _of(os.PathLike)),
    "ProgressCallback": ("a function", callable),
    "Sequence": ("a list", _many),
    "Series": ("a column of a frame", _of_pandas("Series")),
    "Spec": ("what stnb.pictures.suggest(df) gives", _of_ours("Spec")),
    "str": ("text", _of(str)),
    "Tenants": ("tenants", _of_ours("Tenants")),
    "Texts": ("a list of texts", _texts),
    "UUID": ("a GUID", _of_ours("UUID")),
}
