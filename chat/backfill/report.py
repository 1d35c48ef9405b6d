"""What a backfill decided: a code, where, and a sentence; counted in memory, listed as it goes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

# every code, and whether something is not here because of it (docs/maintenance.md explains each)
CODES: dict[str, tuple[bool, str]] = {
    "already-here": (False, "the conversation was imported before and stays as it is"),
    "source-grew": (True, "the conversation was imported before, and the source has messages that are not here"),
    "user-unknown": (True, "nobody here is the row's user"),
    "session-unknown": (False, "the row names no session: it went to a conversation of such rows"),
    "session-missing": (False, "the row's session is not in the table of sessions"),
    "session-foreign": (False, "the row's session is another user's: it went to a conversation of the row's own user"),
    "doubled": (False, "the row says again what was just said and was left out"),
    "reordered": (False, "within one second the reply stood before its question"),
    "time-unreadable": (False, "the row took the time of the row before it"),
    "encoding-repaired": (False, "the text was not UTF-8 and was read as GB 18030"),
    "encoding-lossy": (False, "bytes that are no text became U+FFFD"),
    "mojibake-repaired": (False, "UTF-8 that had been read as Latin-1 was read again"),
    "json-unwrapped": (False, "the text stood in a JSON envelope"),
    "role-unknown": (False, "nobody can say who said it: it was kept as a notice"),
    "empty": (True, "the row holds no text"),
    "reply-lost": (True, "no reply to the message is stored anywhere: it is marked interrupted"),
    "reply-without-question": (False, "the message that the reply answers is not stored"),
    "code-restored": (False, "code that stood in no reply was put into one"),
    "owner-unknown": (True, "nobody here has the name of the conversation's owner"),
    "conversation-incomplete": (
        True,
        "the conversation's end is not in the file, or its rows are not what was exported",
    ),
    "id-taken": (True, "a row of another conversation or person has one of its ids"),
    "line-unreadable": (True, "the line is not one of an export"),
}


@dataclass(frozen=True, slots=True)
class Decision:
    code: str
    where: str

    @property
    def sentence(self) -> str:
        return CODES[self.code][1]


@dataclass(slots=True)
class Report:
    """Counts of decisions and of rows made; ``tell`` hears each decision."""

    tell: Callable[[Decision], None] = lambda decision: None
    decisions: Counter[str] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    read: int = 0

    def decide(self, code: str, where: str) -> None:
        decision = Decision(code, where)
        if code not in CODES:
            raise KeyError(code)
        self.decisions[code] += 1
        self.tell(decision)

    def summary(self) -> list[str]:
        """One line for each code that was met, those first because of which something is missing."""
        met = sorted(self.decisions.items(), key=lambda item: (not CODES[item[0]][0], item[0]))
        return [f"{'lost' if CODES[code][0] else 'note'} {code}: {count} ({CODES[code][1]})" for code, count in met]
