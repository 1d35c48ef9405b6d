"""Why code is not run here, and what the operator can do: words for the stable codes of problems."""

from django.utils.translation import gettext_lazy as _

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
