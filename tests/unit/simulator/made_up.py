"""A small simulator that is asked: films, seekers and prompts that nobody ever saw."""

from __future__ import annotations

from crs_simcheck.catalogue import Catalogue, Item
from crs_simcheck.engines import Options
from crs_simcheck.prompts import default_prompts
from crs_simcheck.records import TASKS, HistoryItem, Profile
from crs_simcheck.simulator import LiveSimulator, TaskPlan

GENRES = (("comedy",), ("drama",), ("crime", "drama"), ("horror",), ("romance",))
FILMS = Catalogue(
    "made up",
    tuple(
        Item(
            f"Made Up {i:03}",
            1950 + i % 70,
            GENRES[i % 5],
            popularity=float(200 - i),
            mean_rating=1.0 + (i * 7 % 40) / 10,
        )
        for i in range(120)
    ),
)


def profile(number, **changed):
    known = {
        "persona": f"Person number {number} likes quiet stories.",
        "traits": {"genres": ["comedy"]},
        "history": (HistoryItem("Made Up 003 (1953)", 4.5),),
    }
    return Profile(f"u{number:03}", **{**known, **changed})


def simulator(seekers=10, tasks=TASKS, asked=None, repeats=1, seed=0, **changed):
    plans = {
        task: TaskPlan(
            task, FILMS, (asked or {}).get(task, {}), people_named=(1, 2, 5), repeats=repeats,
            seed=seed,
        )
        for task in tasks
    }  # fmt: skip
    known = {
        "name": "made-up",
        "kind": "scripted",
        "model": "script",
        "options": Options(),
        "prompts": default_prompts(),
        "plans": plans,
        "profiles": tuple(profile(i) for i in range(seekers)),
        "seed": seed,
    }
    return LiveSimulator(**{**known, **changed})
