"""Names below names: attributes that complete everywhere, and a misspelt one that says what is
near.
"""

from __future__ import annotations

import difflib
from typing import Any

from stnb.errors import UnknownResource


class _Completes(type):
    """Hides `__getattr__` from who asks the class for it.

    Without Jedi, IPython completes `st.jpm.` only on objects whose class has no `__getattr__`, as
    one that computes its answers could run anything. Ours only words an error, and Python itself
    finds it without asking here.
    """

    def __getattribute__(cls, name: str) -> Any:
        if name == "__getattr__":
            raise AttributeError(name)
        return super().__getattribute__(name)


class Branch(metaclass=_Completes):
    """Something with named things below it, which are its plain attributes."""

    def _title(self) -> str:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        inside = [n for n in dir(self) if not n.startswith("_")]
        near = difflib.get_close_matches(name, inside, n=4)
        raise UnknownResource(
            f"{self._title()} has no {name!r}.",
            f"Near it: {', '.join(near)}." if near else f"It has: {', '.join(inside)}.",
            'Search with st.find("words").',
        )


class Group(Branch):
    """A module, or a part of a name that is no resource itself."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _title(self) -> str:
        return self._name

    def __repr__(self) -> str:
        return f"<stnb {self._name}: {', '.join(n for n in vars(self) if not n.startswith('_'))}>"


def place(root: Branch, name: str, leaf: Any) -> None:
    """Hang `leaf` below `root` under a dotted name, whatever stands there already keeping its own
    children.
    """
    *above, last = name.split(".")
    holder: Any = root
    for i, part in enumerate(above):
        if part not in vars(holder):
            vars(holder)[part] = Group(".".join(above[: i + 1]))
        holder = vars(holder)[part]
    if last in vars(holder):  # its children came first
        vars(leaf).update(
            {k: v for k, v in vars(vars(holder)[last]).items() if not k.startswith("_")}
        )
    vars(holder)[last] = leaf
