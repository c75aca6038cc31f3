"""Words of talk about a film that was proposed: parts of the patterns of ``reaction``."""

from __future__ import annotations

__all__ = ["ALSO", "BAD", "DO", "FILM", "IT", "MORE", "OTHER", "PRAISE", "SOMEWHAT", "WILL"]

# The thing proposed, or a part of it, and not a wish for some other thing.
OTHER = (
    r"(?!(?:some|any|every)thing\b|some\b|any\b|another\b|other\b|others\b|more\b|an?\b(?! (?:try|"
    r"go|shot|chance|look|watch|whirl)\b)|movies\b|films\b|what\b|which\b|how\b|if\b|for (?:some|"
    r"any|an?)\b|you\b|or\b|and\b|else\b|stuff\b|one (?:that|with|which)\b|comed|horror|thriller"
    r"|of (?:some|any|an?)\b|to\b|rephras|again to|harder|clarify)"
)
MORE = (
    r"(?: (?:just|really|definitely|defiantly|definetly|probably|certainly|totally|surely|gladly"
    r"|happily|possibly|absolutely|also|still|at least|actually|likely|maybe|perhaps|be|go"
    r"|go and)){0,3}"
)
WILL = (
    rf"\b(?:(?:i|we|ill|well|id|wed){MORE} ?(?:will|would|shall|may|might|should|could|can|must"
    r"|do)?"
    r"|^can|^could|^might|^may|^should|will|shall|lets|gonna|going to|have to|got to|gotta|has to"
    r"|need to|want to|wanna"
    r"|wouldnt mind|like to|love to|happy to|willing to|eager to|keen to|glad to|time to|try to"
    r"|ready to|interested in|curious to|be sure to|look forward to|looking forward to|able to"
    r"|consider|might be worth|worth|planning to|plan to|meaning to|meaning on|intend to|wanted to"
    r"|planning on|plan on|hope to|hoping to|waiting to)"
)
DO = (
    r"(?:check(?:ing)?|watch(?:ing)?|see(?:ing)?|try(?:ing)?|rent(?:ing)?|look(?:ing)? (?:it|that"
    r"|this|them|those|these|into|up|at|out for)|look(?:ing)? (?:for|into|up) (?:it|that|this|them"
    r"|those|these)|stream(?:ing)?|giv(?:e|ing) (?:it|that|this|them"
    r"|those|both|these|each)|add(?:ing)?|buy(?:ing)?|download(?:ing)?|google|go(?:ing)? (?:with"
    r"|for|see)"
    r"|tak(?:e|ing) (?:it\b|that\b|this\b|them\b|your|a look)|stick(?:ing)? (?:to|with)"
    r"|find(?:ing)?|get(?:ting)?(?= (?:it|that|this|them|those|both|a copy)\b)"
    r"|put(?:ting)? (?:it|that|this|them)|keep(?:ing)? (?:it|that|this|them|those|these|both)"
    r"|consider(?:ing)?|start(?:ing)? with|pick(?:ing)? (?:it|that|this|them)|catch(?:ing)?"
    r"|queue|bookmark|check(?:ing)? out)"
)
IT = r"(?:it|that|this|these|those|they|them|both|either|all of (?:them|those|these))"
FILM = r"(?:movie|film|one|flick|pick|choice|suggestion|recommendation|idea|option|story|series)s?"
PRAISE = (
    r"(?:good|great|awesome|amazing|excellent|perfect|fantastic|wonderful|interesting|intriguing"
    r"|fun|funny|cool|nice|lovely|exciting|hilarious|brilliant|terrific|super|promising|ideal"
    r"|fascinating|appealing|tempting|enjoyable|delightful|cute|classics?|best|favou?rites?|fave"
    r"|incredible|solid|charming|compelling|right|fine|lovely|neat|epic|superb|outstanding"
    r"|entertaining|captivating|engaging|beautiful|magical|gripping|thrilling|refreshing)"
)
ALSO = (
    r"(?: (?:so|very|really|pretty|quite|too|super|like|a|an|the|my|just|absolutely|also|one|of"
    r"|such|truly|all|both|definitely|another|kind|sort|always|actually|right|exactly|more"
    r"|rather|fairly|especially|particularly|that|bit|been|going|to|be|even|still|all time)){0,5}"
)
BAD = (
    r"(?:boring|bored|dull|awful|terrible|horrible|garbage|trash|stupid|dumb|lame|overrated"
    r"|disappointing|disappointed|disappointment|dreadful|crap(?! out)|crappy|rubbish|unwatchable"
    r"|pointless"
    r"|annoying|cringey?|cringeworthy|tedious|off ?putting|unappealing|uninteresting|unbearable"
    r"|worst|atrocious|abysmal|forgettable|mediocre|meh|dreary|tiresome|insufferable|unfunny"
    r"|ridiculous|painful|predictable|cliched?|sucks|sucked|blows|stinks|stunk|bombed|drags"
    r"|dragged|flat|bad|poor|poorly|gross|nonsense|turn ?off|bummer|yawn|snooze(?:fest)?)"
)
SOMEWHAT = (
    r"(?:scary|creepy|creept|gory|violent|slow|silly|corny|cheesy|dry|long(?! ago)|weird|odd"
    r"|strange|dark"
    r"|heavy|sad|depressing|childish|grim|bleak|intense|confusing|old|dated|bloody|crude|vulgar"
    r"|graphic|disturbing|sappy|mushy|sentimental|serious|bizarre|harsh|brutal|grossout|risque"
    r"|raunchy|rough|hokey|goofy|outdated|overdone|tame|generic|preachy|melodramatic|much|over"
    r"|young|immature|cold|loud|long ?winded|hard|stale|drawn out|far fetched|complicated|off|edgy"
    r"|mainstream|formulaic|political|sexual|spooky|frightening|convoluted|lacking|underwhelming"
    r"|tired|iffy|ehh?|messy)"
)
