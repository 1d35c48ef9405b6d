"""``python -m tests.faults`` (``make faults``): kills in mid-reply, as a table. Exit 1 when anything was lost."""

import argparse
import sys

from tests.faults.kills import Kill, kill_in_mid_reply
from tests.support.rig import CONFIGURATIONS, Missing, Rig


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="kills for each configuration")
    parser.add_argument("--first", type=int, default=0, help="the first seed, to repeat one")
    chosen = parser.parse_args()
    broken = 0
    sys.stdout.write(f"{'configuration':<18}{'seed':>5}{'chunks':>8}{'shown':>8}{'stored':>8}{'lost':>6}  status\n")
    with Rig() as rig:
        for configuration in CONFIGURATIONS:
            try:
                kills = run(rig, configuration, range(chosen.first, chosen.first + chosen.seeds))
            except Missing as missing:
                sys.stdout.write(f"{configuration:<18} skipped: {missing}\n")
                broken += 1
                continue
            broken += sum(not kill.kept_its_promise for kill in kills)
    sys.stdout.write("Everything shown is stored.\n" if not broken else f"{broken} went wrong.\n")
    return 1 if broken else 0


def run(rig: Rig, configuration: str, seeds: range) -> list[Kill]:
    product = rig.product(configuration, {"TRADEME_RATE_LIMITS": "off", **rig.model_settings})
    product.start()
    person = product.person("alice")
    kills = []
    for seed in seeds:
        kill = kill_in_mid_reply(product, person, seed)
        kills.append(kill)
        sys.stdout.write(
            f"{configuration:<18}{kill.seed:>5}{kill.chunks:>8}{kill.shown:>8}{kill.stored:>8}{kill.lost:>6}  "
            f"{kill.status}{'' if kill.kept_its_promise else '  WRONG'}\n"
        )
        sys.stdout.flush()
    product.remove()
    return kills


if __name__ == "__main__":
    sys.exit(main())
