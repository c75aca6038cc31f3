"""Made-up sources in the real formats, small enough to count by hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

DATE = "2026-11-23"

REDIAL_FILMS = {
    "100": {"name": "Blue Harbour  (1995)", "genre": ["crime", "drama"]},
    "101": {"name": "The Long Orbit (2001)", "genre": ["sci-fi"]},
    "102": {"name": "Paper Lions", "genre": []},
    # One film under two ids, and one that nobody names.
    "103": {"name": "Long Orbit (2001)", "genre": ["sci-fi", "drama"]},
    "104": {"name": "Green Winter (1988)", "genre": ["romance"]},
}


def dialogue(seeker: int, other: int, turns, mentions=None):
    """One ReDial dialogue; turns are (who, text), who "s" or "r"."""
    return {
        "conversationId": f"{seeker}00{other}",
        "initiatorWorkerId": seeker,
        "respondentWorkerId": other,
        "movieMentions": mentions if mentions is not None else {},
        "messages": [
            {"senderWorkerId": seeker if who == "s" else other, "text": text, "turn_id": i}
            for i, (who, text) in enumerate(turns)
        ],
    }


REDIAL_DIALOGUES = [
    dialogue(
        9001,
        9002,
        [
            ("r", "Hello, have you seen @100 or @103 ? @103"),
            ("s", "Hi! I loved @100 and also @101"),
            ("s", "@100 was so good"),
            ("r", "Then try @101 tonight"),
        ],
        {"100": "Blue Harbour  (1995)", "101": "The Long Orbit (2001)"},
    ),
    dialogue(9001, 9003, [("s", "Something like @100 please"), ("r", "Maybe @102 or @101")]),
    dialogue(9004, 9001, [("s", "Is @999 any good"), ("r", "no")], {"999": "Lost Reel  (1970)"}),
    # A seeker who names nothing; the source writes an empty list for no mentions.
    dialogue(9005, 9001, [("s", "anything funny"), ("r", "@100 !")], []),
]


def write_redial(folder: Path, dialogues=None, films=None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    films = REDIAL_FILMS if films is None else films
    dialogues = REDIAL_DIALOGUES if dialogues is None else dialogues
    (folder / "id2info.json.gz").write_bytes(gzip.compress(json.dumps(films).encode()))
    text = "".join(json.dumps(d) + "\n" for d in dialogues)
    (folder / "valid_data.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def write_movielens(folder: Path, n_films: int = 9, n_people: int = 8) -> Path:
    """Mean ratings rise with the number of the film; everybody leaves out one film in five."""
    folder.mkdir(parents=True, exist_ok=True)
    movies = ["movieId,title,genres"]
    for i in range(1, n_films + 1):
        title = f"Story {i}, The ({1980 + i})" if i % 2 else f"Tale {i} ({1980 + i})"
        movies.append(f'{i},"{title}",Action|Children')
    movies.append("900,Nobody Saw It,(no genres listed)")
    ratings = ["userId,movieId,rating,timestamp"]
    for p in range(n_people):
        for i in range(1, n_films + 1):
            if (i + p) % 5:
                stars = (i + p % 2) / 2
                ratings.append(f"{7000 + p},{i},{stars},0")
    (folder / "movies.csv").write_text("\n".join(movies) + "\n", encoding="utf-8")
    (folder / "ratings.csv").write_text("\n".join(ratings) + "\n", encoding="utf-8")
    return folder


def write_agent4rec(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lost = "ï¿½"
    (folder / "movie_detail.csv").write_text(
        "movie_id,title,genres,rating,summary\n"
        '0,"Jungle Tale, The (1994)",Animation|Children\'s,3.123456789,words\n'
        '1,"King Tide (1933)",Horror,4.5,words\n'
        '2,"King Tide (1976)",Horror,2.5,words\n'
        f"3,D{lost}j{lost} Vu (1997),Drama,3.0,words\n"
        f"4,Gr{lost}{lost}n Un (1991),Drama,3.0,words\n",
        encoding="utf-8",
    )
    rows = [
        {"avatar": 0, "kind": "align", "movie": "Jungle Tale, The", "align": "yes", "reason": "x"},
        {"avatar": 0, "kind": "align", "movie": "King Tide", "align": "no", "reason": "x"},
        {"avatar": 1, "kind": "align", "movie": "Jungle Tale, The", "align": "no", "reason": "x"},
        {"avatar": 1, "kind": "align", "movie": "King Tide (1976)", "align": "Yes", "reason": "x"},
        {"avatar": 0, "kind": "rating", "movie": "Jungle Tale, The", "rating": 3.0, "feeling": ""},
        {"avatar": 1, "kind": "rating", "movie": "King Tide (1976)", "rating": 4.0, "feeling": ""},
    ]
    text = "".join(json.dumps(r) + "\n" for r in rows)
    (folder / "agent4rec_MF.jsonl").write_text(text, encoding="utf-8")
    return folder


def write_usersimcrs(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)

    def talk(*said):
        return {
            "conversation ID": "same-id-in-all",
            "conversation": [
                {"participant": "USER" if i % 2 else "AGENT", "utterance": text}
                for i, text in enumerate(said)
            ],
        }

    one = [talk("Hello", "A slow film please", "Ok", "Thank you so much"), talk("Hi", "Comedy")]
    (folder / "BOT_one.json").write_text(json.dumps(one), encoding="utf-8")
    (folder / "BOT_two.json").write_text(json.dumps([talk("Hi", "Bye now")]), encoding="utf-8")
    left_out = [talk("Hi", "I repeat a very long list")]
    (folder / "IAI_MovieBot_x.json").write_text(json.dumps(left_out), encoding="utf-8")
    return folder


def write_rows(path: Path, rows) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


CATALOGUE_CSV = (
    "title,year,genres,popularity,mean_rating\n"
    "Blue Harbour,1995,crime|drama,10,4.1\n"
    "The Long Orbit,2001,sci-fi,5,3.2\n"
    "Paper Lions,2004,comedy,1,2.5\n"
)
ROWS = [
    {
        "task": "items_talk",
        "seeker": "secret-person-1",
        "stimulus": {"n_items": 2},
        "text": "Blue Harbour (1995)\nNo Such Film (1999)",
    },
    {
        "task": "bin_pref",
        "seeker": "secret-person-1",
        "stimulus": {"item": "Paper Lions (2004)"},
        "text": "hard to say",
        "rating": 3.0,
    },
    {
        "task": "bin_pref",
        "seeker": "secret-person-2",
        "stimulus": {"item": "The Long Orbit (2001)"},
        "text": "Yes",
    },
    {
        "task": "rec_request",
        "seeker": "secret-person-1",
        "stimulus": {},
        "text": "Something like Paper Lions, my unforgettable favourite",
    },
]
PROFILES = [
    {"seeker": "secret-person-1", "persona": "", "history": [{"item": "Paper Lions (2004)"}]},
]


def write_rows_source(folder: Path) -> Path:
    """A folder with answers.jsonl, catalogue.csv and profiles.jsonl; returns the answers."""
    write_rows(folder / "profiles.jsonl", PROFILES)
    (folder / "catalogue.csv").write_text(CATALOGUE_CSV, encoding="utf-8")
    return write_rows(folder / "answers.jsonl", ROWS)


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}
