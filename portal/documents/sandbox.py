"""What a process gives up before it looks at somebody's file."""

import ctypes
import resource

_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_NO_NEW_PRIVILEGES, _DUMPABLE = 38, 4
_PIPES = 3


def confine(*, memory: int, seconds: int) -> None:
    """Bound memory (bytes of address space) and processor time; no file written or opened, no network.

    Everything the parsers need must be imported before. The network is taken away where the kernel
    lets an ordinary process do that; the rest always holds.
    """
    _leave_network()
    prctl = ctypes.CDLL(None).prctl
    prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    prctl(_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_PIPES, _PIPES))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def allow_processor(seconds: int, *, total: int) -> None:
    """Let the process use ``seconds`` more of processor time, never more than ``total`` in all."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (min(spent + seconds, total), total))


def _leave_network() -> None:
    unshare = ctypes.CDLL(None).unshare
    if unshare(_NEW_NET) != 0:
        unshare(_NEW_USER | _NEW_NET)
