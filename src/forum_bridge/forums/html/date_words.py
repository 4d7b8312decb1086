"""The words that forums write dates with, English and Turkish, as ``folded`` leaves them; short forms are PHP's and
those of the engines' language packs. Data, and no rule of what stands where."""

from __future__ import annotations

import unicodedata


def _numbered(words: str, first: int = 1) -> dict[str, int]:
    return {word: number for number, same in enumerate(words.split(), first) for word in same.split("/")}


MONTHS = _numbered(
    "ocak/oca/january/jan subat/sub/sbt/february/feb mart/mar/march nisan/nis/nsn/april/apr mayis/may"
    " haziran/haz/hzr/june/jun temmuz/tem/tmz/july/jul agustos/agu/august/aug eylul/eyl/september/sept/sep"
    " ekim/eki/ekm/october/oct kasim/kas/ksm/november/nov aralik/ara/arl/december/dec"
)
WEEKDAYS = _numbered(
    "pazartesi/pzt/pts/monday/mon sali/sal/tuesday/tues/tue carsamba/car/crs/wednesday/wed "
    "persembe/per/prs/thursday/thurs/thu cuma/cum/friday/fri cumartesi/cmt/cts/saturday/sat pazar/paz/pzr/sunday/sun",
    first=0,
)
UNITS = _numbered(
    "saniye/sn/seconds/second/secs/sec/s dakika/dk/minutes/minute/mins/min/m saat/sa/hours/hour/hrs/hr/h gun/days/day/d"
    " hafta/weeks/week/w ay/months/month/mo yil/sene/years/year/yr/y",
    first=0,
)
SECONDS = (1, 60, 3600, 86_400, 7 * 86_400)  # of the units before the month
COUNTS = _numbered("bir/a/an/one iki/two uc/three dort/four bes/five alti/six yedi/seven sekiz/eight dokuz/nine on/ten")
NOW = frozenset(("now", "just now", "a moment ago", "simdi", "hemen simdi", "su an", "az once", "biraz once"))
DAYS = {"today": 0, "bugun": 0, "yesterday": 1, "dun": 1}
FILLERS = frozenset(
    ("at", "on", "the", "of", "th", "st", "nd", "rd", "saat", "gunu", "tarihinde", "de", "da", "te", "ta")
)
LESS, AND, AGO = frozenset(("less", "than", "daha", "az")), frozenset(("and", "ve")), frozenset(("ago", "once"))


def folded(text: str) -> str:
    """Return the text in small letters without marks: by the rules of either language alone "SALI" and "Salı" would
    be two words. Only for reading dates, never for a key."""
    small = text.replace("İ", "i").replace("I", "i").replace("ı", "i").lower()
    plain = (each for each in unicodedata.normalize("NFKD", small) if not unicodedata.combining(each))
    return " ".join("".join(plain).split())
