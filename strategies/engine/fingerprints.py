"""What makes a result recognisable: code, data, configuration and engine, each as SHA-256 in hex."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from strategies.engine import ENGINE_VERSION
from strategies.engine.bars import Bars
from strategies.engine.config import RunConfig
from strategies.engine.replay import Result
from strategies.engine.strategy import Scalar


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """The same four give the same result, to the byte."""

    code: str
    data: str
    configuration: str
    engine: str


def fingerprints(code: str, bars: Bars, config: RunConfig, parameters: Mapping[str, Scalar]) -> Fingerprints:
    """Those of a run."""
    configuration = json.dumps({**asdict(config), "parameters": dict(parameters)}, sort_keys=True, allow_nan=False)
    return Fingerprints(
        code=hashlib.sha256(code.encode()).hexdigest(),
        data=bars.fingerprint(),
        configuration=hashlib.sha256(configuration.encode()).hexdigest(),
        engine=ENGINE_VERSION,
    )


def result_fingerprint(result: Result) -> str:
    """SHA-256 of every trade and of equity at every close: equal exactly when two results are."""
    digest = hashlib.sha256()
    for trade in result.trades:
        digest.update(json.dumps(trade).encode())
    digest.update(result.equity.astype("<f8").tobytes())
    return digest.hexdigest()
