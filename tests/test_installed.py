"""The tests run against the built wheel, not the checkout, and the wheel brings what it must."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import crs_simcheck

SUITE = Path(__file__).resolve().parents[1]

wheel_only = pytest.mark.skipif(
    os.environ.get("CRS_SIMCHECK_EXPECT_WHEEL") != "1",
    reason="runs from a checkout or an editable install; `make test` runs the wheel",
)


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).resolve().parent


@wheel_only
@pytest.mark.parametrize("package", ["crs_simcheck", "pytest_crs_simcheck"])
def test_packages_come_from_site_packages(package):
    assert package_folder(package).parent.name == "site-packages"


@wheel_only
def test_a_subprocess_started_here_imports_the_wheel_too():
    code = "import crs_simcheck; print(crs_simcheck.__file__)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=SUITE, capture_output=True, text=True, check=True
    )
    assert "site-packages" in ran.stdout


@wheel_only
def test_no_baselines_beside_the_tests():
    assert not (SUITE / "baselines").exists()
    assert not (SUITE / "crs_simcheck").exists()


@wheel_only
def test_baselines_are_in_the_wheel():
    shipped = package_folder("crs_simcheck") / "_baselines"
    names = {path.parent.name for path in shipped.glob("*/group.toml")}
    assert "redial-seekers" in names


def test_a_shipped_baseline_loads():
    assert crs_simcheck.load_baseline("redial-seekers").speakers == "people"


def test_version_is_stated_once():
    assert crs_simcheck.__version__ == importlib.metadata.version("crs-simcheck")
    stated = tomllib.loads((SUITE / "pyproject.toml").read_text(encoding="utf-8"))
    assert crs_simcheck.__version__ == stated["project"]["version"]


def test_packages_are_typed():
    for package in ("crs_simcheck", "pytest_crs_simcheck"):
        assert (package_folder(package) / "py.typed").is_file()


def test_entry_points():
    points = importlib.metadata.distribution("crs-simcheck").entry_points
    assert {(point.group, point.name, point.value) for point in points} == {
        ("console_scripts", "crs-simcheck", "crs_simcheck.cli:main"),
        ("pytest11", "crs_simcheck", "pytest_crs_simcheck.plugin"),
    }
