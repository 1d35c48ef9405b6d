"""Words for stable codes: why code is not run here, what the operator can do, and how a run ended without a result."""

from django.utils.translation import gettext_lazy as _

from strategies.sandbox.errors import SandboxError, SandboxOff, Unavailable

REASONS = {
    "set-off": _("Running code is switched off (TRADEME_SANDBOX is off)."),
    "no-bwrap": _("bubblewrap is not installed."),
    "no-namespaces": _("This system does not let bubblewrap make a user namespace."),
    "python-unreachable": _("Python lies in a folder that only root can read, and setpriv is not installed."),
    "still-root": _("The child could not give up the rights of root."),
    "architecture": _("The sandbox knows the system calls of x86_64 and aarch64 only."),
    "seccomp": _("The kernel has no system call filter (seccomp)."),
    "no-new-privileges": _("The kernel does not know no_new_privs."),
    "landlock": _("The kernel has Landlock but did not let it be used."),
    "no-python": _("The Python interpreter could not be started by itself."),
    "no-numpy": _("numpy is not installed."),
    "no-start": _("The child could not be started."),
    "start": _("The child ended before the code began."),
    "slow-start": _("The child did not become ready in time."),
    "no-self-test": _("The sandbox could not be tested."),
    "escaped": _("The sandbox did not hold one of the programs that test it."),
    "not-repeated": _("The sandbox's own test job gave another result than it should."),
}
CURES = {
    "set-off": _("Set TRADEME_SANDBOX to auto or full, and restart the server."),
    "no-bwrap": _("Install it (apt-get install bubblewrap), and restart the server."),
    "no-namespaces": _(
        "Allow unprivileged user namespaces; in a container, where that is not wanted, "
        "set TRADEME_SANDBOX to contained."
    ),
    "python-unreachable": _("Install setpriv (package util-linux), or a Python outside of root's home folder."),
    "architecture": _("Run the server on x86_64 or aarch64."),
    "slow-start": _("Look at the machine's load, then run: manage.py check_sandbox"),
}
OTHER = _("The sandbox could not be set up.")
LOOK = _("Run this to see what happened: manage.py check_sandbox")


def reason(problem: str) -> str:
    """A sentence for a problem; an unknown one is named as it is."""
    known = REASONS.get(problem)
    return str(known) if known else f"{OTHER} ({problem})"


def cure(problem: str) -> str:
    """What can be done about it."""
    return str(CURES.get(problem, LOOK))


ENDS = {
    "timed-out": _("The code took longer than it may, and was stopped. Look for a loop that does not end."),
    "too-much-memory": _("The code asked for more memory than it may have, and was stopped."),
    "too-much-output": _("The code printed or returned more than it may, and was stopped."),
    "crashed": _("The code made the interpreter crash, so there is no result."),
    "forbidden": _("The code asked the system for something that no strategy needs, and was stopped at once."),
    "cancelled": _("The run was cancelled."),
}


def ended(error: SandboxError) -> str:
    """A sentence on a run without a result, in the language of the moment."""
    if isinstance(error, SandboxOff):
        return f"{error.reason} {error.cure}"
    if isinstance(error, Unavailable):
        return f"{reason(error.problem)} {cure(error.problem)}"
    return str(ENDS[error.code])
