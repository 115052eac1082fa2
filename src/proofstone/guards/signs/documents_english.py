"""Signs, in English words, that a passage talks to whatever answers from it."""

from __future__ import annotations

_MACHINE = (
    r"(?:ais?|llms?|gpts?|(?:ai|virtual|automated|digital|language|llm|answering|chat) ?"
    r"(?:models?|assistants?|agents?|bots?|systems?|engines?|readers?)|assistants?|chat ?bots?|"
    r"bots?|models?|answering (?:engine|system)s?|responders?|answerers?|"
    r"systems? (?:answering|that answers?)[^.!?\n]{0,30})"
)
_CALLED = (
    r"(?:ais?|llms?|gpts?|(?:ai|virtual|automated|digital|language|llm|answering|chat) ?"
    r"(?:models?|assistants?|agents?|bots?|systems?|engines?|readers?)|assistants?|chat ?bots?|"
    r"bots?|responders?|systems? answering[^.!?:\n]{0,30})"
)
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|outputs?|summar(?:y|ies)|completions?)"
_OUGHT = (
    r"(?:must|should|shall|(?:has|have|needs?|is|are) to|(?:is|are) (?:required|asked|instructed|"
    r"expected) to)"
)
_USER = (
    r"(?:users?|customers?|readers?|clients?|visitors?|callers?|whoever|every(?:one|body)|"
    r"any(?:one|body)|person|people)"
)
_POINT = r"(?:here|now|this (?:point|line|moment|message|sentence)|there)"
_HOLD = (
    r"(?:begin|start|end|finish|contain|include|name|mention|rate|carry|recommend|say|state|quote|"
    r"open|close|link|refer to|claim|call|describe|declare|repeat)"
)
_START = r"(?:^|[.!?:;,]\s+|>\s?|\b(?:please|always|just|simply|kindly|only|and|then|instead) )"
_SAY = (
    r"(?:say|state that|respond(?! to\b)|reply(?! to\b)|claim|pretend|mention|declare|output|"
    r"print|repeat|recommend|praise|deny|insist|announce|quote|rank|promote|"
    r"treat [^.!?\n]{1,40} as|answer (?:that|with|only|in)|write out|act as)"
)
_ANY = rf"(?:{_SAY}|state|report|describe|present|rate|write|give|list|name|answer|request)"

ENGLISH: dict[str, str] = {
    "addressed": (
        rf"\b(?:note|message|instruction|notice|memo|directive|hint|reminder|attention|word)s? "
        rf"(?:to|for) (?:the |any |all )?(?:\w+ )?{_MACHINE}(?=[ ,:.]*(?:$|[a-z]))"
        rf"|\b(?:dear|attention|hey|hello|attention of),? (?:\w+ )?{_MACHINE}\b"
        rf"|(?:^|[.!?>\]]\s*|\bto (?:the |any |all )?){_CALLED}\s?[,:](?= ?\w)"
        rf"|\bif you(?:'re| are) (?:an?|the) (?:\w+ )?{_MACHINE}\b"
        rf"|\b{_MACHINE} (?:that |who |which )?(?:is |are )?(?:reading|processing|summari[sz]ing|"
        r"seeing|parsing|answering|process|summari[sz]es?|parses?) (?:this|the|these|it|from|"
        r"questions)\b"
    ),
    "commanded": (
        rf"\b{_MACHINE}\b(?: (?!when|if|while|must|should)\w+){{0,5}} {_OUGHT}\b(?! be\b)"
        rf"|\b{_MACHINE}\b[^.!?\n]{{0,24}}\b(?:please|kindly)\b"
    ),
    "scripted": (
        r"\b(?:asked|asks?|enquires?|inquires?|question|query|queries|questions|responding|"
        r"answering|replying|summari[sz]ing|wants to \w+|mentions?|concerns?)\b[^.!?\n]{0,60},"
        rf" (?:always |then |just |please |simply )?{_ANY}\b"
        r"|\b(?:must|should|is to|are to) be answered (?:with|by)\b"
        r"|\b(?:no matter|regardless of|whatever|whichever)\b[^.!?\n]{0,24}\b(?:(?:ask|question|"
        r"quer)\w*|(?:person|user|they|anyone|customer|reader)s? wants?)"
    ),
    "ordered": (
        rf"{_START}{_SAY}\b(?!\()(?! (?:them|it|us|me|him)\b)|\b{_OUGHT} (?:\w+ly |also |always |"
        r"now |only )?(?:say|state|claim|declare|report that|mention|output|rate|"
        r"tell every\w+|reply|be described|recommend)\b"
    ),
    "answering": (
        rf"\b(?:your|the|any|every|each|all|final|next|this) (?:\w+ ){{0,2}}?{_ANSWER}\b"
        rf"[^.!?\n]{{0,48}}?\b{_OUGHT} (?:not |always |also )?{_HOLD}\b"
        rf"|(?:^|[.!?]\s+){_ANSWER}\b[^.!?\n]{{0,40}}?\b{_OUGHT} (?:not |always |also )?{_HOLD}\b"
        rf"|\b(?:start|begin|end|finish|open|close|preface|conclude) (?:your|every|any|all) "
        rf"{_ANSWER}\b"
        rf"|\b(?:add|append|insert|include|put|attach|place|write|leave)\b[^.!?\n]{{0,80}}?"
        rf"\b(?:to|in|into|at|of|from) (?:the )?(?:(?:end|start|beginning|top|bottom|first line) "
        rf"of )?(?:(?:your|each|every|all) (?:\w+ )?{_ANSWER}|the (?:answer|reply|response))\b"
        rf"|\b(?:in|at the end of|with|throughout) (?:your|each|every|all) (?:\w+ )?{_ANSWER}\b"
        r"|\bat the end of the (?:answer|reply|response)\b"
        r"|\b(?:when|before|as|until|unless) you (?:\w+ )?(?:compose|reply|answer|respond|"
        r"summari[sz]e|generate|show)\b|\bwhat you (?:tell|print|say)\b|\babout to (?:give|write)\b"
    ),
    "dictated": (
        r"\b(?:say|reply|respond|answer|output|print|write|repeat|finish|end|begin|start|"
        r"give)\b[^.!?\n]{0,40}?\b(?:exactly|verbatim|nothing (?:else|more)|word for word|"
        r"(?:the )?(?:single |following |next |exact )(?:word|line|sentence|phrase|text|code)s?|"
        r"only with|with (?:the )?(?:word|sentence|phrase|text)s?)\b"
        r"|\b(?:say|reply|respond|state|end|begin|start|finish|include|output|add)\b"
        r"(?: (?!is|are|was|as)\w+){0,2}:? [\"“]"
        r"|\bthe word [A-Z]+\b(?= and nothing|\.|$)|\banswered with:|: (?:say|reply|respond):"
    ),
    "manner": (
        r"\b(?:respond|answer|reply|write|speak|talk|present|give|written)\b[^.!?\n]{0,24}\b(?:in|as|"
        r"using) (?:an? |any |the )?(?:\w+ )?(?:french|german|spanish|russian|latin|pirate|"
        r"capitals?|capital letters|base ?64|emojis?|rhymes?|poems?|\w+ of emojis?)\b"
        r"|\bwithout (?:any |giving |naming )?(?:sources?|citations?|references)\b"
        rf"|\b(?:say|reply|respond|answer|speak|agree|write)\b[^.!?\n]{{0,40}}\bfrom {_POINT} on"
        rf"|\bfrom {_POINT} on(?:wards)?,? (?:\w+ ){{0,2}}(?:you|say|answer|speak|agree|reply|"
        r"respond|print|never|only|speaks?)\b"
        r"|\b(?:translate|encode|encrypt|reverse) (?:all|everything|the text|each|every|the whole)"
        r"|\bfor the rest of (?:the|this) (?:conversation|chat)\b"
    ),
    "diverted": (
        r"\b(?:do not|don't|never|stop|refuse to|decline to|cease) (?:answer|help|respond|reply|"
        r"being helpful|answering|helping)\b|\b(?:instead of|in place of|rather than) "
        r"(?:an? |the )?(?:answer|reply|response|answering)\w*|\bchange the subject\b"
        r"|\bask instead\b|\b(?:then|now) stop\b|\bsteer\b|\bpretend (?:that|to)\b"
        r"|\b(?:comply with|just follow|act on) (?:it|them)\b|\bdisregard the (?:question|user)"
    ),
    "told": (
        rf"{_START}(?:never |always )?(?:tell|inform|advise|direct|urge|convince|instruct|warn|"
        rf"remind|persuade|lead|steer|assure|encourage|notify|send) (?:the |any |every |each "
        rf"|all )?(?:\w+ )?{_USER} (?:that|to|of|asking|is asking|whether|into)\b"
        r"|\b(?:users?|persons?|people|customers?|readers?) (?:who is |who are |now )?(?:asking|"
        r"asks you|wants you)\b|\bwhoever (?:asks|is asking)\b|\bwhat you tell the user\b"
        r"|\bthe (?:user|customer)'s (?:last |previous |next )?(?:message|question|input)\b"
        r"|\bto (?:every|each|any|all) users?\b"
        r"|\b(?:tell|telling) (?:users?|the user) (?:the|that)\b"
    ),
    "harvested": (
        r"\b(?:ask|request|demand|collect|obtain|solicit)\b(?<!not ask)[^.!?\n]{0,24}?"
        r"\b(?:for|the|an?|their)\b[^.!?\n]{0,32}?\b(?:passwords?|cards?|card number|e-?mail|"
        r"order number|pin|account|address|phone|credentials)\b[^.!?\n]{0,24}(?:\band\b|\bof "
        r"whoever|$|\.)"
    ),
    "concealed": (
        r"\b(?:do not|don't|never|must not)\b[^.!?\n]{0,12}?\b(?:mention|reveal|disclose|cite|"
        r"quote|refer to|discuss|show|name|tell)\b(?! other)[^.!?\n]{0,40}?"
        r"\b(?:this|these|it\b(?=[,.])|user|person|reader|customer|instructions?|directions?)\b"
        r"|\bwithout (?:telling|mentioning|informing|revealing|disclosing)\b"
        r"|\b(?:say nothing about|keep (?:this|these|it)\b[^.!?\n]{0,24}(?:secret|confidential|"
        r"hidden|private)|(?:this|these) (?:instruction|direction|note|order)s? (?:is|are) secret|"
        r"hide that you|(?:act|follow|comply|obey|do)\b[^.!?\n]{0,24}\b"
        r"(?:silently|secretly))\b|\bas (?:though|if)\b[^.!?\n]{0,40}did not exist\b"
        r"|\b(?:do not|never) (?:cite|quote) this\b|\bleave [^.!?\n]{1,24} out of what you\b"
    ),
    "linked": (
        r"!\[[^\]\n]{0,60}\]\(https?://[^)\s]{0,120}[?&]\w{1,12}=(?:[{\[<$)]|question|query|text|"
        r"message|data|conversation|answer|history)"
        r"|\b(?:append|insert|render|put|load|embed|collect|attach)\b[^.!?\n]{0,80}https?://"
        r"|\b(?:add|include|display|show|contain|put|insert|append)\b[^.!?\n]{0,48}"
        r"\b(?:link|url|picture|image)s?\b[^.!?\n]{0,16}https?://"
        r"|\bas a (?:clickable )?link\b|\b(?:encoded as|as part of|in) an? url of\b"
        r"|https?://\S+[?&]\w+= ?(?:followed|and|\{|\[|$)"
        r"|\b(?:direct|send|lead|point)\b[^.!?\n]{0,24}\bto https?://"
    ),
    "turns": (
        r"^\s{0,4}(?:user|human|customer|q|question)\s?:[^\n]{0,200}\n\s{0,4}(?:assistant|ai|bot|"
        r"system|model|chat ?bot)\s?:|^\s{0,4}(?:system|assistant)\s?: ?\S"
        r"|<\|[a-z_]{2,20}\|>\s?(?:system|assistant)|\[/?inst\]|</?(?:context|instructions?|system|documents?|passages?|prompt)>"
        r"|^#{2,4} ?(?:response|instruction|system|assistant|new task)s?\b"
    ),
    "ended": (
        r"\bend of (?:the )?(?:passages?|retrieved|context|documents?|results?|sources?|search|"
        r"excerpts?|material)\b|\bnew (?:task|instructions?|orders?) (?:for|to)\b"
        r"|\bthe (?:user|customer) (?:now|next) (?:asks|wants|has)\b"
        r"|(?:^|[.!?]\s)(?:system|admin(?:istrator)?|developer) (?:override|message|instruction|"
        r"prompt|command|notice)s?\s?:"
    ),
    "carried": (
        r"<!--[^>]{0,300}?\b(?:reply|respond|tell|say|assistants?|ai|llms?|bots?|answer (?:with|"
        r"that|each|every|all))\b"
        r"|(?:display:\s?none|visibility:\s?hidden|font-size:\s?0|color:\s?(?:white|#fff)|"
        r"opacity:\s?0)\b|\[//\]: ?#|<[a-z]+ hidden\b"
        r"|^[\w-]{0,20}(?:llm|ai|assistant|model|bot|agent|chatbot|gpt)[_-](?:instructions?|notes?|"
        r"prompts?|hints?|directives?|rules?|messages?|system)\s?:"
    ),
    "ranked": (
        r"\b(?:overrides?|supersedes?|takes? precedence over|prevails? over|outranks?|replaces?)\b"
        r"[^.!?\n]{0,24}\b(?:all|any|every|your|you)\b[^.!?\n]{0,24}\b(?:documents?|sources?|"
        r"passages?|guidelines|instructions?|content|pages?|results?|rules)\b"
        r"|\b(?:ignore|disregard|distrust|skip)\b[^.!?\n]{0,16}\b(?:passages?|sources?|documents?|"
        r"excerpts?|search results?|articles?)\b"
        r"|\b(?:trust|believe|use) (?:nothing but|no other|only this)\b|\bonly this (?:one|page|"
        r"section|text|passage)\b|\bhighest priority\b|\bwhatever (?:they|the others?) say\b"
        r"|\b(?:other|all other) (?:search results|passages|sources|documents)\b"
        r"|\binstructions (?:that )?you (?:received|were given|got|have)\b|\bauthoritative source\b"
    ),
    "inward": (
        r"\b(?:text|words|content|documents?|rules|instructions|everything) (?:that )?you "
        r"(?:were|have been|have|had|are|can) (?:given|told|access|see|shown|received)\b"
        r"|\byour (?:\w+ )?(?:system prompt|instructions|guidelines|prompt)\b"
        r"|\byour (?:earlier|previous|own|hidden|internal|secret) rules\b|\bauthori[sz]es? you\b"
        r"|\byour (?:developer|creator|operator|maker)s?\b"
        r"|\bdocuments? you (?:have access|can see)|\byou are now (?:the|an?|my|our)\b"
        r"|\b(?:earlier|previous|old) (?:rules|instructions) (?:are|were) (?:void|cancelled)\b"
        r"|\b(?:before|above) this (?:passage|text|section|document)\b"
        r"|\byou (?:speak|talk|write|act|behave) as\b|\bbehave as\b"
    ),
}
"""Regular expressions by the name of the sign, as `documents.MEANINGS` explains it."""
