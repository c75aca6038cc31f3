"""The floor plan, proved by reading the sources: each floor imports only from below.

``violations`` is the checker. It reads sources, never imports them, and is itself tested on small
made-up packages at the end of this file, so that it is known to be able to fail.
"""

from __future__ import annotations

import ast
import graphlib
import importlib.util
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = "crs_simcheck"
PLUGIN = "pytest_crs_simcheck"

# (floor, step): an import must go to a smaller pair. Steps are for the few that stand on each
# other within a floor.
FLOORS: dict[str, tuple[int, int]] = {
    f"{ROOT}.errors": (0, 0),
    f"{ROOT}.schemas": (0, 1),
    f"{ROOT}.records": (0, 1),
    f"{ROOT}.jsonl": (0, 2),
    f"{ROOT}.instruments": (1, 0),
    f"{ROOT}.stats": (1, 0),
    f"{ROOT}.catalogue": (1, 0),
    f"{ROOT}.prompts": (1, 1),
    f"{ROOT}.engines": (1, 2),
    f"{ROOT}.tasks": (2, 0),
    f"{ROOT}.metrics": (2, 0),
    f"{ROOT}.recordings": (2, 0),
    f"{ROOT}.simulator": (3, 0),
    f"{ROOT}.profiles": (3, 0),
    f"{ROOT}.baselines": (3, 1),
    f"{ROOT}.gate": (4, 0),
    f"{ROOT}.judge": (4, 0),
    f"{ROOT}.controls": (5, 0),
    f"{ROOT}.report": (5, 0),
    f"{ROOT}.optimize": (5, 0),
    f"{ROOT}.project": (5, 1),
    f"{ROOT}.cli": (6, 0),
    PLUGIN: (6, 0),
    f"{ROOT}.__main__": (6, 1),
}
HEAVY = (
    "aiohttp",
    "bm25s",
    "dask",
    "distributed",
    "filelock",
    "gensim",
    "httpx",
    "matplotlib",
    "ollama",
    "scipy.stats",
    "sentence_transformers",
    "textgrad",
    "torch",
)
RECOMMENDER_WORDS = re.compile(
    r"films?|movies?|seekers?|catalog(ue)?s?|recommend\w*|titles?|items?|genres?", re.IGNORECASE
)
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60


@dataclass(frozen=True)
class Import:
    """One imported name: ``target`` is a dotted path, ``eager`` if importing the module runs it."""

    target: str
    line: int
    eager: bool


@dataclass(frozen=True)
class Module:
    name: str
    text: str
    is_package: bool

    @property
    def unit(self) -> str:
        """The row of the floor table that this module belongs to."""
        parts = self.name.split(".")
        return parts[0] if parts[0] == PLUGIN else ".".join(parts[:2])


def read_package(folder: Path) -> dict[str, Module]:
    """All modules of a package folder by dotted name."""
    modules = {}
    for path in sorted(folder.rglob("*.py")):
        parts = [folder.name, *path.relative_to(folder).with_suffix("").parts]
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        modules[name] = Module(name, path.read_text(encoding="utf-8"), is_package)
    return modules


def imports(module: Module) -> list[Import]:
    """Every import of a module, also inside functions, with relative ones made absolute."""
    found: list[Import] = []

    def absolute(node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        drop = node.level - 1 if module.is_package else node.level
        base = module.name.split(".")
        base = base[: len(base) - drop]
        return ".".join([*base, node.module] if node.module else base)

    def visit(node: ast.AST, eager: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(alias.name, node.lineno, eager) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node)
            found.extend(Import(f"{base}.{a.name}", node.lineno, eager) for a in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for child in node.body:
                visit(child, False)
            for child in node.orelse:
                visit(child, eager)
        else:
            inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in ast.iter_child_nodes(node):
                visit(child, eager and not inside)

    visit(ast.parse(module.text), True)
    return found


def resolve(target: str, modules: Mapping[str, Module]) -> str | None:
    """The module of ours that an imported path means, if any: the longest one that exists."""
    parts = target.split(".")
    if parts[0] not in (ROOT, PLUGIN):
        return None
    while len(parts) > 1 and ".".join(parts) not in modules:
        parts.pop()
    return ".".join(parts)


def known(unit: str) -> bool:
    return unit in FLOORS or unit == ROOT


def check_table(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    if not known(module.unit):
        yield f"{module.unit} has no floor: give it one in FLOORS of tests/test_floors.py"


def check_floors(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    if module.name == ROOT or not known(module.unit):
        return
    for each in imports(module):
        where = f"{module.name}:{each.line}"
        target = resolve(each.target, modules)
        if target is None:
            continue
        if target == ROOT:
            # A name that is no module of ours may still be a subpackage that holds no Python.
            if each.target not in FLOORS:
                yield f"{where} imports the root ({each.target}): import from the module instead"
            unit = each.target
        else:
            unit = modules[target].unit if target in modules else target
        if unit not in FLOORS or unit == module.unit:
            continue
        if FLOORS[unit] >= FLOORS[module.unit]:
            yield (
                f"{where} (floor {FLOORS[module.unit][0]}) imports {each.target} "
                f"(floor {FLOORS[unit][0]}): only lower floors may be imported"
            )


def check_bans(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    for each in imports(module):
        where = f"{module.name}:{each.line}"
        top = each.target.split(".")[0]
        if module.name.split(".")[0] == ROOT and top in ("pytest", "_pytest", PLUGIN):
            yield f"{where} imports {each.target}: {ROOT} never imports pytest"
        if module.unit == f"{ROOT}.engines" and f"{each.target}.".startswith(f"{ROOT}.tasks."):
            yield f"{where} imports {each.target}: engines never import tasks"
        heavy = any(f"{each.target}.".startswith(f"{name}.") for name in HEAVY)
        if each.eager and heavy:
            yield f"{where} imports {each.target} at module level: import it in the function"


def check_root(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    """The root re-exports, eagerly or by a lazy ``__getattr__``; nothing else is defined in it."""
    if module.name != ROOT:
        return
    for node in ast.parse(module.text).body:
        lazy = isinstance(node, ast.FunctionDef) and node.name in ("__getattr__", "__dir__")
        docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        plain = isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign | ast.If)
        if not (lazy or docstring or plain):
            yield f"{ROOT}/__init__.py:{node.lineno} defines something: the root only re-exports"


def check_words(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    """``stats`` knows numbers only: names, strings and comments hold no word of recommenders."""
    if module.unit != f"{ROOT}.stats":
        return
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        method = before == "." and token.string in ("items", "item")  # of a dict, of an array
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", token.string)
        for word in re.split(r"[^A-Za-z]+", spaced):
            if not method and RECOMMENDER_WORDS.fullmatch(word):
                yield f"{module.name}:{token.start[0]} says {word!r}: stats knows numbers only"
        before = token.string


def check_sizes(module: Module, modules: Mapping[str, Module]) -> Iterator[str]:
    lines = len(module.text.splitlines())
    if lines > MAX_FILE_LINES:
        yield f"{module.name} has {lines} lines, more than {MAX_FILE_LINES}"
    for node in ast.walk(ast.parse(module.text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > MAX_FUNCTION_LINES:
                yield (
                    f"{module.name}:{node.lineno} {node.name} has {length} lines, "
                    f"more than {MAX_FUNCTION_LINES}"
                )


def check_cycles(modules: Mapping[str, Module]) -> Iterator[str]:
    """Cycles between modules, imports inside functions counted; one is told at a time."""
    graph = {
        module.name: {
            target
            for each in imports(module)
            if (target := resolve(each.target, modules)) in modules and target != module.name
        }
        for module in modules.values()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        yield "import cycle: " + " <- ".join(error.args[1])


CHECKS = {
    "every module has a floor": check_table,
    "imports go down": check_floors,
    "bans": check_bans,
    "the root only re-exports": check_root,
    "stats knows numbers only": check_words,
    "sizes": check_sizes,
}


def violations(check: str, modules: Mapping[str, Module]) -> list[str]:
    return [line for module in modules.values() for line in CHECKS[check](module, modules)]


# ---------------------------------------------------------------------------- the two packages


@pytest.fixture(scope="module")
def ours() -> dict[str, Module]:
    modules: dict[str, Module] = {}
    for package in (ROOT, PLUGIN):
        spec = importlib.util.find_spec(package)
        assert spec is not None, f"{package} is not installed"
        assert spec.origin is not None, f"{package} has no __init__.py"
        modules |= read_package(Path(spec.origin).parent)
    return modules


@pytest.mark.parametrize("check", CHECKS)
def test_holds(check, ours):
    if found := violations(check, ours):
        pytest.fail("\n".join(found), pytrace=False)


def test_no_import_cycle(ours):
    assert not list(check_cycles(ours))


def test_both_packages_are_read(ours):
    assert {ROOT, PLUGIN, f"{ROOT}.records"} <= ours.keys()


# ------------------------------------------------------------- the checker, on made-up packages


def made_up(**sources: str) -> dict[str, Module]:
    """Modules from keywords: ``stats__draws`` is crs_simcheck.stats.draws, ``root`` the root."""
    modules = {ROOT: Module(ROOT, "", True)}
    for key, text in sources.items():
        if key == "root":
            name = ROOT
        elif key.startswith("plugin"):
            name = key.replace("plugin", PLUGIN, 1).replace("__", ".")
        else:
            name = f"{ROOT}." + key.replace("__", ".")
        for depth in range(1, name.count(".") + 1):
            parent = name.rsplit(".", depth)[0]
            text_above = modules[parent].text if parent in modules else ""
            modules[parent] = Module(parent, text_above, True)
        is_package = name in modules or "." not in name
        modules[name] = Module(name, text, is_package)
    return modules


UP = "imports go down"
ROOT_IMPORT = "imports the root"


@pytest.mark.parametrize(
    "check,sources,message",
    [
        ("every module has a floor", {"attic": ""}, "crs_simcheck.attic has no floor"),
        (UP, {"gate": "", "metrics__core": "from crs_simcheck.gate import verdict"}, "floor 4"),
        (UP, {"gate": "", "stats__a": "import crs_simcheck.gate"}, "only lower floors"),
        (UP, {"gate": "", "stats__a": "from ..gate import verdict"}, "only lower floors"),
        (UP, {"gate": "", "stats__a": "from .. import gate"}, "only lower floors"),
        (UP, {"gate": "", "stats": "def f():\n    from crs_simcheck import gate"}, "stats:2"),
        (UP, {"engines": "", "stats": "from crs_simcheck.engines import x"}, "only lower floors"),
        (UP, {"cli": "", "plugin__plugin": "from crs_simcheck.cli import main"}, "floor 6"),
        (UP, {"jsonl": "", "errors": "from crs_simcheck import jsonl"}, "only lower floors"),
        (
            UP,
            {"gate": "", "stats": "if TYPE_CHECKING:\n    from crs_simcheck.gate import G"},
            "only lower floors",
        ),
        (UP, {"stats": "import crs_simcheck"}, ROOT_IMPORT),
        (UP, {"stats": "from crs_simcheck import load_baseline"}, ROOT_IMPORT),
        (UP, {"stats": "from . import x"}, ROOT_IMPORT),
        (UP, {"plugin__a": "import crs_simcheck"}, ROOT_IMPORT),
        ("bans", {"report": "def f():\n    import pytest"}, "never imports pytest"),
        ("bans", {"report": "from _pytest.config import Config"}, "never imports pytest"),
        ("bans", {"report": "import pytest_crs_simcheck.plugin"}, "never imports pytest"),
        ("bans", {"tasks": "", "engines__a": "from crs_simcheck import tasks"}, "never import"),
        ("bans", {"stats": "from scipy import stats"}, "scipy.stats at module level"),
        ("bans", {"stats": "from scipy.stats import t"}, "at module level"),
        ("bans", {"stats": "try:\n    import torch\nexcept ImportError: ..."}, "module level"),
        ("bans", {"stats": "class A:\n    import dask.array"}, "at module level"),
        ("the root only re-exports", {"root": "def load(): ..."}, "defines something"),
        ("the root only re-exports", {"root": "class A: ..."}, "defines something"),
        ("stats knows numbers only", {"stats": "film_counts = 1"}, "says 'film'"),
        ("stats knows numbers only", {"stats__a": "# one row per seeker"}, "says 'seeker'"),
        ("stats knows numbers only", {"stats": '"""Items of people."""'}, "says 'Items'"),
        ("stats knows numbers only", {"stats": "class MovieRow: ..."}, "says 'Movie'"),
        ("stats knows numbers only", {"stats": "x = f'{y} recommended'"}, "says 'recommended'"),
        ("sizes", {"gate": "x = 1\n" * 401}, "401 lines"),
        ("sizes", {"gate": "def f():\n" + "    x = 1\n" * 60}, "f has 61 lines"),
        ("sizes", {"gate": "class A:\n  async def f():\n" + "    x = 1\n" * 60}, "61 lines"),
    ],
)
def test_checker_finds(check, sources, message):
    found = violations(check, made_up(**sources))
    assert len(found) == 1
    assert message in found[0]


@pytest.mark.parametrize(
    "check,sources",
    [
        (UP, {"stats": "", "metrics": "from crs_simcheck.stats import x"}),
        (UP, {"stats": "", "metrics": "from crs_simcheck import stats"}),
        (UP, {"stats": "", "metrics__a": "import crs_simcheck.stats\nfrom . import b"}),
        (UP, {"errors": "", "records": "", "jsonl": "from . import errors, records"}),
        (UP, {"gate": "from crs_simcheck import schemas"}),
        (UP, {"root": "from crs_simcheck.gate import x", "gate": "import numpy"}),
        (UP, {"gate": "", "plugin": "", "plugin__a": "from crs_simcheck.gate import x"}),
        ("bans", {"stats": "def f():\n    from scipy.stats import t"}),
        ("bans", {"stats": "if TYPE_CHECKING:\n    import torch"}),
        ("bans", {"stats": "import scipy.special\nimport scipy.sparse as sparse"}),
        ("bans", {"plugin": "import pytest"}),
        ("the root only re-exports", {"root": '"""Doc."""\nimport x\n__all__ = ["x"]'}),
        ("the root only re-exports", {"root": "def __getattr__(name): ..."}),
        ("stats knows numbers only", {"stats": "d.items()\nx.item()\nx.itemsize"}),
        ("stats knows numbers only", {"metrics": "film = 1"}),
        ("sizes", {"gate": "x = 1\n" * 400}),
        ("sizes", {"gate": "def f():\n" + "    x = 1\n" * 59}),
    ],
)
def test_checker_allows(check, sources):
    assert violations(check, made_up(**sources)) == []


@pytest.mark.parametrize(
    "sources,cyclic",
    [
        ({"stats__a": "from .b import x", "stats__b": "from .a import y"}, True),
        ({"stats__a": "from .b import x", "stats__b": "def f():\n    from . import a"}, True),
        ({"stats": "from .a import x", "stats__a": "from crs_simcheck.stats import y"}, True),
        ({"stats": "from .a import x", "stats__a": "from . import b", "stats__b": ""}, False),
        ({"root": "from .gate import x", "gate": "from . import stats", "stats": ""}, False),
    ],
)
def test_cycles_are_found(sources, cyclic):
    assert bool(list(check_cycles(made_up(**sources)))) is cyclic
