"""What is taken out of a message and, as important, what is left in."""

import statistics
import time

import pytest

from bot.redaction import Redactor


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(["Jane Known"])


TAKEN_OUT = [
    (
        "my name is Anna Kowalski, what is the survival rate if it has spread",
        "my name is [name], what is the survival rate if it has spread",
    ),
    ("my name is anna kowalski what is the survival rate", "my name is [name] what is the survival rate"),
    ("My name's Anna and I have LMS", "My name's [name] and I have LMS"),
    ("Hi, I'm Anna Kowalski and my mom has stage 4", "Hi, I'm [name] and my mom has stage 4"),
    ("i'm called Zbigniew Wisniewski", "i'm called [name]"),
    ("this is Maria Lopez speaking, is chemo hard?", "this is [name] speaking, is chemo hard?"),
    ("This is bob calling about scans", "This is [name] calling about scans"),
    ("his name is Jean-Luc O'Brien. does it spread?", "his name is [name]. does it spread?"),
    ("her name is SARAH JONES", "her name is [name]"),
    ("MY NAME IS ANNA KOWALSKI AND I AM SCARED", "MY NAME IS [name] AND I AM SCARED"),
    ("name: John Q. Public", "name: [name]"),
    ("my husband John Smith was diagnosed", "my husband [name] was diagnosed"),
    ("My husband Archibald Crump has stage 4", "My husband [name] has stage 4"),
    ("my mom linda has leiomyosarcoma", "my mom [name] has leiomyosarcoma"),
    ("Patient Robert Miller, DOB 03/04/1961", "Patient [name], DOB [date]"),
    ("Mrs. Nowak needs an appointment", "Mrs. [name] needs an appointment"),
    ("my name is Will", "my name is [name]"),
    ("Maria Gonzalez was told it is grade 3", "[name] was told it is grade 3"),
    ("you can call me Dave", "you can call me [name]"),
    ("my name is Anna K. and I want to die", "my name is [name] and I want to die"),
    ("my name is Łucja Żółć", "my name is [name]"),
    ("call me at 412-555-0134", "call me at [phone]"),
    ("my cell is (412) 555 0134 please ring", "my cell is [phone] please ring"),
    ("412.555.0199", "[phone]"),
    ("+1 412 555 0134 or +48 601 234 567", "[phone] or [phone]"),
    ("my number is 555-0134", "my number is [phone]"),
    ("4 1 2 5 5 5 0 1 3 4", "[phone]"),
    ("４１２-５５５-０１３４", "[phone]"),
    ("412\u200b-555\u200b-0134", "[phone]"),
    ("phone 4125550134", "phone [phone]"),
    ("write to anna.kowalski+lms@example.co.uk today", "write to [email] today"),
    ("anna at example dot com", "[email]"),
    ("I live at 1234 Walnut Street, Pittsburgh, PA 15213 with lms", "I live at [place] with lms"),
    ("we live at 12 elm with two kids", "we live at [place] with two kids"),
    ("we are at 77 Old Hickory Road, Apt 4", "we are at [place]"),
    ("45 N Main St Apt 4B", "[place]"),
    ("send it to PO Box 123", "send it to [place]"),
    ("my zip code is 15213", "my zip code is [place]"),
    ("we are in Pittsburgh PA 15213-1234", "we are in Pittsburgh PA [place]"),
    ("my MRN is 00123456, what next", "my MRN is [id], what next"),
    ("medical record number: A-1234567", "medical record number: [id]"),
    ("mrn 4567", "mrn [id]"),
    ("my member id is XYZ123456789", "my member id is [id]"),
    ("insurance number H1234-5678", "insurance number [id]"),
    ("policy # 99-88-7766", "policy # [id]"),
    ("medicare 1EG4-TE5-MK73", "medicare [id]"),
    ("my ssn is 123-45-6789", "my ssn is [id]"),
    ("social security number 123456789", "social security number [id]"),
    ("last four of my social are 6789", "last four of my social are [id]"),
    ("I was born on March 4, 1961", "I was born on [date]"),
    ("dob: 1961-03-04", "dob: [date]"),
    ("date of birth is 4 march 1961", "date of birth is [date]"),
    ("my birthday is 3/4/61", "my birthday is [date]"),
    ("my names anna", "my names [name]"),
    ("we saw Mrs. Hall's doctor", "we saw Mrs. [name]'s doctor"),
    ("an appointment for Linda please", "an appointment for [name] please"),
    ("Anna Kowalski, 03/04/1961", "[name], [date]"),
    ("its me Tom again, the scan came back", "its me [name] again, the scan came back"),
    ("patient name: LOPEZ, MARIA E", "patient name: [name]"),
    ("Smith, John - wants to know about radiation", "[name] - wants to know about radiation"),
    ("Sincerely, Ruth Ann Delgado", "Sincerely, [name]"),
    ("First name Luis last name Barrera", "First name [name] last name [name]"),
    ("my name's Xiaoling Zhu. does it spread to lungs", "my name's [name]. does it spread to lungs"),
    ("grandma Josephine got told stage 3", "grandma [name] got told stage 3"),
    ("Hey! Jenna from Moon Township again", "Hey! [name] from Moon Township again"),
    ("Hola soy Marisol, mi mama tiene lms", "Hola soy [name], mi mama tiene lms"),
    ("Kevin O'Malley, 54, stage 2, can i work", "[name], 54, stage 2, can i work"),
    ("pull up james t miller dob 4 12 61", "pull up [name] dob [date]"),
    ("four one two five five five oh one three four is my number", "[phone] is my number"),
    ("my email is denise p 61 @ gmail . com", "my email is [email]"),
    ("my email is a.b@example.com. what are the symptoms", "my email is [email]. what are the symptoms"),
    ("gmail is bevk1950@gmail", "gmail is [email]"),
    ("we're on 33 Maple, Greensburg 15601", "we're on [place]"),
    ("RR 2 Box 118 Kittanning", "[place]"),
    ("my bday is july 19 1958", "my bday is [date]"),
    ("my hospital id is 991827", "my hospital id is [id]"),
]

LEFT_IN = [
    "is stage 4 curable",
    "a 5 cm tumor",
    "grade 3 leiomyosarcoma",
    "fever of 36.6 or 101.3",
    "pain at L5 and T12",
    "doxorubicin and gemcitabine with docetaxel",
    "my name is on the list for surgery",
    "my name is spelled wrong in the portal",
    "my name is not important",
    "should I call 911",
    "is 988 open at night",
    "call (412) 359-8614",
    "do I call 412-359-8614 or 4123598614",
    "call me back please",
    "she is 62",
    "she is 62 years old and has LMS",
    "what is the 5 year survival",
    "T2N0M0 what does it mean",
    "TP53, RB1 and ATRX mutations",
    "my pain is 5/10",
    "diagnosed in 2019",
    "I was born in 1961",
    "20 to 40% survive",
    "2018-2024 trials",
    "I'm scared and I'm alone",
    "I am dying",
    "this is hard",
    "this is cancer speaking to me",
    "it's spreading here",
    "my mom has lms",
    "my mother was diagnosed with uterine leiomyosarcoma",
    "my dad will need surgery",
    "my son may need chemo",
    "is it called leiomyosarcoma",
    "a tumor named leiomyoma",
    "hope is all I have",
    "I hope it has not spread",
    "thanks, that helps",
    "Hello there",
    "will I die from this",
    "what are the chances for a patient like me",
    "Sloan Kettering or MD Anderson",
    "is West Penn Hospital the place",
    "10 rounds of chemo",
    "hgb 11.2 wbc 12000 platelets 150000",
    "50 mg twice a day",
    "75 mg/m2",
    "Ki-67 of 40%",
    "20 mitoses per 10 HPF",
    "size 12.5 x 8.3 x 7.1 cm",
    "surgery on 3/4/2024 went well",
    "2 doctors on the way",
    "after 6 cycles",
    "3 of 5 nodes",
    "group 3 trial",
    "phase 2 trial NCT",
    "what is Ewing sarcoma",
    "is Dr. Google right",
    "I want to kill myself",
    "she cant breathe call 911 now",
    "how many people get it a year, 1 in 100000",
    "we drove 300 miles that way",
    "36.6 37.2 38.1 5 cm",
    "CT on Monday, MRI on Friday",
    "I'm Polish",
    "It's May already",
    "medical records from 2023",
    "Is Gamma Knife used",
    "he is rich",
    "this is the third time",
    "case 2 of 3",
    "my chart",
    "I'm on 5 mg",
    "Patient Portal",
    "about Grade II",
    "for Stage III",
    "about Christian prayer",
    "is ms hereditary",
    "it is a long road",
    "2 miles down the road",
    "My mom Visited Pittsburgh",
    "my mom LMS stage 4",
    "he was told he is NED",
    "hers was called cutaneous",
    "put me down for January",
    "support for young adults",
    "is Dr. Jane Smith good",
    "names like regiments",
    "her phone is 359-8614",
    "she's hung up",
    "is Jane Known there",
    "trial NCT04200443",
    "pain @ night",
    "what about Rose oil",
    "for Hope and faith",
    "it's clear again",
    "thank you ward 5",
    "Mom Hopes for a cure",
    "Houston, Texas or Cleveland, Ohio",
    "the scan shows two, three, or four spots",
    "two or three, four at most weeks",
    "5 Lung Spots 12000 cells",
    "it's me again",
    "hc 2 box of gloves",
]


@pytest.mark.parametrize(("typed", "kept"), TAKEN_OUT)
def test_identifiers_are_taken_out(redactor: Redactor, typed: str, kept: str) -> None:
    found = redactor.redact(typed)
    assert found.text == kept
    assert found.changed


@pytest.mark.parametrize("typed", LEFT_IN)
def test_everything_else_is_left_in(redactor: Redactor, typed: str) -> None:
    found = redactor.redact(typed)
    assert found.text == typed
    assert not found.changed


def test_what_was_redacted_stays_as_it_is(redactor: Redactor) -> None:
    for typed, kept in TAKEN_OUT:
        assert redactor.redact(redactor.redact(typed).text).text == kept


def test_a_plain_message_takes_well_under_a_millisecond(redactor: Redactor) -> None:
    times = []
    for _ in range(300):
        start = time.perf_counter()
        redactor.redact("what is the survival rate if leiomyosarcoma has spread to the lungs")
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.001


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "a@", "my name is ", "1-", "A a ", "(1", "4 main ", "policy number is ", "a.", "mrn # # ", "call me at 1", "a at b "],
)
def test_a_hostile_message_takes_no_longer_than_its_length(redactor: Redactor, piece: str) -> None:
    start = time.perf_counter()
    redactor.redact((piece * 1000)[:2000])
    assert time.perf_counter() - start < 0.25
