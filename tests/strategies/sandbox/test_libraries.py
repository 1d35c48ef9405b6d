"""What honest code does with numpy and TA-Lib works in the sandbox: nothing of it needs a forbidden call."""

import pytest

from strategies.engine import job
from strategies.sandbox.escapes.attempts import good_bars
from strategies.sandbox.launcher import launch
from strategies.sandbox.limits import Limits
from tests.strategies.sandbox.jobs import outcome

NUMPY = """
np.linalg.lstsq(square, x[:50], rcond=None)
np.linalg.svd(square)
np.linalg.eig(square)
np.linalg.inv(square)
np.linalg.det(square)
np.linalg.cholesky(square @ square.T + np.eye(50))
np.random.rand(700, 700) @ np.random.rand(700, 700)
np.einsum("ij,jk,kl->il", square, square, square, optimize=True)
np.polyfit(np.arange(len(x)), x, 3)
np.polynomial.Polynomial.fit(np.arange(len(x)), x, 2)
np.fft.ifft(np.fft.fft(x))
np.random.default_rng().choice(5)
np.random.default_rng(1).normal(size=9)
np.random.RandomState(3).rand(4)
np.random.Generator(np.random.PCG64(1)).random()
np.ma.masked_invalid(x).mean()
np.percentile(x, [5, 95])
np.nanpercentile(x, 50)
np.nanstd(x, ddof=1)
np.histogram(x, bins="auto")
np.unique(x, return_inverse=True)
np.cov(square)
np.corrcoef(square)
np.convolve(x, np.ones(5) / 5, mode="same")
np.interp(1.5, [1, 2], [3, 4])
np.lib.stride_tricks.sliding_window_view(x, 5).mean(axis=1)
np.gradient(x)
np.trapezoid(x)
np.pad(x, 3)
np.vectorize(lambda value: value + 1)(x)
np.apply_along_axis(np.sum, 0, square)
np.maximum.accumulate(x)
np.rec.fromarrays([x, x])
np.char.upper(["a"])
np.emath.sqrt(-1)
np.busday_count("2024-01-01", "2024-02-01")
str(np.datetime64("2024-01-01") + np.timedelta64(1, "D"))
np.array2string(square)
repr(x)
np.finfo(float).eps
np.set_printoptions(precision=3)
""".strip().splitlines()
PYTHON = """
statistics.stdev([1, 2, 4])
statistics.NormalDist(0, 1).cdf(1)
statistics.linear_regression([1, 2, 3], [2, 4, 7])
dataclasses.make_dataclass("Made", ["a"])(1)
collections.namedtuple("Pair", "a b")(1, 2)
collections.deque(x, maxlen=5)
enum.Enum("Side", "LONG SHORT").LONG.name
typing.get_type_hints(indicator)
datetime.datetime.now()
datetime.datetime.strptime("2024", "%Y")
datetime.datetime.fromtimestamp(0, datetime.timezone.utc).isoformat()
math.fsum(x)
warnings.warn("x")
"{:.2f} {!r}".format(x[-1], x[:3])
""".strip().splitlines()
CODE = """
import collections, dataclasses, datetime, enum, math, statistics, typing, warnings
import numpy as np
import talib


def indicator(open, high, low, close, volume):
    x, square = close, np.random.rand(50, 50)
    for line in {lines!r}:
        print(line)
        eval(line, dict(globals(), x=x, square=square))
    return {{"done": close}}
"""
TALIB = """
import inspect
import talib

INPUTS = ("open", "high", "low", "close", "volume")


def indicator(open, high, low, close, volume):
    given = dict(zip(INPUTS, (open, high, low, close, volume)))
    for name in talib.get_functions():
        print(name)
        function = getattr(talib, name)
        required = function.__doc__.split(")")[0].split("(")[1].split("[")[0].replace(",", " ").split()
        names = [word for word in required if word in INPUTS or word.startswith(("real", "periods"))]
        function(*[given.get(name, close) for name in names])
    return {"done": close}
"""


LOOKS_FOR_MASKS = (  # numpy.ma, which is imported for code that names one of these
    "np.unique(x)",
    "np.quantile(x, 0.5)",
    "np.percentile(x, 5)",
    "np.nanquantile(x, 0.5)",
    "np.median(np.append(x, np.nan))",
    "np.nanmedian(square, axis=0)",
    "np.isin(x, x[:3])",
    "np.union1d(x, x)",
    "np.setdiff1d(x, x[:3])",
)


@pytest.mark.parametrize(
    "code", [CODE.format(lines=NUMPY), CODE.format(lines=PYTHON), TALIB], ids=["numpy", "python", "talib"]
)
def test_what_honest_code_does_works(level: str, code: str) -> None:
    payload = job.encode_job(job.Job(kind="indicator", code=code, bars=good_bars(), tests=False))
    finished = launch(level, payload, Limits())
    assert outcome(finished.result).error is None, finished.printed[-200:]


def test_numpy_typing_is_there_for_code_that_names_it(full: str) -> None:
    code = """
import numpy as np
import numpy.typing as npt

def indicator(open: npt.NDArray[np.float64], high, low, close, volume):
    return {"same": close}
"""
    payload = job.encode_job(job.Job(kind="indicator", code=code, bars=good_bars(), tests=False))
    assert outcome(launch(full, payload, Limits()).result).error is None


@pytest.mark.parametrize("line", LOOKS_FOR_MASKS)
def test_what_looks_for_masked_arrays_works_alone(full: str, line: str) -> None:
    payload = job.encode_job(job.Job(kind="indicator", code=CODE.format(lines=[line]), bars=good_bars(), tests=False))
    assert outcome(launch(full, payload, Limits()).result).error is None
