"""Which words are names and which are not: census lists, English function words, and what our subject speaks of."""

from __future__ import annotations

import functools
from importlib import resources

from spacy.lang.en.stop_words import STOP_WORDS
from wordfreq import zipf_frequency

#: Words that stand where a name could and are none: our subject, people, and what is said of a name.
_NEVER = frozenset(
    """
    stage grade level phase type tumor tumour tumors tumours cancer sarcoma leiomyosarcoma lms mass lump cyst fibroid fibroids uterus uterine womb surgery
    surgeon chemo chemotherapy radiation treatment therapy scan scans ct mri pet biopsy pathology result results test tests doctor doctors dr nurse patient
    patients hospital clinic center centre cell cells gene genes mutation drug drugs dose pain bleeding symptom symptoms survivor survival diagnosis
    diagnosed disease condition metastatic metastasis spread recurrence remission lung lungs liver kidney bone breast ovary ovarian colon prostate skin
    brain heart blood pelvis pelvic abdomen abdominal stomach leg arm vein muscle tissue soft smooth low high positive negative benign malignant
    mom mother mum mommy dad father daddy wife husband partner son daughter brother sister aunt uncle cousin niece nephew grandma grandpa grandmother
    grandfather friend neighbor boyfriend girlfriend fiance child children kid kids baby family parent parents boss coworker
    old year years month months week weeks day days today tomorrow yesterday time age aged male female man woman boy girl
    list wrong right correct important spelled misspelled missing private confidential secret needed required safe known unknown listed recorded stored
    shared kept used mentioned removed changed different same common long short hard easy famous new question questions help information
    scared afraid worried terrified sad tired sick ill dying dead alive fine okay ok good bad sorry sure ready glad happy angry confused lost alone lonely
    desperate anxious nervous stressed curious pregnant hungry hurt hurting bleeding single married divorced widowed retired pain struggling
    calling speaking writing asking looking waiting trying going having getting feeling seeing living taking coming considering reading searching wondering
    hi hello hey please thanks thank yes no not yeah nope cannot can't won't i'm im i've ive i'd don't dont just want wants need needs know tell
    speak talk call text back asap collect crazy at on about american polish german irish italian jewish catholic christian muslim hindu buddhist mexican
    chinese indian african asian hispanic latina latino russian french spanish english arabic
    january february march april june july august september october november december monday tuesday wednesday thursday friday
    saturday sunday like young hung hereditary multiple
    miles mile minutes minute hours hour mg ml cm mm kg lb lbs pounds pills tablets doses cycles rounds nodes people cases times trials percent points
    """.split()
)
#: Surnames that are ordinary words too: taken for a name only behind a name.
_SURNAMES = frozenset(
    """king lee young hill green white brown long bell price wood woods cook rose stone fox rice may day west north black gray grey baker carter
    hunter fisher cooper mason taylor miller smith johnson jones davis wilson moore thomas jackson martin harris clark lewis walker hall allen wright scott
    adams nelson campbell mitchell roberts turner phillips parker evans edwards collins stewart morris rogers reed morgan murphy bailey kelly howard ward
    cox richardson watson brooks bennett james hughes myers ross foster jordan reynolds fisher ellis graham woods cole webb ford marshall owens burns
    gordon shaw holmes robertson hunt palmer mills nichols grant knight ferguson rose stone dunn perkins hudson spencer gardner payne pierce berry
    lawrence chapman ray wheeler franklin oliver montgomery carr harper bishop love hart hale banks park chen kim patel singh nguyen tran wang li""".split()
)
#: Given names that are ordinary words too: names only with a capital letter, or where a name must stand.
_WORDS_TOO = frozenset(
    """an so my in see may many love man long season hope guy else soon major art son song chance summer miss june april star king al september august
    january bill sun lady german france spring rich gay winter carry christian queen faith rose frank mark prince forest dick moon loan grant era golden max
    asia tiny desire hang don bell ha grace joy irish hong princess marine junior drew pa temple charity angel chase mac jeff kit min marry crystal buddy
    jewel gene honey precious foster glory liberty manual clay candy dawn isis warren autumn mercy noble alpha terry pat ai sue earl cherry patience
    sunshine rocky pearl rod mason sterling easter harmony cliff sang olive bee marcus bud fairy sunny reed penny dot wade olive amber berry ginger lance
    reagan le un kay su bo chin chi ta fe lou trinity ruby robin jack josh will iron van star page jan art holly ivy lily violet daisy iris rusty
    sandy sterling chad chase cash ace ever early else else august virginia florida georgia carolina paris london sydney austin dallas houston denver
    jackson madison lincoln washington israel jordan kenya china india asia america chelsea brooklyn cleveland columbus memphis santa jesus god""".split()
)
#: Well-known places and terms that look like a given name and a surname.
NOT_PEOPLE = frozenset(
    "sloan kettering|marie curie|ann arbor|charlotte north|virginia beach|jackson hole|mary free|kaposi sarcoma|ewing sarcoma|dana farber|md anderson"
    "|west penn|allegheny general|johns hopkins|mayo clinic|ronald mcdonald|les mis|san diego|san francisco|st louis|la roche".split("|")
)


@functools.lru_cache(maxsize=1)
def _census() -> tuple[frozenset[str], frozenset[str]]:
    """Given names, and the surnames; read once."""
    folder = resources.files("names")

    def read(*files: str) -> frozenset[str]:
        lines = (line for file in files for line in folder.joinpath(file).read_text(encoding="ascii").splitlines())
        return frozenset(line.split(maxsplit=1)[0].lower() for line in lines if line.strip())

    return read("dist.female.first", "dist.male.first"), read("dist.all.last")


def load() -> None:
    """Read the lists now rather than at the first message."""
    _census()
    zipf_frequency("name", "en")


def given(word: str) -> bool:
    """Whether it is a given name."""
    return word.lower() in _census()[0]


def word_too(word: str) -> bool:
    """Whether a given name is an ordinary word as well."""
    lower = word.lower()
    return lower in _WORDS_TOO or lower in STOP_WORDS or lower in _NEVER


def surname(word: str) -> bool:
    """Whether it is a surname and hardly an ordinary word."""
    lower = word.lower()
    if lower in _NEVER or lower in STOP_WORDS:
        return False
    if lower in _SURNAMES:
        return True
    return lower in _census()[1] and zipf_frequency(lower, "en") < 4.2


def never(word: str) -> bool:
    """Whether it is no name wherever it stands."""
    lower = word.lower()
    return (
        lower in _NEVER
        or lower in STOP_WORDS
        or _is_medical(lower)
        or (lower.endswith(("ed", "ing")) and not given(lower) and lower not in _census()[1])
    )


def rare(word: str) -> bool:
    """Whether English hardly knows it."""
    return zipf_frequency(word.lower(), "en") < 3.0


def ordinary(word: str) -> bool:
    """Whether it is an ordinary word in a sentence (and so not the name of a street)."""
    lower = word.lower()
    return lower in _NEVER or lower in STOP_WORDS or _is_medical(lower)


_MEDICAL_ENDINGS = (
    "oma", "omas", "itis", "ectomy", "emia", "osis", "taxel", "rubicin", "tinib", "mab", "platin", "bectedin", "ology", "ologist", "oscopy", "plasty",
    "therapy", "cycline", "cillin", "abine", "ostomy", "otomy", "pathy", "algia",
)  # fmt: skip


def _is_medical(lower: str) -> bool:
    return lower.endswith(_MEDICAL_ENDINGS)
