"""``python -m tests.support.services COMMAND …`` runs a command beside PostgreSQL and Redis servers of its own.

The command finds them in ``TRADEME_TEST_DATABASE_URL`` and ``TRADEME_TEST_REDIS_URL``.
"""

import os
import subprocess
import sys

from tests.support.postgres import PostgresCluster
from tests.support.redis import RedisServer


def main(command: list[str]) -> int:
    if not command:
        sys.exit(__doc__)
    postgres, redis = PostgresCluster(), RedisServer()
    try:
        postgres.start()
        redis.start()
        environment = os.environ | {
            "TRADEME_TEST_DATABASE_URL": postgres.create_database(),
            "TRADEME_TEST_REDIS_URL": redis.url,
        }
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        redis.remove()
        postgres.remove()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
