"""Running cases: each lane is a thread with servers of its own, so that what one stops, the others do not miss."""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.faults.case import Case, StageMaker
from tests.faults.outcome import Row, Run, not_run, row
from tests.faults.stage import Stage
from tests.support.rig import Missing, Rig


class Lane:
    """One rig and one stage at a time; a stage is made anew when the configuration changes."""

    def __init__(self) -> None:
        self.rig = Rig()
        self._stage: Stage | None = None
        self._made_by: StageMaker | None = None

    def run(self, case: Case, configuration: str, seeds: Sequence[int]) -> list[Run]:
        """Bring the fault about for each seed; raises Missing."""
        stage = self.stage(case.stage, configuration)
        try:
            runs = case.run(stage, seeds)
            stage.ready()
            return runs
        except Exception:
            self._end_stage()  # nobody knows what it left behind
            raise

    def stage(self, maker: StageMaker, configuration: str) -> Stage:
        if self._stage is None or (self._made_by, self._stage.configuration) != (maker, configuration):
            self._end_stage()
            self._stage, self._made_by = maker(self.rig, configuration), maker
        return self._stage

    def _end_stage(self) -> None:
        if self._stage is not None:
            stage, self._stage = self._stage, None
            stage.close()

    def verify(self) -> list[str]:
        """What ``verify_chats`` finds wrong after everything that has run on this stage."""
        return self._stage.verify() if self._stage is not None else []

    def close(self) -> None:
        self._end_stage()
        self.rig.close()


@dataclass(frozen=True, slots=True)
class Task:
    case: Case
    configuration: str
    seeds: tuple[int, ...]


def tasks(cases: Iterable[Case], configurations: Sequence[str], runs: int | None, first: int) -> list[Task]:
    """One task for each row of the table; ``runs`` None: as many as each case wants."""
    return [
        Task(case, configuration, tuple(range(first, first + (runs or case.runs))))
        for configuration in configurations
        for case in cases
        if configuration in case.configurations
    ]


def run_all(
    wanted: Sequence[Task], lanes: int, tell: Callable[[Row], None], stopping: threading.Event | None = None
) -> None:
    """``tell`` hears each row as soon as it is there; when ``stopping`` is set, no further row is begun."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for number in range(len(wanted)):
        waiting.put(number)
    telling = threading.Lock()

    def work() -> None:
        lane = Lane()
        try:
            while stopping is None or not stopping.is_set():
                try:
                    number = waiting.get_nowait()
                except queue.Empty:
                    return
                done = one_row(lane, wanted[number])
                with telling:
                    tell(done)
        finally:
            lane.close()

    threads = [threading.Thread(target=work, name=f"lane-{number}") for number in range(min(lanes, len(wanted)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def one_row(lane: Lane, task: Task) -> Row:
    """A case that cannot run here is told as not run, never as passed."""
    try:
        runs = lane.run(task.case, task.configuration, task.seeds)
        further = lane.verify()
    except Missing as missing:
        return not_run(task.case.name, task.configuration, str(missing))
    except Exception as error:  # noqa: BLE001 - the row says what broke the whole case
        return row(task.case.name, task.configuration, [], [f"{type(error).__name__}: {error}"])
    return row(task.case.name, task.configuration, runs, further)
