"""What this server tells people of runs: a frame to the tabs of the conversation that the version came from."""

from chat import runtime
from chat.protocol import BacktestProgress
from strategies.backtests import pool
from strategies.backtests.watch import Seen
from strategies.models.backtest import ACTIVE


def start() -> None:
    """Start the workers of this server, once."""
    pool.start(tell)


def stop() -> None:
    """End them in order."""
    pool.stop()


def tell(seen: Seen) -> None:
    """Called from the pool's thread."""
    running = runtime.current()
    if running is None or seen.conversation_id is None:
        return
    frame = BacktestProgress(
        backtest_id=str(seen.id),
        strategy_id=seen.strategy_id,
        number=seen.number,
        state=seen.state,
        progress=round(seen.progress, 4),
        url=seen.url,
    )
    running.hub.threadsafe(running.hub.progress, seen.conversation_id, frame)
    if seen.state not in ACTIVE:  # its card is in the rows
        running.hub.threadsafe(running.hub.ring, seen.conversation_id)
