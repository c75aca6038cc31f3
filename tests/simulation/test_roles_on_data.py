"""Role confusion as it is read, against dialogues labelled by reading them.

Labels: 100 dialogues of the single-prompt files, 25 of each, drawn by seed, one labeller. Every
turn of the seeker was labelled before the instrument was run on it (its rules were known). A turn
is confused where the seeker recommends a film to the other, offers help, asks what the other
prefers, or writes the other's part (a stage direction that stands for the other's next turn too, a
remark on what the other did not). To write one's own name before one's words is not, nor to say
"your criteria" while one asks for films. Rules were changed on the half `dev` only.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from crs_simcheck.baselines.options import BuildOptions
from crs_simcheck.baselines.sources import redial
from crs_simcheck.instruments import read_role

LABELS = Path(__file__).parents[1] / "data" / "role_labels.jsonl"


@pytest.fixture(scope="module")
def labels():
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    assert len({row["key"] for row in rows}) == len(rows)
    return {row["key"]: row for row in rows}


@pytest.fixture(scope="module")
def dialogues(data_dir, labels):
    """Return half, label and reading of each labelled dialogue."""
    found = []
    for path in sorted((data_dir / "usersimcrs_ecir2026").glob("*_Single_*.json")):
        if path.name.startswith("IAI"):
            continue
        for number, dialogue in enumerate(json.loads(path.read_text(encoding="utf-8")), start=1):
            talk = dialogue["conversation"]
            turns = [turn["utterance"] for turn in talk if turn["participant"] == "USER"]
            rows = [
                labels.get(key(path.name, number, place, text)) for place, text in enumerate(turns)
            ]
            if all(row is not None for row in rows):
                found.append(
                    (
                        {row["half"] for row in rows},
                        any(row["confused"] for row in rows),
                        any(read_role(text).confused for text in turns),
                        len(rows),
                    )
                )
    return found


def key(file, number, place, text):
    return hashlib.sha256(f"{file}:{number}:{place}:{text}".encode()).hexdigest()[:16]


def rates(dialogues):
    right = sum(label and read for _, label, read, _ in dialogues)
    return (
        right / sum(read for _, _, read, _ in dialogues),
        right / sum(label for _, label, _, _ in dialogues),
    )


def test_every_label_is_of_one_of_a_hundred_dialogues(dialogues, labels):
    assert len(dialogues) == 100
    assert sum(turns for _, _, _, turns in dialogues) == len(labels)
    assert all(len(halves) == 1 for halves, _, _, _ in dialogues)


@pytest.mark.parametrize("half", ["dev", "held-out", "all"])
def test_role_confusion_is_found(dialogues, half):
    of_half = [row for row in dialogues if half == "all" or half in row[0]]
    assert len(of_half) >= 40
    assert sum(label for _, label, _, _ in of_half) >= 10
    precision, recall = rates(of_half)
    print(f"\n{half}: {len(of_half)} dialogues: precision {precision:.3f}, recall {recall:.3f}")
    assert precision >= 0.9
    assert recall >= 0.7


def test_people_are_seldom_read_as_confused(data_dir):
    """Workers who mix the sides up are among them; they are real, and few."""
    data = redial.KIND.read(data_dir / "redial", BuildOptions())
    said = [row.text for row in data.responses if row.task == "rec_request"]
    with gzip.open(data_dir / "laps" / "movie_dataset.json.gz", "rt", encoding="utf-8") as file:
        asked = [
            turn["message"]
            for worker in json.load(file)
            for session in worker["sessions"]
            for turn in session["dialogue"]
            if turn["role"] == "User"
        ]
    for turns, number in ((said, 6142), (asked, 3031)):
        assert len(turns) == number
        marked = sum(read_role(turn).confused for turn in turns)
        print(f"\n{marked} of {number:,} turns of people are marked")
        assert marked / number <= 0.01
