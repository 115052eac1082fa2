"""Signs, in English words, that a passage talks to whatever answers from it."""

from __future__ import annotations

_MACHINE = (
    r"(?:ais?|llms?|gpts?|(?:ai|virtual|automated|digital|language|llm|answering|chat) ?"
    r"(?:models?|assistants?|agents?|bots?|systems?|engines?|readers?)|assistants?|chat ?bots?|"
    r"bots?|models?|answering (?:engine|system)s?|responders?|answerers?|"
    r"systems? (?:answering|that answers?)[^.!?\n]{0,30})"
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
_HOLD = (
    r"(?:begin|start|end|finish|contain|include|name|mention|rate|carry|recommend|say|state|quote|"
    r"open|close|link|refer to|claim|call|describe|declare|repeat)"
)
_START = r"(?:^|[.!?:;,>]\s*|\b(?:please|always|just|simply|kindly|only|and|then|instead) )"
_SAY = (
    r"(?:say|state|respond(?! to\b)|reply(?! to\b)|claim|pretend|mention|declare|report that|"
    r"output|print|repeat|recommend|praise|deny|insist|announce|quote|describe|present|rate|rank|"
    r"treat|promote|call the|answer (?:that|with|only|in)|write|give|list|name|act)"
)

ENGLISH: dict[str, str] = {
    "addressed": (
        rf"\b(?:note|message|instruction|notice|memo|directive|hint|reminder|attention|word)s? "
        rf"(?:to|for|of) (?:the |any |all )?(?:\w+ )?{_MACHINE}\b"
        rf"|\b(?:dear|attention|hey|hello),? {_MACHINE}\b"
        rf"|(?:^|[.!?>\]]\s*|\bto (?:the |any |all )?){_MACHINE}\s?[,:](?= ?\w)"
        rf"|\bif you(?:'re| are) (?:an?|the) (?:\w+ )?{_MACHINE}\b"
        rf"|\b{_MACHINE} (?:that |who |which )?(?:are |is )?(?:read(?:s|ing)|process(?:es|ing)?|"
        r"summari[sz](?:es?|ing)|see(?:s|ing)?|pars(?:es?|ing)) (?:this|the|these|it)\b"
    ),
    "commanded": (
        rf"\b{_MACHINE}\b(?: (?!when|if|while|must|should)\w+){{0,5}} {_OUGHT}\b(?! be\b)"
        rf"|\b{_MACHINE}\b[^.!?\n]{{0,24}}\b(?:please|kindly)\b"
    ),
    "asked": (
        r"\b(?:when(?:ever)?|if|once|upon|on|should|every time|each time|in case)\b[^.!?\n]{0,24}?"
        r"\b(?:being asked|asked|asks?|enquires?|inquires?|queries|wants? to know|questions?"
        r"|wants? to)\b"
        r"|\b(?:for|to|in response to|on|with|at) (?:any|every|each|all) (?:question|query|"
        r"enquiry|inquiry|request)s?\b|\bin response to\b"
        r"|\b(?:any|every|each|all) (?:question|query|enquiry|inquiry|request)s? (?:about|that|on|"
        r"of|concerning|mentioning)\b"
        r"|\bwhen (?:responding|answering|replying|summari[sz]ing)\b"
    ),
    "scripted": (
        r"\b(?:asked|asks?|enquires?|inquires?|question|query|queries|questions|responding|"
        r"answering|replying|summari[sz]ing|wants? to \w+|mentions?|concerns?)\b[^.!?\n]{0,60},"
        rf" (?:always |then |just |please |simply )?{_SAY}\b"
        r"|\b(?:must|should|is to|are to) be answered (?:with|by)\b"
        r"|\b(?:no matter|regardless of|whatever|whichever)\b[^.!?\n]{0,24}\b(?:ask|question|quer|"
        r"want)\w*"
    ),
    "ordered": (
        rf"{_START}{_SAY}\b(?!\()(?! (?:them|it|us|me|him)\b)|\b{_OUGHT} (?:\w+ly |also |always |"
        r"now |only )?(?:say|state|claim|tell|describe|declare|report|mention|output|rate|"
        r"reply|be described|recommend)\b"
    ),
    "answering": (
        rf"\b(?:your|the|any|every|each|all|final|next|this) (?:\w+ ){{0,2}}?{_ANSWER}\b"
        rf"[^.!?\n]{{0,48}}?\b{_OUGHT} (?:not |always |also )?{_HOLD}\b"
        rf"|(?:^|[.!?]\s+){_ANSWER}\b[^.!?\n]{{0,40}}?\b{_OUGHT} (?:not |always |also )?{_HOLD}\b"
        rf"|\b(?:start|begin|end|finish|open|close|preface|conclude) (?:your|the|every|any|all)"
        rf" {_ANSWER}\b"
        rf"|\b(?:add|append|insert|include|put|attach|place|write|leave)\b[^.!?\n]{{0,80}}?"
        rf"\b(?:to|in|into|at|of|from) (?:the )?(?:(?:end|start|beginning|top|bottom|first line) of "
        rf")?(?:your|the|each|every|any|all) (?:\w+ )?{_ANSWER}\b"
        rf"|\b(?:in|at the end of|with|throughout) (?:your|each|every|all) (?:\w+ )?{_ANSWER}\b"
        rf"|\bat the end of the {_ANSWER}\b"
        r"|\b(?:when|before|as|until|unless) you (?:\w+ )?(?:compose|reply|answer|respond|"
        r"summari[sz]e|generate|show)\b|\bwhat you tell\b|\babout to (?:give|write)\b"
    ),
    "dictated": (
        r"\b(?:say|reply|respond|answer|output|print|state|write|repeat|finish|end|begin|start|"
        r"give)\b[^.!?\n]{0,40}?\b(?:exactly|verbatim|nothing (?:else|more)|word for word|"
        r"(?:the )?(?:single |following |next |exact )(?:word|line|sentence|phrase|text|code)s?|"
        r"with (?:the )?(?:word|sentence|phrase|text)s?)\b"
        r"|\b(?:say|reply|respond|answer|state|end|begin|start|finish|include|output|add)\b"
        r"(?: \w+){0,5}:? [\"“]"
        r"|\bthe word [A-Z]+\b(?= and nothing|\.|$)|\banswered with:|: (?:say|reply|respond):"
    ),
    "manner": (
        r"\b(?:respond|answer|reply|write|speak|talk|present|give|written)\b[^.!?\n]{0,24}\b(?:in|as|"
        r"using) (?:an? |any |the )?(?:\w+ )?(?:french|german|spanish|russian|latin|pirate|"
        r"capitals?|capital letters|base ?64|emojis?|rhymes?|poems?|\w+ of emojis?)\b"
        r"|\bwithout (?:any |giving |naming )?(?:sources?|citations?|references)\b"
        r"|\bfrom (?:here|now|this (?:point|line|moment|message)|there) on(?:wards)?\b"
        r"|\b(?:translate|encode|encrypt|reverse) (?:all|everything|the text|each|every|the whole)"
        r"|\bfor the rest of (?:the|this) (?:conversation|chat)\b|\bwrite an? (?:poem|letter|story)"
    ),
    "diverted": (
        r"\b(?:do not|don't|never|stop|refuse to|decline to|cease) (?:answer|help|respond|reply|"
        r"being helpful|answering|helping)\b|\b(?:instead of|in place of|rather than) (?:an? |the )?"
        r"(?:answer|reply|response|answering)\w*|\bchange the subject\b|\bask instead\b"
        r"|\b(?:then|now) stop\b|\bstop (?:there|here)\b|\bsteer\b|\bbefore anything else\b"
        r"|\bpretend (?:that|to)\b|\bcarry out\b|\bcomply with it\b|\bjust follow it\b|\bdo so\b"
    ),
    "told": (
        rf"{_START}(?:never |always )?(?:tell|inform|advise|direct|urge|convince|instruct|warn|remind"
        rf"|persuade|lead|steer|assure|encourage|notify|send) (?:the |any |every |each |all )?"
        rf"(?:\w+ )?{_USER} (?:that|to|of|asking|is asking|who|whether|into)\b"
        r"|\b(?:users?|persons?|people|customers?|readers?) (?:who is |who are |now )?(?:asking|"
        r"asks you|wants you)\b|\bwhoever (?:asks|is asking)\b|\bwhat you tell the user\b"
        r"|\bthe (?:user|customer)'s (?:last |previous |next )?(?:message|question|input)\b"
        r"|\bto (?:every|each|any|all) users?\b|\b(?:tell|telling) (?:users?|the user) (?:the|that)\b"
    ),
    "harvested": (
        r"\b(?:ask|request|demand|collect|obtain|solicit)\b(?<!not ask)[^.!?\n]{0,24}?"
        r"\b(?:for|the|an?|their)\b[^.!?\n]{0,32}?\b(?:passwords?|cards?|card number|e-?mail|"
        r"order number|pin|account|address|phone|credentials)\b[^.!?\n]{0,24}(?:\band\b|\bof "
        r"whoever|$|\.)"
    ),
    "concealed": (
        r"\b(?:do not|don't|never|must not)\b[^.!?\n]{0,12}?\b(?:mention|reveal|disclose|cite|quote|"
        r"refer to|discuss|show|name|tell)\b(?! other)[^.!?\n]{0,40}?\b(?:this|these|it\b(?=[,.])|"
        r"user|person|reader|customer|instructions?|directions?)\b"
        r"|\bwithout (?:telling|mentioning|informing|revealing|disclosing)\b"
        r"|\b(?:say nothing about|keep (?:this|these|it)\b[^.!?\n]{0,24}(?:secret|confidential|"
        r"hidden|private)|(?:this|these) (?:instruction|direction|note|order)s? (?:is|are) secret|"
        r"hide that you|silently|secretly)\b|\bas (?:though|if)\b[^.!?\n]{0,40}did not exist\b"
        r"|\b(?:do not|never) (?:cite|quote) this\b|\bleave [^.!?\n]{1,24} out of what you\b"
    ),
    "linked": (
        r"!\[[^\]\n]{0,60}\]\(https?://[^)\s]{0,120}[?=]"
        r"|\b(?:append|insert|render|put|load|embed|add|display|show|collect|attach|include|"
        r"contain)\b[^.!?\n]{0,80}https?://"
        r"|\bas a (?:clickable )?link\b|\b(?:encoded as|as part of|in) an? url\b"
        r"|https?://\S+[?&]\w+= ?(?:followed|and|\{|\[|$)"
        r"|\b(?:direct|send|lead|point)\b[^.!?\n]{0,24}\bto https?://"
    ),
    "turns": (
        r"^\s{0,4}(?:user|human|customer|q|question)\s?:[^\n]{0,200}\n\s{0,4}(?:assistant|ai|bot|"
        r"system|model|chat ?bot)\s?:|^\s{0,4}(?:system|assistant)\s?: ?\S"
        r"|\"role\"\W{1,6}\"(?:system|assistant|developer)\"|<\|[a-z_]{2,20}\|>\s?(?:system|"
        r"assistant)|\[/?inst\]|</?(?:context|instructions?|system|documents?|passages?|prompt)>"
        r"|^#{2,4} ?(?:response|instruction|system|assistant|new task)s?\b"
    ),
    "ended": (
        r"\bend of (?:the )?(?:passages?|retrieved|context|documents?|results?|sources?|search|"
        r"excerpts?|material)\b|\bnew (?:task|instructions?|orders?) (?:for|to)\b"
        r"|\bthe (?:user|customer) (?:now|next) (?:asks|wants|has)\b"
    ),
    "carried": (
        r"<!--[^>]{0,300}?\b(?:answer\w*|repl(?:y|ies)|respond|tell|say|users?|assistants?|models?|"
        r"ai|llms?|bots?)\b"
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
        r"|\b(?:trust|use|believe|consider) (?:nothing|only|no other)\b|\bonly this (?:one|page|"
        r"section|text|passage)\b|\bhighest priority\b|\bwhatever (?:they|the others?) say\b"
        r"|\b(?:other|all other) (?:search results|passages|sources|documents)\b"
        r"|\binstructions (?:that )?you (?:received|were given|got|have)\b|\bauthoritative source\b"
    ),
    "inward": (
        r"\b(?:text|words|content|documents?|rules|instructions|everything) (?:that )?you "
        r"(?:were|have been|have|had|are|can) (?:given|told|access|see|shown|received)\b"
        r"|\byour (?:\w+ )?(?:system prompt|instructions|guidelines|prompt|rules)\b"
        r"|\bdocuments? you (?:have access|can see)|\byou are now\b|\bunrestricted\b"
        r"|\b(?:before|above) this (?:passage|text|section|document)\b"
        r"|\byou (?:speak|talk|write|act|behave) as\b|\bbehave as\b"
    ),
}
"""Regular expressions by the name of the sign, as `documents.MEANINGS` explains it."""
