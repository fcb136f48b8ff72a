"""Every error speaks in three sentences."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import stnb
from stnb import errors

PACKAGE = Path(stnb.__file__).parent
ERRORS = {
    n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, stnb.StnbError)
}


def raised() -> list[tuple[str, ast.Call]]:
    """Every place in the package that makes one of our errors."""
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        calls = (
            n
            for n in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call)
        )
        ours = (n for n in calls if isinstance(n.func, ast.Name) and n.func.id in ERRORS)
        found += [(f"{file.relative_to(PACKAGE)}:{n.lineno}", n) for n in ours]
    return found


def literal(node: ast.expr) -> str | None:
    """The text of a literal, with holes as x; None for what only a run can tell."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "x" for p in node.values)
    return None


@pytest.mark.parametrize("place", [pytest.param(call, id=where) for where, call in raised()])
def test_sentences(place: ast.Call) -> None:
    """An error is made from three texts, each a sentence that begins with a capital or a name and
    ends with a mark.
    """
    if any(isinstance(a, ast.Starred) for a in place.args):
        return

    assert len(place.args) == 3
    for text in filter(None, map(literal, place.args)):
        assert text.rstrip("'\"")[-1] in ".…!?)x0123456789" or text.endswith(("'", '"')), text


@pytest.mark.parametrize("kind", sorted(ERRORS))
def test_tree_is_drawn(kind: str) -> None:
    """The module's docstring draws every error, and each has a sentence of its own."""
    cls = getattr(errors, kind)

    assert kind in (errors.__doc__ or "")
    assert (cls.__doc__ or "").strip()
    assert issubclass(cls, stnb.StnbError)


def test_message_is_the_three_sentences() -> None:
    """`str` gives what happened, why and what to do; a kept frame is mentioned; IPython shows just
    that.
    """
    err = stnb.ServerFault("It broke.", "Likely a storm.", "Wait.", path="/x", status=503)

    assert str(err) == "It broke. Likely a storm. Wait."
    assert err._render_traceback_() == ["ServerFault: It broke. Likely a storm. Wait."]
    assert (err.happened, err.why, err.next, err.status) == (
        "It broke.",
        "Likely a storm.",
        "Wait.",
        503,
    )


@pytest.mark.parametrize(
    ("kind", "habit"),
    [
        ("CredentialsMissing", LookupError),
        ("CredentialsInvalid", ValueError),
        ("UnknownResource", AttributeError),
        ("UnknownFilter", TypeError),
        ("BadFilter", ValueError),
        ("CannotSave", OSError),
    ],
)
def test_habits_of_except_work(kind: str, habit: type[Exception]) -> None:
    """Errors are also the built-in ones that a reader would expect."""
    err = getattr(errors, kind)("Happened.", "Why.", "Next.")

    assert isinstance(err, habit)
    assert str(err) == "Happened. Why. Next."
