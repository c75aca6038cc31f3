"""Metrics of prose through the whole gate: people and simulators who write made-up requests."""

import numpy as np
import pytest

from crs_simcheck.baselines import measure, measure_group
from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.gate import Comparison, GateSpec
from crs_simcheck.instruments.titles_named import TitleFinder
from crs_simcheck.instruments.vectors import VectorReading, default_word_vectors
from crs_simcheck.metrics import metric_named, metrics_of
from crs_simcheck.records import Response
from crs_simcheck.tasks import Readers
from tests.unit.gate.made_up import FAST

FILMS = Catalogue("films", (Item("Green Harbour Lights", 1999), Item("Paper Lions", 2004)))
GOOD = ("The plot is great.", "Wonderful acting!", "I love the music.", "The ending is brilliant.")
BAD = ("The pacing is awful.", "Terrible effects.", "I hated the script.", "The disc is broken.")
PLAIN = ("It runs for two hours.", "It was shown on Sunday.", "The camera moves.")
WORDS = [f"word{i}" for i in range(400)]


class Letters:
    """Vectors by the first letters of a text: enough to tell a crowd from one voice."""

    splitter, dimension = "sentences/1", 26

    def __init__(self, name="letters"):
        self.identity = f"{name}:0000000000"

    def read(self, texts):
        found = []
        for text in texts:
            total = np.zeros(26)
            for word in text.lower().split():
                total[(ord(word[0]) - ord("a")) % 26] += 1
            length = np.linalg.norm(total)
            found.append(VectorReading.of(total / length if length else total, int(length > 0)))
        return found


def readers(sentences="letters"):
    return Readers(
        titles=TitleFinder(item.label for item in FILMS),
        vectors={"word-vectors": default_word_vectors(), "sentence-vectors": Letters(sentences)},
    )


def reviews(n, seed, share_good=0.5):
    rng = np.random.default_rng(seed)
    for i in range(n):
        lines = [
            str(rng.choice(GOOD if rng.random() < share_good else (*BAD, *PLAIN)))
            for _ in range(int(rng.integers(1, 5)))
        ]
        stars = 5.0 if rng.random() < share_good else float(rng.choice([1.0, 3.0]))
        item = {"item": "Paper Lions (2004)"}
        yield Response("open_pref", f"s{i}", " ".join(lines), item, rating=stars)


def requests(n, seed, vocabulary=400, naming=0.0):
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, vocabulary + 1) ** 0.7
    for i in range(n):
        for _ in range(2):
            chosen = rng.choice(WORDS[:vocabulary], 12, p=weights / weights.sum())
            text = "looking for a film with " + " ".join(chosen)
            named = " like Green Harbour Lights" if rng.random() < naming else ""
            yield Response("rec_request", f"s{i}", text + named)


def group(rows, name="people", speakers="people", sentences="letters", **more):
    chosen = readers(sentences)
    seen = measure(list(rows), FILMS, readers=chosen)
    return measure_group(seen, FILMS, name=name, speakers=speakers, readers=chosen, **more)


def verdict(simulator, people, metric, **gate):
    task = next(iter(simulator.tasks))
    comparison = Comparison(task, simulator, people, settings=FAST)
    return comparison.verdict(GateSpec(task, metric_named(metric), named=True, **gate))


REVIEWERS = group(reviews(300, 1))
ASKERS = group(requests(300, 2))


@pytest.mark.parametrize(
    "metric", ["aspect_entropy", "sentiment_entropy", "star_entropy", "aspects_per_response"]
)
def test_reviewers_like_the_people_are_within(metric):
    found = verdict(group(reviews(150, 3), "sim", "simulator"), REVIEWERS, metric)
    assert found.outcome == "within", (found.value, found.target, found.reason)


@pytest.mark.parametrize("metric", ["sentiment_entropy", "star_entropy"])
def test_reviewers_who_like_everything_drift_and_the_shares_say_so(metric):
    found = verdict(group(reviews(150, 3, 0.98), "sim", "simulator"), REVIEWERS, metric)
    assert found.outcome == "drifted"
    assert not found.too_high
    label, own, theirs = found.evidence.shares[0]
    assert label == "positive"
    assert own > 0.9 > theirs


@pytest.mark.parametrize("metric", ["ttr", "hdd", "w2v_diversity", "sentence_diversity"])
def test_askers_like_the_people_are_within(metric):
    found = verdict(group(requests(150, 4), "sim", "simulator"), ASKERS, metric)
    assert found.outcome == "within", (found.value, found.target, found.reason)


def test_askers_with_few_words_drift():
    found = verdict(group(requests(150, 4, vocabulary=60), "sim", "simulator"), ASKERS, "ttr")
    assert found.outcome == "drifted"
    assert not found.too_high


def test_too_few_words_are_said_to_be_too_few():
    few = group(
        [Response("rec_request", f"s{i}", "something slow please") for i in range(30)],
        "sim",
        "simulator",
    )
    found = verdict(few, ASKERS, "ttr")
    assert found.outcome == "inconclusive"
    assert found.reason == "a group of this size says fewer than 500 words"
    assert verdict(few, ASKERS, "hdd").value is not None


def test_requests_that_name_titles_fail_without_any_people():
    naming = group(requests(100, 5, naming=0.5), "sim", "simulator")
    found = verdict(naming, None, "title_mention_rate")
    assert found.outcome == "drifted"
    assert 0.3 < found.value < 0.7
    shy = group(requests(100, 5), "sim", "simulator")
    assert verdict(shy, None, "title_mention_rate").outcome == "within"


def test_without_any_film_it_is_not_known_whether_titles_are_named():
    rows = list(requests(60, 5, naming=1.0))
    chosen = Readers()
    seen = measure(rows, FILMS, readers=chosen)
    nobody = measure_group(seen, FILMS, name="sim", speakers="simulator", readers=chosen)
    found = verdict(nobody, None, "title_mention_rate")
    assert found.outcome == "inconclusive"
    assert found.reason.endswith("could have named: give a catalogue")


def test_words_without_a_vector_are_reported():
    found = verdict(group(requests(60, 6), "sim", "simulator"), ASKERS, "w2v_diversity")
    assert any("no vector of" in note and "simulator's words" in note for note in found.notes)


def test_figures_of_two_models_are_not_compared_and_both_are_named():
    other = group(requests(60, 6), "sim", "simulator", sentences="others")
    found = verdict(other, ASKERS, "sentence_diversity")
    assert found.outcome == "inconclusive"
    assert "others:0000000000" in found.reason
    assert "letters:0000000000" in found.reason
    # What does not hang on the model is compared all the same.
    assert verdict(other, ASKERS, "ttr").value is not None


def test_what_was_left_unread_is_not_measured():
    closed = group(requests(300, 2), unread={"rec_request": ("types",)})
    found = verdict(group(requests(60, 6), "sim", "simulator"), closed, "ttr")
    assert found.outcome == "inconclusive"
    assert "has no counts of different words" in found.reason


def test_why_vectors_are_missing_is_the_reason():
    simulator = group(requests(60, 6), "sim", "simulator")
    tables = dict(simulator.task("rec_request").tables)
    tables.pop("sentence_vectors")
    statistics = type(simulator.task("rec_request"))(60, tables)
    bare = simulator.with_tasks({"rec_request": statistics})
    comparison = Comparison(
        "rec_request", bare, ASKERS, settings=FAST, unread={"sentence-vectors": "no model here"}
    )
    spec = GateSpec("rec_request", metric_named("sentence_diversity"), named=True)
    assert comparison.missing(spec) == "no model here"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\ud800",
        "🙂🙂",
        "\u202egreat\u202c plot",
        "这部电影很好。我喜欢。",
        "x" * 100_000,
        "שלום עולם.",
    ],
)
def test_odd_texts_are_measured(text):
    for task in ("open_pref", "rec_request"):
        rows = [
            Response(task, f"s{i}", text, {"item": "Paper Lions"} if task == "open_pref" else {})
            for i in range(30)
        ]
        odd = group(rows, "sim", "simulator")
        comparison = Comparison(task, odd, REVIEWERS if task == "open_pref" else ASKERS,
                                settings=FAST)  # fmt: skip
        for metric in metrics_of(task):
            found = comparison.verdict(GateSpec(task, metric))
            assert found.outcome in ("within", "drifted", "inconclusive")
