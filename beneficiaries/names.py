"""One way to write a name, whoever typed it: the same rules in Python and in the database.

`spelt` makes "Drs. H. Moch. Soekarno, M.Si" and "SUKARNO MUHAMAD" one text, `muhamad sukarno`: small letters, no
titles, one spelling, words in alphabetic order. The database holds it beside every name (`Person.spelt`), so that it is
right for COPY and raw SQL too. `KEYS_SQL` gives a word and the word with one letter left out, for each of its letters:
two words that are one mistake apart have such a key in common (symmetric delete, W. Garbe, SymSpell). They are kept for
each word that occurs (`NameWord`), not for each person: a few ten thousand words name a million people.
"""

import re

from django.apps import apps
from django.contrib.postgres.search import SearchVectorField, TrigramSimilarity, TrigramWordSimilarity
from django.db.models import BooleanField, F, Func, Q, QuerySet, TextField, Value

# A letter with an accent, and its plain one. Apostrophes vanish: Ma'ruf is Maruf.
_ACCENTED = "àáâãäåāăçćčèéêëēěìíîïīñńòóôõöōùúûüūýÿÀÁÂÃÄÅĀĂÇĆČÈÉÊËĒĚÌÍÎÏĪÑŃÒÓÔÕÖŌÙÚÛÜŪÝ"
_PLAIN = "aaaaaaaaccceeeeeeiiiiinnoooooouuuuuyyaaaaaaaaccceeeeeeiiiiinnoooooouuuuuy"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_APOSTROPHES = "'`´‘’ʼʻ"
FROM, TO = _CAPITALS + _ACCENTED + _APOSTROPHES, _CAPITALS.lower() + _PLAIN

# Degrees that are written behind a name without a comma, with a full stop between.
DEGREES = r"{}[sm]\.(pdi|pd|ag|kom|si|sos|kep|hum|kes|farm|psi|ak|gz|ip|th){}"

# Old and foreign spellings of a sound, one after the other: soe is su, dj and y are j, tj is c, ch and kh are h.
SOUNDS = (
    ("oe", "u"), ("dj", "j"), ("tj", "c"), ("y", "j"), ("ch", "h"), ("kh", "h"), ("sh", "s"), ("th", "t"), ("dh", "d"),
    ("gh", "g"), ("dz", "z"), ("ph", "f"), ("v", "f"), ("q", "k"), ("x", "ks"), ("ae", "ai"),
)  # fmt: skip

# Rudy is Rudi and Yanty is Yanti: at the end of a word, after a consonant, y is i.
FINAL_Y = r"([bcdfghjklmnpqrstvwxz])y{}"

# Short and long forms of a word, as they are after the sounds and without doubled letters.
FORMS = {
    "muhamad": "mohamad mohamed muhamed muhamat moh muh moham muham mohd muhd mhd mhmd md",
    "siti": "st sti",
    "ahmad": "ahmed ahmat ahd ahm",
    "abdul": "abd abdl abdu abdel",
    "nur": "nor",
}
# A single letter is such a word when it stands first and another word follows. "A." may be Ahmad or Agus: it stays.
INITIALS = {"m": "muhamad"}

# Words that say what somebody is, not who: left out, unless nothing else is left.
TITLES = "h hj hjh haji hajah kh drs dra dr drg ir prof ust ustad ustaz ustadz alm almh bin binti bt sh se spd mpd mm"

_FORM_OF = {short: long for long, shorts in FORMS.items() for short in shorts.split()}
_TITLES = frozenset(TITLES.split())
_ABDUL = r"^abdul?([a-z]{4,})$"  # Abdurrahman, Abdulrahman: the name after it is a word of its own
_TABLE = str.maketrans(FROM, TO + "\0" * len(_APOSTROPHES))


def spelt(name: str) -> str:
    """Returns `name` as everybody writes it: words of small letters in alphabetic order; "" when it has none."""
    return " ".join(sorted(words_of(name)))


def words_of(name: str) -> list[str]:
    """Returns the words of `spelt(name)` in the order in which they were written."""
    text = name.translate(_TABLE).replace("\0", "")
    before = text.split(",", 1)[0]
    text = before if re.search("[a-z]", before) else text
    text = re.sub(DEGREES.format(r"\b", r"\b"), " ", re.sub("[^a-z.]+", " ", text)).replace(".", " ")
    named = [word for word in text.split() if word not in _TITLES] or text.split()
    text = re.sub(FINAL_Y.format(r"\b"), r"\1i", " ".join(named))
    for old, new in SOUNDS:
        text = text.replace(old, new)
    kept = re.sub(r"([a-z])\1+", r"\1", text).split()
    if len(kept) > 1:
        kept = [INITIALS.get(kept[0], kept[0]), *kept[1:]]
    return " ".join(re.sub(_ABDUL, r"abdul \1", _FORM_OF.get(word, word)) for word in kept).split()


def _nested(sounds) -> str:
    sql = "t"
    for old, new in sounds:
        sql = f"replace({sql}, '{old}', '{new}')"
    return sql


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _array(*words: str) -> str:
    return _quoted("{" + ",".join(" ".join(words).split()) + "}")


_WHEN_FORM = "\n                ".join(
    f"WHEN word IN ({', '.join(map(_quoted, shorts.split()))}) THEN {_quoted(long)}" for long, shorts in FORMS.items()
)
_WHEN_INITIAL = "\n                ".join(
    f"WHEN word = {_quoted(letter)} THEN {_quoted(long)}" for letter, long in INITIALS.items()
)

# Most names are plain, and a quick look spares them the slow expressions: a pattern is worked out anew at every call, a
# chain of `replace` costs next to nothing. Only functions of pg_catalog: a dump can be restored.
SPELT_SQL = rf"""
CREATE OR REPLACE FUNCTION bansos_spelt(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    t text COLLATE "C" := lower(name COLLATE "C");
    once text COLLATE "C";
    words text[] COLLATE "C";
    kept text[] COLLATE "C" := '{{}}';
    word text COLLATE "C";
BEGIN
    IF t ~ '[^a-z ]' THEN
        t := translate(t, {_quoted(FROM)}, {_quoted(TO)});
        IF strpos(t, ',') > 0 AND split_part(t, ',', 1) ~ '[a-z]' THEN
            t := split_part(t, ',', 1);
        END IF;
        t := regexp_replace(t, '[^a-z.]+', ' ', 'g');
        t := replace(regexp_replace(t, '{DEGREES.format(r"\m", r"\M")}', ' ', 'g'), '.', ' ');
    END IF;
    words := string_to_array(t, ' ');
    IF words && {_array(TITLES)} THEN
        FOREACH word IN ARRAY words LOOP
            IF word <> ALL ({_array(TITLES)}) THEN
                kept := kept || word;
            END IF;
        END LOOP;
        IF array_to_string(kept, '') <> '' THEN
            t := array_to_string(kept, ' ');
        END IF;
    END IF;
    IF strpos(t, 'y') > 0 THEN
        t := regexp_replace(t, '{FINAL_Y.format(r"\M")}', '\1i', 'g');
    END IF;
    t := {_nested(SOUNDS)};
    LOOP
        once := {_nested((letter * 2, letter) for letter in _CAPITALS.lower())};
        EXIT WHEN once = t;
        t := once;
    END LOOP;
    words := array_remove(string_to_array(t, ' '), '');
    IF words && {_array(*INITIALS, *FORMS.values())} OR strpos(t, 'abdu') > 0 THEN
        kept := '{{}}';
        FOREACH word IN ARRAY words LOOP
            IF kept = '{{}}' AND cardinality(words) > 1 THEN
                word := CASE
                {_WHEN_INITIAL}
                ELSE word END;
            END IF;
            word := CASE
                {_WHEN_FORM}
                ELSE word END;
            IF starts_with(word, 'abdu') AND word ~ '{_ABDUL}' THEN
                kept := kept || 'abdul'::text || substring(word FROM '{_ABDUL}');
            ELSE
                kept := kept || word;
            END IF;
        END LOOP;
        words := kept;
    END IF;
    RETURN array_to_string(array_sort(words), ' ');
END
$$
"""

SHORTEST = 4  # letters of a word in which a mistake is forgiven; of three letters too little would be left

KEYS_SQL = rf"""
CREATE OR REPLACE FUNCTION bansos_name_keys(spelt text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
DECLARE
    words text[] := array_remove(string_to_array(spelt, ' '), '');
    keys text[] := words;
    word text;
BEGIN
    FOREACH word IN ARRAY words LOOP
        IF length(word) >= {SHORTEST} THEN
            FOR place IN 1..length(word) LOOP
                keys := keys || overlay(word PLACING '' FROM place FOR 1);
            END LOOP;
        END IF;
    END LOOP;
    RETURN array_to_tsvector(keys);
END
$$
"""


def keys(word: str) -> set[str]:
    """Returns a spelt word and, when it is long enough, every form of it with one letter left out."""
    shorter = {word[:place] + word[place + 1 :] for place in range(len(word))} if len(word) >= SHORTEST else set()
    return {word} | shorter


class Spelt(Func):
    """`spelt` of a column, worked out by the database."""

    function, arity, output_field = "bansos_spelt", 1, TextField()


class Words(Func):
    """The words of a spelt column, as a text search looks them up."""

    template, output_field = "array_to_tsvector(string_to_array(%(expressions)s, ' '))", SearchVectorField()


class Keys(Func):
    """The words of a spelt column and their forms with one letter left out."""

    function, arity, output_field = "bansos_name_keys", 1, SearchVectorField()


class _Matches(Func):
    template, arg_joiner, output_field = "%(expressions)s::tsquery", " @@ ", BooleanField()


MOST = 500  # rows that are likened, of those that hold the words
UNFINISHED = 3  # letters from which a last word is looked up by its beginning; fewer only help to rank


def like(rows: QuerySet, text: str) -> QuerySet:
    """Returns those of `rows` (people) whose name is like `text`, the likeliest first.

    First whoever bears exactly these words, then these words and more, then those with one wrong letter a word; a
    further kind is looked up only while there are fewer than MOST.
    """
    words = words_of(text)
    if not words:
        return rows.none()
    whole, asked = " ".join(sorted(words)), queries(words, _typed(text, words))
    kinds = [rows.filter(spelt=whole), *(rows.filter(_Matches(Words(F("spelt")), Value(q))) for q in asked)]
    first, *others = (kind.order_by().values("pk")[:MOST] for kind in kinds)
    likeness = TrigramSimilarity("spelt", whole) + TrigramWordSimilarity(whole, "spelt")
    found = rows.filter(pk__in=first.union(*others, all=True)[:MOST])
    as_typed = Q(name__istartswith=text.strip())
    return found.alias(likeness=likeness, as_typed=as_typed).order_by("-likeness", "-as_typed", "name", "pk")


def queries(words: list[str], typed: dict[str, str] | None = None) -> tuple[str, str]:
    """Two tsqueries: all words, the last one perhaps unfinished; and the same with a mistake in each word.

    An initial and the first letters of a last word say too little to look up; they only help to rank. `typed` gives
    words as somebody typed them: a slip may make two letters a sound that is spelt with one (Indah, Indh).
    """
    slips = {word: keys(word) | keys((typed or {}).get(word, word)) for word in words}
    *done, last = words
    done = [word for word in done if len(word) > 1]
    unfinished = len(last) >= UNFINISHED or not done
    known = _known(set().union(*(slips[word] for word in {*done, last})), last if unfinished else "")
    exact = [{word} for word in done]
    forgiving = [{word} | {one for one in known if keys(one) & slips[word]} for word in done]
    if unfinished:
        exact.append({f"{last}:*"})
        forgiving.append({f"{last}:*"} | {one for one in known if keys(one) & slips[last] or _begins(one, last)})
    return _all_of(exact), _all_of(forgiving)


def _typed(text: str, words: list[str]) -> dict[str, str]:
    """Returns the letters in which each spelt word was typed; nothing where they do not stand side by side."""
    plain = re.findall("[a-z]+", text.translate(_TABLE).replace("\0", ""))
    return dict(zip(words, plain, strict=True)) if len(plain) == len(words) else {}


def _known(sought: set[str], beginning: str) -> set[str]:
    """Returns the words that occur and have one of the keys `sought`, or begin like `beginning`."""
    begun = {f"{beginning}:*"} if len(beginning) >= SHORTEST else set()
    model = apps.get_model("beneficiaries", "NameWord")
    found = model.objects.filter(_Matches(Keys(F("word")), Value(_all_of([sought | begun]))))
    return set(found.values_list("word", flat=True))


def _begins(word: str, unfinished: str) -> bool:
    """Whether `unfinished` may be the beginning of `word` with one mistake in it."""
    return any(key.startswith(unfinished) for key in keys(word))


def _all_of(choices: list[set[str]]) -> str:
    return " & ".join(f"({' | '.join(sorted(choice))})" for choice in choices)
