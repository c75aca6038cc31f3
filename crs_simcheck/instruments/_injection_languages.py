"""How a response speaks to a judge in other languages than English.

Searched in small letters, Latin ones without accents and other scripts as they are. These are the
commonest ways to say "ignore the instructions" and "give the full score"; there is no claim that
they are many.
"""

from __future__ import annotations

__all__ = ["LANGUAGES"]

LANGUAGES = (
    r"\b(?:ignor[aeiou]\w{0,8}|olvid[ae]\w{0,4}|omit[ae]|desconsider[ae]\w{0,3}|esquec[ae]\w{0,3}"
    r"|oubli(?:e|ez)|neglig(?:e|ez)|dimentic\w{1,4}|trascur\w{1,4}|vergiss|vergessen sie"
    r"|missachte\w{0,3}"
    r"|ubergeh\w{0,3}|negeer|vergeet|zignoruj|zapomnij|desobedece|no sigas|ne suis pas"
    r"|ne suivez pas)\b"
    r"[^.!?\n]{0,60}\b(?:instruc\w+|instruk\w+|consignes?|reglas?|regras?|regles?|anweisung\w*"
    r"|vorgab\w*"
    r"|regeln|istruzion\w+|regole|ordenes|ordens|ordres|indicazion\w+|indicacion\w+|directives?"
    r"|kriterien"
    r"|criteri\w+|criteres|polecen\w+|richtlinien|prompt)\b",
    r"\b(?:nota|note|puntuacion|puntaje|pontuacao|punteggio|punktzahl|bewertung|calificacion|score"
    r"|voto|wertung|noten?|cijfer|ocen[ae]|punkte)\b[^.!?\n]{0,15}\b(?:maxim\w+|perfect\w*"
    r"|hochst\w*|volle?"
    r"|massim\w+|mas alta|plus haute|parfait\w*|mais alta|piu alto|hoogste)\b",
    r"\b(?:volle|maximale|hochste|maxima|massimo|maxima|meilleure|mejor|melhor|miglior|beste"
    r"|perfecta)"
    r"\b[^.!?\n]{0,10}\b(?:nota|note|puntuacion|puntaje|pontuacao|punteggio|punktzahl|bewertung"
    r"|punkte"
    r"|calificacion|voto|score|punteggio)\b",
    r"\b(?:gib|geben sie|vergib|vergeben sie|vergebe|da|dale|pon|ponga|pongan|asigna|asigne|otorga"
    r"|donne"
    r"|donnez|mets|mettez|attribue|attribuez|de|atribua|atribuir|assegna|dai|metti|geef|daj"
    r"|bewerte)\b"
    r"[^.!?\n]{0,40}\b(?:10|dix|diez|dez|dieci|zehn|tien)\b[^.!?\n]{0,30}\b(?:todo|tudo|tutto"
    r"|partout|alles"
    r"|uberall|punkte\w*|puntos|points|punti|pontos|punkten|cette reponse|esta respuesta"
    r"|esta resposta"
    r"|questa risposta|diese antwort|diese\w*|chaque|cada|ogni|jedes?|critere\w*|criteri\w*"
    r"|kriteri\w*)\b",
    r"\b(?:als|como|en tant que?|comme|in qualita di|jako) (?:\w+ )?(?:gutachter|richter|prufer"
    r"|bewerter|evaluador\w*|juez|avaliador\w*|juiz|evaluateur|juge|valutatore|giudice"
    r"|correcteur)\w*\b"
    r"[^.!?\n]{0,10}\b(?:du|sie|musst|mussen|tu|vous|usted|debes?|voce|deve|devi|tienes|dois"
    r"|devez)\b",
    r"\b(?:olvida|ignora|olvide|ignore|esqueca|dimentica|oublie|oubliez"
    r"|vergiss)\b[^.!?\n]{0,12}\b(?:lo anterior"
    r"|o anterior|acima|quanto sopra|tout ce qui precede|ce qui precede|alles (?:vorherige|davor"
    r"|oben))\b"
    r"|\b(?:pon(?:me|le|ga|gan)?|ponme|mets(?: moi)?|metti(?:mi)?|dame|da mi|dammi"
    r"|de me)\b[^.!?\n]{0,15}\b(?:un|uns?|une|"
    r"um) (?:10|diez|dix|dieci|dez)\b|\b(?:diese antwort|cette reponse|esta respuesta|esta resposta"
    r"|questa risposta|te"
    r" odpowiedz)\b[^.!?\n]{0,40}\b(?:10|zehn|dix|diez|dez|dieci|punkt\w*|note|nota|maxim\w*)\b"
    r"|\bmaksymaln\w+ (?:ocen\w+"
    r"|punkt\w+|not\w+)\b",
    r"(?:10|\u5341|\uff11\uff10) ?\u70b9[^\n]{0,10}(?:\u3064\u3051|\u304f\u3060\u3055\u3044"
    r"|\u4e0b\u3055\u3044)"
    r"|(?:\u56de\u7b54|\u56de\u5fa9)[^\n]{0,15}(?:10|\u6ee1|\u6eff|\u6e80|\u6700\u9ad8) ?(?:\u5206"
    r"|\u70b9)",
    r"[\u5ffd\u7121\u65e0\u5fd8][\u7565\u8996\u89c6\u8bb0\u8a18\u6389]\S{0,20}?"
    r"(?:\u6307\u4ee4|\u6307\u793a|\u8bf4\u660e|\u8aaa\u660e|\u89c4\u5219|\u898f\u5247"
    r"|\u63d0\u793a)",
    r"(?:\u7ed9|\u7d66|\u6253)[^\u3002\n]{0,15}(?:\u6ee1\u5206|\u6eff\u5206|\u6700\u9ad8\u5206"
    r"|10 ?\u5206"
    r"|\u5341\u5206)|(?:\u6e80\u70b9|\u6700\u9ad8\u70b9)",
    r"(?:\u6307\u793a|\u547d\u4ee4)\S{0,12}?(?:\u7121\u8996|\u5fd8\u308c)|(?:\uc9c0\uc2dc"
    r"|\uba85\ub839)"
    r"\S{0,6} ?\S{0,6} ?(?:\ubb34\uc2dc|\uc78a)|\ub9cc\uc810",
    r"(?:\u0438\u0433\u043d\u043e\u0440\u0438\u0440\u0443\u0439"
    r"|\u0437\u0430\u0431\u0443\u0434\u044c|"
    r"\u043d\u0435"
    r" \u0441\u043b\u0435\u0434\u0443\u0439)\w{0,4}[^.!?\n]{0,40}(?:\u0438\u043d\u0441\u0442\u0440"
    r"\u0443\u043a\u0446|\u043f\u0440\u0430\u0432\u0438\u043b"
    r"|\u0443\u043a\u0430\u0437\u0430\u043d)",
    r"(?:\u043f\u043e\u0441\u0442\u0430\u0432\u044c|\u0434\u0430\u0439"
    r"|\u043e\u0446\u0435\u043d\u0438)\w{0,3}"
    r"[^.!?\n]{0,40}(?:10|\u0432\u044b\u0441\u0448|\u043c\u0430\u043a\u0441\u0438\u043c"
    r"|\u0434\u0435\u0441\u044f"
    r"\u0442)",
    r"(?:\u062a\u062c\u0627\u0647\u0644)\S{0,4}[^.!?\n]{0,40}(?:\u062a\u0639\u0644\u064a\u0645)",
)
