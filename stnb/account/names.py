"""Dotted names as attributes: `st.jpm.jobs` completes, and a misspelt name says what is near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from stnb.errors import UnknownResource
from stnb.errors.copying import StaysHere

from . import misuse, other_words


class Completes(type):
    """Hides `__getattr__` from code that asks the class for it.

    Without Jedi, IPython completes `st.jpm.` only on objects whose class has no `__getattr__`,
    because a class that computes its attributes could run anything. Ours only words an error, and
    Python itself finds it without asking here.
    """

    def __getattribute__(cls, name: str) -> Any:
        if name == "__getattr__":
            raise AttributeError(name)
        return super().__getattribute__(name)


class Branch(StaysHere, metaclass=Completes):
    """An object whose children are its plain attributes, found by name."""

    def _title(self) -> str:
        raise NotImplementedError

    def _named(self) -> str:
        return self._title()

    def _instead(self) -> str:
        return "Make the account anew there, with stnb.connect(…), and keep names instead of parts."

    def _elsewhere(self, name: str) -> list[str]:
        """What has that name at another place; the likeliest first."""
        return []

    def _missing(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        inside = [n for n in dir(self) if not n.startswith("_")]
        if name in other_words.VERBS:
            misuse.verb_on_a_branch(self._expression(), self._example(), name)
        near = self._elsewhere(name) or difflib.get_close_matches(name, inside, n=4)
        why = f"Near it: {', '.join(near)}." if near else f"It has: {', '.join(inside)}."
        raise UnknownResource(
            f"{self._title()} has no {name!r}.", why, 'Search with st.find("words").'
        )

    def _expression(self) -> str:
        """How it is written, after st = stnb.connect()."""
        return f"st.{self._title()}"

    def _example(self) -> str:
        """The name of a resource below it, from here on."""
        for name, child in vars(self).items():
            if not isinstance(child, Branch) or name == "export":
                continue
            return name if not isinstance(child, Group) else f"{name}.{child._example()}"
        return "jobs"

    if not TYPE_CHECKING:  # a type checker knows each child, and is to refuse what is none
        __getattr__ = _missing

        def __call__(self, *bare: object, **named: object) -> None:
            misuse.branch_called(self._expression(), self._example(), bare)

        def __getitem__(self, key: object) -> None:
            misuse.branch_indexed(self._expression(), self._example(), key)

        def __iter__(self) -> None:
            misuse.branch_iterated(self._expression())

        def __len__(self) -> int:
            misuse.branch_iterated(self._expression())

        def __bool__(self) -> bool:
            return True  # else Python would ask for the length


def resources_called(name: str, known: Iterable[str]) -> list[str]:
    """The resources whose last word it is, with and without its plural: `jobs` and `job` are
    st.jpm.jobs.
    """
    words = {name, f"{name}s", f"{name.removesuffix('y')}ies"}
    found = []
    for resource in known:
        _, *middle, last = resource.split(".")
        if last in words and "export" not in middle:
            found.append((len(middle), f"st.{resource}"))
    return [expression for _, expression in sorted(found)[:4]]


class Group(Branch):
    """A module such as `st.jpm`, or a part of a name that is no resource itself."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _title(self) -> str:
        return self._name

    def __repr__(self) -> str:
        children = [name for name in vars(self) if not name.startswith("_")]
        return f"<stnb {self._name}: {', '.join(children)}>"


def place(root: Branch, name: str, leaf: Any) -> None:
    """Make `leaf` an attribute below `root` under a dotted name.

    Groups on the way are made as needed. If a group stands at that name already, `leaf` takes over
    its children: "crm.customers" may come after "crm.customers.notes".
    """
    *above, last = name.split(".")
    holder: Any = root
    for i, part in enumerate(above):
        if part not in vars(holder):
            vars(holder)[part] = Group(".".join(above[: i + 1]))
        holder = vars(holder)[part]
    if last in vars(holder):
        for child, value in vars(vars(holder)[last]).items():
            if not child.startswith("_"):
                vars(leaf)[child] = value
    vars(holder)[last] = leaf
