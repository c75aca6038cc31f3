"""What people say when a film is proposed to them: the rules of ``reaction``.

Patterns are searched in one clause, in small letters and without apostrophes (``dont``, ``ill``).
Every repetition in them is bounded, so that reading stays linear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from crs_simcheck.instruments._reaction_words import (
    ALSO,
    BAD,
    DO,
    FILM,
    IT,
    MORE,
    OTHER,
    PRAISE,
    SOMEWHAT,
    WILL,
)

__all__ = ["HINT", "RULES", "STANCE", "VIEW", "WORD", "Rule"]

# How much a sign says. A stronger one is not overruled by a weaker one, whatever the order.
DECISION, STANCE, VIEW, WORD, HINT = 8, 6, 4, 3, 1


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign of acceptance or rejection.

    Parameters
    ----------
    says:
        What it is a sign of.
    strength:
        How much it says: a decision, a stance to what was proposed, a view of a film, a bare
        word, a hint.
    pattern:
        Searched in a clause.
    negation:
        What a negation before it does: ``turns`` it into a sign of the opposite, is ``ignored``
        (it is part of the sign, or has no bearing), or is ``needed`` for it to be a sign at all.
    foreign:
        Whether other languages have the word too, so that it counts beside English words only.
    """

    says: Literal["accept", "reject"]
    strength: int
    pattern: re.Pattern[str]
    negation: Literal["turns", "ignored", "needed"] = "turns"
    foreign: bool = False


def _rule(
    says: Literal["accept", "reject"],
    strength: int,
    *patterns: str,
    negation: Literal["turns", "ignored", "needed"] = "turns",
    foreign: bool = False,
) -> Rule:
    return Rule(says, strength, re.compile("|".join(patterns)), negation, foreign)


RULES: tuple[Rule, ...] = (
    # Decisions: what the seeker is going to do.
    _rule(
        "accept",
        DECISION,
        rf"{WILL}{MORE} {DO}\b(?: out| into| at| up)? ?(?!out\b){OTHER}(?=\S)",
        rf"\b(?:ill|well|id|will|gonna|have to|need to){MORE} {DO}$",
        rf"\b(?:ill|well|i will|we will|i may|i might|we might|we may|maybe"
        rf" ill){MORE} {DO} {IT}",
        rf"\b(?:might be|may be|could be|sounds|looks) worth {DO}(?: out)?$",
        r"^(?:yes |ok |okay |oh |sure |yeah |and |then )?(?:i|we|maybe i|maybe we)(?: really"
        r"| probably| definitely)?(?:ll| will| should| may| might)(?: (?:definitely"
        r"|thanks?|thank you|for sure|do that|do))*$",
        r"\bwhat (?:ill|well|i will) (?:watch|see)\b",
        r"\b(?:added|adding|goes|going|put|putting) (?:it |that |this |them |one )?(?:straight )?"
        r"(?:on|to|onto|in) (?:my|the|our) (?:\w+ ){0,2}(?:list|queue|watchlist)\b",
        r"\b(?:count me in|im (?:in|sold|game|on board|convinced)|youve (?:sold|convinced|got) me"
        r"|you (?:sold|convinced|got) me|ive got to see (?:it|that|this))\b",
        r"\b(?:lets do (?:it|that|this)|lets go (?:with|for)|deal|it is then|consider it done)\b",
        r"\b(?:see|check|look) (?:if|whether|when|where) (?:i|we|its|it is|they|netflix|my|our"
        r"|the)\b"
        r"|\b(?:write|writing|wrote|jot) (?:it|that|this|them|those|these) down\b|\bnoted\b"
        r"|\b(?:make|made|making|take) (?:a )?(?:mental )?note\b|\bkeep (?:an|my) eye\b"
        r"|\bill remember"
        r" (?:it|that|this|them)\b|\bnext on (?:my|our) list\b|\bsign me up\b|\blets watch\b",
        r"\bunder advisement\b|\b(?:under|into) consideration\b|\b(?:it|that|this|them|those|one"
        r"|ones) in mind\b"
        r"|\bas a possibility\b",
        r"\bgive (?:it|that|this|them|those|both|each|that one|this one|the \w+|\w+ \w+) (?:a |"
        r"another )(?:quick )?(?:try|shot|go|chance|look|watch|whirl|spin|search|rewatch)\b",
    ),
    _rule(
        "reject",
        DECISION,
        r"\b(?:no|not|nah|nope|non),? (?:thanks?|thank you|thx|ty)\b|\bno,? but thank",
        r"\b(?:ill|i will|i would|id|i might|i may|i think ill|gonna|going to|have to|need to|must"
        r"|want to|rather|to|lets|ima|i|let me)(?: (?:just|probably|likely|definitely|politely"
        r"|gladly|respectfully|still|also|have to|need to|actually))*"
        r" (?:pass|skip|decline|avoid|refuse|reject|give (?:it|that|this) a miss|steer clear"
        r"|stay away|sit this one out|opt out|turn (?:it|that|this) down|keep looking(?! for (?:it"
        r"|that))|veto)\b",
        r"^(?:\w+ )?(?:hard |ill |easy |big |definite )?pass(?: for me| on (?:it|that|this|them"
        r"|both|those).*|please)?$|^skip(?: (?:it|that|this).*)?$|^next(?: one)?(?: please)?$",
        r"\bno way\b|\bhell no\b|\babsolutely not\b|\bdefinitely not\b|\bcertainly not\b"
        r"|\bprobably not\b|\bnot a chance\b|\bnot happening\b|\bout of the question\b"
        r"|\bno chance\b"
        r"|\bno interest\b|\bcount me out\b|\bnever in a million\b|\bover my dead\b|\bnot a fit\b"
        r"|\bnot (?:that|this) (?:one|film|movie)\b(?! (?:before|yet))|\bthanks but no\b",
        negation="ignored",
    ),
    # A stance: whether what was proposed suits.
    _rule(
        "accept",
        STANCE,
        rf"\b(?:sounds?|sounded|sounding|looks?|looked|seems?|seemed)(?: to be| to me"
        rf"| as if)?{ALSO}"
        rf" (?:like )?(?:something |a film |a movie |one |the (?:kind|type|sort) of \w+ )?"
        rf"(?:that )?(?:{ALSO} )?(?:{PRAISE}|up my|better|id|i would|i might|i could|we would"
        rf"|we might"
        r"|worth|like what|what (?:i|we)|fit|match|blast|plan|winner|treat)\b",
        r"\b(?:right|totally|completely|really|just|definitely)? ?(?:up|down) my (?:alley|street)\b"
        r"|\bmore my (?:speed|style|thing|taste)\b|\bsuits? me\b|\bworks? for (?:me|us)\b"
        r"|\b(?:will|might|may|could|should|would|that|those|it) works?\b(?! (?:on|in|at|with))",
        r"\b(?:exactly|just|precisely|kind of|sort of|definitely|totally|thats|is|are|be|was)"
        r" (?:what|the (?:kind|type|sort) of \w+) (?:i|im|id|ive|we|were|weve)(?: \w+){0,2}"
        r" (?:looking for|wanted|want|need|needed|hoping|after|had in mind|in the mood|like|love"
        r"|enjoy|asked)\b",
        r"\b(?:im|i am|we are|were|id|i would|i might|i could)(?: (?:be|really|very|so|quite"
        r"|definitely|always|totally))*"
        r" (?:intrigued|interested|excited|up for (?:it|that|this)|down for (?:it|that|this)"
        r"|open to (?:it|that|this|trying|watching)"
        r"|curious about (?:it|that|this)|tempted|looking forward|in the mood for (?:it|that|this))"
        rf"\b(?=(?: (?:now|already|too|actually|in this one|in that one|for sure|enough))?$"
        rf"| (?:by|in|about|to|for) (?:{IT}|the|see|watch|try|give|check)\b)",
        r"\b(?:piques?|piqued|caught|catches|has|got|have|grabs?) my (?:interest|attention"
        r"|curiosity"
        r"|eye)\b|\bappeals? to (?:me|us)\b|\b(?:fits?|match(?:es)?|suits?) (?:my|what i|the bill"
        r"|perfectly|the mood|well)",
        r"\b(?:is|its|are) (?:already )?on (?:my|our) (?:\w+ )?(?:list|radar|watchlist)\b",
        r"\b(?:i|we|id|wed|ill|well|kids|they)(?: (?:would|will|might|may|could|think ill|should"
        r"|think id|think i would))?(?: (?:really|probably|definitely|totally|certainly|also))*"
        rf" (?:enjoy|love|like) {IT}(?! (?:kind|type|sort|genre)s?\b)\b",
        r"\b(?:been|have) (?:wanting|meaning|dying|itching) to\b"
        r"|^(?:\w+ ){0,3}(?:want|hope|plan|intend|love|mean|need|have|ought) to(?: too| though"
        r"| someday| soon)?$",
        r"\b(?:like|love) the (?:sound|look|idea|concept|premise) of (?:it|that|this)\b"
        r"|\bmust ?see\b"
        r"|\bworth (?:a (?:try|shot|watch|look|go)|it|seeing|watching|checking)\b|\ba possibility\b"
        rf"|\b(?:would|will|might|may|should|d|ll)(?: \w{{1,12}}ly)? (?:love|enjoy|like) {IT}\b"
        r"(?! (?:kind|type|sort|genre)s?\b)",
        rf"\blooking forward to (?:{IT}|seeing|watching|the)\b",
        r"\b(?:one|something|film|movie) (?:to consider|worth (?:seeing|watching))\b",
    ),
    _rule(
        "accept",
        DECISION,
        r"\bcant wait\b|\bwhy not\b|\b(?:wouldnt|dont|wont) mind (?:watching|seeing|trying|that|it"
        r"|this"
        r"|giving)\b|\bcant go wrong\b|\bcant say no\b|\bcant resist\b",
        negation="ignored",
    ),
    _rule(
        "reject",
        STANCE,
        r"\b(?:not|isnt|aint|never|arent|wasnt|werent|nor)(?: (?:really|quite|exactly|at all|so"
        r"|particularly|necessarily|usually|much of|much|entirely|typically|generally|very|too"
        r"|sure (?:its|thats|if its|if thats|that its|it is|this is|that is)|"
        r"all that|that|just|personally|be|something|a|an|the|big|huge|fan|honestly|always))*"
        r" (?:for (?:me|us|my|this|tonight|now)|my|our|into|in the mood|feeling|what (?:i|im|id|we)"
        r"|interested|the (?:right|best|kind|sort|type|vibe)|keen|up for|right for|a match"
        r"|a good (?:fit|match)|fan of|convinced|sold(?! out)|intrigued|drawn|excited|tempted"
        r"|appealing"
        r"|attracted|compatible|inclined|looking for (?:that|this|it|an?))\b",
        r"\b(?:dont|doesnt|didnt|does not|do not|did not|wont|will not|would not|wouldnt|never"
        r"|cant|cannot|can not|couldnt|hardly)(?: (?:really|quite|think (?:that|it|its|thats"
        r"|this)|at all|exactly|particularly|seem to|seem|seems|feel like|necessarily|entirely|"
        r"sound like it|sound like|much|even|just|it|would|will|is|ever|personally|fully|usually"
        r"|be|be my|is my|thats))*"
        r" (?:appeal|interest|enthuse|match|fit|align|suit|resonate|grab|do it for|work for"
        r"|speak to|click"
        r"|excite|tempt|thrill|call to|meet my|for me|cup of tea|my (?:thing|taste|style|cup|type)"
        r"|sit (?:well|right)|hit the|get into|stand|handle|stomach|bear|tolerate|do (?:horror|gore"
        r"|scary|musicals|it|war)|bring myself)\b",
        r"\b(?:id|i would|would|i|we|wed|id much|much|i would much)(?: (?:much|really|usually"
        r"|generally|personally|tend to|typically|still|normally|definitely|always|probably))*"
        r" (?:rather|prefer|preferred)\b|\bpreferably\b|\bi tend to (?:avoid|prefer)\b"
        r"|\bi(?: \w+)? avoid\b",
        r"\b(?:turns?|turned|puts?|putting|scares?|creeps?|freaks?) (?:me|us|my \w+) (?:off|out)\b"
        r"|\bturn ?off\b|\bleaves? me cold\b|\bdeal ?breaker\b|\bmiss(?:es|ed)? the mark\b"
        r"|\b(?:outside|out of|far from|beyond)(?: of)? my (?:\w+ )?(?:taste|comfort|usual|zone"
        r"|wheelhouse|interest|preference)|\bwrong (?:kind|type|sort|genre|mood|film|movie|fit)\b"
        r"|\bopposite of what\b|\blost interest\b|\bhow about no\b|\bclash(?:es)? with\b"
        r"|\b(?:loses?|lost) me\b|\bdone with\b|\bsick of\b|\btired of\b|\bfed up\b|\bhad enough\b",
        r"\b(?:looking for|thinking of|thinking|want|need|prefer|in the mood for|after|find"
        r"|hoping for"
        r"|like|imagining) (?:something|a (?:film|movie)|movies|films)(?: thats| that is| a| bit"
        r"| little| much| tad| slightly| way)* (?:more|less|else|different|\w{3,12}(?:[^rt]"
        r"|th)er)\b",
        r"\bnot (?:really |much of )?(?:an? )?(?:\w{1,20} ){1,2}(?:person|guy|girl|gal|fan|buff)\b",
        r"(?<!what )(?<!thing )\bi was (?:really |actually |kind of |just )*(?:looking for|hoping"
        r"|thinking|after|wanting)\b"
        r"|\bi(?: a)?m (?:really )?more (?:into|of an?|interested in|in the mood)\b",
        r"\b(?:thinking|wanted|want|prefer|looking for|after|need|something"
        r"|maybe) (?:something )?more"
        r" (?:like|along|of)\b|\bno desire\b|\bnot much (?:of|for|into)\b"
        r"|\b(?:not|wasnt|werent|never|isnt)(?: \w{1,12}ly| too| that| very"
        r"| all that)* (?:impressed"
        r"|appropriate|suitable|kid friendly|family friendly|amused|entertained|enjoyable|funny"
        r"|great|good|interesting|worth)\b|\b(?:didnt|doesnt|dont|never) (?:really )?(?:do (?:much"
        r"|it|"
        r"anything) for|live up|get it|get the|understand|find (?:it|that|them)|see the (?:point"
        r"|appeal)"
        r"|finish|care|want (?:that|this|it|to))\b|\b(?:expected|hoped for) (?:more|better)\b"
        r"|\bcould (?:have|ve|of) been better\b|\bover ?hyped\b|\bso so\b|\bgave up\b"
        r"|\bscares? me\b|\bcreeps? me\b|\bnightmares\b"
        r"|\btoo(?: \w{1,20}){1,2} for (?:me|us|my|our|the kids|kids|children|tonight|this)\b",
        r"\b(?:not|isnt)(?: really| quite| too| so| very| entirely| at all)? (?:sure|certain"
        r"|convinced)"
        r" (?:about (?:it|that|this|them|those|these)|(?:if |that |whether )?(?:i|we|id|wed|ill"
        r"|my \w+)"
        r" ?(?:would|will|d)?(?: really| actually)? (?:like|enjoy|love|want|appreciate))\b"
        r"|\b(?:dont|do not) know about (?:it|that|this|them|those|these)\b",
        r"\b(?:not|isnt) (?:quite|really|exactly) (?:right|it|there|that)\b|\bnot right for\b",
        r"\bnot(?: so| too| very)? (?:much|really|exactly|quite|particularly|especially|at all)$",
        r"\bcouldnt (?:get into|finish|sit through|care less|get through|get past|connect|watch)\b"
        r"|\bcouldnt even\b|\b(?:walked out|fell asleep|turned it off|waste of)\b",
        negation="ignored",
    ),
    # A view of a film.
    _rule(
        "accept",
        VIEW,
        rf"\b(?:{IT}|thats|its|which|theyre|{FILM}|both)(?: (?:is|was|are|were|would be|will be"
        rf"|might be|may be|could be|should be|d be|does look|do look|has|have|had"
        rf"|one|movie|film|ones))*{ALSO} {PRAISE}\b",
        rf"(?<!something )(?<!anything )\b(?:is|was|are|were|its){ALSO} {PRAISE}\b",
        r"\b(?:great|rave|excellent|amazing|awesome|fantastic) reviews?\b|\bwho wouldnt (?:love"
        r"|like)\b",
        rf"(?<!felt )(?<!feel )(?<!feels )(?<!sounds )(?<!sound )(?<!looks )(?<!look )(?<!seems )"
        rf"(?<!something )(?<!anything )(?<!movies )(?<!films )(?<!stuff )(?<!more )(?<!others )"
        rf"\b(?:love|loved|like|liked|enjoy|enjoyed|adore|adored)(?: (?:both|all|most))?"
        rf"(?: of)? (?:{IT}|the (?:{FILM}))\b(?! (?:kinds?|types?|sorts?|genres?)\b)",
        r"^(?:yes |yeah |oh |i |and |absolutely |really |just )*(?:loved|enjoyed|liked)\b",
        rf"^(?:(?:a|an|what|such|oh|yes|yeah|very|really|one of|my|so|the|absolute) )*{PRAISE}"
        rf"(?: {FILM})?(?: for sure| thanks?| thank you| too| by me| with me| one| then)?$",
        r"\b(?:great|good|excellent|perfect|nice|wonderful|fantastic|awesome|lovely|solid|helpful)"
        r" (?:suggestion|recommendation|choice|idea|pick|call|option|rec)s?\b",
        r"\bheard (?:\w+ ){0,4}(?:good|great|amazing|wonderful|awesome|funny|fun)\b"
        r"|\bgood (?:things|reviews)\b|\bone of my (?:all ?time )?fav",
        r"\b(?:big|huge|great|massive|such a|im a|am a|a) fan\b",
    ),
    _rule(
        "reject",
        VIEW,
        r"\b(?:hate|hated|hates|despise|despised|dislike|disliked|detest|loathe|loathed|abhor"
        r"|regret(?:ted)? watching)\b",
        r"\b(?:it|they|that|this|these|those|film|movie|which|one)s? (?:doesnt|does not|dont|do not"
        r"|isnt"
        r"|is not|arent|are not|not)\b(?! (?:matter|have to|need|only|just|bother|hurt|bad"
        r"|a problem"
        r"|sound bad|look bad|too|that|so|sure|seem (?:bad|too)|know|think|seen|heard|make|scary|as"
        r"|unlike|something id mind|available|on netflix|half)\b)",
        r"\b(?:lacks?|lacked|lacking|missing something|no chemistry|makes? no sense|made no sense"
        r"|nothing special|let ?down|struggl\w+ (?:with|to)|put me to sleep|hard to follow)\b",
        r"\bsomething (?:else|different|less|more|other than|a (?:bit|little|tad) (?:more"
        r"|less|\w{3,12}er)|lighter|newer|older|softer|shorter|calmer|warmer|darker|\w{3,12}ier)\b",
        r"\binstead\b|\bunfortunately\b|\bim afraid\b|\bhoping for\b|\bdisagree\b"
        r"|^(?:maybe|just|give me|show me|suggest|try|i want|id like|please|to| )*another (?:one"
        r"|film"
        r"|movie|suggestion)(?: please)?$|\bnot (?:great|good|funny)\b",
        negation="ignored",
    ),
    _rule(
        "reject",
        VIEW,
        rf"\b{BAD}$|\b(?:too|so) (?:scary|violent|gory|slow|boring)$|\b(?:im|i am) meh\b",
        rf"\b(?:{IT}|thats|its|was|is|were|are|been|be|so|really|very|pretty|looks?|looked|sounds?"
        rf"|seems?|kinda|found it|just|found|felt|too|absolute|hot|a|the|got|gets|heard)"
        rf"(?: (?:so|very|really|pretty|a|bit|little|the|kind of|of|rather|just|quite|real"
        rf"|absolutely|total|awfully|like|most|complete|utterly)){{0,4}} {BAD}\b(?! (?:moms|boys"
        rf"|santa|teacher|grandpa|times|news)\b)",
        rf"^{BAD}(?: {FILM})?$|\b(?:sucks|sucked|stinks)\b|\bbad (?:reviews?|things|ratings?)\b",
        rf"\b(?:a|the|just|tad|lil)? ?(?:bit|little|litle|tad|touch|kinda|kind of|sort of|somewhat"
        rf"|overly|rather|way)(?: (?:too|of|more|on the|bit|a))* {SOMEWHAT}\b",
        r"\btoo (?:much (?!fun)|\w{2,20}ing\b|long(?! ago)|short|old|new|scary|gory|violent|dark"
        r"|sad"
        r"|slow|silly|heavy|intense|childish|kiddie|bloody|cheesy|corny|graphic|serious|predictable"
        r"|light|mushy|romantic|sappy|weird|creepy|raunchy|risque|crude|depressing|complex|obvious"
        r"|loud|young|mature|mainstream|close|far|grim|bleak|political|sentimental|sweet|tame|dumb"
        r"|simple|similar|tense|emotional|real|artsy|modern|hard|out there|action|spooky|sexual"
        r"|strange|abstract|goofy|dry|fast|gritty|brutal|stressful|twisted|adult|cold|cute|somber"
        r"|melodramatic|dramatic|familiar|quirky|pretentious|mild|vulgar|girly|formulaic)",
    ),
    # What the seeker likes at all: only a negation makes it an answer.
    _rule(
        "reject",
        VIEW,
        r"\b(?:lik(?:e|ed|es|ek|ek d)|liek|love|loved|enjoy|enjoyed|care for|cared for|care about"
        r"|dig"
        r"|fond of|into|fan|watch|like to see|want(?! to miss)|feel like|interested|feeling|fun"
        r"|good|fits?|match(?:es)?|meets?|suits?"
        r"|great|funny|appealing|entertaining|interesting)\b",
        negation="needed",
    ),
    # Bare words.
    _rule(
        "accept",
        WORD,
        r"^(?:oh |ah |ooh |well |hm+ |um |um+ |haha |lol )*(?:yes+|yeah+|yea+|yep|yup|yess+|sure"
        r"|absolutely|definitely|certainly|of course|totally|gladly|indeed|for sure|bingo|sold"
        r"|sweet|woo ?hoo|hell (?:yes|yeah)|yes please)\b(?! (?:not|no)\b)",
        r"[\U0001f44d\U0001f60d\U0001f970\u2764\U0001f929\U0001f44c\U0001f389\U0001f64c\U0001f525]",
        foreign=True,
        negation="ignored",
    ),
    _rule(
        "reject",
        WORD,
        r"^(?:oh |ah |well |hm+ |um+ |haha |lol |ugh |sorry |actually |ok |yeah |eh )*(?:no+|nope|"
        r"nah+|naw|ew+|yuck|ugh+|gross|meh+|blah)\b(?! (?:doubt|problem|worries|idea|clue|matter"
        r"|wonder|one|longer|biggie|rush|complaints?|need|pressure|offen[sc]e|way)\b)",
        r"[\U0001f44e\U0001f92e\U0001f922\U0001f634\U0001f971\U0001f644\U0001f612\U0001f645]",
        foreign=True,
        negation="ignored",
    ),
    _rule(
        "accept",
        HINT,
        r"^(?:oh |ah |hm+ |well )*(?:ok|okay|okie|k|alright|cool|great|perfect|super|nice|awesome"
        r"|excellent|wow|fantastic|wonderful|amazing|thanks|thank you|thx|good|fine|right|oooh?"
        r"|brilliant|ha)\b",
        r"\b(?:thanks?|thank you|appreciate) (?:\w+ ){0,4}(?:suggestions?|recommendations?|help"
        r"|tips?"
        r"|mentioning|ideas?|info\w*)\b",
        r"^(?:and |also |oh |so )*(?:i|we)(?: really| also| absolutely)* (?:loved|enjoyed)\b",
        foreign=True,
        negation="ignored",
    ),
)
