"""Words that a message in danger may carry; always in the speller's vocabulary, so that they are mended when misspelled."""

SAFETY_WORDS: tuple[str, ...] = (
    "suicide suicidal kill killing myself himself herself die dying dead alive living overdose overdosed",
    "pills wrists bridge gun rope hang hurt harm end life anymore wake reason better without everyone",
    "breathe breathing breath chest pain bleeding bleed stop fainted faint unconscious collapsed passed out",
    "stroke seizure seizing slurred slurring drooping droopy numb weak choking ambulance emergency unresponsive coughing vomiting blood",
    "heart attack convulsions throat closing swelling blue lips hemorrhaging hemorrhage bleach self cutting convulsing passed",
    "spurt spurting squirting spraying blotchy mottled rigors",
)
