"""`import os` as it would be on Windows, for the modules that are imported afterwards.

What only POSIX has is gone: modules, functions, signals. Libraries that are loaded already keep
what they have, because they choose by the system at import.
"""

from __future__ import annotations

import importlib.abc
import os
import signal
import sys
from collections.abc import Collection
from types import ModuleType
from typing import Any

MODULES = {"curses", "fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"}
OS = {
    *("chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups"),
    *("getloadavg", "getpgid", "getuid", "killpg", "lchown", "mkfifo", "nice", "openpty"),
    *("posix_fadvise", "posix_spawn", "pread", "pwrite", "register_at_fork", "sched_getaffinity"),
    *("sendfile", "setsid", "setuid", "statvfs", "sync", "sysconf", "uname", "waitid"),
    *("O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY"),
}
SIGNALS = {"SIGALRM", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGUSR1", "alarm", "pthread_sigmask"}
OURS = "stnb"


class Other(ModuleType):
    """A module without some of its names, and with others in their place."""

    def __init__(self, module: ModuleType, without: Collection[str], **instead: Any) -> None:
        super().__init__(module.__name__)
        vars(self).update(instead)
        self._module, self._without = module, without

    def __getattr__(self, name: str) -> Any:
        if name in self._without:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(self._module, name)

    def __dir__(self) -> list[str]:
        return [name for name in dir(self._module) if name not in self._without]


class NotHere(importlib.abc.MetaPathFinder):
    """Finds none of the modules that only POSIX has."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> None:
        if name in MODULES:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def hide() -> None:
    """Make what is imported from now on see another system."""
    assert not [name for name in sys.modules if name.partition(".")[0] == OURS]
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, NotHere())
    sys.modules["os"] = Other(os, OS, name="nt")
    sys.modules["signal"] = Other(signal, SIGNALS)
    sys.modules["sys"] = Other(sys, {"abiflags"}, platform="win32")
