"""Words too common to be a sign of a title by themselves, and places that films are named after."""

from __future__ import annotations

__all__ = ["COMMON", "PLACES", "TALK", "VERY_COMMON"]

# Words of talk about films.
_TALK = """
accident action actor actors actress adaptation adventure adventures amazing animated animation
april august autumn biopic bored boring christmas cinema comedies comedy comic critic date
december detective director disaster documentary drama emotional epic fantasy favorite favourite
february festival film films friday halloween hollywood horror independent january july june march
monday movie movies musical november october plot romance romantic saturday scary scene scream
screen september sequel series spring spy sunday superhero suspense teen television thriller
thursday trailer trilogy tuesday vampire vampires vs wednesday western zombie zombies
"""

# Words of any talk.
_VERY = """
a about after again all alone also always am among an and another any anybody anyone anything are
around as at away back be because been before best better between big both but by can
come could day days did do does done down each else end even ever every everybody everyone
everything family few find first for forever friend friends from get give go goes going
gone good got great had has have having he hello help her here him himself his home how i if
in inside into is it its itself just keep know known last late later left let life like liked
little long look lot love loved made make makes man many may maybe me men might mine
more most much must my myself name never new next nice night nights no nobody none not nothing now
of off ok okay old on once one only or other others our out over own part people perfect please
ready real really right said same saw say see seen she should show so some somebody someone
something sometimes soon still story such sure take tell than thank thanks that the their them
then there these they thing things think third this those three through time times to today
together tomorrow tonight too true try two under until up upon us very want was watch watched
way we well went were what when where which while who whole whose why will wish with within
without woman would year years yes yet you young your yours yourself
"""

# Other words that are titles of films as well.
_WORDS = """
above across against ago alive almost along already annotations anyway apart ask bad became become
began begin behind being believe below beyond bit black blue body book born break bright bring
broken brother brothers brown build business buy call called came cannot care carry case cast
catch cause chance change child children choice city class classic clean clear close club cold
comes coming common company cool country couple course crash crazy crime cut dad dance danger
dangerous dark darkness daughter dead deal dear death deep die dies different dog dogs doing door
double doubt dream dreams drive driver drop early earth easy eat edge eight either ending enemy
enjoy enough evening evil exactly expect eye eyes face fair fall fallen falling fan far fast
father fear feel feeling field fight fighter final fine fire five flight follow follows forget
forgotten form found four free freedom front frozenset full fun funny future game games gave
getting ghost ghosts giant gift given glory god grand green ground group grow growing guess guest
guy guys half hand hands happen happened happening happens happiness hard hate head hear heart
heat heaven held hell hero heroes high hill hit hold holiday holidays honest hope horse hot hotel
hour hours house huge human hundred hunt hunter hunting hurt husband idea imagine import instead
interested island jealous job joy judge jump justice kept kid kill killer killers kind king kings
kiss knew knows ladies lady land large laugh law lead league learn least leave legend legends less
letter letters lie lies light lines list listen lives living local lone looking lord lose loser
lost loud lover lovers loves low luck lucky mad magic main maker making mark married master match
matter means meant meet memory mention met middle mile mind miracle mirror miss missing mission
moment money monster monsters month moon morning mother move murder music mysterious mystery naked
near need neighbor neighbors neighbours news nine nor normal number numbers office often oh open
order original outside pain paper parents party passage passenger passengers passion past path pay
peace perhaps person picture piece place plan planet play player point police poor power present
pretty price pride prince princess prison private problem promise public pure put queen quest
question quick quiet quite race rain ran rather read reality reason rebel red remember rescue rest
return revenge rich ride ring rings rise risk river road rock role room rules run runner running
sad safe save says school score sea second secret secrets self senseless serious set seven seventh
several shadow shadows ship short shout side sign signs silence silent simple since sing single
sister sisters six sky sleep slow small smart smile soldier soldiers somehow somewhere son song
sorry soul sound space special speed spirit split stand star stars start state stay step stone
stop storm str straight strange stranger strangers street strong stuff summer sun super surprise
sweet swim taken takes taking talk taste teach teacher ten though thought thousand thunder tie
told took top touch tough tower town toy toys traffic train travel tree trip trouble trust truth
turn twice twin twins uncle unfaithful unforgettable unknown unlikely use used usual vacation
victory view village voice waiting walk walking wall wanted war warrior watching water wedding
week weekend whatever whether white wife wild win wind window winner winter wonder wonderful wood
words work worker worth wow write wrong yeah yellow yesterday youth zero
"""

_PLACES = """
africa alaska american amsterdam argentina atlanta australia baghdad barcelona belfast berlin
boston brazil british brooklyn cairo california canada casablanca chicago chinatown chinese dallas
denver detroit dubai dublin dunkirk egypt england english europe european fargo florida france
french frozenset geneva german germany havana hawaii houston india indian ireland irish italian
italy jamaica japan japanese jerusalem kansas korean london madrid manchester manhattan mexico
miami milan minnesota montana moscow munich naples nashville nebraska nevada orlando paris
philadelphia phoenix prague rome russia russian scotland seattle selma spain spanish str sydney
texas tokyo toronto utah vegas venice vienna virginia wales wyoming
"""

TALK: frozenset[str] = frozenset(_TALK.split())
"""Kinds of films, months and feasts among them: a capital of theirs says nothing of a film."""

VERY_COMMON: frozenset[str] = TALK | frozenset(_VERY.split())
"""Several of them in a row are a phrase, not a title."""

COMMON: frozenset[str] = VERY_COMMON | frozenset(_WORDS.split())
"""One of them alone is no title, whatever its case."""

PLACES: frozenset[str] = frozenset(_PLACES.split())
"""Names of places and peoples that are also titles: their capital says nothing of a film."""
