"""One labelled message: what was said before, what is said, and the spec that a careful trader would write down."""

from dataclasses import dataclass, fields
from typing import Any

from strategies.spec import Spec, read_spec, to_json
from tests.strategies.corpus import notation

NOTHING = "nothing"  # in a label: what was there before is gone
SAID = "*"  # in ``unread``: something must be said to be unread, whatever the reason


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A spec in short: only what is set. Conditions and indicators in the notation of ``notation``."""

    on: str = ""
    kind: str = ""
    tf: str = ""
    entry: str = ""
    exit: str = ""
    side: str = ""
    stop: float | str | None = None
    target: float | str | None = None
    trail: float | str | None = None
    size: float | str | None = None
    bars: int | str | None = None
    use: str = ""  # indicators that are named and stand in no condition
    no: str = ""  # indicators that are not wanted

    def spec(self) -> Spec:
        said = {item.name: getattr(self, item.name) for item in fields(Plan)}
        said = {name: None if value in ("", NOTHING) else value for name, value in said.items()}
        return read_spec(
            {
                "market": {"instrument": said["on"], "kind": said["kind"], "timeframe": said["tf"]},
                "indicators": [notation.indicator(name) for name in str(said["use"] or "").split()],
                "entry": notation.condition(said["entry"]) if said["entry"] else None,
                "exit": notation.condition(said["exit"]) if said["exit"] else None,
                "risk": {
                    "stop_loss_pct": said["stop"],
                    "take_profit_pct": said["target"],
                    "trailing_stop_pct": said["trail"],
                    "position_pct": said["size"],
                    "max_bars": said["bars"],
                },
                "direction": said["side"],
                "excluded": str(said["no"] or "").split(),
            }
        )


@dataclass(frozen=True)
class Case(Plan):
    """The label is ``given`` with what the case itself sets put over it."""

    text: str = ""
    before: tuple[str, ...] = ()  # messages, oldest first
    given: Plan | None = None  # or the spec that stands there already
    unread: tuple[str, ...] = ()  # reasons that must be given for words that were not used

    def wanted(self) -> Spec:
        base = self.given or Plan()
        own = {item.name: getattr(self, item.name) for item in fields(Plan)}
        merged = {name: getattr(base, name) if value in ("", None) else value for name, value in own.items()}
        return Plan(**merged).spec()


def meaning(spec: Spec) -> dict[str, Any]:
    """The spec as JSON in which the order of equals and a group of one make no difference."""
    data = to_json(spec)
    for side in ("entry", "exit"):
        if data[side] is not None:
            data[side] = _settled(data[side])
    data["indicators"] = sorted(data["indicators"], key=repr)
    data["excluded"] = sorted(data["excluded"])
    return data


def _settled(tree: dict[str, Any]) -> dict[str, Any]:
    for key in ("all", "any"):
        if key in tree:
            items: list[dict[str, Any]] = []
            for item in map(_settled, tree[key]):
                items += item.get(key, [item])
            return items[0] if len(items) == 1 else {key: sorted(items, key=repr)}
    return {"not": _settled(tree["not"])} if "not" in tree else tree
