"""How a run in the sandbox can end without a result; ``code`` is stable, words are made by ``words``."""


class SandboxError(Exception):
    """A run had no result. ``printed`` is what the code wrote (the beginning of it)."""

    code = "sandbox"

    def __init__(self, message: str, printed: str = "") -> None:
        super().__init__(message)
        self.printed = printed


class SandboxOff(SandboxError):
    """Running code is refused here; ``reason`` says why and ``cure`` what the operator can do."""

    code = "sandbox-off"

    def __init__(self, reason: str, cure: str) -> None:
        super().__init__(f"{reason} {cure}")
        self.reason = reason
        self.cure = cure


class Unavailable(SandboxError):
    """The sandbox could not be set up, so the code was not run: the installation's fault. ``problem`` names it."""

    code = "sandbox-unavailable"

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(f"{problem}: {detail}" if detail else problem)
        self.problem = problem
        self.detail = detail


class TimedOut(SandboxError):
    """The code used more processor time or more time on the clock than it may."""

    code = "timed-out"


class TooMuchMemory(SandboxError):
    """The code asked for more memory than it may have."""

    code = "too-much-memory"


class TooMuchOutput(SandboxError):
    """The code printed without end, or its result is longer than it may be."""

    code = "too-much-output"


class Crashed(SandboxError):
    """The interpreter ended without a result; ``signal`` is the one that ended it, where it was one."""

    code = "crashed"

    def __init__(self, message: str, printed: str = "", signal: int | None = None) -> None:
        super().__init__(message, printed)
        self.signal = signal


class Forbidden(Crashed):
    """The code made a system call that no strategy needs, and was killed at once."""

    code = "forbidden"


class Cancelled(SandboxError):
    """The caller wanted the run to end."""

    code = "cancelled"
