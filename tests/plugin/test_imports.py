"""Quick imports leave the process as other programs expect it."""

import json
import subprocess
import sys

import pytest

PARTS = ("f2py", "ma", "polynomial", "testing")
PROGRAM = """
import gc, json, sys
{before}
finders = list(sys.meta_path)
from pytest_crs_simcheck.imports import quick_imports
with quick_imports():
    import crs_simcheck.gate
    during = gc.isenabled()
told = dict(
    during=during, after=gc.isenabled(), finders=sys.meta_path == finders,
    frozen=gc.get_freeze_count(),
    loaded=[p for p in {parts} if "numpy." + p in sys.modules],
)
import numpy as np
import scipy.stats
told["works"] = [
    int(np.ma.masked_equal([1, 2], 2).sum()),
    float(np.polynomial.Polynomial([1, 2])(2)),
    np.testing.assert_allclose([1.0], [1.0]),
    np.f2py.__name__,
    round(float(scipy.stats.norm.cdf(0)), 3),
]
print(json.dumps(told))
"""


def after(before=""):
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before, parts=PARTS)],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    return json.loads(ran.stdout)


@pytest.mark.parametrize(
    "before, on",
    [("", True), ("gc.disable()", False), ("import numpy.ma, numpy.testing", True)],
)
def test_the_collector_and_the_parts_of_numpy_are_as_before(before, on):
    told = after(before)
    assert told["works"] == [1, 5.0, None, "numpy.f2py", 0.5]
    assert (told["during"], told["after"], told["finders"]) == (False, on, True)
    assert told["frozen"] > 10_000
    if not before:
        assert told["loaded"] == []


def test_an_import_that_fails_leaves_everything_as_it_was():
    program = """
import gc, sys
from pytest_crs_simcheck.imports import quick_imports
finders = list(sys.meta_path)
sys.modules["scipy.sparse"] = None
try:
    with quick_imports():
        pass
except ImportError:
    import numpy as np
    assert gc.isenabled() and sys.meta_path == finders
    assert np.testing is not None and np.ma is not None
    print("refused")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (ran.stdout, ran.stderr) == ("refused\n", "")


@pytest.mark.parametrize("on", [True, False])
def test_reading_leaves_the_collector_as_it_was_also_where_it_fails(on):
    program = f"""
import gc
from pytest_crs_simcheck.imports import quick_reading
(gc.enable if {on} else gc.disable)()
with quick_reading():
    assert not gc.isenabled()
    kept = [[number] for number in range(1000)]
assert gc.isenabled() == {on} and gc.get_freeze_count() > 1000
try:
    with quick_reading():
        raise ValueError
except ValueError:
    assert gc.isenabled() == {on}
    print("told")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (ran.stdout, ran.stderr) == ("told\n", "")
