"""When a message calls for 988 or 911: plain rules, read top to bottom, that no classifier can overrule.

The text arrives in lower case, contractions spelled ("can't"), typos corrected, one space between words. A rule fires on a
statement about a person, now. Questions about the disease that share its words ("can it cause bleeding", "will it kill
me", "what is the five-year survival") must not fire: the hard negatives in tests/nlu/safety.yml hold us to that.
"""

from __future__ import annotations

import re
from typing import Literal

from bot.components.pattern_set import PatternSet

Alarm = Literal["crisis", "emergency"]

_NOT = r"(?:n't|not|never|no longer)"
_KIN = (
    r"(?:mom|mum|mother|mommy|mama|dad|father|daddy|papa|wife|husband|hubby|son|daughter|sister|brother|sis|bro|aunt|uncle|"
    r"grandma|grandmother|grandpa|grandfather|nana|child|kid|baby|friend|partner|boyfriend|girlfriend|fiance|fiancee|spouse|"
    r"cousin|niece|nephew|neighbor|roommate|patient|caller|boy|girl|man|woman|lady|guy|person|parent|stepdad|stepmom|"
    r"mother in law|father in law)s?"
)
_PERSON = rf"(?:i|he|she|they|we|someone|somebody|(?:my|her|his|our|the|a|this)(?: [\w']+)? {_KIN}|{_KIN})"
_OBJ = r"(?:myself|himself|herself|themselves|themself|yourself|ourselves|my self|her self|him self)"
_VICTIM = (
    rf"(?:him|her|them|someone|somebody|everyone|everybody|people|you all|you|(?:the|that|this|a|my|his|her|our|those) (?:[\w']+ )?(?:doctors?|nurses?|oncologists?|surgeons?|staff|receptionist|people|team)|(?:my|her|his|our) (?:\w+ )?(?:{_KIN}|doctors?|"
    r"surgeons?|oncologists?|nurses?|boss|family|kids|children|ex))"
)
_WANT = (
    r"(?:want(?:s|ed|ing)?(?: to)?|wish(?:es|ing)?(?: to)?|going to|plan(?:s|ning)?(?: to| on)?|think(?:s|ing)?(?: [\w']+)? (?:about|of|to)|thought(?:s)? (?:about|of)|"
    r"thought(?:s)? (?:about|of)|talk(?:s|ed|ing)? (?:about|of)|try(?:ing)?(?: to)?|tries(?: to)?|tried(?: to)?|ready to|about to|threaten(?:s|ed|ing)?(?: to)?|"
    r"feel(?:s|ing)? like|consider(?:s|ing|ed)?|decided to|need(?:s)? to|might(?: just)?|may just|will just|'ll just|'ll|should(?: just)?|could(?: just)?|urge to|wanting to|"
    r"would rather|'d rather|rather|better to|just|keep(?:s)? thinking about|how (?:to|do i|can i|should i|would i)|ways? to|easiest way to|will|afraid (?:i|he|she|they)(?:'ll| will| might| may)|"
    r"worried (?:i|he|she|they)(?:'ll| will| might| may)|scared (?:i|he|she|they)(?:'ll| will| might| may)|(?:i|he|she|they) (?:may|could|would|did)|has|have|had)"
)
_WISH = (
    r"(?:want(?:s|ed|ing)?(?: to)?|wish(?:es|ing)?(?: to)?|plan(?:s|ning)?(?: to| on)?|try(?:ing)?(?: to)?|tries(?: to)?|tried(?: to)?|"
    r"ready to|threaten(?:s|ed|ing)?(?: to)?|feel(?:s|ing)? like|decided to|need(?:s)? to|deserve(?:s)? to|should(?: just)?|urge to|wanting to|"
    r"would rather|'d rather|rather|better to|how to|(?:(?:easiest|best|painless|quick|fastest|easy) )?ways? to|hop(?:e|es|ing)(?: to| i)?|pray(?:ing)? to)"
)
_SOFT = r"(?: (?:to|just|really|actually|honestly|so badly|go|go and|simply|literally|maybe|somehow|all|even|quietly))*"

_CRISIS: tuple[str, ...] = (
    r"\bonly way out(?: of (?:this|it|here))?(?: (?:is|would be|left is))? (?:a |the |my )?(?:bullet|gun|rope|noose|pills?|blade)\b|\b(?:plan(?:s|ning)?|intend(?:s|ing)?|mean(?:s|ing)?|aim(?:s|ing)?) (?:on being|to be) dead (?:before|by|when)\b",
    r"\b(?:pictur\w+|imagin\w+) (?:myself|me) dead\b(?! (?:tired|last|on))|\b(?:don't|do not|can't|cannot|dont|cant) (?:see|picture|imagine) (?:myself|me) (?:being )?alive (?:next|in|by|after|any ?more|come)\b",
    r"\b(?:took|tipped|poured|counted)(?: [\w']+){0,2} (?:handful|fistful|palmful|pile)(?: [\w']+){0,9} put (?:them|it) back\b",
    r"\bbetter dead\b(?! than)|\bnot (?:much|any) point (?:in )?(?:being|sticking|hanging|staying) (?:around|here)\b|\bcut (?:my|his|her) (?:arms?|wrists?|legs?|thighs?) again\b",
    r"\b(?:sav(?:ed|ing)|stash\w*|hoard\w*|stockpil\w*)(?: up)? (?:all )?(?:my|his|her|their|the|some) (?:\w+ )?(?:dilaudid|oxy\w*|morphine|fentanyl|hydrocodone|percocet|norco|opioids?|sleeping (?:pills|tablets)|ambien|pain ?(?:pills|killers|meds))\b(?!.*\b(?:dispos\w*|throw\w*|return\w*|flush\w*|hand \w+ in|worse days?|travel\w*|trip)\b)",
    r"\bthis close to (?:shaking|hitting|hurting|smothering|throwing|strangling|drowning) (?:him|her|them|it|the (?:baby|kid|boy|girl))\b",
    r"\bby (?:your|my|his|her|their|one's|ur) own hands?\b(?!.*\b(?:cook\w*|made|built|sew\w*|knit\w*)\b)",
    r"\b(?:do|does|can|could)(?:n't| not) see (?:any|another|a|no) way out(?: (?:but|except|other)|[.,!?]|$)",
    r"\b(?:this is it for me|(?:can't|cannot|cant) do this any ?more)\b.{0,60}\b(?:i'm sorry|sorry|goodbye|good bye|bye|forgive)\b(?!.*\?)",
    r"\bwe(?:'re| are) (?:going|leaving|doing it|checking out) together\b.{0,40}\bbefore\b|\b(?:meet|meeting|see|seeing|join|joining) (?:you|ya|my maker|the lord|god|jesus) early\b",
    r"\b(?:do|doing|did) (?:things|stuff) to my (?:skin|arms?|legs?|body|wrists?)\b",
    r"\bfind me (?:hanging|dead|gone|cold|swinging)\b|\bnot hypothetical\b.{0,40}\b(?:it's|its|it is|about) me\b|\b(?:go|going|step|stepping) off (?:something|anywhere|somewhere) high\b",
    r"\bmade (?:a|my|the) (?:decision|choice)\b.{0,80}\b(?:calm|peace\w*)\b.{0,120}\b(?:labell?ed|thank|goodbye|letters?|find me|chose)\b|\bmade up my mind\b.{0,80}\b(?:calm|peace\w*)\b.{0,120}\b(?:find me|goodbye|letters?)\b",
    r"(?<!cell )\bsuicid\w*(?! (?:gene|squad|inhibit|substrate))",
    r"\b(?:kms|unaliv\w+|self[- ]harm\w*|self[- ]injur\w*|sewer ?slide)\b",
    rf"\b(?:kill|kills|killing|killed|hang|hanging|shoot|shooting|drown|drowning|poison|poisoning|stab|stabbing|cut|cuts|cutting|hurt|hurting|harm|harming|burn|burning|end|ending|off|starve|starving) {_OBJ}\b",
    rf"\b{_WISH}{_SOFT} (?:die\b(?! (?:from|of) (?:this|it|cancer|lms))|dead\b|dying\b(?= (?:so|right|today|tonight|already|now)|$)|be dead)",
    rf"\b{_WANT}{_SOFT} (?:be gone forever|not be alive|not be here|not exist|disappear forever|"
    r"end it\b|end it all|end things|end everything|ending it\b|ending it all|ending things|ending everything|end my life|end (?:his|her|their) (?:own )?life|ending (?:my|his|her|their) (?:own )?life|"
    r"take (?:my|his|her|their) (?:own )?life|taking (?:my|his|her|their) (?:own )?life|jump off|jump (?:out|in front)|jumping off|step in front|walk into traffic|drive into|drive off|"
    r"overdose|overdosing|od on|take all (?:my|the|his|her|of my|of the)|swallow all|swallow (?:the|a) (?:whole|entire)|stop living|stop existing|stop being alive|give up on life|check out for good)",
    r"\b(?:wish|wishes|wished) (?:i|he|she|they) (?:\w+ )?(?:was|were|wasn't|weren't|could be|had) (?:\w+ )?(?:dead|gone|alive|never born|never been born|here any ?more)",
    r"\bwish (?:i|he|she|they) (?:\w+ )?(?:could (?:just )?die|would (?:just )?die|(?:had )?died)\b",
    r"\bwish (?:i|he|she|they)(?:'d| had| were| was)? (?:never|not) (?:been )?(?:born|wak\w+ up)",
    rf"\b(?:do|does|did){_NOT}(?: [\w']+)? want to (?:be alive|live\b|be here|wake up|exist|go on|keep living|keep going|continue living|carry on living|be around|see tomorrow)",
    r"\b(?:do|does) not(?: [\w']+)? want to (?:be alive|live\b|be here|wake up|exist|go on|keep living|keep going|continue living|carry on living|be around)",
    r"\b(?:want|wants|wish) (?:to )?(?:go to sleep|fall asleep|sleep)(?: [\w']+){0,2} (?:and|but) (?:never|not|don't|doesn't) (?:ever )?wake",
    r"\b(?:hope|hoping|pray|praying|wish|wishing)(?:s)? (?:that )?(?:i|he|she|to)(?:'ll)? (?:just )?(?:do|does|never|not|don't|doesn't|won't|die)(?: not)?(?: just)? (?:wake up|in (?:my|his|her) sleep|wake)",
    r"\bnever (?:want|wants) to wake up\b|\b(?:go|going) to sleep and (?:not|never) wak",
    r"\b(?:no|any|see no|without a) (?:reason|point|purpose)(?: [\w']+){0,2} (?:to|in|for|of) (?:live|living|life|go on|going on|be alive|being alive|stay alive|staying alive|be here|being here|keep living|keep going)",
    r"\bwhat(?:'s| is) the (?:point|use) (?:of|in) (?:living|life|being alive|staying alive|going on|being here|carrying on|existing|waking up)\b",
    r"\bnothing (?:left )?to live for\b|\bno longer want to live\b|\bno will to live\b|\blost (?:the|my|his|her) will to live\b|\bhas given up on (?:life|living)\b|\bgiven up on living\b",
    r"\blife (?:is|isn't|is not|ain't|feels)(?: [\w']+){0,2} (?:worth living|worth it(?: any ?more)?|pointless|not worth)",
    r"\bnot worth (?:living|being alive|staying alive)\b|\bisn't worth living\b",
    r"\b(?:better off|be better) (?:dead|without me|if i (?:was|were|am|'m)? ?(?:dead|gone|not here|not around|died)|if i (?:just )?(?:died|disappeared))\b",
    r"\b(?:better|easier|happier) (?:for (?:everyone|everybody|them|my family|my kids|us|all))?(?: [\w']+){0,2}if i (?:was|were|wasn't|weren't|am|just|died|disappeared|left this world)(?: [\w']+){0,2}(?:dead|gone|here|around|alive|died|disappeared|any ?more)?",
    r"\bi (?:just )?can(?:'t|not| not) (?:go on|live like this|live with this|keep living|bear to live|face living|live any ?more|carry on living|keep going on)\b",
    r"\bcan't go on (?:like this|any ?more|living)\b|\bcan not go on\b",
    r"\b(?:he|she|they|\w+) (?:says?|said|keeps saying|told me|tells me|texted)(?: [\w']+){0,3} (?:can't|can not|cannot) (?:go on|live)(?: |$)",
    r"\b(?:i am|i'm|he is|he's|she is|she's) (?:done|finished|through) (?:with (?:life|living|this life)|living)\b",
    r"\b(?:tired|sick|exhausted) of (?:living|being alive|life|existing)\b",
    r"\b(?:i|he|she|they)(?:'d| would)? (?:rather|sooner) (?:be dead|die|not be alive|not live)\b",
    r"\b(?:let|help|make) (?:me|him|her) die\b|\blet me go and die\b|\bend (?:my|his|her) (?:misery|suffering)\b(?=.*\b(?:pills?|gun|myself|himself|herself|life)\b)",
    r"\b(?:saving|saved|stockpil\w+|hoard\w+|collecting|counted|counting|enough|bottle of|handful of)(?: [\w']+){0,4} (?:pills|meds|medication|tablets|morphine|oxy\w*|opioids?|painkillers|sleeping pills)\b(?=.*\b(?:end|die|kill|over|all of them|at once|for good|forever|suicid\w*|myself)\b)",
    r"\bhow (?:many|much)(?: of)?(?: [\w']+){0,6} (?:would|will|does|do|could|to|it take to|can)(?: [\w']+){0,3} (?:kill me|kill a person|kill someone|die|overdose|be fatal|end it|end my life|not wake up)\b(?!.* (?:of this|of it|from this|from lms|from it))(?=.*\b(?:pills?|meds?|take|mg|morphine|tylenol|insulin|oxy\w*|tablets?|drugs?|dose)\b)",
    r"\b(?:have|has|got|bought|holding|hold|own|owns|hid|hiding|found|get|getting) (?:a|his|her|my|the|dad's) (?:loaded )?(?:gun|pistol|rifle|rope|noose|knife)\b(?!.*(?:surgery|gamma|cyber))",
    r"\b(?:suicide|goodbye|farewell) (?:note|letter|letters|notes)\b|\b(?:wrote|writing|written)(?: [\w']+){0,3} goodbye\b|\bsaid (?:my|his|her) (?:last )?goodbyes?\b|\bsaying goodbye to everyone\b|\bgiving away (?:all )?(?:his|her|my) (?:things|stuff|belongings)\b",
    rf"\b(?:i|he|she|they|we|{_KIN})(?: [\w']+)?(?:'m|'s|'ll| am| is| are| will| want| wants| wanna| could| might| may| would| just| really| swear)+(?: [\w']+){{0,4}} (?:kill|killing|hurt|hurting|shoot|shooting|stab|stabbing|strangle|choke|murder|attack|beat up|harm|harming|punch|poison|smother) {_VICTIM}\b(?! (?:feelings?|chances?|back|leg|arm|stomach|hip))",
    r"\b(?:urges?|thoughts?|thinking|thought|think) (?:of|about|to)(?: [\w']+){0,3} (?:killing|hurting|harming|shooting|stabbing|smothering|dying by) (?:\w+)",
    r"\b(?:homicid\w+|murder (?:him|her|them|someone|everyone))\b|\bshoot up (?:the|a|this)\b|\bbring a gun\b|\bburn (?:the|this|that) (?:hospital|clinic|place|house) down\b|\bblow (?:my|his|her) (?:brains|head) (?:out|off)\b",
    r"\bend it all\b|\bend it tonight\b|\bslit (?:my|his|her|their) (?:wrists?|throat)\b|\bcut(?:ting)? (?:my|his|her|their) wrists?\b|\bending (?:my|his|her|their) (?:own )?life\b|\btake (?:my|his|her) own life\b|\btook (?:an overdose|all (?:my|his|her) pills) on purpose\b|\boverdos\w+\b.*\b(?:on purpose|again)\b",
    r"\b(?:i|he|she) (?:want|wants|wanted) (?:it|this|everything|all of it) (?:all )?to (?:be over|end|stop)(?: for good| forever| tonight| now)\b",
    r"\b(?:i|he|she|they) (?:just )?(?:want|wants) out of (?:this )?(?:life|world)\b|\bleave this (?:world|life|earth)\b|\bnot (?:going to|gonna) be here (?:much longer|tomorrow)\b(?=.*\b(?:decided|goodbye|pills|gun|plan)\b)",
    r"\b(?:everyone|everybody|they|you|my family|my kids|the world)(?: [\w']+){0,3} (?:'d|would|will|'ll) (?:all )?be (?:\w+ )?(?:better|happier|relieved) (?:off )?(?:without me|if i (?:was|were|died|'m gone|am gone))",
    r"\b(?:not|don't|doesn't) (?:care|mind) if (?:i|he|she) (?:live|lives|wake|wakes|die|dies)\b(?: or (?:die|dies|live|lives|not))?",
    r"\b(?:don't|do not) (?:feel|think|know)(?: [\w']+){0,4} (?:can|could) keep myself safe\b|\bnot safe (?:with|from) myself\b|\bdon't trust myself (?:alone|not to)\b|\bafraid of what (?:i|he|she) (?:might|may|could|will|'ll) do to (?:myself|himself|herself|me|us)\b|\bdo something (?:stupid|bad|terrible|drastic) to (?:myself|himself|herself)\b",
    r"\b(?:tonight|today|tomorrow)(?: is|'s|,)?(?: [\w']+){0,3} (?:i'm done|i am done|it ends|it's over|i end|my last)\b|\b(?:my|his|her) last (?:night|day|hours?) (?:on|alive)\b|\blast (?:night|day) on (?:this )?earth\b",
    r"\bhow (?:many|much)(?: [\w']+){0,4} (?:does it take|would it take|do i need|will it take|is enough|are enough)(?: [\w']+){0,2} to (?:die|kill|end|overdose|not wake)\b|\b(?:lethal|fatal|deadly) (?:dose|amount|overdose)\b(?!.*radiation)",
    r"\b(?:wish|want|wanted|hope)\b.*\bnever wake up\b|\b(?:i|he|she) (?:just )?(?:want|wants) (?:it|this|everything|all this|to be) (?:all )?over(?: with)?\b(?! (?:the|counter))(?=.*(?:wake|life|living|anymore|pills|gun|$))(?<!want it over the)",
    r"\b(?:texted|told|wrote|said|sent|messaged|calling|called)(?: [\w']+){0,3} goodbyes?\b|\b(?:giving|gave|given|gives) away (?:all )?(?:his|her|my|their) (?:\w+ )?(?:things|stuff|belongings|possessions|clothes|dog|cat)\b",
    r"\bfeel(?:s|ing)? like (?:\w+ )?(?:strangling|killing|hurting|stabbing|shooting|choking|smothering|hitting|harming|jumping|ending|dying today)\b",
    r"\b(?:step|stepping|walk|walking|run|running|jump|jumping|drive|driving|swerve|swerving)(?: [\w']+){0,2} (?:into|in front of|off|onto)(?: [\w']+){0,2} (?:traffic|train|trains|truck|bus|cars?|bridge|cliff|roof|building|balcony|overpass|tracks|tree|lake|river|ledge)\b",
    r"\b(?:take|taking|takes|took) (?:myself|himself|herself|themselves) out\b|\b(?:drink|drinking|swallow|swallowing)(?: [\w']+)? (?:bleach|antifreeze|poison|drano|drain cleaner|weed killer|rat poison)\b|\b(?:going to|gonna|might|will|want to|try to|wants to) od\b",
    r"\bwhat(?:'s| is| do i have) left to live for\b|\b(?:nothing|no one|nobody|not much|little) (?:left )?to live for\b|\b(?:locked (?:himself|herself|myself)|barricaded)\b.*\b(?:knife|gun|pills|razor|blade|rope)\b",
    r"\b(?:pills|meds|tablets|gun|rope|razor|blades?)(?: [\w']+){0,4} (?:lined up|laid out|ready|in (?:my|his|her) (?:hand|lap|mouth)|counted out|stashed|next to me|in front of me)\b(?=.*(?:done|end|tonight|over|die|can't|goodbye|want|no more|$))",
    r"\b(?:me )?(?:quiero|voy a) ir(?:me)? con (?:dios|diosito|el señor|la virgen)\b|\bya no quiero (?:estar|vivir|despertar)\b|\bquiero (?:morir|matarme|quitarme la vida|acabar con (?:mi vida|todo))\w*\b|\bme (?:quiero|voy a) (?:matar|morir|suicidar)\b|\bno quiero (?:vivir|seguir viviendo)\b|\bsuicidar\w*\b",
)

# Wording in which the same words tell of fear, not of a wish: taken out before the crisis rules look.
# Fire before any calmer reading is considered.
_CRISIS_SURE: tuple[str, ...] = (
    # Said in other words than the plain ones, each kind of its own.
    r"\b(?:before|once|when) i (?:go|went) through with it\b(?=.*\b(?:tonight|goodbye|letters?)\b)(?!.*\b(?:surgery|operation|chemo\w*|treatment|procedure|trial|scan|biopsy|transplant)\b)",
    r"\b(?:tak(?:e|ing|es)|intend\w* to take) (?:my|his|her|their) own li(?:fe|ves)\b|\bif (?:i|he|she) (?:took|take|takes) (?:my|his|her) own life\b|\b(?:i'm|i am|i'll be) taking my (?:own )?life(?: (?:this|tonight|tomorrow|today|before|on|so)\b|[.!,]|$)",
    r"\b(?:intends?|intending|means|aims?|resolved|determined) (?:to|on) (?:end|ending) (?:my|his|her|their) (?:own )?li(?:fe|ves)\b",
    r"\b(?:think(?:ing)?|thought|thoughts|dream\w*) (?:about|of) jumping(?:[.,!?;]|$| (?:off|from|in front|out (?:of )?(?:a|the) (?:window|car)))",
    r"\b(?:if|when|once|after|the day) (?:he|she|they|my \w+)(?:'s| is| are)? (?:dies|die|dead|passes|passed away)\b(?: [\w']+){0,4},? (?:then )?i(?:'ll| will| shall|'m going to| am going to|'d)? (?:shall |will )?(?:follow|go (?:right |straight )?after|join) (?:him|her|them)\b",
    r"(?<!have to )(?<!need to )\b(?:tak(?:e|ing)|swallow(?:ing)?|down(?:ing)?) every (?:single )?(?:pill|tablet) (?:in|i|we|that)\b(?: [\w']+){0,3} ?(?:house|home|cabinet|have|own|got|drawer|find)\b",
    r"\b(?:i|he|she|brother|sister|son|daughter|kid|boy|girl|caller|patient|friend|husband|wife)(?: [\w']+){0,3} (?:burn|burns|burned|burnt|burning) (?:my|his|her|their)(?: own)? (?:skin|arms?|wrists?|thighs?|hands?|legs?)\b.{0,40}\b(?:cigarettes?|lighter|on purpose|to feel)\b(?!.*\b(?:accident\w*|cooking|grill\w*)\b)",
    r"\b(?:been|keeps?|kept|started|back to|caught (?:him|her)|found (?:him|her)) cutting (?:my|his|her|their)(?: own)? (?:arms?|wrists?|thighs?|skin)\b(?!.*\b(?:shav\w+|surgeons?|open)\b)",
    r"\b(?:want|go to|to) sleep for ?ever\b(?=.*\b(?:prepared|how to make|worked out|never wake|the pills)\b)",
    r"\bbetter off (?:with|once) (?:me gone|me dead|me out of the way|i'm dead)\b",
    r"\b(?:i have|i've|i) (?:already )?(?:decided|made sure) (?:that )?i (?:won't|will not) be (?:alive|here|around)\b|\bi(?:'ll| will) be gone by (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|tomorrow|morning|sunrise|tonight|the weekend)\b(?=.*\b(?:pills?|tablets|gun|rope|letters?|decided)\b)|\bpicked (?:the|a|my) (?:place|spot|bridge|tree)\b.{0,30}\b(?:do it|to die)\b",
    r"\b(?:stand|stands|standing|sit|sits|sitting|climbed|climbs) (?:up )?(?:on|onto|at the edge of|outside) (?:the|a|my|his|her|our) (?:[\w']+ )?(?:bridge|ledge|railing|parapet|rooftop|train tracks|tracks|windowsill)\b(?=.*\b(?:let go|lets go|jump\w*|nobody|goodbye|can't go on|end it)\b)(?!.*\b(?:photos?|pictures?|view|sunset|fishing|traffic|years? ago|back then|that was|cat|dog)\b)",
    r"\bdriv(?:e|es|ing) (?:my|the|his|her|this|our) (?:car|truck|van|suv) (?:straight |right |head on )?(?:into|off) (?:a|the|that|some) (?:\w+ )?(?:wall|tree|truck|river|lake|pole|bridge|ravine|canyon|cliff|quarry|train|oncoming)\b",
    r"\b(?:he|she|i|husband|wife|dad|mom|son|brother|father|mother|daughter)(?: [\w']+){0,2} (?:taken|takes|taking|took|got|gets|pulled|loaded|loading) (?:his|her|my) (?:\w+ )?(?:gun|pistol|rifle|shotgun|revolver)\b(?=.*\b(?:won't wait|will not wait|before the cancer|tonight|himself|herself|in (?:his|her|my) lap|crying)\b)(?!.*\b(?:hunt\w*|range|police|locked|away|deer|season)\b)",
    r"\b(?:want|wants|going|think|thinking|decided|ready|plan\w*|every day|every night)(?: [\w']+){0,3} (?:finish|end) (?:with )?my life\b(?! as)|\b(?:i|night|day)(?:'m| am)? (?:think|thinking|thought|want) (?:\w+ )?to (?:hang|kill|shoot|drown|poison) (?:me|myself)\b|\bleave (?:the|this) world by (?:my|your|one)self\b",
    r"\b(?:no|not any) (?:more|other|longer|further) reasons? (?:to|for) (?:live|living|be alive|go on)\b|\b(?:don't|do not|can't|cannot) (?:see|know|think|imagine)(?: [\w']+)? how (?:to|i should|i can|i could) (?:continue|go on|keep(?: on)?|carry on) (?:to live|living)\b(?! with)",
    r"\b(?:plans?|planning|intends?|decided) not to wake (?:up )?(?:one|some|again|tomorrow|any|this|in the|up\b)(?!.*\bduring (?:the )?(?:surgery|operation)\b)",
    r"\btake all (?:of )?(?:the|my|his|her) (?:\w+ )?(?:pills|tablets|meds|morphine|oxy\w*)\b.{0,20}\bwill (?:that|it) (?:do it|work|be enough)\b",
    r"\b(?:how many|how much|enough) .{0,50}\b(?:not|n't|never|without) (?:wake|waking) up\b|\b(?:pills?|tablets?|morphine|doses?|drops)\b.{0,50}\bso (?:that )?(?:i|he|she|they) (?:don't|doesn't|won't|never) wake up\b",
    r"\bwould(?:n't| not) mind (?:if|it if|dying|not waking)\b.{0,40}\b(?:too many|that was that|wake up|waking up|was over|were over)\b|\bharm in (?:my |me |just |simply ){1,2}not waking up\b",
    r"\bfinish the job\b.{0,40}\b(?:home|alone|tonight|tomorrow|when|once|next time)\b(?!.*\b(?:chemo|radiation|treatment|surgeon) (?:will|to|can)\b)",
    r"\bhow many\b.{0,30}\b(?:pills|tablets|patches|drops|capsules)\b.{0,60}\b(?:not wake up|never wake|to die|wouldn't wake|not waking)\b",
    r"\bhurts? to bleed out\b|\bbleed(?:ing)? out in (?:a|the|my) (?:\w+ )?(?:bath\w*|tub)\b",
    r"\bcutting again\b(?! (?:down|back|carbs|coupons|the (?:grass|lawn|hedge)))|\bby the time (?:you|anyone|anybody|they|she|he)(?: \w+)? (?:reads?|hears?|gets?|finds?|sees?) (?:this|it)\b(?=.*\b(?:won't|will not|gone|not be)\b)",
    r"\b(?:hits?|bangs?|bash(?:es)?|smash(?:es)?|slams?|hitting|banging|bashing|slamming) (?:his|her|my|their)(?: own)? head (?:against|on|into) (?:the|a) (?:wall|door|floor)\b(?=.*\b(?:bleeds?|stop|again|until|on purpose)\b|.*\bsince\b)",
    r"\b(?:belt|rope|cord|noose|cable|scarf|bag)(?: [\w']+){0,2} (?:a?round|over) (?:my|his|her) (?:neck|head)\b(?=.*\b(?:hour|sat|stood|tied|night|again|and then|tonight|beam|door|closet|attic)\b)",
    r"\b(?:took|take|taking|swallow\w*) (?:all of them|them all|the lot|the whole lot) (?:at once|in one go|together)\b(?=.*\b(?:find me|alone|what (?:would|will|if)|enough|be over|wake)\b)(?!.*\b(?:supplements?|vitamins?|by mistake)\b)",
    r"\b(?:hop\w+|pray\w*|wish\w*)(?: [\w']+){0,4} (?:not|never|wouldn't|won't) (?:to )?(?:wake up|see (?:the )?(?:morning|tomorrow))\b|\bdisappointed (?:that i|when i|to have|i) (?:did|woke|wake|am still|had)\b",
    r"\b(?:swallow\w*|took|drank|emptied)\b.{0,60}\bbecause (?:he|she|i) (?:could|can)(?: not|n't) (?:take|bear|stand|go on)\b",
    r"\bpillow (?:over|on|to) (?:(?:his|her|my|mum|mom|dad)(?:'s)? ?(?:\w+'?s ){0,2})face\b(?! (?:mask|cream))",
    r"\b(?:insurance|policy|payout)\b.{0,80}\b(?:wasn't|isn't|is not|was not|not) the (?:cancer|sarcoma|tumou?r|lms|leiomyosarcoma|disease) (?:that |which )?(?:got|gets|took|takes|kills|killed|does|did)\b",
    r"\bwish (?:i|he|she)\b.{0,25}\bnot wake up\b|\b(?:wants?|going|plans?) to take (?:them|us|both of (?:them|us))(?: both)? out\b(?! (?:for|to|on)\b)",
    r"\blook(?:ed|ing|s)? (?:at|down at|down on) the (?:train )?(?:tracks|rails|water|traffic) .{0,40}\b(?:long time|a while|wonder\w*|again)\b",
    r"\bi swear\b.{0,60}\b(?:somebody|someone|people|one of you|you)\b.{0,40}\b(?:gets? hurt|get hurt|getting hurt|pays? for|bleeds?|regrets?)\b",
    r"\b(?:googl\w+|search\w*|look\w* up|reading about)(?: [\w']+){0,3} (?:ropes?|nooses?|overdos\w+|suicide|ways to (?:die|end))\b",
    r"\bhit(?:ting)? myself\b(?=.*\b(?:until|bruis\w+|helps?|feel|calms?|deserve)\b)|\b(?:go|leave|die) together\b(?=.*\b(?:before|need at home|ready|agreed|decided)\b)",
    r"\b(?:letters? (?:are|is)|i've|i have|i) (?:all )?(?:written|wrote|finished)(?: (?:all )?the)?(?: letters?)?\b.{0,40}\b(?:dog|cat|key|pets?)\b.{0,60}\b(?:home|neighbou?r|gone|calm|waiting|ready|at my)\b",
    r"\b(?:took|take|taken|swallow\w*|ate)\b.{0,80}\bon purpose\b|\b(?:took|swallowed) (?:all|the whole|every|a whole|a bunch)\b.{0,60}\b(?:don't|dont|do not) tell\b",
    r"(?<!once )(?<!when )(?<!after )(?<!until )\bi(?:'m| am) done\b(?: [\w']+){0,3}\W.{0,30}\bwith (?:everything|it all|all of it|this life|life)\b",
    r"\binsurance\b(?: [\w']+){0,10} (?:does|did|do|doing|done) it to (?:myself|themsel\w+|himself|herself|yourself)\b",
    r"\bhow i(?:'d| would| will|'ll) do it\b|\bwho(?:'d| would| will|'ll) find (?:me|my body|us)\b",
    r"\b(?:step\w*|jump\w*|walk\w*|lie|lay|throw (?:myself|himself|herself)) (?:off the platform|in front of (?:a|the|an) (?:train|express|bus|truck|car|subway|tram)|under (?:a|the) train)\b",
    rf"\btell (?:my |the )?(?:girls|boys|kids|children|family|everyone|{_KIN}) (?:that )?i (?:always )?loved? (?:them|him|her)\b",
    r"\b(?:rather|sooner|before i|going to|gonna|want to|ready to|i'll|i will|would) (?:just )?od\b(?! (?:on (?:sugar|cake|chocolate|vitamin\w*)))",
    r"\bhow (?:much|many)\b.{0,60}\b(?:lethal|fatal|deadly)\b(?! (?:is|are|side|cancer|disease|tumou?rs?))",
    r"\b(?:painless|peaceful|gentle|gentlest|quick|quickest|easiest|easy|surest|fastest|least painful) ways? (?:to go|out|to die|of dying|of going|to end)\b(?! (?:of|there|home|to)\b)",
    r"\bhow (?:many|much)(?: [\w']+){0,8} (?:would|will|does) it take (?:to|for me to)(?: just)? (?:not wake|never wake|kill|die|end|overdose|be fatal)\b(?!.*\b(?:tumou?r|cancer|cells?)\b)",
    r"\bhow (?:many|much)(?: [\w']+){0,5} (?:would|will|does it take to|to|could|can) (?:kill me|kill myself|end it|end my life|overdose|not wake up)\b",
    r"\b(?:not|never) wak(?:e|ing) up (?:tomorrow|in the morning|again|any ?more)\b(?!.*\b(?:scared|afraid|worried|terrified|surgery|anesthesia)\b)",
    r"\b(?:do|does)(?:n't| not) deserve to (?:live|be alive|be here)\b|\bcan't keep (?:myself|himself|herself|him|her) safe\b|\bwhat (?:i|he|she)(?:'ll| will| might| may| could) do to (?:myself|himself|herself)\b",
    r"\b(?:on|off) (?:the|a) (?:roof|ledge|bridge|balcony|overpass|tracks)\b.*\bjump\w*\b|\b(?:threaten\w*|says?|said|going|wants?|about|ready)(?: [\w']+){0,3} (?:to jump|he'll jump|she'll jump|i'll jump)\b",
    r"\bdo something to (?:myself|himself|herself)\b|\b(?:this|tonight) is (?:my last night|the night)\b|\bpact to die\b|\bdie together\b|\bdying on purpose\b|\bby my own hand\b|\b(?:a )?bullet (?:in|through) (?:my|his|her)\b",
    r"\b(?:better off|happier|relieved|notice|care|miss me)\b(?: [\w']+){0,3} (?:with me dead|if (?:i|he|she) (?:was|were|wasn't|weren't) (?:dead|gone|here|around|alive))\b|\b(?:picked|chosen|set) (?:a|the) (?:day|date|time) to (?:end|die|do it)\b|\bnot being alive\b|\bnever exist\b",
    r"\b(?:standing|sitting|stood) on (?:the|a) (?:bridge|ledge|roof|edge|tracks)\b|\bgarage with the engine\b|\b(?:don't|do not) trust (?:myself|himself|herself) (?:to be )?alone\b|\b(?:he|she|they|son|daughter|husband|wife|mom|dad) left a note\b|\bsee (?:a|any) reason to (?:stay alive|live|go on)\b",
    r"\b(?:taking|take|took|counted|counting|lined up)(?: [\w']+){0,4} (?:whole bottle|pills out|all (?:my|the|his|her) pills)\b(?=.*\b(?:done|counted|end|everything|goodbye|over)\b)|\bdriving (?:my|his|her) car off\b|\bsays? (?:he|she|they)(?:'ll| will| is going to|'s going to) (?:kill|hurt|shoot|stab) \w+\b",
    r"\bbring(?:ing|s)? (?:a|my|his|her) (?:gun|knife|weapon)\b|\bthreaten(?:s|ed|ing)?(?: [\w']+)? to (?:kill|hurt|shoot|stab|harm|attack)\b|\bhold(?:s|ing)? (?:the|a bunch of|all (?:my|the|his|her)) pills\b",
)

_NO_CRISIS: tuple[str, ...] = (
    r"\b(?:bot|chat|chatbot|assistant)\b(?: \w+){0,5} (?:when|if) an? (?:user|visitor) (?:writes|types|talks|asks)(?: [\w']+){0,2} suicide\b(?!.*\b(?:i (?:feel|want|think|will)|it's me)\b)",
    r"\blost (?:his|her|their) (?:son|daughter|brother|sister|wife|husband|father|mother) to suicide(?= and now (?:runs|leads|works|organi\w+|raises)\b)(?!.*\b(?:too|himself|herself|the same|doing it)\b)",
    r"\btrain your (?:staff|people|nurses|team|agents) (?:for|to|on|about)\b(?: [\w']+){0,5} suicid\w*",
    r"\bsuicide (?:hot ?line |life ?line |prevention )?(?:posters?|flyers?|stickers?)\b(?!.*\b(?:me|myself|i want|i'm|tonight)\b)",
    r"\bhow many rads?\b(?: [\w']+){0,3} lethal(?: dose)?\b",
    r"\b(?:sue|suing) (?:the )?(?:every (?:last |single )?one of |all of |whole lot of )?(?:you|them|u|lot)\b(?: people| guys| all)?|\b(?:website|web site|site|page|chat|computers?|systems?) (?:gets?|get|be|is) (?:hacked|shut down|taken down)\b|\bshut (?:this|the|your|that) (?:whole )?(?:chat|site|website|page|thing|bot)(?: of yours)? down\b",
    r"\b(?:you|u|they|people|guys)(?: all| only| just| people| guys)* (?:want|care about|wants) (?:our|my|the|people's) (?:money|wallets?|cash)\b",
    r"\bthat (?:actor|actress|singer|celebrity|star|musician|chef|comedian|host)(?:'s)? suicide (?:is|was) all over (?:the )?(?:tv|news|internet|papers?)\b(?!.*\b(?:me|mine|same|too|i'm|i am|plan\w*|join|want|thinking)\b)",
    r"\b(?:coach\w*|teach\w*|runs?|leads?|speak\w*|talks?|lectur\w*|presents?)(?: (?:on|in|about|for|classes in|a))? suicide prevention\b(?: \w+)?|\bsuicide prevention (?:class\w*|course|training|trainer|talk|program|month|week|officer)\b",
    r"\b(?:years|decades|long) ago (?:i|he|she) was suicidal\b(?=.{0,30}\b(?:got|had|found) (?:good |the |some |real )?help\b)(?!.*\b(?:still|again|back|tonight|plan\w*|pills?|dying|die|ending|not|hiding)\b)",
    r"\bsuicide (?:rates?|statistics|figures|awareness)\b|\b(?:volunteer\w*|work\w*|train\w*|intern\w*) (?:at|for|with) (?:\w+ ){0,3}suicide (?:prevention|hot ?line|lifeline)(?: \w+)?\b",
    r"\bsuicide in (?:the|a|this|that) (?:\w+ )?(?:series|show|film|movie|book|novel|play|opera|episode|news)\b|\bsmoking suicide\b|\b(?:socrates|romeo|juliet|cleopatra|snow white) (?:really )?(?:drink|drank|took) poison\b",
    r"\b(?:attempted suicide|suicide attempts?|self ?-?harm(?:ed|ing)?)\b(?=.*\b(?:years|decades) ago\b|.{0,30}\b(?:as an? (?:kid|teen\w*|student|child)|in (?:school|high school|college)))(?!.*\b(?:still|again|tonight|today|back|pills?|urges?|want to)\b)|\bused to (?:self ?-?harm|cut (?:myself|himself|herself))\b(?!.*\b(?:still|again|tonight|today|urges?|want to)\b)",
    r"\b(?:drink|drank|drunk|swallow\w*)(?: [\w']+)? (?:bleach|antifreeze|poison|drano|drain cleaner|weed killer|rat poison)\b(?=.*\b(?:thought|by (?:mistake|accident)|accident\w*|mistook|mixed up)\b)",
    r"\b(?:be|is|are|being|been) the death of (?:me|us)\b",
    r"\b(?:put|putting|had to put) (?:our|my|the|his|her) (?:\w+ )?(?:cat|dog|horse|pet|kitty|puppy)\b|\b(?:cat|dog|horse|pet)(?: [\w']+){0,3} put (?:down|to sleep)\b",
    r"\b(?:named|choos\w+|chose|chosen|picked|updated|thinking about)\b.{0,40}\b(?:proxy|executor|hymns?)\b",
    r"\bcremat\w+\b(?=.*\b(?:one day|some day|someday|allowed|radioactive|seeds?|matter)\b)|\bwhen (?:my|her|his) time comes\b(?!.*\b(?:tonight|tomorrow|pills?)\b)",
    r"\b(?:quit|quitting|gave up)\b.{0,40}\bthought (?:i|he|she)(?:'d| would) die\b|\b(?:took|drew) (?:his|her|their) last breath\b",
    r"\b(?:doctors?|they|he|she) (?:told|gave|said)\b.{0,40}\b(?:be dead|die|dying) (?:by|before) (?:christmas|easter|summer|spring|new year|thanksgiving|fall)\b",
    r"\bsuicidal(?: (?:thoughts|ideation|feelings))?(?: (?:that )?(?:i|he|she|we))?(?: (?:had|was|were))? (?:back |once |way back )?(?:in (?:college|high school|school|the (?:army|navy|service|\d\ds)|my (?:teens|twenties|thirties|youth)|(?:19|20)\d\d)|at \d\d\b|as an? (?:kid|teen\w*|student|child|young \w+)|when i was (?:young\w*|\d|an? ))(?!.*\b(?:still|again|it's back|is back|came back|coming back|tonight|pills?|gun)\b)",
    r"\b(?:asked|asks|ask|asking)\b.{0,50}\b(?:hurting|killing|harming) (?:myself|yourself|himself|herself)\b(?=.*\b(?:said no|answered no|told (?:her|him|them) no|why do (?:they|you))\b)(?!.*\b(?:lied|wasn't true|but i do|truth is)\b)",
    r"\b(?:got|get|gets|getting) the knife\b(?= (?:only|first|too|alone|instead|but no)\b)",
    r"\b(?:writing|wrote|making|made|updating|do|doing) (?:my|our|a|the) will\b(?=.*\b(?:early|well|healthy|sort\w*|order|lawyer|solicitor|planning|how (?:many|long))\b)(?!.*\b(?:tonight|last week|pills?|ready to go)\b)",
    r"\b(?:going|go|come|coming|get|getting|wean\w*) off (?:of )?(?:my |the )?(?:antidepressants?|anti depressants?|sertraline|zoloft|prozac|lexapro|ssris?|sleeping (?:pills|tablets)|blood thinners?)\b",
    r"\b(?:symptoms?|signs) (?:list|checker|page)\b|\blist of (?:symptoms|signs)\b",
    r"\b(?:kid|kids|child|children|son|daughter|boy|girl|grand\w+|little one|year old)\b.{0,30}\b(?:asked|asks|asking|wants? to know|wanted to know)\b.{0,60}\b(?:heaven|angels?|stars?)\b",
    r"\b(?:want|wants|wanted|hope|hoped|wish|planned|plan)(?: to have| for| to start)? (?:kids|children|a (?:baby|child|family)|babies)\b",
    r"\bcut (?:my|his|her) \w+(?: \w+)? (?:open )?on (?:a |an |the |some |broken )[\w ]{0,20}\b(?:accident\w*|by mistake|slipped|pumping|won't stop|glass)\b",
    r"\bsuicide (?:to|if (?:i|you|he|she|we)) (?:refuse|skip|say no|not|stop|turn down|drive|go|eat|wait)\b",
    r"\b(?:any |a |the |no )?(?:point|use|sense) (?:in|of) (?:going on|carrying on|continuing|keeping on|going ahead) with\b",
    r"\bcut (?:myself|himself|herself) (?:shaving|cooking|gardening|chopping|peeling|on (?:a|the|some))\b",
    r"\b(?:being|getting|be|get) cut (?:from|open|up)\b",
    r"\bplan(?:ning|s)?(?: [\w']+){0,2} funeral\b|\bown funeral\b(?!.*\b(?:soon|tonight|pills?)\b)",
    r"\b(?:stop|quit|give up|end)(?: [\w']+){0,2} (?:chemo\w*|treatments?|therapy)\b.{0,30}\b(?:enjoy|live)\b|\benjoy (?:the|my|what) time\b",
    r"\b(?:not|isn't|ain't|barely|hardly) (?:touching|helping|working on|helping with) (?:the|my) pain\b|\bpretend (?:to be|(?:that )?you(?:'re| are)|your|ur) (?:my (?:dead|late)|a|an)\b",
    r"\bwaiting\b.{0,40}\b(?:killing|eating) (?:me|us)\b",
    r"\b(?:parking|traffic|driving|crossing|commut\w+|walking|biking|cycling|running|road|street|lot|hill|stairs|job|career)\b.{0,30}\bis (?:pure |plain |just )?suicide\b|\b(?:career|social|political|financial|professional) suicide\b",
    r"\b(?:did|have|had|am|was|if) i (?:just |now |basically )?(?:kill(?:ed|ing)?) myself (?:by|with|through|because|doing|when|for)\b",
    r"\bshot (?:myself|himself|herself)(?: up)? with (?:the|my|his|her|a) \w+(?= (?:this|last|yesterday|in the (?:belly|thigh|arm|stomach)|shot|injection|pen))",
    r"\b(?:traffic|stairs|heat|walk\w*|hill|workout|commute|drive|shoes|cold|flight|line|queue|wait\w*|parking)\b.{0,40}\bkill(?:ed|s|ing) me\b",
    r"\b(?:get rid of|dispos\w+ of|throw (?:out|away)|hand in|turn in|store|lock up|lock away)(?: [\w']+){0,4} (?:oxy\w*|morphine|opioids?|fentanyl|pills|tablets|patches|meds|medicines?|medications?|painkillers)\b",
    r"\blet(?:ting)? nature take (?:its|it's) course\b",
    r"\b(?:tumou?rs?|cells?|cancers?)(?: [\w']+){0,2} commits? suicide\b",
    r"\bcould (?:just )?(?:strangle|kill|murder|choke|shoot|hit|slap|punch)(?: [\w']+){1,4}(?=.*\b(?:haha\w*|lol|lmao|jk|just kidding)\b)",
    r"\b(?:friend|uncle|aunt|cousin|grand\w+|colleague|neighbor|coworker|brother|sister|father|mother|dad|mom|husband|wife)(?: of mine)? (?:took (?:his|her|their) (?:own )?life|died by suicide|killed (?:himself|herself)|committed suicide|shot (?:himself|herself)|hanged (?:himself|herself))(?=.*\b(?:ago|years|long ago|back|before|when i was|in the (?:seventies|eighties|nineties)|in (?:19|20)\d\d)\b)",
    r"\b(?:i |he |she |we |they )?(?:really |just )?(?:do|does|did)(?:n't| not)(?: [\w']+)? (?:want|wanna|plan)(?: (?:him|her|them|my \w+|to))* ?to die\b",
    r"\b(?:i|he|she|we|they|mom|dad) (?:just |really |so much |so badly |do |does )*want(?:s)? to (?:live|survive|fight|beat)\b",
    r"\bkill for (?:some|a|an|good|any|one|the|this)\b",
    r"\b(?:do|does)(?:n't| not)(?: [\w']+)? want (?:him|her|my \w+|them|it|anyone) to (?:die|end)\b",
    r"\b(?:not|n't) (?:ready|going|about|afraid|willing|planning) to die\b(?! (?:any ?more|now that))",
    r"\b(?:rather|sooner) (?:die|be dead) than (?:be seen|wear|eat|drink|sit through|listen|watch|hear|miss|admit|dance|sing)\b",
    r"\b(?:tried|wanted) to (?:end it(?: all)?|(?:kill|hurt|harm) (?:myself|himself|herself)|die|take (?:my|his|her) (?:own )?life)\b(?=.*\b(?:years|decades) ago\b)(?=.*\b(?:been (?:well|fine|good|ok|okay|stable|better)|(?:well|fine|good|ok|okay|stable|better|nothing|never) (?:ever )?(?:since|again))\b)(?!.*\b(?:again now|tonight|back again|came back|coming back|right now)\b)",
    r"\b(?:never|not|n't|no|isn't|wasn't|nobody is|without being) (?:\w+ ){0,2}suicidal\b",
    r"\b(?:want|wants|wanted|wish|wishes|choose|prefer|prefers)(?: to)? (?:die|dying) (?:at home|peacefully|naturally|with dignity|in (?:his|her|my|their|the) (?:own )?(?:bed|home|house|hospital|sleep at home))\b",
    r"\bdying to (?:know|hear|find|see|learn|ask|meet|understand|get)\b",
    r"\b(?:scared|afraid|terrified|frightened|worried|fear|anxious|nervous) (?:\w+ ){0,3}(?:to die|to be dead|of dying|about dying|i(?:'ll| will| might| may| am going to|'m going to| could) die|(?:he|she|they|\w+)(?:'ll| will| might| may| is going to|'s going to| are going to) die)\b",
    r"\b(?:am i|is (?:\w+ ){1,3}|are (?:they|we) |will (?:i|he|she|they|we|it|my \w+)|would (?:i|he|she)|do (?:people|most|many|you|all|they|patients|we)|does (?:he|she|everyone|anyone|my \w+)|can (?:i|you|he|she|someone|people|my \w+|it|this)|could (?:i|you|he|she|it|this)|did (?:he|she|they)|when (?:will|do|does) \w+)(?: [\w']+){0,4} (?:going to |have to |gonna |likely to )?(?:die|dying|be dead)\b(?! (?:by suicide|on purpose))",
    r"\b(?:going to|gonna|will|might|may|could|about to) die (?:from|of|because of|soon|if|before|without|either|in \w+)\b",
    r"\b(?:i'm|i am|he's|he is|she's|she is|we're|mom is|dad is|my \w+ is) (?:going to|gonna) die\b(?! (?:by|on purpose|tonight))",
    r"\b(?:this|it|lms|leiomyosarcoma|cancer|sarcoma|chemo|chemotherapy|radiation|treatment|surgery|the (?:tumor|cancer|chemo|treatment|disease|drugs?))(?: [\w']+){0,3} (?:kill|kills|killing|killed|end|ends|hurt|hurts|hurting|harm|harms)(?: [\w']+){0,2} (?:him|her|me|you|them|people|someone|everyone|patients?|(?:my|her|his|our) \w+)\b",
    r"\b(?:will|can|could|would|does|did|is|might|may|going to) (?:this|it|lms|leiomyosarcoma|cancer|sarcoma|chemo|chemotherapy|radiation|treatment|surgery|having surgery)(?: [\w']+){0,3} (?:kill|end|hurt|harm)(?:ing)?(?: [\w']+){0,2}\b",
    r"\bkill(?:s|ing)? (?:\w+ )?(?:cancer|cells|tumou?rs?|the cancer|it|germs|bacteria|healthy)\b|\b(?:is|are|was) killing me\b|\bkilling (?:my|the) (?:back|vibe|feet|time|mood)\b",
    r"\b(?:treatment|drug|meds?|medicine|support group|hotline|research|study|rates?|statistics|risk) .{0,20}suicid\w+ (?:gene|inhibit\w+)",
    r"\b(?:is|are|will|does|do|did|would) (?:everyone|everybody|anyone|anybody|most people|all people|people|all patients|patients|someone|every \w+)\b.*\bdie\b",
    r"\brather (?:die|be dead) than\b(?=.*\b(?:haha\w*|lol|jk|just kidding|lmao)\b)",
    r"\bsuicide[- ]?(?:gene|inhibitor|substrate|bag)\w*\b",
)

_ASKS_IF_SIGN = re.compile(
    r"\b(?:symptom|symptoms|sign|signs|side effects?|risk factor|cause|causes|caused|lead to|leads to|linked to|mean|means|normal|common|"
    r"possible|typical|usual|what if|in case|should i worry|associated|related to|start with|present(?:s)? with|difference|expect|type of|types|"
    r"early|ever|prevent|kind of|any link|link|connection|list|how it (?:begins|starts|shows))\b"
)
_PAST = re.compile(
    r"\b(?:years?|yrs?|months?|mos|weeks?|wks?|long time|decades?) ago\b|\b(?:years?|yrs?|decades?) back\b|\blast (?:year|month|summer|winter|spring|fall|christmas)\b|\bas a (?:child|kid|teen\w*)\b|"
    r"\bback (?:in|then)\b|\bin (?:19|20)\d\d\b|\bused to\b|\bhistory of\b|\bwhen (?:i|he|she) was (?:young\w*|little|a |\d)|"
    r"\bonce (?:when|in|as|at|during|while|before)\b|\bin (?:january|february|march|april|june|july|august|september|october|november|december|the spring|spring|the summer|summer|the fall|autumn|the winter|winter)\b"
)
# A clause ends at a mark or a joining word: "she had chemo two weeks ago and can't breathe" tells of now.
_CLAUSE = re.compile(r"[,.;!?]|\b(?:and|but|so|then)\b|(?=\bnow\b)")
_PRESENT = re.compile(
    r"\b(?:am|is|are|has|have|keeps?|can't|cannot|won't|isn't|aren't|doesn't|don't|still|again|\w+'(?:m|s|re|ve)|\w+ing)\b"
)
_OVER = re.compile(
    r"\beverything is (?:all )?(?:good|fine|ok|okay) now\b|"
    r"\bturned out (?:to be )?(?:just |only |a )*(?:panic|anxiety|heartburn|reflux|indigestion|vertigo)\b|"
    r"\bturned out to be (?:a false|a pulled muscle|(?!an?\b|the\b|serious|sepsis|pneumonia|worse|bad)\w+)\b|\b(?:all|long) (?:sorted|resolved|healed|cleared up)\b|\b(?:it's|its|it is|has|have|is|are|that's|now) (?:\w+ )?(?:healed|mended)\b(?! (?:badly|wrong))|"
    r"\b(?:i'?m|he's|she's|it's|they're|everything's|i am|he is|she is|it is) (?:all |much |completely |doing )?(?:fine|ok|okay|well|better|good) (?:now|again|since)\b|"
    r"\bnow (?:i'?m|he's|she's|it's|i am|he is|she is|it is) (?:all |completely |doing )?(?:fine|ok|okay|well|good)\b|"
    r"\b(?:clean|sober|off (?:it|everything|the stuff)|recovered) (?:now|since|for years)\b|\bnothing (?:ever )?since\b|"
    r"\bstopped (?:on its own|by itself|on their own)\b(?!.*\b(?:again|started|back|now)\b)|\b(?:best|nicest) (?:nap|sleep)\b"
)
_NOW = re.compile(
    r"\b(?:right now|now|at the moment|currently|as we speak|just (?:fainted|collapsed|started|passed|had|went)|help|hurry|suddenly|this minute|tonight|tonite|today|"
    r"by the (?:minute|hour)|every minute|each minute|(?:minutes?|mins?) ago|since (?:an|one|two|half an) hours?|for (?:an|two|the last|the past) hours?)\b"
)

# Fire whatever stands around them.
_EMERGENCY_SURE: tuple[str, ...] = (
    # What is seen, each kind of its own.
    r"\b(?:wait|hold off|hold out) (?:until|till|til|for|over) (?:the )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|morning|weekend|next week|office hours)\b.{0,40}\b(?:with|when|has|have|having) (?:strong |bad |severe |crushing |heavy |really bad )+(?:chest pains?|pain in (?:my|the|his|her) chest|shortness of breath|trouble breathing)\b",
    r"\bblood (?:is |just |keeps? |kept )+(?:pouring|gushing|pumping|spurting|coming)(?: right| straight)?(?: out)?\b(?=.*\b(?:press\w* (?:on it )?(?:doesn't|does not|isn't)|won't stop|can't stop|not stopping|soaked|like water|from the tap|everywhere)\b)",
    r"\b(?:son|daughter|baby|toddler|grandson|granddaughter|boy|girl|kid|child|little (?:one|boy|girl)|year old|nephew|niece|grandbaby|dog|puppy)\b(?: [\w']+){0,4} (?:drank|drunk|swallowed|ate|eaten|chewed|got into|sucked)\b.{0,30}\b(?:morphine|methadone|fentanyl|oxycodone|oxycontin|pazopanib|chemo (?:pills?|tablets?|capsules?)|button batter\w+|detergent|dish ?washer (?:pods?|tablets?))\b(?!.*\b(?:years? ago|prescribed|as directed)\b)|\bdrank (?:from |out of )?(?:[\w']+ ){0,2}(?:morphine|methadone) bottle\b",
    r"\b(?:swallowed|took)(?: (?:like|about|around|maybe|almost|over|roughly|at least|more than|some))* (?:[2-9]\d|1\d\d|twenty|thirty|forty|fifty|sixty|a hundred|a (?:whole|full|entire) bottle(?: of)?)(?: of)?(?: (?:my|his|her|the|those|these))?(?: [\w']+){0,2} (?:pills?|capsules?|tylenol|acetaminophen|paracetamol|ibuprofen|aspirins?|oxy\w*|percocets?|xanax|ambien|benadryls?|sleeping pills)\b(?!.*\b(?:a day|daily|per day|each day|every day|over (?:the|a|two|three|six)|in (?:all|total)|so far|weeks?|months?|years?|told me|told to|as directed|protocol|refill|appointment)\b)",
    r"\b(?:can't|cannot|can not|couldn't|unable to)(?: (?:even|really|now|suddenly))? (?:move or feel|feel or move|move nor feel)(?: [\w']+){0,2} (?:legs?|arms?|hands?|feet|foot|side)\b",
    r"\b(?:stitches|staples|incision|wound|scar)(?: [\w']+){0,3} (?:popped|burst|split|tore|torn|ripped|came|come)(?: (?:open|apart|undone))?\b(?=.*\b(?:see (?:inside|his bowels?|my bowels?|intestines?|guts)|coming out|sticking out|poking out|gaping)\b)|\b(?:guts?|intestines?) (?:are |is )?(?:hanging|coming|sticking|poking|bulging|spilling) out\b",
    r"\b(?:hit|hits|banged|cracked|smacked|bumped)(?: (?:his|her|my|the))(?: \w+)? head\b.{0,80}\b(?:blood thinners?|won't (?:answer|wake|talk)|not (?:answering|waking|making sense)|throwing up|vomit\w*|one pupil)\b(?!.*\b(?:years? ago|last (?:year|month|week)|is fine|she's fine|he's fine)\b)",
    r"\b(?:weight|pressure|heaviness|elephant)(?: [\w']+){0,5} (?:on|across|sitting on) (?:my|his|her|the) chest\b(?=.*\b(?:right now|minutes?|sweat\w*|jaw|drenched|clammy|left arm|cold sweat)\b)|\bchest\b.{0,40}\belephant\b(?=.*\b(?:hour|minutes?|sweat\w*|arm|jaw|now)\b)",
    r"\b(?:black tarry|tarry black|tarry) (?:stools?|poop|poo)\b.*\b(?:dizzy|faint\w*|too weak|pale|can't (?:stand|sit)|passed out|light ?headed)\b(?!.*\biron\b)",
    r"\b(?:fever\w*|chills|rigors|shivering|shak\w+|burning up|sepsis)\b.*\b(?:barely answers?|hardly answers?|barely rouse\w*|hardly rous\w*|hard to wake|bp (?:is )?[4-8]\d (?:over|/)|(?:he|she|and) (?:is )?(?:making|makes) no sense|(?:he|she|aunt|uncle|mom|dad|mother|father|wife|husband|sister|brother|grandma|grandpa) (?:doesn't|does not) (?:know|recogni[sz]e) (?:who (?:i|he|she|we)|where (?:he|she) is|me|us|(?:his|her) own))\b(?!.*\b(?:years? ago|last (?:year|month|winter)|he's fine|she's fine)\b)",
    r"\b(?:he|she|aunt|uncle|mom|dad|mother|father|wife|husband)(?:'s| is)? (?:burning up|burning hot)\b.*\b(?:doesn't|does not) (?:know|recogni[sz]e) (?:who|where|me|us)\b",
    r"\b(?:white (?:blood )?(?:cells?|count)|neutrophils?|anc)\b.{0,30}\b(?:zero|near zero|rock bottom|none left|bottomed)\b.*\b(?:10[1-5]\.\d|shak\w+|rigors)\b(?!.*\b(?:no fever|without|last cycle)\b)|\b10[1-5]\.\d\b.*\b(?:shak\w+|rigors|bed (?:moves|shakes|rattles))\b",
    r"\b(?:belly|stomach|abdomen|tummy)(?: [\w']+){0,3} (?:hard as|rigid|stiff as|hard like|like) (?:a )?(?:board|wood|rock)\b",
    r"\b(?:sugar|glucose)(?: [\w']+){0,3} (?:[12]\d|3\d|4\d)\b(?!.*\b(?:units|grams|years?)\b)(?=.*\b(?:no sense|nonsense|swallow|wake|confus\w*|shaky|limp|seizure|out of it)\b)",
    r"\b(?:grabbed|clutch\w*|grabs) (?:at )?(?:his|her|my) (?:chest|throat)\b.{0,40}\b(?:slid|fell|went down|dropped|collapsed|floor|slumped|gone|gr[ae]y|blue)\b",
    r"\bsoak\w*(?: through)?(?: (?:her|his|my|the|a|an|one|two|three|four|five|six|seven|eight|\d+|another|third|fourth|fifth|second|several|big|bath))* (?:towels?|pads?)\b(?=.*\b(?:blood\w*|bleed\w*|faint)\b)",
    r"\b(?:seizure|seizing|convuls\w+|jerking)\b(?: [\w']+){0,4} (?:(?:for |going on )(?:over |about )?(?:\d+|five|six|seven|eight|ten|fifteen|several) min\w*|doesn't stop|does not stop|isn't stopping|not stopping|won't stop)\b|\bjerking all over\b",
    r"\bchoking\b,?(?: and)?(?: [\w']+)? (?:can't|cannot|can not|unable to|isn't able to) (?:speak|cough|breathe|talk)\b",
    r"\b(?:he|she|i|caller|patient|mom|dad|mother|father|wife|husband|son|daughter|brother|sister|aunt|uncle|grandma|grandpa)(?:'s| is|'m| am)? gasp(?:ing\b|s for (?:air|breath)\b)(?! at)|\bcan only (?:get out|get|manage) (?:one|two|a single) words? (?:out )?(?:at a time)?\b(?=.*\b(?:breath\w*|gasp\w*|air|at a time)\b|.*\bgasp)",
    r"\b(?:passing|passes|losing|loses|throwing up|throws up|threw up|vomiting|vomits|vomited|coughing up|bringing up) (?:whole |big |huge )?(?:bowl\w*|cup\w*|bucket\w*|handfuls?|pints?|basins?) of (?:\w+ ){0,4}(?:blood|clots)\b",
    r"\b(?:one|a|single) breath every (?:\d+|ten|fifteen|twenty|thirty) (?:seconds?|secs?)\b|\b(?:her|his|mom's|dad's|mother's|father's|the baby's) breathing (?:has |just |keeps? )?(?:stopped|stopping)\b(?!.*\b(?:years? ago|will|apnea|asleep|at night|snor\w*)\b)",
    r"\b(?:tongue|lips?|throat|airway)(?: (?:and|or) (?:tongue|lips?|throat|face))?(?: [\w']+){0,3} (?:swelling|swell(?:s|ed)? up|balloon\w*|blew up|closing|closes|feels? shut)\b(?=.*\b(?:now|stung|sting|allerg\w*|wheez\w*|airway|shut|epipen|hives|happening)\b)(?!.*\b(?:years? ago|last (?:year|time)|lymphedema|steroids|signs|symptoms)\b)",
    r"\b(?:face|mouth|half of (?:his|her|my|dad's|mom's|my \w+) face)(?: [\w']+){0,3} (?:hang(?:s|ing)|slid|slipped)(?: down| on one side| to one side)?\b(?=.*\b(?:talk\w*|speech|speak\w*|arm|drunk|words?|side|slur\w*)\b)|\b(?:talk|talks|talking|speaks|speaking) like (?:he's |she's |he is |she is |a )?drunk\b",
    r"\bwheez(?:es|ing)\b.{0,40}\b(?:can (?:hardly|barely)|can't|cannot) (?:speak|talk|breathe)\b",
    r"^(?:a )?heart attack,? (?:i think|now|right now|help|happening)\b|\bi think (?:it's |it is |this is |that's |he's having |she's having |i'm having )(?:a |an )?heart attack\b",
    r"\bhavin an? (?:seizure|siezure|seisure|fit|stroke|heart attack) (?:right|rite|ryt) now\b",
    r"\b(?:fell|fallen|fallin|dropped|slumped|keeled|went down|collapsed)\b.{0,40}\b(?:not|isn't|ain't|won't|doesn't|stopped|no longer) (?:answer\w*|respond\w*|react\w*|mov(?:e|ing|in)|talk\w*|wak\w+)\b",
    r"\b(?:having|has|have|got|getting)(?: [\w']+)? pains? in (?:my|his|her) chest\b.{0,40}\b(?:gr[ae]y|sweat\w*|clammy|ash(?:en)?)\b",
    r"\b(?:drank|drunk|has drink|swallowed)(?: [\w']+){0,2} (?:bleach|antifreeze|poison|drano|drain cleaner|oven cleaner|lye|lamp oil|weed killer|rat poison)\b(?!.*\byears? ago\b)",
    r"\b(?:towels?|bandages?|dressings?|gauze|pads?|sheets?|rags?)\b.{0,40}\b(?:keeps?|going|went|goes|turn\w*|soak\w*|getting)(?: (?:going|turning|getting|coming))? (?:red|soaked|through)\b",
    r"\bsquirt(?:s|ing)? (?:out )?(?:when|with|every|each)(?: [\w']+){0,3} (?:heart|beats?|heartbeat|pulse)\b|\b(?:it's|its|it is) a fountain\b|\b(?:bandage|cut|wound|dressing|stitches|incision)\b.{0,30}\blike a (?:faucet|fountain|hose|tap)\b",
    r"\b(?:lady|man|woman|guy|girl|boy|patient|person|he|she|somebody|someone|mom|dad|\w+ mother|\w+ father|wife|husband)(?: [\w']+){0,8} (?:just |has |have )?keeled over\b(?!.*\b(?:years? ago|last (?:year|week|month)|laughing)\b)|\b(?:sucking|sucks|suck) air\b",
    r"\b(?:hot as|burning|roasting|boiling|fever\w*)\b.{0,40}\btalk\w* (?:nonsense|rubbish|gibberish)\b|\btalk\w* (?:nonsense|rubbish|gibberish)\b.{0,40}\b(?:hot as|burning|fever\w*|no white cells)\b",
    r"\b(?:oxygen|o2|sats?|spo2|saturation|oximeter|finger (?:thing|clip|gadget|monitor))(?: [\w']+){0,4} (?:says?|is|at|reads?|shows?|reading|down to|dropped to|in the|of) (?:only |just )?(?:the )?[5-8]\d(?:s|%)?\b(?! (?:years?|dollars|bucks|days?|miles))",
    r"\b(?:glass|knife|saw|blade|artery|vein|wrist|leg|arm|port|catheter|picc)\b.{0,40}\b(?:it's |its |is |blood (?:is )?)?(?:pumping|spurting|squirting|gushing)(?: out)?\b(?! (?:iron|station|breast))",
    r"\b(?:can|could) (?:hardly|barely|scarcely) (?:breathe|get (?:my|his|her|any) breath|get air)\b.{0,40}\b(?:since|for (?:the )?(?:last|past))\b.{0,20}\b(?:minutes?|mins?|hours?)\b",
    r"\b(?:towel|pad|dressing|bandage)s?(?: number| nr| no)?(?: [\w']+){0,3} (?:already|is|soaked)(?: [\w']+){0,2} (?:red|soaked|full|through)\b",
    r"\b(?:feet|foot|legs?|hands?|arms?) (?:don't|doesn't|do not|does not|won't) (?:do|obey|listen|work|move)\b|\bcan only (?:talk|speak) in (?:little bits|single words|gasps|short bits)\b",
    r"\b(?:few|couple of) breaths (?:a|per|each|every) minute\b",
    r"^(?!.*\b(?:if|whenever|in case|what temperature|over|above|when (?:should|do))\b).*\b(?:temp\w*|fever)\b\D{0,10}(?:38[.,][3-9]|39|4[01]|10[1-5])\b.{0,40}\b(?:doxorubicin|gemcitabine|docetaxel|trabectedin|ifosfamide|dacarbazine|paclitaxel|eribulin|infusion|treatment)\b",
    r"\b(?:only )?(?:a few|few|[2-6]|two|three|four|five|six) breaths (?:a|per|each|every) minute\b|\b(?:clammy|cold and sweaty|white as a sheet|pale as)\b.{0,60}\b(?:doesn't know|does not know|confused|no sense|won't wake|hardly)\b",
    r"\b(?:no|not a drop of|can't pass any|hasn't passed any) (?:urine|pee|water)\b.{0,60}\b(?:pain\w*|agony|drowsy|confused|burst\w*|full day|all day|24 hours)\b",
    r"\b(?:breath\w*|bleed\w*|chest(?: pain)?|confus\w*|swelling)\b(?: [\w']+){0,2} (?:harder|worse|heavier|tighter|faster)(?: and (?:harder|worse|heavier|tighter|faster))? (?:every|each|by the|with every) (?:hour|minute)\b",
    r"^(?!.*\b(?:if|whenever|in case|what temperature|over|above|when (?:should|do))\b)(?=.*\bchemo\w*\b).*\b(?:temp\w*|fever)\b\D{0,15}(?:38[.,][3-9]|39|4[01]|10[1-5])",
    r"\b2\d\d ?(?:over|/) ?1\d\d\b|\b(?:gr[ea]y|blue) in the face\b(?=.*\b(?:pant\w*|gasp\w*|breath\w*|sweat\w*)\b)",
    r"\b(?:temp\w*|fever|burning up)\b\D{0,25}(?:38[.,][3-9]|39|4[01]|10[1-5])?.{0,60}\b(?:neutrop\w+|neutrophils?|no white cells?|white (?:cells?|counts?)(?: [\w']+){0,3} (?:low|zero|nil|gone|0)|counts?(?: [\w']+){0,2} (?:rock bottom|zero|nil|tanked))\b(?!.*\b(?:what does|mean|is that why|does that happen)\b)",
    r"\b(?:keep|keeps|kept|almost|nearly)(?: [\w']+){0,2} (?:black(?:ing|ed)|gr[ea]y(?:ing|ed)) out\b|\b(?:so|that|too) much blood in (?:the|his|her|my) (?:toilet|bowl|sink|stool|urine|poop|pee|bed|bag)\b",
    r"\bpink froth\w*\b|\b(?:like|as if) (?:i'm|i am|he's|she's|i was) drowning\b(?! in (?:debt|bills|work|paper\w*|grief|information|sadness|tears))(?=.*\b(?:lying|lie|bed|breath\w*|bolt upright|lungs|air)\b)",
    r"\b(?:fever|temp\w*)(?: [\w']+){0,3} (?:39(?:\.\d)?|4[01](?:\.\d)?|10[3-9](?:\.\d)?)\b.*\b(?:shiver\w*|rigors?|chills|shaking|teeth (?:are )?chatter\w*)\b",
    r"\b(?:fever|temp\w*|3[89]\.\d|4[01](?:\.\d)?)\b.*\b(?:shiver\w*|rigors?|(?:shaking|violent|bad|terrible) chills|teeth (?:are )?chatter\w*|shaking (?:all over|badly|so hard|uncontrollabl\w+))\b(?=.*\bchemo\w*)|"
    r"\bchemo\w*\b.*\b(?:fever|temp\w*|3[89]\.\d|4[01](?:\.\d)?)\b.*\b(?:shiver\w*|rigors?|(?:shaking|violent|bad|terrible) chills|teeth (?:are )?chatter\w*|shaking (?:all over|badly|so hard|uncontrollabl\w+))\b",
    r"\b(?:hand|arm|leg|fingers|mouth|tongue)(?: [\w']+){0,2} (?:won't|doesn't|does not|will not|isn't|not) (?:do(?:ing)?|obey\w*)(?: [\w']+){0,2} (?:i|he|she|me|told|want\w*)\b|\bhalf (?:of )?(?:the|my|his|her) (?:screen|page|picture|room|vision|sight|face in the mirror)(?: [\w']+){0,2} (?:missing|gone|dark|black|blank)\b",
    r"\b(?:foot|leg|arm|hand)(?: [\w']+){0,6} (?:turned|gone|went|is|are)(?: [\w']+){0,2} (?:white|blue|gr[ae]y|purple|pale)(?: and|,)? (?:ice |icy |stone )?cold\b",
    r"\b(?:burning (?:hot|up)|high fever|fever|rigors|shaking chills|4[01](?:\.\d)? degrees)\b.*\b(?:talking (?:nonsense|gibberish)|(?:doesn't|does not|don't) recogni[sz]e (?:me|us|anyone)|delirious|mottled|blotchy|hard to (?:wake|rouse))\b",
    r"\bblood(?: [\w']+){0,3} (?:spurt\w*|squirt\w*|spray\w*|pumping)\b|\b(?:spurt\w*|squirt\w*|spray\w*)(?: [\w']+){0,2} blood\b|\bbleed(?:s|ing) like a (?:tap|faucet|fountain)\b",
    r"^\W*(?:help\W*)?(?:medical )?emergency\W*(?:help|please|now)?\W*$|\baccidental(?:ly)? overdos\w*\b|\b(?:turned|turning|going|gone|went|is|are|looks?) (?:all )?blue\b|"
    r"\b(?:can't|cannot|can not|won't|couldn't) be (?:woken|woke|roused|awakened)\b|\bcold and clammy\b|\bdying (?:on the (?:floor|ground|bed)|in front of (?:me|us)|right now)\b|"
    r"\b(?:won't|can't|doesn't|not|isn't) (?:open|opening) (?:his|her|their) eyes\b|\b(?:can't|cannot) wake (?:her|him|them|up)\b|\bturning (?:gray|grey|purple)\b|\bbleeding heavily (?:right )?now\b|\b(?:panting|fighting|gasping) for air\b|\b(?:mouth|tongue|lips|throat) (?:is |are )?(?:swelling|swollen|closing)\b(?=.*\b(?:pill|drug|dose|infusion|chemo|shot|breath\w*|now|fast)\b)|"
    r"\b(?:is|are|'s) having (?:a )?(?:stroke|heart attack|seizure)\b|^\W*(?:convulsions?|seizures?|seizing)\W+(?:what|help|please|now)\b",
    r"\b(?:call|calling|called|need|should i (?:call|dial)|dial) (?:an? )?(?:911|ambulance|paramedics?)\b",
    r"\b(?:is|are) (?:\w+ ){0,3}(?:not breathing|unresponsive|unconscious|choking|turning blue|seizing|convulsing|bleeding (?:out|to death))\b",
    rf"\b(?:{_PERSON})(?: (?:has|have|just|is|was|'s|suddenly))*(?: [\w']+)? (?:stopped breathing|isn't breathing|quit breathing)\b",
    r"\b(?:stopped|isn't|aren't|not|quit) breathing\b(?! (?:problem|issue|trouble))",
    r"\b(?:won't|can't|cannot|can not|will not|not|isn't|doesn't|couldn't)(?: [\w']+){0,3} (?:wake (?:him|her|them|my \w+)(?: [\w']+)? ?up|waking up|wake up|respond(?:ing)?|regain consciousness)\b(?<!want to wake up)(?! (?:from|to) (?:this|treatment|chemo|radiation|the (?:chemo|treatment|drug))| to (?:chemo\w*|radiation|treatment|therapy|drugs?))",
    r"\b(?:bleeding|bleed|blood|hemorrhag\w+)(?: [\w']+){0,6} (?:won't|will not|does not|doesn't|can't|cannot|can not|isn't|not|never|wouldn't|hasn't|refuses to) (?:\w+ ){0,3}(?:stop|stopping|stopped|slow(?:ing)? down|quit|let up)\b",
    r"\b(?:can't|cannot|can not|couldn't|won't|doesn't|not|unable to) (?:get |make |seem to |it )*(?:\w+ ){0,2}(?:stop|stopping)(?: the| this| my| her| his)? (?:bleeding|blood|hemorrhag\w+)\b",
    r"\b(?:keeps|kept|won't quit|won't stop) (?:on )?bleeding\b|\bbleeding (?:out|to death|uncontrollabl\w+|non ?-?stop|profusely|like crazy|everywhere|all over)\b|\bgushing (?:blood|out)?\b|\bblood (?:is |'s )?(?:gushing|pouring|everywhere|spurting|all over)\b|\bpouring blood\b|\bhemorrhaging\b(?! be| a symptom)",
    r"\bsoak(?:ed|ing|s)? (?:through )?(?:a|one|two|\d+|my|her|several|multiple|every|the|pads?)(?: [\w']+){0,2}(?: pads?| tampons?| towels?| sheets?| bandages?)?(?: [\w']+){0,4} (?:hour|hours|hourly|minutes|min|blood)\b|\bthrough (?:a|two|three|several|\d) pads?(?: [\w']+){0,2} (?:an|per|every|in) (?:\w+ )?hours?\b",
    r"\b(?:having|has|have|is this|might be|could be|think(?: [\w']+){0,3}|it's)(?: having)? (?:a|an) (?:stroke|heart attack|seizure|allergic reaction|anaphyla\w+)\b(?! (?:risk|symptom|years?|before|last|in|ago|history|cause|as|a|once|from|because|after|when))",
    r"\b(?:took|taken|swallowed|ate|drank)(?: [\w']+){0,3} (?:too many|too much|whole bottle|entire bottle|all (?:of )?(?:my|his|her|the)(?! (?:life|time|day|way|vegetables|veggies|greens|dinner|lunch|food))|double|handful of|a bunch of|bleach)(?: [\w']+){0,2} ?(?:pills?|meds?|medication|medicine|tablets?|morphine|oxy\w*|painkillers?|tylenol|opioids?|bottle|bleach)?",
    r"\b(?:over ?dosed|overdosing|od'?ed)\b|\bhas overdosed\b|\bthroat (?:is |'s )?(?:closing|swelling|swollen shut|closed)\b|\b(?:tongue|lips|face)(?: (?:is|are|and \w+ are|'s))* (?:swelling|swollen)\b.*\b(?:breath\w*|swallow|fast|throat|now)\b|\banaphyla\w+ shock\b",
    r"\b(?:is this|this is|it's|its|is it) an emergency\b|\b(?:toddler|baby|kid|child|son|daughter|grand\w+|cat|dog)(?: [\w']+){0,2} (?:swallowed|ate|drank|got into)(?: [\w']+){0,4} (?:pills?|chemo|meds?|medication|medicine|tablets?|morphine)\b",
    r"\bheart (?:has |just )?stopped\b|\bno pulse\b|\b(?:can't|cannot|don't|no) (?:feel|find|get) (?:a|his|her|any) pulse\b|\bcardiac arrest\b",
    r"\bno puedo respirar\b|\bno (?:puede|para de) (?:respirar|sangrar)\b|\bme duele (?:mucho )?el pecho\b|\b(?:se desmay\w+|no respira)\b",
)

# Wording that only sounds like it.
_NO_EMERGENCY: tuple[str, ...] = (
    r"\b(?:about|almost|nearly|practically) (?:stopped breathing|stopped my heart|fainted) (?:when|at|from|over|seeing|reading|opening)\b.{0,30}\b(?:bill|price|invoice|cost|joke)\b",
    r"\b(?:cards?|leaflets?|booklets?|sheets?|posters?|stickers?|lists?|handouts?|magnets?) (?:about|on|of|with) (?:when|how|whether|why) to (?:call|dial|ring) 911\b",
    r"\b(?:nearly|almost|practically) (?:fainted|collapsed|choked)(?: \w+)? (?:from|with|of) laugh\w*\b",
    r"\bpassed out drunk\b(?: [\w']+){0,5} once\b",
    r"\b(?:show|series|drama|film|movie) had an? (?:guy|man|woman|lady|character|patient) with (?:lms|leiomyosarcoma|sarcoma|cancer) who (?:coughed(?: up)? blood|collapsed|fainted|bled)\b(?=.*\b(?:episode|season|scene|plot)\b)",
    r"\bhad an? (?:heart attack|stroke|seizure)(?: back)? in (?:19|20)\d\d\b(?=.{0,40}\b(?:stent|doing (?:fine|well|great)|recovered|(?:fine|well) since)\b)(?!.*\b(?:same|again|feels?|just|tonight|today)\b)|\b(?:collapsed|fainted|dropped|keeled over) and died (?:at (?:age )?\d\d|(?:years|months|weeks) ago|last (?:year|month|summer|winter)|in (?:19|20)\d\d)\b",
    r"\b(?:i|he|she|we) once had (?:trouble|difficulty|problems?|a hard time) breathing\b(?!.*\b(?:now|again|back|happening|today|tonight|right)\b)|\b(?:snor|shor)\w+ like (?:he|she|it|they)(?:'s|'re| is| are) (?:suffocating|choking|dying|drowning)\b",
    r"\bwhen (?:do|should|would|does) (?:you|i|we|one|people|a person|someone) (?:call|ring|dial|phone) (?:911|an ambulance)\b|\bif (?:my \w+|he|she|i|somebody|someone) (?:stops|stopped) breathing (?:one day|some day|someday|at some point|during)\b",
    r"\b(?:thought|think|assumed|suspected)\b.{0,30}\bhad an? (?:stroke|heart attack|seizure)\b(?=.*\b(?:it was|turned out|was really|was actually)\b)|\bpassed out (?:on|in) (?:the|his|her|my) (?:sofa|couch|recliner|armchair|bed)\b(?=.*\b(?:as always|as usual|snoring|like always|after (?:dinner|work|the party))\b)",
    r"\b(?:had|having) an? (?:seizure|stroke|heart attack|fit) once\b(?!.*\b(?:now|again|today)\b)",
    r"\b(?:stopped|went away|cleared|passed|gone) (?:on its own|by itself|on their own|after a (?:minute|moment))\b|\b(?:ok|okay|fine|good) since\b|\bbest (?:nap|sleep)\b",
    r"\b(?:watch|look) (?:out )?for\b.{0,60}\b(?:haven't|have not|hasn't|didn't) (?:had|have|got|get) any\b",
    r"\b(?:odds|chances?|risks?|likelihood|probability|percent\w*)\b(?: [\w']+){0,3} (?:not|never) (?:ever )?waking up\b",
    r"\bin (?:the|a|that|this) (?:movie|film|book|show|series|novel|episode|play)\b.{0,60}\b(?:overdos\w+|collaps\w+|faint\w*|seizures?|bleed\w*|stopp?\w* breathing)\b",
    r"\b(?:can't|cannot|can barely|can hardly|hard to|impossible to) breathe (?:in|with|under|behind|through) (?:this|these|the|that|those|an?|my|your) (?:[\w']+ )?(?:masks?|n95s?|bra|corset|binder|gown|turtleneck|scarf|shirt)\b(?=.*\b(?:lol|haha\w*|do (?:we|i|you)|wear|required|have to|allowed|take (?:it|them) off)\b)",
    r"\b(?:scared|afraid|terrified|frightened|worried|fear|fears|anxious|nervous|dread\w*)\b(?: [\w']+){0,12} (?:(?:of|and|about|or|from) (?:not|never) (?:ever )?waking up\b|(?:not|never|won't) wake up (?:from|after) (?:the|this|that|my|his|her|an?|surgery|an(?:a)?esthe\w+)\b)",
    r"\bhad an? panic attack\b.{0,60}\b(?:couldn't|could not|can't) (?:breathe|get (?:any )?air|catch my breath)\b",
    r"\b(?:only|first|earliest|one) (?:hint|sign|symptom|clue|warning)s?\b(?: [\w']+){0,4} (?:was|were)\b",
    r"\b(?:can't|cannot|can|could|does|do|did)\b.{0,20}\bcatch (?:it|this|that|cancer) (?:off|from)\b",
    r"\b(?:hair|braids?|curls|ponytail|pigtails|beard|locks)\b.{0,80}\b(?:take|lose|losing|keep|fall\w*|grow\w*|save)\b",
    r"\b(?:is it|will it be|was it|can it be) (?:hard|difficult|harder|tough) to breathe (?:after|afterwards|following|with|during)\b",
    r"\b(?:can|could|does|do|will|may|might) (?:the )?(?:chemo\w*|radiation|contrast|dye|treatments?|drugs?|infusions?|immunotherapy|surgery|\w+mab|\w+cin|\w+xel)(?: [\w']+)? (?:trigger|cause|give|set off|lead to|bring on|make)\b[^.;!]*",
    r"\b(?:because|after|when|since) (?:i|he|she) (?:fainted|collapsed|passed out|blacked out)\b(?=.*\b(?:found|in '\d\d|in (?:19|20)\d\d|scan showed|that's how)\b)|\b(?:found|discovered|diagnosed)\b.{0,20}\b(?:because|after|when) (?:i|he|she) (?:fainted|collapsed|passed out|blacked out)\b",
    r"\boverdos\w+(?: [\w']+){0,3} on (?:(?:halloween|christmas|easter|birthday|all that|too much|my kid's|the kids') )?(?:candy|candies|sweets|cookies|pie|pizza|cheese|pudding|turkey|turmeric|garlic|ginger|sugar|chocolate|cake|coffee|tea|kale|broccoli|carrots?|netflix|google|tv|news|information|smoothies|juice|vitamins?)\b",
    r"\bno (?:chest pains?|chest pressure|chest tightness|shortness of breath|trouble breathing|difficulty breathing|bleeding|fainting)\b(?:,? (?:no|or|and no|and|nor) [\w']+){0,4}",
    r"\b(?:suffocating|drowning|choking) (?:in|under|on) (?:paper\w*|forms?|bills?|debts?|work|admin|laundry|casseroles|information|leaflets|e ?mails?|appointments|advice|insurance)\b",
    r"\b(?:scar|stitches|incision|wound|drain|port site) (?:is|looks|are)(?: [\w']+){0,3} (?:red|oozing|leaking|itchy|weepy)\b(?=.*\b(?:infected or normal|is that normal|normal\?|or normal)\b)",
    r"\btook (?:her|his|my|the) (?:pill|tablet|dose)s? twice\b(?=.*\b(?:skip|tonight's?|tonights|next (?:one|dose))\b)|\bside of the bed\b.{0,20}\bempty\b",
    r"\b(?:blood in|pink) (?:the |my |his |her )?(?:pee|urine)\b(?=.*\bfinished\b)",
    r"\bbp (?:is|was|reads?) 1\d\d (?:over|/) ?\d+\b(?=.*\b(?:take|skip|double|pill|tablet|dose|or not)\b)",
    r"\bhad an? (?:heart attack|stroke|seizure)\b(?: [\w']+){0,4} (?:then|later|before|before that)\b.{0,50}\b(?:found|diagnosed|link\w*|related|connect\w*)\b",
    r"\b(?:my|his|her|our) hearts? (?:stopped|sank|dropped|skipped|stood still)(?: [\w']+){0,4} (?:when|as) (?:they|he|she|the|i)\b",
    r"\b(?:how to|know how to|can't|cannot|hard to) breathe (?:without|since|when i think)\b(?: (?:her|him|my|she|he|they|of))?",
    r"\b(?:almost|nearly|practically|about) (?:had|gave|got)(?: (?:me|him|her|us))? (?:a )?(?:heart attack|stroke|seizure)\b(?= (?:when|from|over|at|seeing|reading|opening|with)\b)",
    r"\b(?:faint|pass(?:es|ed)? out)(?:s|ed|ing)? (?:at|from|when|whenever|if|over)(?: [\w']+){0,7} (?:sight|blood|needles?|shots?|injections?|jabs?|syringes?)\b",
    r"\bdo i (?:take|repeat|redo)(?: [\w']+){1,4} again\b",
    r"\b(?:nightmare|dream|movie|blur)\b.*\bwake up\b",
    r"\b(?:can't|cannot|hard to|can hardly|can barely) (?:breathe|catch my breath) (?:when|whenever|every time|just)(?: [\w']+){0,3} (?:think|thinking|worry|remember|imagine|hear)\w*\b|\bfeel like i can't breathe\b",
    r"\b(?:tumou?r|cancer|it|disease|lms|cells?|body|insurance|doctor|office|team|nobody|no one)(?: [\w']+){0,2} (?:doesn't|does not|isn't|is not|not|won't|didn't|stops?|stopped)(?: [\w']+)? respond\w*\b",
)

# Fire on a statement about a person unless it is a question about signs in general, or long past.
_EMERGENCY: tuple[str, ...] = (
    r"\b(?:can't|cannot|can not|cant|couldn't|could not|can barely|can hardly|barely|hardly|unable to|not able to|can scarcely|struggling to|fighting to|trying to|gasping to|hard (?:time|for (?:me|him|her) to)|it's hard to|hard to|difficult to|impossible to|difficulty|trouble|problems?|gasping|struggling|having trouble)(?: [\w']+){0,3} (?:breath\w*|get (?:any |enough |a )?(?:air|breath)|catch (?:my|his|her|their|a) breath|swallow or breathe)\b",
    r"\b(?:gasping|wheezing badly|fighting) for (?:air|breath)\b|\bstruggling for (?:air|breath)\b|\bout of breath (?:at rest|just sitting|lying|right now|and)\b|\b(?:lips|fingers|face|skin)(?: [\w']+){0,3} (?:blue|gray|grey|purple)\b|\bsuffocating\b|\bcan't get (?:any |enough )?air\b",
    r"\b(?:i'm|i am|he's|he is|she's|she is|is|so|very|really|extremely|suddenly|severely|getting|been|feel|feeling|got|became|badly|terribly) (?:\w+ )?short (?:of|on) breath\b|\bsudden(?:ly)?(?: [\w']+){0,2} (?:short(?:ness)? of breath|breathless\w*)\b|\bsevere(?:ly)? short(?:ness)? of breath\b",
    r"\b(?:i have|i've got|i've|i am having|i'm having|i got|i feel|i'm feeling|i'm getting|he has|she has|he's having|she's having|having|has|have|got|getting|with|feel|feels|feeling|woke up with|complaining of|complains of|get|bad|severe|crushing|terrible|sudden|stabbing|squeezing|tight|sharp|intense|horrible|awful)(?: [\w']+){0,4} (?:chest (?:pains?|pressure|tightness)|(?:pains?|pressure|tightness|crushing|squeezing|elephant)(?: [\w']+){0,2} (?:in|on|across) (?:my|his|her|the) chest)\b",
    r"^(?:please |help |omg )*(?:chest (?:pains?|pressure|tightness|hurts?)|crushing chest)\b(?!.*\b(?:of|lms|sarcoma|leiomyosarcoma)\b)",
    r"\b(?:my|his|her|mom's|dad's|wife's|husband's|mother's|father's|chest) (?:whole )?(?:chest )?(?:is |'s |really |feels |starts? |started |so |suddenly )*(?:hurts?|hurting|tight|tightness|crushing|killing|burning|pounding|being crushed|squeezing)\b(?<=.)(?=.*\bchest\b|(?<=chest hurts)|(?<=chest hurting))",
    r"\bchest (?:really |just |suddenly |is |'s |feels |starts? |started )*(?:hurts?|hurting|tight|crushing|being crushed|exploding|on fire|in pain|aching|pounding)\b",
    r"\b(?:pains?|pressure|crushing|tightness|squeezing|stabbing)(?: [\w']+){0,2} in (?:my|his|her) chest\b|\belephant (?:is )?(?:sitting )?on (?:my|his|her) chest\b",
    rf"\b(?:{_PERSON}|just|has|have|had|keep|keeps|kept|almost|nearly|suddenly|and|then|'s|'ve)(?: (?:has|have|just|keeps|keep|kept|almost|suddenly|nearly|is|was|am))*(?: [\w']+)? (?:fainted|fainting|faint|passed out|passing out|pass out|collapsed|collapsing|blacked out|blacking out|lost consciousness|losing consciousness|fell unconscious|going in and out of consciousness|lost conciousness)\b",
    r"\b(?:fainted|passed out|collapsed|blacked out|lost consciousness) (?:in|on|at|and|again|this|right|just|twice|after|from|while|during|today|when|\d)\b",
    r"\b(?:unconscious|unresponsive|passed out cold|in and out of consciousness|semi ?conscious)\b",
    r"\b(?:face|mouth|smile|lip|eye)(?: [\w']+){0,4} (?:droop\w*|dropping|sagging|crooked|lopsided|numb|fallen)\b|\bdroop\w*(?: [\w']+){0,3} (?:face|mouth|smile|side)\b|\bfacial droop\w*\b",
    r"\b(?:slurr(?:ed|ing)|garbled|slurs)(?: [\w']+){0,3}(?: speech| words| talking)?\b|\b(?:speech|words|talking)(?: [\w']+){0,4} (?:slurr\w+|garbled|jumbled|making no sense|not making sense)\b|\bcan't (?:speak|talk|get (?:his|her|my|the) words out)(?: [\w']+){0,2}(?: right| properl\w+| suddenly| now|$)",
    r"\b(?:can't|cannot|can not|couldn't|not able to|unable to|suddenly can't|won't) (?:move|feel|lift|raise|see out of)(?: [\w']+)? (?:arm|leg|side|left|right|face|hand|half|body|one)\b",
    r"\b(?:left|right|one) (?:side|arm|leg)(?: [\w']+){0,5} (?:numb|weak|paralyz\w*|limp|dead|heavy|not working|won't move|gone numb|tingling)\b|\b(?:numb|weak|paralyz\w+|limp)(?:ness)?(?: [\w']+){0,4} (?:one side|left side|right side|half (?:of )?(?:my|his|her))\b",
    r"\bsudden(?:ly)?(?: [\w']+){0,4} (?:numb\w*|weakness|paralys\w+|blind\w*|confus\w+|vision loss|lost (?:my|his|her) (?:vision|sight)|can't see|can't speak|can't talk|can't walk|severe headache)\b|\bworst headache\b|\bthunderclap headache\b",
    r"\b(?:stroke|heart attack|seizure|seizures|convulsions?|convulsing|seizing|fits?)(?: [\w']+){0,2} (?:right now|now|happening|at the moment|today|help|started|won't stop)\b|\b(?:having|has|had|having a|just had|in the middle of|keeps having|is having|started having) (?:a |an |another )?(?:seizures?|convulsions?|fit|stroke|heart attack)\b|\b(?:seizing|convulsing|body shaking uncontrollably|shaking uncontrollably|jerking uncontrollably|foaming at the mouth)\b|\bsigns? of (?:a )?stroke (?:right now|now)\b",
    r"\b(?:i think|i believe|maybe|might be|may be|could be|looks like|is this)(?: [\w']+){0,4} (?:having|had) (?:a |an )?(?:stroke|heart attack|seizure|pulmonary embolism|blood clot in (?:my|his|her) lungs?)\b",
    r"\b(?:cough(?:ing|ed|s)?|throw(?:ing|s)?|threw|vomit(?:ing|ed|s)?|puk(?:ing|ed)|spit(?:ting|s)?|peeing|pooping|passing)(?: up| out)?(?: [\w']+){0,4} (?:blood|blood clots?|clots)\b(?! (?:test|count|work))",
    rf"\b(?:{_PERSON}|'m|'s|is|am|are|been|started|keeps?|suddenly|woke up|and)(?: [\w']+){{0,3}} (?:bleeding|hemorrhaging)(?: [\w']+){{0,3}} (?:a lot|heavily|badly|bad|so much|really (?:bad|heavy)|very heavily|heavy|severely|fast|hard|through|like a faucet|huge clots|non stop|for hours|and dizzy|and faint|constantly)\b",
    r"\b(?:feel(?:s|ing)? like|about to|going to|gonna|nearly|almost)(?: [\w']+)? (?:pass(?:ing)? out|faint(?:ing)?|black(?:ing)? out|collaps\w+)\b|\b(?:vision|everything|sight) (?:went|is going|goes|gone|turned) (?:black|dark|blurry|double)\b|\blost (?:my|his|her) (?:vision|sight|speech)\b",
    r"\bhalf (?:of )?(?:my|his|her) (?:body|face)\b.*\b(?:numb|weak|limp|paralyz\w+|drooping|move|feel)\b|\b(?:can't|cannot|can not|couldn't) (?:feel|move)(?: [\w']+)? (?:legs?|arms?|hands?|feet|foot|face|body)\b|\blost (?:control of|feeling in)\b.*\b(?:bladder|bowels?|legs?|arms?)\b|\bheart (?:is |'s |has been )?(?:racing|pounding|beating)\b.*\b(?:chest|faint|pass|dizzy|breath\w*|1\d\d|2\d\d|sweat\w*)\b",
    r"\b(?:pains?|pressure|tightness) in (?:the )?chest\b|\bchest pains?\b.*\b(?:jaw|arm|sweat\w*|breath\w*|radiating|spreading|now|help)\b",
    r"\b(?:short(?:ness)? of breath|breathing|breath)(?: [\w']+){0,3} (?:getting worse|is worse|worse by|worsening|got worse|really bad|very bad|bad right now|by the minute|all of a sudden|out of nowhere)\b|\b(?:can't|cannot|couldn't) breathe?\b",
    r"\b(?:severe|massive|extreme|uncontrolled|uncontrollable|heavy nonstop|nonstop) bleeding\b|\bbleeding (?:so|too) (?:much|heavily|bad|fast)\b|\bbleeding (?:really|very|extremely|super) (?:bad|badly|heavy|heavily|hard|fast)\b|\blosing (?:a lot of|so much|too much|lots of) blood\b|\bpool of blood\b|\bblood (?:is )?coming out (?:fast|of everywhere|non ?stop)\b",
    r"\b(?:fell|hit|fallen)(?: [\w']+){0,4} head(?: [\w']+){0,4} (?:bleeding|unconscious|confused|won't|vomiting|not)\b|\bincision(?: [\w']+){0,3} (?:burst|split|ripped|opened up|came open|torn)(?: [\w']+)?\b|\b(?:stitches|wound|surgery site)(?: [\w']+){0,3} (?:burst|ripped|split|bleeding (?:a lot|badly|heavily))\b",
    r"\b(?:choking|suffocating|drowning)(?: [\w']+){0,3} (?:on|right now|now|help|food)\b|\b(?:is|'s|am|'m|are) choking\b|\bswallowed (?:bleach|poison|batteries|a battery)\b|\b(?:having|severe|bad) (?:an )?allergic reaction\b|\bhives(?: [\w']+){0,4} (?:breath\w*|throat)\b",
    r"\bfever (?:of |is |at )?10[4-9]\b|\b10[4-9](?:\.\d)? (?:degree )?(?:fever|temp\w*)\b|\bunbearable pain (?:right )?now\b",
)

_GENERIC_QUESTION = re.compile(
    r"^(?:so |ok |okay |hi |hello |and |but |um |also |please )*(?:is|are|does|do|can(?! (?:hardly|barely|scarcely) breathe (?!through))|could|would|will|what|which|how|why|when|where|who|"
    r"should|might|may|did)\b(?!')(?! (?:i stop|i do (?:right )?now|do i do|should i do|can i do (?:right )?now|i call|i go to (?:the )?(?:er|hospital)))"
)
_PERSON_NOW = re.compile(
    rf"\b(?:he|she) (?:takes|breathes|sleeps|lies|sits|looks|talks|makes)\b|\bmy (?:\w+ )?{_KIN}, .{{0,60}}, (?:is|has|was|keeps)\b|\b(?:i|he|she|they|we|(?:my|our|her|his) (?:\w+ )?{_KIN}|{_KIN})(?:'m|'s|'ve|'re)?(?: (?:am|is|are|has|have|just|suddenly|really|still|keeps?|now|can|can't|cannot|cant|could|was|were|got|feel|feels))+\b|"
    rf"\b(?:i|he|she|they|we)(?:'m|'s|'re|'ve| can't| cannot| keep| just| fainted| passed| collapsed)\b|\b(?:it is|it's|this is) happening (?:right )?now\b|\b(?:my|his|her|(?:my|our|his|her) {_KIN}'s) (?:chest|face|arm|side|throat|lips|tongue|airway|breathing|speech|heart)\b|\b(?:my|his|her) (?:mom|dad|wife|husband|mother|father|son|daughter|left|right)\b"
)

_TO = re.compile(r"\b(wants?|going|needs?|trying|ready|has|have|planning) 2\b")
_crisis_sure = PatternSet(_CRISIS_SURE)
_crisis = PatternSet(_CRISIS)
_no_crisis = PatternSet(_NO_CRISIS)
_sure = PatternSet(_EMERGENCY_SURE)
_emergency = PatternSet(_EMERGENCY)
_no_emergency = PatternSet(_NO_EMERGENCY)


def is_crisis(text: str) -> bool:
    """Whether someone is said to want to die, or to harm themselves or others."""
    text = _TO.sub(r"\1 to", text)
    if _crisis_sure.any(text):
        return True
    text = _no_crisis.cut(text, " , ")
    return _crisis.any(text)


def is_emergency(text: str) -> bool:
    """Whether somebody's life is said to be in danger now."""
    text = _of_now(text)
    told = _told_beside_questions(text)  # first, for a calm wording may reach over the end of its sentence
    return any(_tells_of_emergency(_no_emergency.cut(part, " , ")) for part in (text, *told))


def _tells_of_emergency(text: str) -> bool:
    asks = bool(_ASKS_IF_SIGN.search(text))
    about_now = bool(_NOW.search(text))
    person = bool(_PERSON_NOW.search(text))
    if _sure.any(text) and not (asks and not person):
        return True
    if not _emergency.any(text):
        return False
    generic = bool(_GENERIC_QUESTION.search(text))
    return not ((asks or generic) and not (person and (about_now or (not asks and not generic))))


_SENTENCE = re.compile(r"(?<=[.?!;])\s+")
_OF_IT = re.compile(r"\b(?:that|this|it|these|those|they)\b")
_LASTING = re.compile(
    r"\b(?:since|for (?:an? |the last |the past )?(?:few |couple of |\w+ )?(?:weeks?|months?|years?)|all (?:my|his|her) life|(?:has|have|had) had|copd|asthma|"
    r"wheelchair|when(?:ever)? (?:i|he|she)|says|if)\b"
)


def _told_beside_questions(text: str) -> list[str]:
    """Sentences that tell of a person now where others ask of something else: "what are the side effects? my aunt is burning up".

    Where the question is about what was told ("... is that normal?"), or what is told has lasted, the message is one.
    """
    sentences = _SENTENCE.split(text)
    asked = [one for one in sentences if _asks_in_general(one)]
    if not asked or len(asked) == len(sentences) or _OVER.search(text):
        return []
    told = [one for one in sentences if one not in asked and _PERSON_NOW.search(one) and (_PRESENT.search(one) or _NOW.search(one))]
    if sentences[-1] in asked and _OF_IT.search(sentences[-1]):
        return []
    return [one for one in told if not _LASTING.search(one)]


def _asks_in_general(sentence: str) -> bool:
    return sentence.rstrip().endswith("?") or bool(_GENERIC_QUESTION.search(sentence)) or bool(_SUPPOSES.search(sentence))


def _of_now(text: str) -> str:
    """The text without the clauses that tell of long ago; empty where what is left tells nothing of the present."""
    if not _PAST.search(text) or (_NOW.search(text) and not _OVER.search(text)):
        return text
    rest = " , ".join(clause for clause in _CLAUSE.split(text) if not _PAST.search(clause))
    return rest if _PRESENT.search(rest) else ""


def alarm(text: str) -> Alarm | None:
    """Which safety line a message calls for, if any; a crisis leads where both are told.

    Args:
        text: the message in lower case, spelled, one space between words.
    """
    if is_crisis(text):
        return "crisis"
    return "emergency" if is_emergency(text) else None


_SUPPOSES = re.compile(r"^(?:and |so |but |or )?(?:if|when|whenever|in case|what if|suppose|say|once|should)\b")


def _calm(text: str) -> bool:
    """Whether the rules know a wording in the text that sounds like danger and is none."""
    return _no_crisis.any(text) or _no_emergency.any(text)


_HEARSAY = re.compile(
    r"\b(?:somebody|someone|they|people|i (?:heard|read)|my \w+|the (?:nurse|doctor|neighbor))\b(?: \w+){0,3} ?(?:said|says|told)?\b.{0,80}\bis (?:that|it) (?:so|true|right)\W*$"
)
_PLAIN = 0.85  # a calm wording does not outweigh a hint as plain as this: "the oxy isn't touching the pain, the rope is ready"


def may_be(name: Alarm, chance: float, text: str, whole: str) -> bool:
    """Whether a classifier's alarm is believed: not a faint one where the wording is known as calm, and an emergency neither
    for what is asked in general, heard of or supposed, nor for what is long past.

    Args:
        chance: how likely the classifier holds it.
        text: what the classifier read.
        whole: the message that it is part of, or the same.
    """
    if chance < _PLAIN and _calm(whole):
        return False
    if name == "crisis":
        return True
    if not _of_now(text) or _OVER.search(whole) or _SUPPOSES.search(text) or _HEARSAY.search(whole):
        return False
    part = text.strip(" .!;,")
    apart = bool(part) and not _asks_in_general(part) and any(part in told for told in _told_beside_questions(whole))
    asks = bool(_ASKS_IF_SIGN.search(text)) or bool(_GENERIC_QUESTION.search(text)) or (not apart and bool(_GENERIC_QUESTION.search(whole)))
    return not asks or (bool(_NOW.search(whole)) and bool(_PERSON_NOW.search(whole)))
