"""What ``import crs_simcheck`` offers, and what it costs."""

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import crs_simcheck
from crs_simcheck import errors


def _imported_by(code: str) -> set[str]:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_public_names_are_sorted_and_have_homes():
    assert sorted(crs_simcheck.__all__) == crs_simcheck.__all__
    assert set(crs_simcheck.__all__) == {*crs_simcheck._HOMES, "__version__"}
    assert dir(crs_simcheck) == crs_simcheck.__all__
    assert list(crs_simcheck._HOMES) == sorted(crs_simcheck._HOMES)


@pytest.mark.parametrize("name", [n for n in crs_simcheck.__all__ if n != "__version__"])
def test_every_public_name_is_there_documented_and_public_at_home(name):
    found = getattr(crs_simcheck, name)
    home = inspect.getmodule(found).__name__
    assert home.startswith(f"crs_simcheck.{crs_simcheck._HOMES[name]}")
    assert name in sys.modules[f"crs_simcheck.{crs_simcheck._HOMES[name]}"].__all__
    assert inspect.getdoc(found)


def test_type_checkers_see_the_same_names():
    source = inspect.getsource(crs_simcheck)
    checked = source[source.index("if TYPE_CHECKING:") :].split("\n\n")[0]
    homes = {
        name.strip(): home
        for home, names in re.findall(r"from crs_simcheck\.([\w.]+) import ([\w, ]+)", checked)
        for name in names.split(",")
    }
    assert homes == crs_simcheck._HOMES


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'crs_simcheck' has no attribute 'chek'"):
        _ = crs_simcheck.chek


def test_importing_it_imports_nothing_heavy():
    roots = {name.split(".")[0] for name in _imported_by("import crs_simcheck")}
    assert roots.isdisjoint({"numpy", "scipy", "rich", "rapidfuzz", "click", "pytest"})
    names = _imported_by("import crs_simcheck; crs_simcheck.check")
    assert "numpy" in names
    heavy = ("scipy.stats", "pytest", "torch", "gensim", "textgrad", "hypothesis")
    assert names.isdisjoint(heavy)


# ------------------------------------------------------------------------------------- errors


def _tree() -> dict[str, str]:
    """Class → its parent, as drawn in the docstring of errors.py."""
    parents: dict[str, str] = {}
    above: dict[int, str] = {}
    for line in errors.__doc__.splitlines():
        found = re.match(r"^([ │├└─]*)(\w+Error)\b", line)
        if found:
            depth = len(found.group(1))
            above[depth] = found.group(2)
            higher = [d for d in above if d < depth]
            if higher:
                parents[found.group(2)] = above[max(higher)]
    return parents


def _classes() -> dict[str, type]:
    return {
        name: value
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    }


def test_the_tree_of_errors_is_the_one_that_is_drawn():
    classes = _classes()
    drawn = {name: cls.__mro__[1].__name__ for name, cls in classes.items()}
    assert drawn.pop("SimcheckError") == "Exception"
    assert _tree() == drawn
    assert set(classes) | {"known_names", "nearest_name", "shown_path"} == set(errors.__all__)
    assert all(inspect.getdoc(cls) for cls in classes.values())


def test_every_error_can_be_caught_as_one():
    assert all(issubclass(cls, errors.SimcheckError) for cls in _classes().values())


@pytest.mark.parametrize(
    "where, message",
    [
        ({}, "found 3, need 4"),
        ({"path": "a.csv"}, "a.csv: found 3, need 4"),
        ({"path": "a.csv", "line": 7}, "a.csv:7: found 3, need 4"),
        ({"path": "a.csv", "line": 7, "field": "x"}, "a.csv:7: field 'x': found 3, need 4"),
        ({"field": "x"}, "field 'x': found 3, need 4"),
        ({"fix": "add one"}, "found 3, need 4 (add one)"),
    ],
)
def test_an_input_error_says_where_what_and_the_fix(where, message):
    assert str(errors.InputError("found 3, need 4", **where)) == message


def test_an_unknown_name_offers_the_nearest_and_lists_the_known():
    error = errors.UnknownNameError("metric", "item_entropie", ["ttr", "item_entropy"], hint="Hm.")
    assert str(error) == (
        "unknown metric 'item_entropie'; did you mean 'item_entropy'? "
        "(known: item_entropy, ttr) Hm."
    )
    assert error.known == ("item_entropy", "ttr")
    assert str(errors.UnknownNameError("task", "x", [])) == "unknown task 'x' (known: none)"
    assert errors.nearest_name("xyzzy", ["ttr"]) is None


def test_paths_are_shown_from_the_working_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    beneath, outside = tmp_path / "answers" / "a.jsonl", tmp_path.parent / "b.jsonl"
    assert errors.shown_path(beneath) == str(Path("answers", "a.jsonl"))
    assert errors.shown_path(outside) == str(outside)
    assert errors.shown_path(tmp_path) == str(tmp_path)
    error = errors.InputError("broken", path=beneath, line=3)
    assert str(error) == f"{Path('answers', 'a.jsonl')}:3: broken"
    assert error.path == str(beneath)
