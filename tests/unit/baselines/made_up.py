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
    "103": {"name": "The Long  Orbit (2001)", "genre": ["sci-fi", "drama"]},
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


def iard_turn(who, text, intents, *titles):
    slots = [["TITLE", title, None, None] for title in titles]
    acts = [{"intent": intent, "slot_values": slots} for intent in intents]
    return {"participant": who, "utterance": text, "dialogue_acts": acts}


def write_iard(folder: Path) -> Path:
    """Write three dialogues; people turn a film down three times, once they also take one."""
    folder.mkdir(parents=True, exist_ok=True)
    dialogues = [
        {
            "conversation_id": "9001",
            "conversation": [
                iard_turn("USER", "A slow film please", ["REV"]),
                iard_turn("AGENT", "Try Heat", ["REC-S"], "Heat"),
                iard_turn("USER", "No, no heist tonight", ["REJ", "CRI-A"]),
                iard_turn("USER", "Nothing loud, I mean", ["REJ"]),
                iard_turn("AGENT", "Then Cars or Up", ["REC-E"], "Cars", "Up"),
                iard_turn("USER", "Up is too sad, Cars will do", ["REJ", "ACC"]),
            ],
        },
        {
            "conversation_id": "7003",
            "conversation": [
                iard_turn("AGENT", "Do you like dogs?", ["ELI"]),
                iard_turn("USER", "I do not", ["REJ"]),
                iard_turn("AGENT", "See Alien", ["REC-S"], "Alien"),
                iard_turn("USER", "It was unforgettable", ["ACC"]),
            ],
        },
        {
            "conversation_id": "7003",
            "conversation": [
                iard_turn("AGENT", "How about Scream?", ["REC-S"], "Scream"),
                iard_turn("USER", "I never loved horror", ["REJ"]),
            ],
        },
    ]
    (folder / "annotated_gold.json").write_text(json.dumps(dialogues), encoding="utf-8")
    return folder


def laps_session(*said, first="User"):
    """One session of LAPS; the two sides take turns."""
    roles = ("User", "Assistant") if first == "User" else ("Assistant", "User")
    return {
        "dialogue": [
            {"role": roles[i % 2], "turn_number": i, "message": text} for i, text in enumerate(said)
        ],
        "preferences": {"genre_preferences_like": ["thriller"]},
        "task_setting": "main",
    }


LAPS_WORKERS = [
    {
        "worker_id": "worker-77",
        "topic": "movie",
        "sessions": [
            laps_session("Welcome!", "A slow film please", "Which?", "Any", first="Assistant"),
            laps_session("hello again", "Hello", "Done."),
        ],
    },
    {
        "worker_id": "worker-88",
        "topic": "movie",
        "sessions": [laps_session("something done well", "Sure", "the end of it", "Bye", " end!")],
    },
]


def write_laps(folder: Path, workers=None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    workers = LAPS_WORKERS if workers is None else workers
    (folder / "movie_dataset.json.gz").write_bytes(gzip.compress(json.dumps(workers).encode()))
    return folder


INSPIRED_COLUMNS = [
    "dialog_id",
    "utt_id",
    "speaker",
    "turn_id",
    "text",
    "text_with_placeholder",
    "movies",
    "genres",
    "people_names",
    "movie_dict",
    "genre_dict",
    "actor_dict",
    "director_dict",
    "others_dict",
    "expert_label",
    "second_label",
    "fine_label",
    "coarse_label",
    "movie_id",
]
_HARBOUR = "{'Blue Harbour (1995)': 0, \"Lion's Paper (2004)\": 1, 'Lost Reel ()': 2}"
INSPIRED_ROWS = [
    # dialogue, speaker, turn, text, movies, movie_dict
    ("20200101-1_live.pkl", "RECOMMENDER", 1, "Hi! Try Blue Harbour", "Blue Harbour (1995)", 0),
    ("20200101-1_live.pkl", "SEEKER", 1, "I loved QUOTATION_MARKBlue HarbourQUOTATION_MARK.",
     "Blue Harbour (1995)", 0),
    ("20200101-1_live.pkl", "SEEKER", 1, "And Lion's Paper; Lost Reel too",
     "Lion's Paper (2004);  Lost Reel ()", 0),
    # Matched in the text, and taken back in the dialogue's own list.
    ("20200101-1_live.pkl", "SEEKER", 2, "In the future I might", "The Future (2011)", 0),
    ("20200101-1_live.pkl", "SEEKER", 2, "Blue Harbour again?", "Blue Harbour (1995)", 0),
    ("20200102-2_live.pkl", "RECOMMENDER", 1, "Hello", "", 1),
    ("20200102-2_live.pkl", "SEEKER", 1, "A slow film please", "", 1),
    ("20200103-3_live.pkl", "SEEKER", 1, "Blue Harbour or nothing", "Blue Harbour (1995)", 0),
]  # fmt: skip


def inspired_line(dialogue, speaker, turn, text, movies, listed):
    row = dict.fromkeys(INSPIRED_COLUMNS, "")
    row |= {"dialog_id": dialogue, "utt_id": "1", "speaker": speaker, "turn_id": str(turn)}
    row |= {"text": text, "text_with_placeholder": text, "movies": movies}
    row |= {"movie_dict": "{}" if listed else _HARBOUR, "genre_dict": "{}"}
    return "\t".join(row.values())


def write_inspired(folder: Path, survey: bool = True) -> Path:
    """The folder data of INSPIRED, with its dialogues and who their seekers were."""
    talks = folder / "dialog_data"
    talks.mkdir(parents=True, exist_ok=True)
    header = "\t".join(INSPIRED_COLUMNS)
    for part, rows in (("train", INSPIRED_ROWS[:7]), ("dev", INSPIRED_ROWS[7:])):
        lines = [header, *(inspired_line(*row) for row in rows)]
        (talks / f"{part}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if survey:
        (folder / "survey_data").mkdir(exist_ok=True)
        (folder / "survey_data" / "list_of_dialog_ids_with_movie_id_all.tsv").write_text(
            "dialog_id\trec_survey_id\tseek_survey_id\tfine_label\n"
            "20200101-1_live.pkl\tbatch_1\tbatch_2\treject\n"
            "20200103-3_live.pkl\tbatch_3\tbatch_4\treject\n",
            encoding="utf-8",
        )
        (folder / "survey_data" / "seeker_demographic.tsv").write_text(
            "seeker_survey_id\trole\tseeker_id\treason\n"
            "batch_2\tSEEKER\tuser_31\tI loved it\n"
            "batch_4\tSEEKER\tuser_31\n",
            encoding="utf-8",
        )
    return folder


def write_dialoguekit(folder: Path) -> Path:
    """Two files as DialogueKit exports them; one user talks in two of the three dialogues."""
    folder.mkdir(parents=True, exist_ok=True)

    def talk(user, *said):
        return {
            "conversation ID": "same-id-in-all",
            "conversation": [
                {
                    "participant": "USER" if i % 2 == 0 else "AGENT",
                    "utterance": f"{text}\n",
                    "dialogue_acts": [{"intent": "DISCLOSE", "slot_values": [["GENRE", "drama"]]}],
                }
                for i, text in enumerate(said)
            ],
            "agent": {"id": "Bot", "type": "AGENT"},
            "user": {"id": user, "type": "USER"},
        }

    one = [
        talk("secret-person-1", "/start", "Hi", "A slow film please", "Ok", "/exit"),
        talk("secret-person-2", "Comedy, and/or drama", "Sure", "\\end"),
    ]
    (folder / "one.json").write_text(json.dumps(one), encoding="utf-8")
    two = [talk("secret-person-1", "Bye now", "Bye")]
    (folder / "two.json.gz").write_bytes(gzip.compress(json.dumps(two).encode()))
    return folder


MAPPED_ROWS = [
    {"user": {"id": 9001}, "review": "I loved the heist.", "stars": "4.5", "film": ["Heat"]},
    {"user": {"id": 9001}, "review": "Too long", "stars": 2, "film": ["Cars"]},
    {"user": {"id": 7003}, "review": "  ", "stars": None, "film": ["Heat"]},
    {"user": {"id": 7003}, "review": "Fine", "film": ["Heat"]},
]


def write_mapped(folder: Path, rows=None) -> Path:
    rows = MAPPED_ROWS if rows is None else rows
    return write_rows(folder / "reviews.jsonl", rows)


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
