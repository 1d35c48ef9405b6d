"""The rules that both machines share: people and their tabs, a model, servers that die and databases that go away.

Real server processes (``tests.support.told_server``) do what the rules say; ``Truth`` is read from the rows. After each
rule every tab is compared with the rows. A rule waits for what it did to become true unless its server is not steady;
nothing here sleeps.
"""

import functools
import os
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from django.db import DatabaseError
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from chat import failpoints
from chat.clock import DatabaseNow
from chat.models import Message, Turn
from chat.models.turn import CONTINUABLE
from chat.verification import Scope, Severity, Verification, load
from tests.chat.machines.tabs import Frame, Tab
from tests.chat.machines.truth import Truth, check_rows, clean, comes_from, read_truth
from tests.chat.turn_rows import talk
from tests.support.library import bill, make_strategy
from tests.support.people import sign_in
from tests.support.rows import finish_turn
from tests.support.told_servers import House, ToldServer
from trademe.accounts.models import User

Item = TypeVar("Item")

MANY = int(os.environ.get("TRADEME_TEST_MACHINE_EXAMPLES", "0"))
CONVERSATIONS = 2
TABS = 4

# places that hold no lock: who stops there keeps nobody else from going on
QUIET_PLACES = (
    failpoints.STARTED,
    failpoints.CALL_OPENING,
    failpoints.CALL_OPENED,
    failpoints.APPENDED,
    failpoints.ENDING,
    failpoints.ENDED,
)

PIECES = ["a", " ", "\n", "均", "线", "\u00e9", "\U0001f642", "\x00", "\ud83d", "\ude42"]
picks = st.integers(0, 7)  # which of the things that there are
pieces = st.lists(
    st.text(st.sampled_from(PIECES), max_size=5),
    min_size=1,
    max_size=4,
)
ends = st.sampled_from(["complete", "complete", "length", "cut", "error", "refused"])
ENDINGS = {
    "complete": {Turn.Status.COMPLETE, Turn.Status.FAILED},  # failed: an empty reply
    "length": {Turn.Status.TRUNCATED},
    "cut": {Turn.Status.TRUNCATED},
    "error": {Turn.Status.FAILED},
    "refused": {Turn.Status.FAILED},  # the third time
}


def bounded(examples: int, steps: int) -> settings:
    """The suite's own size, the same each time; ``TRADEME_TEST_MACHINE_EXAMPLES`` runs so many new ones and shrinks."""
    phases = (Phase.generate, Phase.shrink) if MANY else (Phase.generate,)
    return settings(
        max_examples=MANY or examples,
        stateful_step_count=steps * 2 if MANY else steps,
        derandomize=not MANY,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )


@dataclass
class Request:
    """A command that starts a turn, as its person first sent it."""

    conversation_id: uuid.UUID
    frame: Frame
    sent_to: set[ToldServer] = field(default_factory=set)


@dataclass
class Reply:
    """What the model was told to say in one turn, and what else may explain its end."""

    said: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    stop_wished: bool = False
    calls: int = 0


def noted(act: Callable[..., Any]) -> Callable[..., Any]:
    """Keeps what was done: processes have a timing of their own, so hypothesis may not be able to repeat it."""

    @functools.wraps(act)
    def noting(machine: "TurnMachine", **options: Any) -> Any:
        if machine.failed:
            return None
        if options:
            machine.steps.append(f"{act.__name__}({', '.join(f'{k}={v!a}' for k, v in options.items())})")
        try:
            return act(machine, **options)
        except (AssertionError, DatabaseError) as error:
            machine.failed = True
            machine.failures.append("\n".join([*machine.steps, f"{type(error).__name__}: {error}"]))
            raise

    return noting


class TurnMachine(RuleBasedStateMachine):
    """One example: two conversations, some tabs, and the servers in ``servers``."""

    house: ClassVar[House]
    owner: ClassVar[User]
    session: ClassVar[str]
    server_count: ClassVar[int] = 1
    failures: ClassVar[list[str]]
    seen: ClassVar[Counter[str]]  # how turns ended and what was done to servers, over all examples

    def __init__(self) -> None:
        super().__init__()
        self.failed = False
        self.steps: list[str] = []
        self.tabs: list[Tab] = []
        self.requests: dict[str, Request] = {}
        self.replies: dict[str, Reply] = {}
        self.finals: dict[str, tuple[Any, ...]] = {}
        self.conversations = [self._new_conversation() for _ in range(CONVERSATIONS)]
        self.deleted: set[uuid.UUID] = set()
        self._tabs_made = self._connections = 0
        self.servers: list[ToldServer] = []
        self.house.heard = self._heard
        self.house.nudge = self._nudge
        self.servers += [self.house.server() for _ in range(self.server_count)]
        self.truth = read_truth(self._all_conversations())
        self.versions = self.truth.versions

    @classmethod
    def prove(cls, house: House, owner: User, size: settings) -> None:
        """Run it; a failure is reported with its steps, also one that does not happen again."""
        cls.house, cls.owner, cls.session = house, owner, str(sign_in(owner.username)["session"])
        cls.failures, cls.seen = [], Counter()
        load()
        try:
            run_state_machine_as_test(cls, settings=size)
        except Exception as error:
            if cls.failures:
                raise AssertionError(f"{len(cls.failures)} examples failed, the last:\n{cls.failures[-1]}") from error
            raise
        print(dict(cls.seen))

    def _new_conversation(self) -> uuid.UUID:
        conversation = talk(self.owner)
        bill(finish_turn(conversation))
        make_strategy(conversation)
        return conversation.pk

    # --- listening -----------------------------------------------------------------------------------------------

    def _heard(self, server: ToldServer, line: dict[str, Any]) -> None:
        match line["event"]:
            case "frame":
                if (tab := self._tab(server, line["tab"])) is not None:
                    tab.hear(line["frame"])
            case "closed":
                if (tab := self._tab(server, line["tab"])) is not None:
                    tab.closed = line["code"]
                    gone = tab.conversation_id in self.deleted
                    assert line["code"] in ((4404, 1012) if gone else (1012,)), f"{tab} was closed with {line['code']}"
            case "call":
                self._reply(line["turn"]).calls += 1
            case "error":
                raise AssertionError(f"{server} logged an error: {line['words']}")

    def _tab(self, server: ToldServer, number: int) -> Tab | None:
        return next((tab for tab in self.tabs if tab.connection == number and tab.server is server), None)

    def _reply(self, turn_id: str) -> Reply:
        return self.replies.setdefault(turn_id, Reply())

    def _nudge(self) -> None:
        """What a poll would do a moment later."""
        for server in self.servers:
            if server.steady:
                server.tell("look")

    def until(self, condition: Callable[[], bool], what: str, *servers: ToldServer) -> None:
        """Wait until it is so, or until one of the servers that it depends on is not steady."""
        self.house.until(lambda: any(not server.steady for server in servers) or condition(), what)

    # --- picking -------------------------------------------------------------------------------------------------

    @staticmethod
    def pick(items: list[Item], number: int) -> Item | None:
        return items[number % len(items)] if items else None

    def running(self) -> list[str]:
        return sorted(key for key, turn in self.truth.turns.items() if turn.is_running)

    def open_tabs(self) -> list[Tab]:
        return [tab for tab in self.tabs if tab.is_open]

    def steady(self) -> list[ToldServer]:
        return [server for server in self.servers if server.steady]

    # --- tabs ----------------------------------------------------------------------------------------------------

    def _open(self, which: int, conversation: int) -> None:
        server = self.pick([server for server in self.servers if server.alive and not server.frozen], which)
        if server is None:
            return
        self._tabs_made += 1
        tab = Tab(self._tabs_made, self.conversations[conversation % CONVERSATIONS], self.session)
        if tab.load():
            if len(self.tabs) >= TABS:
                self.tabs.pop(0).disconnect()
            self.tabs.append(tab)
            self._connect(tab, server)

    def _some_tab(self, which: int) -> Tab | None:
        """An open tab, opened if need be."""
        if not any(server.alive for server in self.servers):
            self._start_again()
        if not self.open_tabs():
            self._open(which, which)
        return self.pick(self.open_tabs(), which)

    def _connect(self, tab: Tab, server: ToldServer) -> None:
        self._connections += 1
        tab.connect(server, self._connections)
        self.until(lambda: tab.established or not tab.is_open, f"{tab} is connected", server)

    def _come_back(self, which: int, server: int, reload: bool) -> None:
        """A connection is cut and made again, perhaps to another server; or the page is loaded again."""
        if not self.tabs:
            return
        tab = self.tabs[which % len(self.tabs)]
        host = self.pick([server for server in self.servers if server.alive and not server.frozen], server)
        tab.disconnect()
        if host is None or tab.conversation_id in self.deleted or (reload and not tab.load()):
            return
        self._connect(tab, host)

    def _close_tab(self, which: int) -> None:
        if self.tabs:
            self.tabs[which % len(self.tabs)].disconnect()

    @rule(
        how=st.sampled_from(["open", "come back", "come back", "reload", "close"]),
        which=picks,
        server=picks,
        conversation=picks,
    )
    @noted
    def use_tabs(self, how: str, which: int, server: int, conversation: int) -> None:
        match how:
            case "open":
                self._open(server, conversation)
            case "close":
                self._close_tab(which)
            case _:
                self._come_back(which, server, reload=how == "reload")

    # --- asking --------------------------------------------------------------------------------------------------

    def _ask(self, tab: Tab, request: Request) -> None:
        self._put(tab, request)
        self._wait_for_answer(tab, request)

    @staticmethod
    def _put(tab: Tab, request: Request) -> None:
        request_id = request.frame["request_id"]
        assert tab.server is not None
        request.sent_to.add(tab.server)
        tab.asked.add(request_id)
        tab.accepted.pop(request_id, None)
        tab.refusals.pop(request_id, None)
        tab.send(request.frame)

    def _wait_for_answer(self, tab: Tab, request: Request) -> None:
        request_id = request.frame["request_id"]
        servers = [tab.server] if tab.server is not None else []
        self.until(
            lambda: request_id in tab.accepted or request_id in tab.refusals or not tab.is_open,
            f"{tab} has an answer to {request.frame['type']}",
            *servers,
        )

    def _start(self, tab: Tab, type: str, **fields: Any) -> None:
        request_id = str(uuid.uuid4())
        frame = {"type": type, "request_id": request_id} | fields
        request = self.requests[request_id] = Request(tab.conversation_id, frame)
        self._ask(tab, request)
        self.truth = self._read()

    @rule(which=picks)
    @noted
    def send(self, which: int) -> None:
        self._send(which)

    def _send(self, which: int) -> None:
        if tab := self._some_tab(which):
            self._start(tab, "ai_chat", content=f"question {len(self.requests)} 均线")

    @rule(which=picks, request=picks, same=st.sampled_from([True, True, True, False]))
    @noted
    def send_again(self, which: int, request: int, same: bool) -> None:
        """A double click, an outbox after a restart; with other fields it is refused."""
        if not self.requests:
            return
        asked = list(self.requests.values())[-1 - request % len(self.requests)]
        tabs = [tab for tab in self.open_tabs() if tab.conversation_id == asked.conversation_id]
        if (tab := self.pick(tabs, which)) is None:
            return
        if same:
            self._ask(tab, asked)
            return
        request_id = asked.frame["request_id"]
        if not any(str(turn.request_id) == request_id for turn in self.truth.turns.values()):
            return  # it started nothing, so it is free
        if tab.asked or tab.server is None:
            return
        # its turn's own ai_chat_start may come meanwhile, to a tab that has just come back: the answer is a refusal
        tab.refusals.pop(request_id, None)
        tab.send({"type": "ai_chat", "request_id": request_id, "content": "other words"})
        self.until(lambda: request_id in tab.refusals or not tab.is_open, f"{tab} is refused", tab.server)
        code = tab.refusals.get(request_id)
        assert code in (None, "request_id_reused", "database_unavailable", "not_found"), code

    @rule(which=picks, server=picks)
    @noted
    def send_twice(self, which: int, server: int) -> None:
        """Two tabs send the same at the same moment, perhaps to two servers: one turn."""
        first = self._some_tab(which)
        if first is None or first.conversation_id not in self.conversations:
            return
        self._open(server, self.conversations.index(first.conversation_id))
        second = self.open_tabs()[-1]
        if second is first or second.conversation_id != first.conversation_id:
            return
        request_id = str(uuid.uuid4())
        frame = {"type": "ai_chat", "request_id": request_id, "content": f"twice {len(self.requests)}"}
        request = self.requests[request_id] = Request(first.conversation_id, frame)
        tabs = [tab for tab in (first, second) if tab.server is not None]
        for tab in tabs:
            self._put(tab, request)
        for tab in tabs:
            self._wait_for_answer(tab, request)
        self.truth = self._read()

    @rule(which=picks, message=picks, how=st.sampled_from(["regenerate", "edit", "continue"]))
    @noted
    def go_another_way(self, which: int, message: int, how: str) -> None:
        if (tab := self._some_tab(which)) is None:
            return
        role = Message.Role.USER if how == "edit" else Message.Role.ASSISTANT
        found = Message.objects.filter(conversation=tab.conversation_id, role=role).order_by("-sequence")
        if how == "continue":
            found = found.filter(status__in=CONTINUABLE)
        chosen = self.pick(list(found), message)
        if chosen is not None:
            content = {"content": f"edited {len(self.requests)}"} if how == "edit" else {}
            self._start(tab, how, message_id=str(chosen.pk), **content)

    # --- the model -----------------------------------------------------------------------------------------------

    def _say(self, turn_id: str, steps: list[dict[str, Any]]) -> None:
        for server in self._hosts(turn_id):
            server.tell("say", turn=turn_id, steps=steps)

    def _hosts(self, turn_id: str) -> list[ToldServer]:
        """Where it may run: the servers that were asked."""
        request = self.requests.get(str(self.truth.turns[turn_id].request_id))
        return [] if request is None else [server for server in self.servers if server in request.sent_to]

    @rule(which=picks, pieces=pieces, wait=st.booleans())
    @noted
    def say(self, which: int, pieces: list[str], wait: bool) -> None:
        self._say_more(which, pieces, wait)

    @rule(which=picks, pieces=pieces, wait=st.booleans())
    @noted
    def say_more(self, which: int, pieces: list[str], wait: bool) -> None:
        """The same, so that it comes as often as the others together."""
        self._say_more(which, pieces, wait)

    def _say_more(self, which: int, pieces: list[str], wait: bool) -> None:
        if (turn_id := self.pick(self.running(), which)) is None:
            return
        reply = self._reply(turn_id)
        if reply.ends and reply.ends[-1] != "refused":
            return
        reply.said += pieces
        self._say(turn_id, [{"text": piece} for piece in pieces])
        if wait:
            self._settle(turn_id)

    @rule(which=picks, first=pieces, then=pieces, reload=st.booleans(), server=picks)
    @noted
    def look_again(self, which: int, first: list[str], then: list[str], reload: bool, server: int) -> None:
        """In the middle of a reply its tab is loaded again, or its connection is cut and made again."""
        if not self.running():
            self._send(which)
        if (turn_id := self.pick(self.running(), which)) is None:
            return
        self._say_more(which, first, wait=True)
        tabs = [
            at for at, tab in enumerate(self.tabs) if tab.conversation_id == self.truth.turns[turn_id].conversation_id
        ]
        if (at := self.pick(tabs, which)) is not None:
            self._come_back(at, server, reload)
        self._say_more(which, then, wait=False)

    @rule(which=picks, how=ends, last=st.lists(st.just("终"), max_size=1), wait=st.booleans())
    @noted
    def finish(self, which: int, how: str, last: list[str], wait: bool) -> None:
        self._finish(which, how, last, wait)

    @rule(which=picks, how=ends, last=pieces, again=st.booleans())
    @noted
    def finish_and_send(self, which: int, how: str, last: list[str], again: bool) -> None:
        """The end is on its way; the next message waits for it, or comes while the turn still ends."""
        self._finish(which, how, last, wait=not again)
        self._send(which)

    def _finish(self, which: int, how: str, last: list[str], wait: bool) -> None:
        if (turn_id := self.pick(self.running(), which)) is None:
            return
        reply = self._reply(turn_id)
        if reply.ends and reply.ends[-1] != "refused":
            return
        if how == "refused":
            if reply.said:  # a model that has begun cannot refuse to begin
                return
            last = []
        reply.said += last
        reply.ends.append(how)
        self._say(turn_id, [*({"text": piece} for piece in last), {"end": how}])
        if wait:
            self._settle(turn_id)

    def _settle(self, turn_id: str) -> None:
        """All that the model said so far is stored, or the turn has ended."""
        hosts = self._hosts(turn_id)
        if hosts and all(server.steady and not server.unwell for server in hosts):
            self.until(lambda: self._is_settled(turn_id), f"turn {turn_id} is settled", *hosts)

    def _is_settled(self, turn_id: str) -> bool:
        self.truth = self._read()
        reply = self._reply(turn_id)
        if self.truth.ended(turn_id):
            return True
        final = [end for end in reply.ends if end != "refused"] or len(reply.ends) >= 3
        if final or reply.stop_wished:
            return False
        said = reply.said
        text = "".join(said)
        held = 1 if text and "\ud800" <= text[-1] <= "\udbff" else 0  # half an emoji waits for its other half
        expected = clean(said)
        return self.truth.text(turn_id) == (expected[:-1] if held else expected)

    # --- stopping ------------------------------------------------------------------------------------------------

    @rule(which=picks, tab=picks)
    @noted
    def stop(self, which: int, tab: int) -> None:
        """From any tab of any server; the acknowledgement is the turn's end (P10)."""
        turns = [key for key, turn in self.truth.turns.items() if str(turn.request_id) in self.requests]
        turns.sort(key=lambda key: (not self.truth.turns[key].is_running, key))
        if (turn_id := self.pick(turns, which // 4)) is None:
            return
        conversation_id = self.truth.turns[turn_id].conversation_id
        if conversation_id in self.conversations and which % 2:
            self._open(tab, self.conversations.index(conversation_id))
        asking = self.pick(
            [tab for tab in self.open_tabs() if tab.conversation_id == conversation_id][::-1], which // 2
        )
        if asking is None or asking.server is None:
            return
        self._reply(turn_id).stop_wished = True
        request_id = str(uuid.uuid4())
        asking.send({"type": "stop", "request_id": request_id, "turn_id": turn_id})
        hosts = self._hosts(turn_id)
        if all(server.steady and not server.unwell for server in {*hosts, asking.server}) and hosts:
            self.until(
                lambda: self._is_settled(turn_id) or not asking.is_open,
                f"turn {turn_id} stops",
                *hosts,
                asking.server,
            )

    def _delete(self, which: int) -> None:
        """The conversation's turn is stopped and every tab of it is closed."""
        host = self.pick(self.steady(), which)
        if host is None or len(self.deleted) >= 2:
            return
        at = which % CONVERSATIONS
        conversation_id = self.conversations[at]
        self.deleted.add(conversation_id)
        for turn_id, turn in self.truth.turns.items():
            if turn.conversation_id == conversation_id:
                self._reply(turn_id).stop_wished = True
        host.ask("delete", conversation=str(conversation_id))
        self.conversations[at] = self._new_conversation()
        self.truth = read_truth(self._all_conversations())
        self.versions = self.truth.versions

    # --- faults ---------------------------------------------------------------------------------------------------

    @rule(
        which=picks,
        what=st.sampled_from(
            ["kill", *["kill at"] * 2, *["hold at"] * 2, *["database"] * 2, *["commits"] * 3, "deploy", "delete"]
        ),
        place=st.sampled_from(failpoints.NAMES),
        passes=st.integers(1, 3),
        faults=st.lists(st.sampled_from(["lost", "refused"]), min_size=1, max_size=3),
    )
    @noted
    def break_something(self, which: int, what: str, place: str, passes: int, faults: list[str]) -> None:
        match what:
            case "kill":
                self._kill(which)
            case "kill at":
                self._kill_at(which, place, passes)
            case "hold at":
                self._hold_at(which, place, passes)
            case "database":
                self._database_away(which)
            case "commits":
                self._commits_go_wrong(which, faults)
            case "deploy":
                self._deploy(which)
            case "delete":
                self._delete(which)

    @rule(what=st.sampled_from(["let go", "database", "all", "all"]))
    @noted
    def mend(self, what: str) -> None:
        if what != "database":
            self._let_go()
        if what != "let go":
            self._database_back()
        if what == "all":
            self._start_again()

    # --- servers -------------------------------------------------------------------------------------------------

    def _kill(self, which: int) -> None:
        """kill -9, wherever it is."""
        server = self.servers[which % len(self.servers)]
        if server.alive:
            server.kill()

    def _kill_at(self, which: int, place: str, passes: int) -> None:
        """It will die at that line of the product."""
        server = self.servers[which % len(self.servers)]
        if server.steady and not server.armed:
            server.arm(place, "kill", passes)

    def _hold_at(self, which: int, place: str, passes: int) -> None:
        """The task that comes there waits; all others go on."""
        server = self.servers[which % len(self.servers)]
        if server.steady and not server.armed and place in QUIET_PLACES:
            server.arm(place, "hold", passes)

    def _let_go(self) -> None:
        for server in self.servers:
            if server.alive and not server.frozen and not server.stops:
                server.disarm()

    def _start_again(self) -> None:
        """Every dead server is started again; alone on its database it ends what the dead one left."""
        for at, server in enumerate(self.servers):
            if not server.alive or (server.stops and not server.frozen):
                server.buried()
                self.servers[at] = self.house.server()

    def _deploy(self, which: int) -> None:
        """SIGTERM: turns that can end in time do, the others are ended as interrupted."""
        server = self.servers[which % len(self.servers)]
        if not server.steady or self.running():
            return
        server.unwell = True
        server.ask("drain")
        server.kill()
        self.servers[which % len(self.servers)] = self.house.server()

    # --- the database --------------------------------------------------------------------------------------------

    def _database_away(self, which: int) -> None:
        server = self.servers[which % len(self.servers)]
        if server.steady:
            server.ask("database", away=True)
            server.away = True

    def _database_back(self) -> None:
        for server in self.servers:
            if server.away:
                server.tell("database", away=False)
                server.away = False

    def _commits_go_wrong(self, which: int, faults: list[str]) -> None:
        """The next commits happen without an answer, or do not happen: the server cannot know which."""
        server = self.servers[which % len(self.servers)]
        if server.steady:
            server.ask("commits", faults=faults)

    # --- time ----------------------------------------------------------------------------------------------------

    @rule(which=picks, jump=st.booleans())
    @noted
    def time_passes(self, which: int, jump: bool) -> None:
        """Long enough for a dead owner's turns to be ended; ``jump``: the database's clock jumps past every lease."""
        self._let_time_pass(self.servers[which % len(self.servers)], jump)

    def _let_time_pass(self, observer: ToldServer, jump: bool) -> None:
        running = Turn.objects.filter(status=Turn.Status.RUNNING, conversation__in=self._all_conversations())
        dead_only = running.filter(pk__in=[key for key in self.running() if self._may_be_dead(key)])
        (running if jump else dead_only).update(lease=DatabaseNow() - 1)
        for server in self.servers:
            if server.away:
                server.unwell = True  # its heartbeats do not arrive: its turns may be ended
        if not observer.responsive:
            return
        observer.ask("sweep")
        for server in self.servers:
            if server.ask("beat"):
                server.unwell = True
        observer.ask("time", seconds=2.0)
        observer.ask("sweep")

    def _may_be_dead(self, turn_id: str) -> bool:
        request = self.requests.get(str(self.truth.turns[turn_id].request_id))
        return request is not None and any(server.unwell or server.away for server in request.sent_to)

    # --- what must be true ---------------------------------------------------------------------------------------

    def _all_conversations(self) -> set[uuid.UUID]:
        return {*self.conversations, *self.deleted}

    def _read(self) -> Truth:
        return read_truth(self._all_conversations(), self.truth)

    @invariant()
    @noted
    def promises_hold(self) -> None:
        self.house.listen()
        for server in self.servers:
            assert server.alive or server.unwell, f"{server} died by itself"
        # the tabs as they are now, then the rows: what is shown must be there (P1)
        self.truth = truth = self._read()
        check_rows(truth)
        assert truth.versions == self.versions, "a version changed"
        for turn_id, turn in truth.turns.items():
            self._check_turn(turn_id, turn)
        for tab in self.tabs:
            self._check_tab(tab)

    def _check_turn(self, turn_id: str, turn: Turn) -> None:
        truth, reply = self.truth, self._reply(turn_id)
        if (request := self.requests.get(str(turn.request_id))) is None:
            return  # stored before the example began
        assert turn.conversation_id == request.conversation_id
        assert turn.command == request.frame["type"]
        said = turn.user_message
        assert (said.content if said is not None else None) == request.frame.get("content")
        assert comes_from(truth.text(turn_id), reply.said), "stored text that the model did not say"
        rows = len(truth.calls.get(turn_id, []))
        assert reply.calls <= rows, f"{reply.calls} model calls, {rows} ledger rows"
        assert rows <= 1 + reply.ends.count("refused"), f"{rows} ledger rows for {reply.ends}"
        if truth.ended(turn_id):
            final = truth.final(turn_id)
            assert self.finals.setdefault(turn_id, final) == final, "an ended turn changed"
            self._check_status(turn, reply, request)

    def _check_status(self, turn: Turn, reply: Reply, request: Request) -> None:
        """Every end has its reason (P4)."""
        allowed: set[str] = set()
        if reply.ends:
            allowed |= ENDINGS[reply.ends[-1]]
        if reply.stop_wished:
            allowed.add(Turn.Status.STOPPED)
        if any(server.unwell for server in request.sent_to):
            allowed.add(Turn.Status.INTERRUPTED)
        assert turn.status in allowed, f"ended {turn.status} ({turn.error_code}), may be {sorted(allowed)}"
        if turn.status == Turn.Status.COMPLETE:
            assert self.truth.text(str(turn.pk)) == clean(reply.said), "a complete reply lacks text"

    def _check_tab(self, tab: Tab) -> None:
        for turn_id, shown in tab.turns.items():
            turn = self.truth.turns.get(turn_id)
            assert turn is not None, f"{tab} shows a turn that is not stored"
            stored = self.truth.text(turn_id)
            assert stored.startswith(shown.text), f"{tab} was shown what is not stored"
            if shown.status == Turn.Status.RUNNING:
                journal = self.truth.journal.get(turn_id, {})
                if not self.truth.ended(turn_id):
                    so_far = "".join(text for seq, text in sorted(journal.items()) if seq <= shown.seq)
                    assert shown.text == so_far, f"{tab}: seq {shown.seq} is not that text"
            else:
                assert (shown.status, shown.text) == (turn.status, stored), f"{tab} was told another end"
        for request_id in tab.accepted:
            turns = [turn for turn in self.truth.turns.values() if str(turn.request_id) == request_id]
            assert len(turns) == 1, f"{tab}: an acknowledged request is not stored"

    # --- the end -------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            if hasattr(self, "truth"):
                self.all_ends_well()
        finally:
            self.house.heard = lambda server, line: None
            self.house.clear()

    @noted
    def all_ends_well(self) -> None:
        """Everything comes back, the model finishes, time passes: each turn has its end and all tabs show it."""
        self._database_back()
        for at, server in enumerate(self.servers):
            if not server.alive or (server.stops and not server.frozen):
                server.buried()
                self.servers[at] = self.house.server()
            elif server.frozen:
                server.thaw()
            server.disarm()
        self.promises_hold()
        self.house.until(lambda: not any(tab.asked for tab in self.open_tabs()), "all requests are answered")
        waited = 0

        def all_ended() -> bool:
            nonlocal waited
            self.truth = self._read()
            if not self.running():
                return True
            self._finish_all()
            waited += 1
            if waited % 10 == 0:
                for server in self.servers:
                    self._let_time_pass(server, jump=False)
            return False

        self.house.until(all_ended, "all turns end")
        self.house.until(lambda: all(map(self._agrees, self.open_tabs())), "all tabs show the same ends")
        for conversation_id in self.conversations:
            self._open(0, self.conversations.index(conversation_id))
        self.truth = read_truth(self._all_conversations())
        self.promises_hold()
        asked = [turn for turn in self.truth.turns.values() if str(turn.request_id) in self.requests]
        self.seen.update(turn.status for turn in asked)
        self._verify()

    def _finish_all(self) -> None:
        for turn_id in self.running():
            reply = self._reply(turn_id)
            if not reply.ends or reply.ends[-1] == "refused":
                reply.ends.append("complete")
                reply.said.append("完")
                self._say(turn_id, [{"text": "完"}, {"end": "complete"}])

    def _agrees(self, tab: Tab) -> bool:
        if tab.conversation_id in self.deleted:
            return True
        theirs = {
            key: turn
            for key, turn in self.truth.turns.items()
            if turn.conversation_id == tab.conversation_id and (turn.rev > tab.loaded_rev or key in tab.turns)
        }
        return all(key in tab.turns and tab.turns[key].status == turn.status for key, turn in theirs.items())

    def _verify(self) -> None:
        """The product's own proof finds nothing either."""
        for conversation_id in self._all_conversations():
            for finding in Verification(Scope(conversation_id)).findings():
                assert finding.severity != Severity.ERROR, f"verify_chats: {finding.message} {finding.ids}"
