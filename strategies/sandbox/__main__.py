"""``python -m strategies.sandbox LEVEL`` runs the canaries and prints how they ended, as JSON.

A process of its own, so that no server holds numpy in its memory for it, and what is left over is seen.
"""

import json
import os
import sys

from strategies.sandbox.escapes.attempts import attempt_all
from strategies.sandbox.escapes.corpus import canaries
from strategies.sandbox.escapes.surroundings import Surroundings


def main(level: str) -> None:
    """Run them one after the other, behind everything else that the machine does."""
    os.nice(19)
    with Surroundings() as surroundings:
        attempts = attempt_all(level, canaries(), surroundings, together=1)
        changes = surroundings.changes()
    ended = [[item.escape.canary, item.end, item.contained] for item in attempts]
    sys.stdout.write(json.dumps({"canaries": ended, "changes": changes}))


if __name__ == "__main__":
    main(sys.argv[1])
