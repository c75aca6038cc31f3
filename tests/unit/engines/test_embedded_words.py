"""What the embedded engine can say is read by the instruments as it is meant."""

from __future__ import annotations

import pytest

from crs_simcheck.engines.embedded import vocabulary
from crs_simcheck.engines.embedded.reviews import POLARITIES, SUBJECT_TABLES, sentence_about
from crs_simcheck.engines.embedded.taste import read_taste
from crs_simcheck.engines.embedded.vocabulary import listed
from crs_simcheck.instruments import film_lexicon, read_role, split_sentences, words
from crs_simcheck.instruments.sentiment import VADER

FILE = vocabulary.table("reviews")


def test_every_subject_speaks_of_an_aspect():
    silent = [
        subject
        for table in SUBJECT_TABLES
        for subject in listed(FILE[table]["subjects"])
        if not film_lexicon().read(subject.removeprefix("+").partition(" (")[0] + " was here.")
    ]
    assert silent == []


def test_aspects_are_many():
    said = [s.removeprefix("+") for t in SUBJECT_TABLES for s in listed(FILE[t]["subjects"])]
    said += [s for p in POLARITIES for s in listed(FILE["sentences"][p])]
    assert len({aspect for text in said for aspect in film_lexicon().read(text)}) > 200


@pytest.mark.parametrize("table", SUBJECT_TABLES)
def test_sentences_have_the_sentiment_that_they_stand_under(table):
    other = []
    for place, subject in enumerate(listed(FILE[table]["subjects"])):
        allowed = subject.partition(" (")[2].rstrip(")").split() or POLARITIES
        for polarity in allowed:
            predicates = listed(FILE[table][polarity])
            # Every subject and every predicate, and a third of their pairs.
            for predicate in predicates[place % 3 :: 3]:
                text = sentence_about(table, subject, polarity, predicate)
                if VADER.read([text]) != [polarity] or len(split_sentences(text)) != 1:
                    other.append((polarity, text))
    assert other == []


@pytest.mark.parametrize("polarity", POLARITIES)
def test_whole_sentences_have_their_sentiment_and_an_aspect(polarity):
    sentences = listed(FILE["sentences"][polarity])
    assert [s for s in sentences if VADER.read([s]) != [polarity]] == []
    assert [s for s in sentences if not film_lexicon().read(s)] == []
    assert [s for s in sentences if len(split_sentences(s)) != 1] == []
    scenes = [f"The scene {moved}." for moved in listed(FILE["scenes"]["moved"][polarity])]
    assert [s for s in scenes if VADER.read([s]) != [polarity]] == []


def test_what_stands_around_has_no_sentiment():
    around = [*listed(FILE["around"]["before"]), *listed(FILE["around"]["after"])]
    around += [word for text in FILE["words"].values() for word in listed(text)]
    assert [text for text in around if VADER.read([text]) != ["neu"]] == []


def test_a_subject_is_never_joined_with_what_it_cannot_mean():
    with pytest.raises(ValueError, match="'the novel' is never neg"):
        sentence_about("made_from", "the novel (pos)", "neg", "{was} bad")
    text = sentence_about("telling", "+the flashbacks", "pos", "{was} fine, I liked {it}")
    assert text == "The flashbacks were fine, I liked them."


def test_there_are_a_thousand_words_and_more():
    def texts(entry):
        return [t for e in entry.values() for t in texts(e)] if isinstance(entry, dict) else [entry]

    said = [t for name in ("reviews", "talk") for t in texts(dict(vocabulary.table(name)))]
    assert len({word for text in said for word in words(text) if len(word) > 3}) > 1500


def test_a_seeker_sounds_like_one_unless_it_is_naive():
    talk = vocabulary.table("talk")
    for section in ("request", "feedback"):
        for name, text in talk[section].items():
            for part in listed(text):
                assert (name == "naive_role") == read_role(part).confused, part


@pytest.mark.parametrize(
    "persona, liked, disliked, decades, pickiness",
    [
        ("Likes comedies and horror films.", {"comedy", "horror"}, set(), set(), 0),
        ("Loves westerns but dislikes musicals.", {"western"}, {"musical"}, set(), 0),
        (
            "He avoids horror, war films and romance. He loves drama.",
            {"drama"},
            {"horror", "war", "romance"},
            set(),
            0,
        ),
        ("They would rather avoid science fiction films.", set(), {"sci-fi"}, set(), 0),
        ("Films from the 1980s and the 90s suit them best.", set(), set(), {1980, 1990}, 0),
        ("Prefers the classics.", set(), set(), {1930, 1940, 1950, 1960}, 0),
        ("They are picky and seldom give high marks.", set(), set(), set(), 1),
        (
            "They enjoy nearly everything they pick; they are easy to please.",
            set(),
            set(),
            set(),
            -1,
        ),
        ("She is not picky.", set(), set(), set(), -1),
        (
            "They reach for crime films, mysteries and films for children and families first.",
            {"crime", "mystery", "family"},
            set(),
            set(),
            0,
        ),
        ("", set(), set(), set(), 0),
    ],
)
def test_personas_are_read(persona, liked, disliked, decades, pickiness):
    taste = read_taste(persona)
    assert (set(taste.liked), set(taste.disliked)) == (liked, disliked)
    assert (taste.decades, taste.pickiness) == (decades, pickiness)
