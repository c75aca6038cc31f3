"""What the documents say is what the code does."""

import inspect
import os
import re
import shutil
from pathlib import Path

from crs_simcheck.cli import main
from crs_simcheck.metrics import METRICS
from crs_simcheck.records import TASKS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")))


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_readme_lists_every_metric():
    table = README.split("## What is measured")[1].split("##")[0]
    assert set(re.findall(r"`([a-z0-9_]+)`", table)) - (set(TASKS) - set(METRICS)) == set(METRICS)


def test_the_readme_shows_what_baseline_show_prints(capsys):
    (shown,) = [b for b in blocks("console") if b.startswith("$ crs-simcheck baseline show\n")]
    assert main(["baseline", "show"]) == 0
    assert capsys.readouterr().out == shown.split("\n", 1)[1]


def test_the_report_in_the_readme_is_what_check_prints(capsys, monkeypatch):
    monkeypatch.chdir(ROOT / "examples" / "movies")
    arguments = ["check", "answers/popular.jsonl", "--metric", "item_entropy"]
    assert main([*arguments, "--catalogue", "catalogue.csv"]) == 1
    (shown,) = [b for b in blocks("text") if b.startswith("item_entropy of simulator")]
    assert shown.strip() in capsys.readouterr().out


def test_the_settings_in_the_readme_can_be_read(tmp_path):
    from crs_simcheck.project import read_settings

    given, asked = [b for b in blocks("toml") if "[simulator." in b]
    path = tmp_path / "simcheck.toml"
    path.write_text(given, encoding="utf-8")
    (simulator,) = read_settings(path).simulators
    assert simulator.gates
    path.write_text(asked, encoding="utf-8")
    (simulator,) = read_settings(path).simulators
    assert simulator.live.engine == "ollama:llama3.3:70b"


def test_the_row_in_the_readme_can_be_read():
    import json

    from crs_simcheck.recordings import parse_response

    (block,) = blocks("json")
    assert parse_response(json.loads(block), None, 1).task == "items_talk"


def test_every_option_in_the_readme_exists(pytester):
    known = pytester.runpytest_subprocess("--help").stdout.str()
    options = set(re.findall(r"--simcheck-[a-z]+", README))
    assert options
    assert {o for o in options if o not in known} == set()


def commands(command):
    """Yield every command of the command line, from a group of them down."""
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from commands(inner)


def test_every_option_of_the_command_line_in_the_documents_exists():
    from crs_simcheck.cli.app import app

    known = {o for c in commands(app) for p in c.params for o in (*p.opts, *p.secondary_opts)}
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    shown = re.findall(r"(?m)^\$ (crs-simcheck .*(?:\\\n.*)*)", text)
    quoted = re.findall(r"`(--[a-z][a-z-]*)[^`]*`", text)
    options = {o for line in shown for o in re.findall(r"(?<=\s)--[a-z-]+", line)} | set(quoted)
    assert len(options) > 15
    of_pytest = {o for o in options if o.startswith(("--simcheck-", "--crs-simcheck"))}
    assert options - of_pytest - known == set()


def test_every_link_in_the_documents_leads_somewhere():
    for page in PAGES:
        links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        assert {link for link in links if not (page.parent / link).is_file()} == set(), page.name


def test_the_page_of_instruments_names_each_as_it_is():
    from crs_simcheck.instruments import INSTRUMENTS, film_lexicon
    from crs_simcheck.instruments.vectors import default_word_vectors

    page = (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8")
    films, words = film_lexicon(), default_word_vectors()
    labels = {instrument.label for instrument in INSTRUMENTS.values()}
    labels |= {f"{films.name}:{films.version}", words.identity}
    assert {label for label in labels if f"`{label}`" not in page} == set()
    groups = {aspect.partition(".")[0] for aspect in films.aspects}
    assert f"{len(films.aspects)} aspects of films" in page
    assert f"in {len(groups)} groups" in page
    assert f"have {len(words):,} words and {words.dimension} numbers" in page
    read = set(re.findall(r"`([a-z0-9_]+)`", page))
    unread = {n for n, m in METRICS.items() if m.table not in ("mentions",) and n not in read}
    assert unread == set()


def test_the_lexicon_of_the_page_reads_what_the_page_shows(tmp_path, monkeypatch, capsys):
    page = (ROOT / "docs" / "instruments.md").read_text(encoding="utf-8")
    part = page.split("### A lexicon of your own")[1]
    (lexicon,) = re.findall(r"```toml\n(.*?)```", part, re.DOTALL)
    (rows,) = re.findall(r"```json\n(.*?)```", part, re.DOTALL)
    (shown,) = re.findall(r"```console\n(.*?)```", part, re.DOTALL)
    (tmp_path / "hotels.toml").write_text(lexicon, encoding="utf-8")
    (tmp_path / "reviews.jsonl").write_text(rows, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    command, printed = shown.split("\n", 1)
    assert main(command.removeprefix("$ crs-simcheck ").split()) == 0
    assert capsys.readouterr().out == printed


def metrics_page():
    """Return docs/metrics.md as the registry has it."""
    lines = [
        "# Metrics",
        "",
        "Made from the registry (`crs_simcheck.metrics.METRICS`); a test holds the two together.",
        "Logarithms are base 2. A share is between 0 and 1, and printed in per cent.",
        "",
    ]
    for metric in METRICS.values():
        tasks = "every task" if metric.tasks == TASKS else ", ".join(metric.tasks)
        margin = f"{metric.margin.value:g}"
        if metric.margin.relative:
            margin = f"{100 * metric.margin.value:g} % of people's value"
        formula = inspect.getdoc(metric.compute) or ""
        if metric.paired:
            from crs_simcheck.metrics import correlations

            formula = inspect.getdoc(correlations) or ""
        if metric.rate is not None and metric.default_max is not None:
            formula = f"Return the share of {metric.title}."
        limit = f"{metric.margin.reason}."
        end = f"margin {margin}: {limit}"
        if metric.default_max is not None:
            end = f"at most {metric.default_max:g} by default: {limit}"
        lines += [
            f"## {metric.name}",
            "",
            f"{metric.title[0].upper()}{metric.title[1:]}. On {tasks}; {metric.direction}; "
            f"unit: {metric.unit or 'share'}; {end}",
            "",
            formula.split("\n\nParameters")[0],
            "",
        ]
    return "\n".join(lines)


def test_the_page_of_metrics_is_the_registry():
    page = ROOT / "docs" / "metrics.md"
    if os.environ.get("CRS_SIMCHECK_WRITE_DOCS"):
        page.write_text(metrics_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == metrics_page(), (
        "write it anew: CRS_SIMCHECK_WRITE_DOCS=1 pytest tests/test_docs.py"
    )


def test_the_page_of_reports_does_what_it_says(tmp_path, monkeypatch, capsys):
    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    (program,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    command = shown.splitlines()[-1].removeprefix("$ crs-simcheck ").split()
    shutil.copytree(ROOT / "examples" / "movies", tmp_path / "movies")
    monkeypatch.chdir(tmp_path / "movies")
    assert main(command) == 1
    assert "report: simcheck-report/index.html" in capsys.readouterr().out
    files = set(re.findall(r"(?m)^\| `([a-z.]+)` \| [a-z ]+: ", page))
    assert {path.name for path in Path("simcheck-report").iterdir()} == files
    exec(compile(program, "reports.md", "exec"), {})
    assert Path("again.html").read_bytes() == Path("simcheck-report/index.html").read_bytes()


def test_the_page_of_reports_names_the_properties_of_junit():
    from crs_simcheck.gate import GateSpec
    from crs_simcheck.metrics import metric_named
    from pytest_crs_simcheck.reporting import properties

    page = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    gate = GateSpec("items_talk", metric_named("item_entropy"))
    keys = ("value", "interval", "range", "verdict", "score", "seekers")
    told = properties("s", gate, {**dict.fromkeys(keys, 1), "baseline": {"name": "b"}})
    assert {name for name, _ in told} == set(re.findall(r"`(simcheck_(?!github)[a-z]+)`", page))
