"""Role confusion: a seeker who speaks as the recommender, or writes both sides of a dialogue."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crs_simcheck.instruments._late import late
from crs_simcheck.instruments._text import plain

__all__ = ["ROLE_RULES", "SPEAKER_LABEL", "RoleReading", "RoleRule", "read_role"]


@dataclass(frozen=True, slots=True)
class RoleRule:
    """One sign of role confusion.

    Parameters
    ----------
    name:
        How a reading calls it.
    pattern:
        Searched in the text after curly quotes were straightened and emphasis was taken out.
    reason:
        Why a seeker would not say this.
    needs:
        Bits of text, in small letters: where the pattern is found, one of them is as well. They
        are looked for first, which takes a tenth of the time.
    """

    name: str
    pattern: re.Pattern[str]
    reason: str
    needs: tuple[str, ...]

    def is_in(self, text: str, small: str) -> bool:
        """Whether the pattern is found in a text, given the same text in small letters."""
        return any(bit in small for bit in self.needs) and bool(self.pattern.search(text))


@dataclass(frozen=True, slots=True)
class RoleReading:
    """Whether a text is confused about its role, and the names of the rules that say so."""

    confused: bool
    markers: tuple[str, ...]


# What the patterns take for small letters beside capitals.
_SMALL = str.maketrans("\u0130\u0131\u017f\u212a", "iisk")
# Far more than any turn of a dialogue; what comes after it is not read.
_READ_AT_MOST = 200_000

# Parts of the patterns. Every repetition in them is bounded, so that reading stays linear.
_MEDIA = r"(?:movie|film|book|show|title|genre|series)s?"
_ADVICE = r"(?:recommendation|suggestion|pick|option|alternative)s?"
_WISH = r"(?:preference|criteria|requirement|request|interest|taste|need|mood)s?"
_WILL = r"(?: might| may| will| would| could| should|'ll|'d)"
_BRING = r"(?:recommend|suggest|find|offer|provide|give|help)"
_I_WILL = r"\b(?:I can|I could|I will|I'll|let me|allow me to|help me|happy to|able to"
_UP_TO_2 = r"(?:\w{1,20} ){0,2}"
_UP_TO_5 = r"(?:[\w'-]{1,20} ){0,5}"
_NEAR = r"[^.!?\n]{0,60}?\b"
# From the beginning of a sentence that says "your", with nothing that turns a film down.
_NOT_DENIED = (
    r"(?<![^.!?\n])(?=[^.!?\n]*\byour )"
    r"(?:(?!n't\b|\bnot\b|\bneither\b|\bnone\b|\bcannot\b)[^.!?\n]){0,300}?"
)
_QUALITIES = r"(?: (?!(?:i|my|for|of|that|about|to|the)\b)[\w'-]{1,20}){0,5}"
# A film that is named rather than pointed at: "it" and "this film" are what reviewers recommend.
_NAMED = (
    r"(?:(?:watching|checking out|trying) )?(?:the (?:film|movie|book|series) )?"
    r"(?-i:[\"']?[A-Z0-9])"
)
# To name the film and say for whom it is, is how a viewer ends a review.
_NOT_TO_OTHERS = (
    r"(?![^.!?\n]{0,100}\b(?:to|for) (?:any|every|all\b|those|people|fans|friends|others|lovers"
    r"|viewers|my|families|someone|folks))"
)

SPEAKER_LABEL = late(
    r"^[ \t>#*_\"'(\[-]{0,12}"
    r"(?:user|assistant|seeker|recommender|system|chatbot|movie ?bot|crs|human|customer|ai|bot)"
    r"(?:'s (?:response|recommendations?|thoughts|feedback|criteria|reply|answer|message|turn))?"
    r"(?: ?\([^()\n]{0,60}\))?[ \t*_\])\"']{0,6}:(?! artificial)",
    re.IGNORECASE | re.MULTILINE,
)
"""A line that begins with the name of a speaker, such as ``Assistant:``."""

# To write one's own name before what one says is bad form (formats.py marks it), but to speak for
# oneself all the same.
_OWN_NAME_FIRST = r"(?!\A[ \t>#*_\"'(\[-]{0,12}(?:user|seeker|human|customer)[ \t*_\])\"']{0,6}:)"
_SPOKEN_FOR = late(_OWN_NAME_FIRST + f"(?:{SPEAKER_LABEL.pattern})", re.IGNORECASE | re.MULTILINE)

_TRANSCRIPT = late(
    r"(?<=[.!?\"')] )(?:USER|ASSISTANT|SEEKER|RECOMMENDER|AGENT|SYSTEM)\b(?: \([^()\n]{0,60}\))?:"
    r"|<\|?(?:im_?start|im_?end|assistant|user|system|start_header_id|eot_id)\|?>"
    r"|\[/?INST\]"
    # "(ASSISTANT names a film)" stands for the other's turn; "(ASSISTANT failed)" looks back on it.
    r"|^[ \t]{0,4}[(\[][ \t]?(?:[Tt]he )?(?:ASSISTANT|Assistant|RECOMMENDER|SYSTEM|AGENT)"
    r" (?!is\b|was\b|has\b)(?:\w{1,20}ly )?(?:[a-z]{1,20}s|doesn't|does not|will)\b",
    re.MULTILINE,
)


def _rule(name: str, reason: str, needs: tuple[str, ...], *patterns: str) -> RoleRule:
    return RoleRule(name, late("|".join(patterns), re.IGNORECASE), reason, needs)


ROLE_RULES: tuple[RoleRule, ...] = (
    RoleRule(
        "speaker_label",
        _SPOKEN_FOR,
        "nobody writes the name of the other side, or of both, unless they write the dialogue",
        (":",),
    ),
    RoleRule(
        "transcript",
        _TRANSCRIPT,
        "labels within a line, stage directions and tokens of chat templates make a transcript",
        ("<", "inst]", "user", "assistant", "seeker", "recommender", "agent", "system"),
    ),
    _rule(
        "offers_recommendation",
        "the recommender proposes a film by its name",
        ("recommend", "suggest", "how about", "you"),
        r"\bI(?:'d| would| can| could| will|'ll)?(?: also)? (?:recommend|suggest):?\s{1,3}"
        + _NAMED
        + _NOT_TO_OTHERS,
        rf"\b(?:may I|might I|let me|allow me to) (?:recommend|suggest):? {_NAMED}",
        rf"\bhow about {_NAMED}",
        rf"\byou{_WILL}(?: (?:also|really|probably|definitely))? (?:like|enjoy|love|appreciate)"
        rf" {_NAMED}",
    ),
    _rule(
        "introduces_recommendations",
        "lists are introduced, and tied to wishes, by the one who answers the wishes",
        ("here's", "here is", "here are", "here're", "your", "since you"),
        rf"\bhere(?:'s| is| are|'re)(?! (?:my|what)\b){_QUALITIES} {_ADVICE}\b"
        rf"(?!{_NEAR}I(?:'m| am|'d like| want| need))",
        rf"\bhere(?:'s| is| are|'re)(?! my\b)(?: [\w'-]{{1,20}}){{0,6}} {_MEDIA}\b{_NEAR}"
        rf"(?:you{_WILL}|you(?:'re| are)\b|(?:fits?|match(?:es)?|meets?) your|based on your"
        r"|I (?:would |'d )?(?:recommend|suggest))",
        r"\b(?:based on|given|considering) your "
        rf"{_UP_TO_2}(?:{_WISH}\b|love\b|enjoyment\b)",
        _NOT_DENIED
        + r"\b(?:fit|match|meet|suit|satisf(?:y|ie)|align)(?:s|es|ing)?(?: with| all)?(?: of)?"
        rf" your {_UP_TO_2}{_WISH}\b",
        _NOT_DENIED + rf"\byour {_UP_TO_2}(?:requirements|criteria|preferences)\b",
        r"\bsince you(?:'re| are) (?:looking for|interested in|in the mood)",
    ),
    _rule(
        "asks_for_preferences",
        "the recommender asks what is wanted; the seeker is the one who wants",
        ("you",),
        rf"\b(?:what|which) (?:\w{{1,20}} ){{0,4}}{_MEDIA} (?:\w{{1,20}} ){{0,3}}"
        r"(?:do you (?:usually |normally |generally |typically )?(?:like|enjoy|prefer|want)"
        r"|(?:would|are|were) you (?:like|prefer|interested|looking|in the mood))",
        r"\bwhat (?:are|were) you (?:looking for|in the mood|hoping|interested in)",
        r"\bare you (?:looking for|in the mood for|interested in|open to) (?:a|an|any|some)"
        r"(?:thing)?\b",
        rf"\bdo you (?:prefer|have (?:a|any) {_UP_TO_2}preferences?)\b",
        rf"\b(?:is|are) there (?:an?|any) {_UP_TO_5}you(?:'d| would)?(?: \w{{1,20}})?"
        r" (?:prefer|like|enjoy|interested in|looking for|in the mood for)\b",
        r"\b(?:could|can|would|please) (?:you )?(?:please )?"
        r"(?:tell me|share|provide|specify|let me know|describe|clarify|repeat|restate|remind me)"
        rf"{_NEAR}(?:you(?:'re| are| were| have|'ve)?(?: \w{{1,20}})?"
        r" (?:like|liked|enjoy|enjoyed|prefer|interested in|looking for|in the mood)"
        rf"|your {_UP_TO_2}(?:favou?rites?|preferences?|tastes?))\b",
    ),
    _rule(
        "assistant_voice",
        "offers of help, and asking whether the answer pleased, are the recommender's manners",
        (
            *(" ai", "artificial", "language", "chatbot", "movie bot", "help", "assist", "provide"),
            *("offer", "glad", "pleased", "happy i", "happy that i", "happy watching"),
            *("happy viewing", "recommend", "suggest", "pick", "option", "alternative"),
            *("do my best", "for you", "let me know", "feel free", "would you like", "sound"),
            "what you",
        ),
        r"\bas an? (?:AI|artificial intelligence|language model|assistant|chatbot|recommender)\b",
        r"\bI(?:'m| am) (?:just |only )?(?:an? )?(?:AI|artificial intelligence|large language"
        r"|language model|virtual assistant|movie bot|recommender)\b",
        r"\b(?:can|may|could) I (?:help|assist)(?: you)?\b",
        r"\b(?:better |further |to |can |could )assist you\b",
        r"\bI (?:can )?(?:provide|offer) (?:you )?(?:with )?(?:\w{1,20} (?:and )?){0,4}"
        rf"(?:assistance|{_ADVICE})",
        rf"\b(?:glad|happy|pleased)(?: that)? I (?:could|was able to) (?:assist|{_BRING})",
        rf"\bglad (?:that )?you(?:'re| are)? {_UP_TO_2}"
        rf"(?:liked?|enjoy(?:ed|ing)?|loved?|found) {_NEAR}(?:recommend|suggest)",
        rf"{_I_WILL}|do my best to) {_UP_TO_2}{_BRING}(?: you)?(?: with)? {_UP_TO_5}{_ADVICE}\b",
        r"\b(?:I'll|I will|let me) do my best to\b",
        rf"{_I_WILL}|help you) find {_UP_TO_5}for you\b",
        r"\blet me know if (?:you(?:'d| would)? (?:need|want|like|prefer)|there's|there is)\b"
        rf"{_NEAR}(?:{_ADVICE}|help|assist|else|recommend)",
        r"\bfeel free to (?:ask|reach out)\b",
        r"\bwould you like (?:me to|to (?:know|hear|learn) more|another|(?:some )?more)\b",
        r"\b(?:does|do) (?:that|this|it|any of these|these)(?: one)? sound"
        r" (?:good|great|interesting|like|appealing)",
        rf"\bis (?:that|this|it) {_UP_TO_2}what you(?:'re| are| were) (?:looking|in the mood)",
        r"\bhappy (?:watching|viewing)\b",
    ),
)


def read_role(text: str) -> RoleReading:
    """Return whether a seeker's text is confused about its role, and by which rules.

    Made for what a seeker says in one turn. To ask for recommendations, to answer them, to praise
    a film to others and to ask whether it was seen is a seeker's talk and no sign.

    Examples
    --------
    >>> read_role("Can you recommend a slow western?")
    RoleReading(confused=False, markers=())
    >>> read_role("What genre do you like?").markers
    ('asks_for_preferences',)
    """
    seen = re.sub(r"[*_`]+", "", plain(text[:_READ_AT_MOST])).lstrip()
    small = (seen if seen.isascii() else seen.translate(_SMALL)).lower()
    markers = tuple(rule.name for rule in ROLE_RULES if rule.is_in(seen, small))
    return RoleReading(bool(markers), markers)
