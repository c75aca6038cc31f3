"""Prose is replayed: every metric, from what ships and what is kept, with no model imported."""

from benchmarks.prose import write_project
from crs_simcheck.metrics import METRICS
from tests.plugin.test_idle import HEAVY, SPY, modules


def test_every_metric_of_prose_is_gated_without_a_model(project):
    write_project(project.path)
    project.write("conftest.py", SPY)
    result = project.run_apart("-v")
    text = result.stdout.str()
    prose = {
        name
        for name, metric in METRICS.items()
        if metric.table in ("texts", "word_vectors", "sentence_vectors")
    }
    assert len(prose) == 11
    assert {name for name in prose if f"::{name} " in text} == prose
    assert " error" not in text.partition("crs-simcheck ==")[2]
    found = modules(result)
    assert {"numpy", "vaderSentiment"} <= found
    assert not [name for name in (*HEAVY, "transformers", "huggingface_hub") if name in found]


def test_without_kept_vectors_what_hangs_on_the_model_is_undecided_and_says_why(project):
    write_project(project.path)
    for path in (project.path / "vectors").iterdir():
        path.unlink()
    settings = project.path / "simcheck.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text
        + 'sentence_model = "no-such-model"\n'
        + "[simulator.prose.gates]\nsentence_diversity = {}\nttr = {}\n",
        encoding="utf-8",
    )
    result = project.run()
    result.assert_outcomes(failed=2)
    told = " ".join(result.stdout.str().split())
    assert "texts have no vector of all-MiniLM-L6-v2:323b21ae73" in told
    assert "Traceback" not in told
