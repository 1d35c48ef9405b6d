"""A server as a child process: started, waited for, stopped by its own id, with its output in a file."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class NotReady(Exception):
    """A server died or did not answer before its deadline; the text holds the end of its log."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """One child process. ``answers`` says whether it is ready."""

    def __init__(self, log: Path) -> None:
        self.log_file = log
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def spawn(
        self,
        command: Sequence[str],
        answers: Callable[[], bool],
        *,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        user: str | None = None,
        deadline: float = 30.0,
    ) -> None:
        """Start ``command`` and return when it answers; raises NotReady."""
        assert not self.is_running, "it runs already"
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(environment) if environment is not None else None,
                cwd=folder,
                user=user,
                group=primary_group(user) if user else None,
                extra_groups=[] if user else None,
            )
        ends = time.monotonic() + deadline
        while not answers():
            if self._exited_within(0.05) or time.monotonic() > ends:
                self.kill9()
                raise NotReady(f"{command[0]} did not become ready:\n{self.log[-4000:]}")

    def kill9(self) -> None:
        """End it as a crash would."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stop exactly this process; returns when it stands. Only ``thaw`` and ``kill9`` reach it then."""
        assert self.process is not None, "it does not run"
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def terminate(self, deadline: float = 20.0) -> int:
        """Ask it to stop and return its exit code; it is killed after the deadline, which is an error."""
        return self._end(signal.SIGTERM, deadline)

    def _end(self, with_signal: signal.Signals, deadline: float = 20.0) -> int:
        process = self.process
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(with_signal)
            try:
                process.wait(deadline)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
        self.process = None
        return process.returncode

    def _exited_within(self, seconds: float) -> bool:
        assert self.process is not None
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def primary_group(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def unprivileged_user() -> str | None:
    """Whom a server must run as that refuses root; None when we are not root."""
    import pwd

    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
