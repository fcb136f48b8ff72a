"""Every error speaks in three sentences."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import stnb
from stnb import errors
from tests.helpers.code import parsed

PACKAGE = Path(stnb.__file__).parent
ERRORS = {
    n for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, stnb.StnbError)
}


def raised() -> list[tuple[str, ast.Call]]:
    """Every place in the package that makes one of our errors."""
    found = []
    for file in sorted(PACKAGE.rglob("*.py")):
        code = file.read_text(encoding="utf-8")
        if not any(name in code for name in ERRORS):
            continue
        for node in ast.walk(parsed(code)):
            match node:
                case ast.Call(func=ast.Name(id=name)) if name in ERRORS:
                    found.append((f"{file.relative_to(PACKAGE)}:{node.lineno}", node))
    return found


def literal(node: ast.expr) -> str | None:
    """The text of a literal, with holes as x; None for what only a run can tell."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(p.value) if isinstance(p, ast.Constant) else "x" for p in node.values)
    return None


def is_three_sentences(place: ast.Call) -> bool:
    """Whether an error is made from three texts, each with a mark at its end."""
    if any(isinstance(given, ast.Starred) for given in place.args):
        return True  # made elsewhere
    texts = filter(None, map(literal, place.args))
    return len(place.args) == 3 and all(map(is_ended, texts))


def is_ended(text: str) -> bool:
    return text.rstrip("'\"")[-1] in ".…!?)x0123456789" or text.endswith(("'", '"'))


def test_sentences() -> None:
    """An error is made from three texts, each a sentence that ends with a mark."""
    places = raised()

    assert len(places) > 200
    assert [where for where, call in places if not is_three_sentences(call)] == []


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("BadFilter('It broke.', 'Likely a storm.', f'Wait for {name}')", True),
        ("BadFilter(*sentences)", True),
        ("BadFilter('It broke.', 'Likely a storm.')", False),
        ("BadFilter('It broke', 'Likely a storm.', 'Wait.')", False),
    ],
)
def test_an_error_with_less_is_seen(code: str, right: bool) -> None:
    """Two sentences, and one without its mark, are found."""
    place = ast.parse(code, mode="eval").body

    assert isinstance(place, ast.Call)
    assert is_three_sentences(place) is right


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
