"""What a seeker answers to a recommendation: taken, turned down, or neither can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from crs_simcheck.instruments._reaction_rules import HINT, RULES, STANCE, VIEW, WORD, Rule
from crs_simcheck.instruments._text import plain
from crs_simcheck.instruments.sentences import split_sentences

__all__ = ["Reaction", "read_reaction"]

Reaction = Literal["accept", "reject", "unclear"]

# Far more than any answer; what comes after it is not read.
_READ_AT_MOST = 20_000
_LONGEST_CLAUSE = 600
_FEW_WORDS = 3
# How much "but" adds to what follows it, and "although" takes away.
_DEGREE = 2

_CLAUSE_END = re.compile(
    r"([,;:()\[\]\u2013\u2014\n]|\.{2,}|\u2026|\s-+\s|--"
    r"|\b(?:but|however|though|although|even if|even though|despite|while|whereas|except|because"
    r"|since|nevertheless|nonetheless|still|and|or|if|unless|then again)\b)"
)
_BUT = frozenset({"but", "however", "nevertheless", "nonetheless", "except", "then again"})
_CONCEDED = frozenset({"though", "although", "even if", "even though", "despite", "while"})
_DOUBT = frozenset({"if", "unless"})

# What was not seen, heard of or known is no judgement.
_UNSEEN = re.compile(
    r"\bdont think so\b|\bnot yet\b|\bdont make\b|\b(?:have not|has not|havent|hasnt|havnt|haven t"
    r"|did not|didnt|never|not|dont|dont think i"
    r"(?: have|ve)|dont think ive)(?: (?:really|even|ever|actually|yet|i|we|have|had|been able to"
    r"|gotten around to|got around to|gotten to|got to|a chance to)){0,3} (?:seen?|saw|heard?"
    r"|watch(?:ed)?|know|knew|known|familiar with|aware of|remember|recall|thought of|tried"
    r"|realized?|checked)\b(?: (?:of|about))?"
)
_NEGATOR = re.compile(
    r"\b(?:not(?! (?:only|just))|no(?! (?:doubt|problem|question|way i))|never|none|neither|nor"
    r"|hardly|cannot|nothing|nobody|without|barely|isnt|arent|wasnt|werent|dont|doesnt|didnt|wont"
    r"|wouldnt|cant|couldnt|shouldnt|havent|hasnt|hadnt|aint|less)\b"
)
# A "no" that answers, rather than one that denies what follows.
_ANSWERING_NO = re.compile(r"^(?:oh |well |ok |haha |lol )*no+ (?=(?:i|it|its|that|thats|we|im)\b)")
_SCOPE = 7
_ASKS = re.compile(
    r"^(?:so |and |or |but |oh |hm+ |well |ok |okay |no |yes |also |then |yeah )*(?:is|are|was|were"
    r"|do|does|did|can|could|would|will|should|have|has|what|whats|who|whos|which|when|where|why"
    r"|how|hows|any|anything|isnt|arent|wasnt|doesnt (?:it|that|this)|(?:didnt|dont) (?:you|they"
    r"|we)|maybe|perhaps|something|another"
    r"|seen|got|haven?t)\b"
)
_UNSURE = re.compile(
    r"\b(?:not (?:really |quite |too |so )?(?:sure|certain)|unsure|dont know|do not know|dunno"
    r"|no idea|i wonder|wondering|hard to (?:say|tell)|cant (?:say|tell))\b"
)
# To ask for other films is not to ask about this one.
_MORE_FILMS = re.compile(
    r"\b(?:else|others?|another|different|instead|any more|more (?:like|films|movies|suggestions"
    r"|options)"
    r"|similar|like (?:that|this|those|these|them))\b"
)
# A wish or a view that begins anew is not denied by what stands before it: "not my thing I'll
# watch the other", other than "I don't think I'll watch it".
_ANEW = re.compile(r"(?:i|ill|id|we|well|wed|lets)\b")
_OPENS = re.compile(
    r"\b(?:think|thinking|sure|believe|know|if|that|say|guess|suppose|feel|see|imagine|like|doubt"
    r"|expect|mean|convinced|certain|says|said|believing|way|reason|something|what|one|film|movie)$"
)
_DENIES = re.compile(
    r"\b(?:isnt|doesnt|dont|arent|wasnt|didnt|wont|cant|cannot|wouldnt|(?:is|are|was|do|does|did"
    r"|am|im|its|really|just|probably|definitely|thats|theyre|would|will) not|not (?:a|an|the|very"
    r"|really|much|as|so|what|for|in|my|quite|that|enough|exactly|at all))\b"
)
# "Something that is funny" praises nothing.
_WANTS = re.compile(
    r"\b(?:something|anything|looking for|suggest|recommend|i?d (?:like|prefer|rather)"
    r"|would (?:like"
    r"|prefer)|i (?:want|need|prefer|wish)|give me|find me|how about|what about|in the mood for"
    r"|hoping for|any|some)\b"
)
# After a "but": what was wanted, other than what was proposed.
_WISH = re.compile(
    r"\b(?:looking for|thinking of|hoping|in the mood|specifically|searching for|was after|i need"
    r"|i want|i wanted|id like|i would like|more into)\b(?! (?:it|that|this|to)\b)"
)
# "No, I haven't" and "Yes, I have" answer whether it was seen.
_ANSWERS_SEEN = re.compile(
    r"^(?:oh |well |lol |haha |um |actually |sadly |ok )*(?:no+|nope|nah|yes+|yeah|yep|yup|yea"
    r"|sure)\b"
    r"[ ,.!]*(?:but )?(?:sorry |actually |sadly |sir |maam |honestly |unfortunately |to both "
    r"|and (?:yes|no)"
    r"|oh )*[ ,.!]*(?:(?:i|we|ive|weve)\b ?(?:have|havent|had|did|didnt|(?:do|dont)(?=$"
    r"|[.,!]))?(?: not|nt)?\b"
    r"(?: (?:seen|see|saw|heard|watched|actually|already|never|yet|ever|even|also))*|never|havent"
    r"|not yet|its (?!not for)|its? is|what|whats|who|is it|which|how)\b(?! (?:love|like|enjoy"
    r"|think|really|dont|hate|want|prefer|would|am|will|do\b|may|might|cant|could|can|should|need"
    r"|probably|definitely))"
)
_SAYS_UNSEEN = re.compile(
    r"\b(?:no|nope|nah),? (?=(?:i |we |sadly |actually )?(?:have ?(?:nt|not)|ha[vd]nt|never|not yet"
    r"|did ?(?:nt|not) (?:see|hear|watch|know))\b)"
)
_ENGLISH = re.compile(
    r"\b(?:the|i|im|ill|ive|id|it|its|is|was|that|thats|this|not|to|of|and|for|with|my|you|like"
    r"|have|would|one|they|we|but|too|very|really|movie|film|thanks|thank|good|sounds|watch|seen"
    r"|love|loved|please|sure|yes|yeah|nope|way|great|interested|never|what|something|more|will)\b"
)


class _Clause(NamedTuple):
    text: str
    joined_by: str
    asked: bool


def read_reaction(text: str) -> Reaction:
    """Return what an answer to a recommendation says: taken, turned down, or neither can be told.

    Made for one answer of a seeker to whom a film was just proposed. The rules, in the order in
    which they decide:

    - The text is read in sentences, and these in clauses. A sign is a decision ("I'll watch it",
      "no thanks"), a stance to what was proposed ("sounds good", "not my thing"), a view of a film
      ("it was great", "too slow for me"), a bare yes or no, or a hint (thanks, a nod).
    - A negation in the same clause, at most seven words before, turns a sign round.
    - The strongest sign decides, and of signs as strong the last one. Only a view that is against
      a film is not overruled by a view that is for one: who praises one film of two still turns
      one down.
    - What follows "but" or "however" overrules what is a degree stronger, and to deny or to want
      something there turns down; what follows "although" counts a degree less.
    - Thanks, a nod or a bare yes or no beside a question about the film is unclear. What is asked,
      what stands after "if" and what is in doubt ("I wonder whether") is no sign, but "not sure
      about that" and "not sure I'd like it" turn down.
    - To have seen the film, or not, is no sign: "seen it" alone is unclear, "seen it, loved it" is
      taken and "seen it, hated it" is turned down. So is "no, I haven't".
    - A wish for something else, or instead, turns down; a question for more films does not.
    - Another language than English is unclear, but for a bare no, an emoji and words like "OK".

    Takes time linear in the text, of which the first 20,000 signs are read, and never raises.

    Examples
    --------
    >>> read_reaction("Sounds good, I'll check it out!"), read_reaction("Not my thing, sorry.")
    ('accept', 'reject')
    >>> read_reaction("I've seen that one.")
    'unclear'
    """
    says: Reaction = "unclear"
    strength = 0
    asked = False
    for clause in _clauses(text):
        asked |= clause.asked and _MORE_FILMS.search(clause.text) is None
        said, weight = _sign(clause)
        if not weight:
            continue
        if clause.joined_by in _BUT:
            overrules = weight + _DEGREE >= strength
        elif weight == VIEW == strength and says == "reject":
            overrules = False
        else:
            overrules = weight > strength or (weight == strength and weight > HINT)
        if overrules:
            says, strength = said, weight
    # "Thanks! What is it about?" and "No, is it good?" only ask.
    return "unclear" if asked and strength <= WORD else says


def _clauses(text: str) -> Iterator[_Clause]:
    """Yield the clauses of a text, each with the word that joins it to the one before."""
    text = text[:_READ_AT_MOST]
    for sentence in split_sentences(text) or (text,):
        small = re.sub(r"['`*_\"]", "", plain(sentence).lower().replace("\u200b", " ")).strip()
        small = small.replace("who doesnt", "everybody").replace("sure if ", "sure that ")
        asks = small.endswith("?")
        seen = _ANSWERS_SEEN.match(small)
        small = _SAYS_UNSEEN.sub("", small[seen.end() :] if seen else small)
        pieces = _CLAUSE_END.split(small)
        joined_by = ""
        for place, piece in enumerate(pieces):
            if place % 2:
                word = piece.strip()
                # Between a comma and its "but" stands nothing.
                joined_by = word if word.isalpha() or " " in word else joined_by
                continue
            clause = re.sub(r"[^\w\s\U0001f000-\U0001faff\u2600-\u27bf]|_", " ", piece)
            clause = " ".join(clause[:_LONGEST_CLAUSE].split())
            if clause:
                yield _Clause(clause, joined_by, asks and _ASKS.match(clause) is not None)
                joined_by = ""


def _sign(clause: _Clause) -> tuple[Reaction, int]:
    """Return the strongest sign of a clause and how much it says; 0 where it has none."""
    if clause.asked or clause.joined_by in _DOUBT:
        return "unclear", 0
    text = _ANSWERING_NO.sub("noo ", _UNSEEN.sub("unseen |", clause.text))
    unsure = _UNSURE.search(text) is not None
    english = len(text.split()) < _FEW_WORDS or _ENGLISH.search(text) is not None
    best: tuple[Reaction, int] = ("unclear", 0)
    for rule in RULES:
        if rule.strength < best[1] or (rule.foreign and not english):
            continue
        for found in rule.pattern.finditer(text):
            said = _said(rule, text[: found.start()], found[0])
            if said == "unclear" or (unsure and (said == "accept" or rule.strength < STANCE)):
                continue
            if rule.strength > best[1] or said == "reject":
                best = said, rule.strength
    if clause.joined_by in _BUT and best[1] < VIEW and not unsure:
        if _WISH.search(text):
            best = "reject", STANCE
        elif _DENIES.search(text):
            best = "reject", VIEW
    conceded = _DEGREE if clause.joined_by in _CONCEDED else 0
    return best[0], max(best[1] - conceded, min(best[1], HINT))


def _said(rule: Rule, before: str, sign: str) -> Reaction:
    """Return what a sign says once the words before it were heard."""
    if rule.says == "accept" and rule.strength == VIEW and _WANTS.search(before):
        return "unclear"
    if rule.negation == "ignored":
        return rule.says
    if _ANEW.match(sign) and not _OPENS.search(before.rstrip()):
        before = ""
    near = " ".join(before.rpartition("|")[2].split()[-_SCOPE:])
    denied = len(_NEGATOR.findall(near)) % 2 == 1
    if rule.negation == "needed":
        return rule.says if denied else "unclear"
    if denied:
        return "reject" if rule.says == "accept" else "unclear"
    return rule.says
