"""Words that the open-vocabulary reading of aspects goes by, written for this project."""

from __future__ import annotations

__all__ = ["TAGS"]

_OPINIONS = """
abysmal adorable amateurish amazing amusing annoying appalling atrocious average awesome awful
bad badly beautiful believable best better bland boring bored breathtaking brilliant captivating
charming cheap cheesy classic classy clever clichéd clumsy compelling confusing convincing
convoluted cool corny crappy creative creepy cute decent delightful depressing deep disappointed
disappointing disgusting dreadful dull dumb easy emotional engaging enjoyable entertaining
excellent exceptional exciting expensive extraordinary fabulous fair fake fantastic fascinating
fast favorite favourite fine flawless forced forgettable fresh frightening fun funny generic
good gorgeous great gripping gritty haunting heartwarming heavy hilarious hokey horrendous
horrible horrid huge impressive incredible inspiring intelligent intense interesting intriguing
irritating lackluster lame laughable lavish lively long lousy lovely low magnificent marvelous
masterful mediocre memorable mindless moving natural nice obnoxious odd okay ok original
outstanding overrated painful pathetic perfect phenomenal pleasant pointless poor poorly
powerful predictable pretentious realistic refreshing remarkable repetitive ridiculous riveting
rushed sad satisfying scary sharp shallow shoddy sick silly simple slick slow smart solid
spectacular splendid strong stunning stupid stylish sub-par subtle superb super surprising
suspenseful sweet tacky talented tedious terrible terrific thin thoughtful thrilling tight tired
top-notch touching trite ugly unbelievable underrated uneven unfunny unique uninspired
unrealistic unwatchable uplifting vivid weak weird well well-done well-made well-written witty
wonderful wooden worse worst worthless wretched
"""
_LIKINGS = """
admire admired adore adored appreciate appreciated despise despised detest detested dislike
disliked enjoy enjoyed enjoying enjoys hate hated hates like liked likes loathe loathed love
loved loves loving miss missed praise prefer preferred recommend
"""
_FALLS = """
bored delivers delivered disappoints disappointed drags dragged excels excelled fails failed
falters fell flopped rocks rocked shines shined shone stinks stank sucks sucked suffers suffered
sparkles works worked
"""
_COPULAS = """
is are was were be been being isn't aren't wasn't weren't it's that's seems seem seemed looks
look looked feels feel felt sounds sound sounded gets got becomes became remains stays makes
made comes came
"""
_DETERMINERS = """
the a an this that these those my your his her its our their some any no every each all both
another other such
"""
_ADVERBS = """
very really so too quite pretty rather extremely absolutely truly just also even still always
never not n't almost mostly simply completely totally utterly incredibly fairly somewhat more
most less least only especially particularly actually definitely highly kind sort bit little as
much far way
"""
_LINKS = "and or nor plus"
_GENERIC = """
movie movies film films flick flicks show shows dvd dvds video videos thing things stuff one
ones time times way ways lot lots bit kind sort part parts day days year years people person man
woman guy guys everyone everything anything something nothing someone anyone job place point
fact reason idea case end side product item amazon review reviews stars star
"""
_OTHERS = """
about above across after again against ago ahead along already although am among amongst anybody
anyhow anyway anywhere apart around aside at away back because before behind below beneath
beside besides between beyond but by can can't cannot could couldn't despite did didn't do does
doesn't doing don't done down during either else elsewhere enough ever except few for from
further had hadn't has hasn't have haven't having he he'd he'll he's hence here herself him
himself how however i i'd i'll i'm i've if in indeed inside instead into isn it itself let let's
like-minded many may maybe me meanwhile mere might mine must myself near neither nevertheless
next nobody none nor now nowhere of off often on once onto ourselves out outside over own per
perhaps plenty please quickly same say says said saw see seen several shall she she'd she'll
she's should shouldn't since somehow somewhere soon than thank thanks that'd them theirs
themselves then there there's therefore they they'd they'll they're they've think thought though
through throughout thus till to today together tomorrow tonight toward towards twice under
unless unlike until up upon us usually want wanted wants was wasn we we'd we'll we're we've went
what what's whatever when whenever where whereas wherever whether which while who who's whoever
whole whom whose why will with within without won't would wouldn't yes yet you you'd you'll
you're you've yours yourself watch watched watching buy bought give gave given go goes going
know knows knew known take takes took taken tell tells told try tries tried use used put keep
kept need needs needed find found hope expect expected read came come seeing get gets getting
make making wish believe guess say-so first second third last new old big young two three four
five ten hundred hello hi hey oh well-known worth acted written made based lol okay-ish sure
else's don doesn didn ain't
"""

TAGS: dict[str, str] = {}
"""Of each known word one letter: Opinion, liking (V), verdict (X), be (B), Determiner, adveRb,
link (C), Generic noun, other (P). A word that is not here is taken for content (N)."""
for _tag, _words in (
    ("P", _OTHERS),
    ("G", _GENERIC),
    ("R", _ADVERBS),
    ("D", _DETERMINERS),
    ("B", _COPULAS),
    ("C", _LINKS),
    ("X", _FALLS),
    ("O", _OPINIONS),
    ("V", _LIKINGS),
):
    TAGS.update(dict.fromkeys(_words.split(), _tag))
