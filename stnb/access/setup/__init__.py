"""Setting up a profile: where each value comes from, what it looks like, the trial, and the file.

The questions are asked by the command line and by the explorer.
"""

from __future__ import annotations

from .answers import (
    SHARED_KEY,
    Answers,
    kept_key,
    known,
    place,
    to_be_replaced,
    variables,
    written,
)
from .checks import PRACTICE, check_all, credentials_of
from .fields import FIELDS, Field, Hint, check, check_profile, profile_rules
from .profile import Saved, next_command, next_python, save
from .steps import ENVIRONMENTS, WHO, Guide, guide
from .trial import Verdict, try_them

__all__ = [
    "ENVIRONMENTS",
    "FIELDS",
    "PRACTICE",
    "SHARED_KEY",
    "WHO",
    "Answers",
    "Field",
    "Guide",
    "Hint",
    "Saved",
    "Verdict",
    "check",
    "check_all",
    "check_profile",
    "credentials_of",
    "guide",
    "kept_key",
    "known",
    "next_command",
    "next_python",
    "place",
    "profile_rules",
    "save",
    "to_be_replaced",
    "try_them",
    "variables",
    "written",
]
