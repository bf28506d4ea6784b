"""The safety gate's rules against wording written apart from them."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.components.safety_gate import as_typed
from bot.components.safety_rules import alarm, may_be
from bot.components.safety_words import SAFETY_WORDS
from bot.components.speller import Speller
from bot.components.text import read

_LISTED = YAML(typ="safe").load(Path("tests/nlu/safety.yml").read_text(encoding="utf-8"))["questions"]


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller({word: 5 for text in SAFETY_WORDS for word in text.split()})


def _alarm(speller: Speller, text: str) -> str:
    spelled = speller.correct(read(text))
    return alarm(spelled.text) or alarm(as_typed(spelled)) or "none"


@pytest.mark.parametrize("item", _LISTED, ids=[item["text"][:60] for item in _LISTED])
def test_fires_when_it_must_and_only_then(speller: Speller, item: dict[str, str]) -> None:
    hinted = item.get("hinted") or item["label"] == "distress"  # what is hinted at is for the classifier
    assert _alarm(speller, item["text"]) == ("none" if hinted else item["label"])


@pytest.mark.parametrize(
    "text",
    [
        "what is the five-year survival",
        "will I die from this",
        "does chemo kill cancer cells",
        "can it cause bleeding",
    ],
)
def test_questions_that_share_the_words_do_not_fire(speller: Speller, text: str) -> None:
    assert _alarm(speller, text) == "none"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("he had chemo three weeks ago and he can't breathe", "emergency"),
        ("had surgery last month and the wound won't stop bleeding", "emergency"),
        ("she has a history of clots and is short of breath", "emergency"),
        ("surgery was in 2019 and i'm coughing up blood", "emergency"),
        ("he fainted two weeks ago", "none"),
        ("i passed out three months ago at work", "none"),
        ("i had chest pain a month ago, could that be lms", "none"),
        ("she had a seizure in march, turned out to be low sodium, she's fine now", "none"),
    ],
)
def test_what_is_long_past_is_no_emergency_and_hides_none(speller: Speller, text: str, label: str) -> None:
    assert _alarm(speller, text) == label


@pytest.mark.parametrize(
    "text",
    [
        "the morphine isn't touching the pain and i have counted out enough for tonight",
        "let me enjoy the time i have, the rope is in the garage",
    ],
)
def test_calm_words_beside_it_do_not_hide_a_plain_hint(text: str) -> None:
    assert may_be("crisis", 0.97, text, text)
    assert not may_be("crisis", 0.5, text, text)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # A calm wording takes nothing away from what is said beside it.
        ("the singer's suicide makes me want to do the same", "crisis"),
        ("suicide is all over the news, i am thinking about it too", "crisis"),
        ("years ago i was suicidal, i'm good at hiding it now, i have a plan", "crisis"),
        ("years ago i was suicidal and got help, i'm not ok", "crisis"),
        ("we were watching a show with a guy and now my husband collapsed", "emergency"),
        ("he had a heart attack in 2024 and it feels exactly like that now", "emergency"),
        ("he had a stroke in 2019 and he's acting the same now", "emergency"),
        ("i once had trouble breathing and it is happening again", "emergency"),
        ("he teaches suicide prevention and now he says he wants to kill himself", "crisis"),
        ("my uncle collapsed and died at 60 and now my husband collapsed and isn't moving", "emergency"),
        # Words of danger in what is none.
        ("i took the tablets out of the fridge and put them back in", "none"),
        ("can i take my pills with me and put them back in the bottle", "none"),
        ("i see myself dead tired after surgery", "none"),
        ("the only way out of town is the train", "none"),
        ("is pain in my chest and left arm a sign of a heart attack", "none"),
        ("how long will i have pain in my chest and arm after bypass surgery", "none"),
        ("falling behind on bills and your office isn't answering", "none"),
        ("could hardly breathe when i saw the bill", "none"),
        ("can barely breathe through my nose after septoplasty", "none"),
    ],
)
def test_a_rule_for_one_wording_neither_hides_nor_invents_danger(speller: Speller, text: str, label: str) -> None:
    assert _alarm(speller, text) == label


@pytest.mark.parametrize(
    "text",
    [
        # What is asked, told or past beside it takes nothing away.
        "the discharge sheet says call 911. my husband is unconscious",
        "the leaflet says call 911, my husband is turning blue",
        "the booklet says call 911 - my wife is having a seizure",
        "what would happen if someone took too much morphine? my husband is unconscious",
        "what would happen if someone drank bleach? my son just did",
        "what will happen if someone misses a dose? my mom is unconscious",
        "what does the chat do if somebody writes at night? my mom is not breathing",
        "i teach people yoga and i feel suicidal",
        "my husband trains staff at work and says he is suicidal",
        "i'm losing my daughter to suicide, please help",
        "i lost my sister to suicide, i'll do it too",
        "he tried to kill himself in 2023. he went out and didn't come back",
        "i'm going to kill my kids haha and then me",
        "what do you do when a person is suicidal? it's me",
        "you say suicidal people should call, i'm one",
        "he started chemo 2 weeks back he can't breathe",
        "my mom who had surgery 3 weeks back is coughing up blood",
        "weak as a baby he can't breathe",
        "mom is as weak as a newborn, she collapsed",
        "can chemo cause fever? my aunt is unconscious",
        "can chemo cause nausea? my mom can't breathe",
        "does doxorubicin cause weakness? my dad collapsed just now",
        "what are the side effects? my mom can't breathe all at once and sees nothing",
        "which symptoms mean danger? she is vomiting blood every day at once after food",
        "mom nearly passed out when i told her to sit up",
        "he almost passed out at the parking lot",
        "the nurse's letter says to call 911 for chest pain, i have crushing chest pain",
        "discharge sheet says call 911 for seizures, she is having a seizure",
        "i train nurses and i feel really suicidal",
        "i lost my brother to suicide. some days it feels like my turn",
        "i attempted suicide in 2022 and the thoughts are as strong as then",
        "i'm going to kill my husband lol i mean it",
        "do you know what to do when someone wants to kill himself? it's my brother",
        "what should i do? what do you say to someone who is suicidal, my sister is",
        "dad had a stroke two months back he can't speak",
        "surgery 2 weeks back and he collapsed",
        "he is as helpless as a newborn unresponsive",
        "my daughter had heart surgery as a baby and collapsed",
        "i nearly passed out when they told me to stand",
        "mom just about collapsed when i told her, she's grey",
        "lost his son to suicide and now speaks of doing it too",
    ],
)
def test_danger_beside_calm_words_is_heard(speller: Speller, text: str) -> None:
    assert _alarm(speller, text) != "none"


@pytest.mark.parametrize(
    "text",
    [
        # About treatment, and everyday, in words of danger.
        "i have some trouble breathing when i climb stairs. is that a common side effect?",
        "my mom has chest tightness when she is anxious. is that normal?",
        "my left arm is numb since surgery. is that normal?",
        "he has had a stroke and is on blood thinners. what side effects should we expect?",
        "my wife has had seizures all her life. is pazopanib possible with her medicine?",
        "my dad is in a wheelchair and can't move his legs. what are the types of transport you offer?",
        "my mother has asthma and is short of breath. what is the difference between lms and asthma?",
        "i have been short of breath for a few weeks. what are the symptoms of lung metastases?",
        "i am writing a leaflet. it says he can't breathe. what symptoms should i list?",
        "is it important to take every pill of the zofran?",
        "do i have to take every pill even if i'm not nauseous?",
        "if my mom goes to mayo i'll go with her, do you pay for travel",
        "when he goes to chemo, i will join him. are visitors allowed",
        "i'm determined to finish my chemo before my daughter's wedding",
        "what should i ask before i go through with it? the trial starts tomorrow",
        "how to keep living with lms as a young mother",
        "i don't want cancer to stop my life, can i keep working?",
        "will this disease end my life",
        "i'm taking my life one day at a time since the diagnosis",
        "i'm thinking about jumping to another trial",
        "chemo fatigue makes me want to sleep forever",
        "i am afraid i won't be alive to see my grandchildren",
        "the oncologist told us dad won't be alive by spring",
        "the nausea will be gone by tomorrow if i keep taking the pills, right?",
        "the surgeon is cutting my thigh open on monday, how big is the scar?",
        "i keep cutting my skin shaving and my platelets are low",
        "my husband burned his hand when grilling, is that a problem on chemo",
        "the patient has burned her skin again from radiation",
        "my dog is happier when i'm gone for chemo than when i'm at home sick",
        "my cat is on the windowsill now",
        "i was on the bridge when the clinic called, can you call me back now",
        "i am driving my car into the hospital, where do i park",
        "we took his guns out of the house after the diagnosis, was that right?",
        "the bill from my chemo makes no sense, who can i call?",
        "my chemo schedule makes no sense to me, can you explain cycles?",
        "my wife on chemo doesn't know where to park",
        "my radiation skin feels hot and blotchy",
        "my white count is very low but i have no fever, can i go to church?",
        "my neutrophils are very low, what should i do if i get a fever?",
        "anc was zero last cycle without fever",
        "i have 101 questions and my hands shake",
        "he ate his chemo pills with grapefruit juice, is that a problem now?",
        "dad swallowed his oxycodone at 8, when is the next dose",
        "i have taken 30 pills of my 90 pill bottle, refill?",
        "he takes a handful of pills with breakfast",
        "my protocol says dexamethasone: i took 20 tablets last night before paclitaxel as the oncologist told me",
        "can the doctor fit me in for ten minutes tomorrow",
        "i'm losing handfuls of hair, will it grow back?",
        "i have had a weight on my chest since the diagnosis, is there a support group?",
        "i go white as a sheet when they draw blood, can i lie down?",
        "blood was running down my arm after the iv was pulled, it stopped",
        "my wife has sleep apnea, her breathing stops at night. can she have anesthesia?",
        "take one breath every few seconds in the mri",
        "the doctor's face fell when he said the words leiomyosarcoma",
        "he can only say one word answers since the diagnosis, how do i get him to talk",
        "he gasps at the cost of pazopanib",
        "my throat is swollen from radiation and i can't swallow pills, can they be crushed?",
        "my mom's face is swollen from dexamethasone, is that from the infusion?",
        "iron tablets give me black stools and make me dizzy, can i stop them?",
        "hot flashes soaked my sheets all night, hours of it",
        "my legs are numb and my back hurts from sitting through the infusion",
        "struck by the news, my head spins, i'm confused about stages",
        "what are the signs that a patient's throat is closing during an infusion?",
        "which symptoms tell that somebody's airway is swelling after a contrast injection?",
        "he has had a heart attack. is doxorubicin possible?",
        "once she goes into the mri i'll go with her, is that allowed",
        "he intends to finish his treatment before christmas",
        "what are the options before i go through with it? i have two children",
        "how to go on living after losing my wife to lms",
        "are there any other reasons to stay in the trial",
        "these meds make me want to sleep forever",
        "my chemo nurse doesn't know me",
        "the chemo team does not know where my records are",
        "i've taken a bottle of tylenol to my appointment, is it ok",
        "i don't fit in the mri for 10 minutes",
        "the holter band around my chest is cold",
    ],
)
def test_calm_messages_in_words_of_danger_do_not_fire(speller: Speller, text: str) -> None:
    assert _alarm(speller, text) == "none"


def test_a_hint_is_believed_in_a_sentence_of_its_own_and_not_in_a_question() -> None:
    drowsy = "he took the rest of the morphine, we have none of it left. he is very drowsy"
    assert may_be("emergency", 0.9, "he is very drowsy", drowsy)
    assert may_be("emergency", 0.6, "my aunt is odd and cannot stand.", "what are the side effects? my aunt is odd and cannot stand.")
    assert not may_be("emergency", 0.6, "how long does it last", "my mother is tired, how long does it last. what can we do?")
    assert not may_be("emergency", 0.6, ".", "what is it? she is ill .")
