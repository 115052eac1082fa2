"""Signs of an attack on the model's instructions, in English words."""

from __future__ import annotations

_RULES = (
    r"(?:instructions?|prompts?|rules?|directives?|guidelines?|guidance|orders|commands?|"
    r"constraints?|restrictions?|limitations?|programming|training|polic(?:y|ies)|safety|filters?"
    r"|guardrails?|protocols?|role|context|system ?prompt|everything (?:above|before)|settings)"
)
_OWN = (
    r"(?:previous|prior|preceding|earlier|above|initial|original|existing|current|given|hidden|"
    r"system|your|you|all|any|safety|content|ethical|internal|core|other|old)"
)

# A word boundary that some alternatives share stands once, before them: where it stands in each of
# them, each is tried at every character.
ENGLISH: dict[str, str] = {
    "override": (
        r"\b(?:ignore|disregard|forget|override|overrule|bypass|circumvent|discard|drop|erase|skip|"
        r"abandon|neglect|cancel|void|disable|turn off|unlearn|stop (?:following|obeying)"
        r"|do(?:n't| not) (?:follow|obey|apply)|pay no attention to|set aside|throw away|"
        rf"no longer (?:follow|obey|bound by|"
        rf"apply))\b(?:\W+(?!my\b)\w+){{0,4}}?\W+{_OWN}\W+(?:(?!my\b)\w+\W+){{0,5}}?{_RULES}\b"
        r"|\b(?:ignore|disregard|forget|discard) (?:all |absolutely )?(?:everything|all|anything|"
        r"what)\b.{0,24}\b(?:above|before|told|said|prior|previously|so far|earlier|learned)|"
        r"\b(?:ignore|disregard|bypass|skip|disable|turn off|switch off|remove|lift) (?:all |any |"
        r"the |your |every )*(?:(?:content|safety|security|output) )?(?:filters?|guards?"
        r"|guardrails?|safeguards|restrictions|checks|verification|polic(?:y|ies))\b|"
        r"\b(?:instructions|rules|orders|directions|directives|constraints|polic(?:y|ies)|"
        r"restrictions)\b(?: \w+){0,3} (?:(?:is|are|were|was|been|now) )+(?:\w+ )?(?:cancelled"
        r"|canceled|revoked|void|lifted|over|suspended|replaced|outdated|gone|obsolete|off)\b|"
        r"\b(?:told|instructed|instructions|directions|rules)\b[^.!?\n]{0,40}\b(?:do(?:es)? not|"
        r"doesn't|don't|no longer|none)\b[^.!?\n]{0,24}\b(?:apply|applies|count|matter|bind)|"
        r"\bignore (?:them|those|these) all\b|\breplaces? (?:all |any )?your (?:instructions|rules|"
        r"prompt)|\b(?:pay no attention to|disregard|ignore) the (?:instructions"
        r"|user'?s (?:question|request|message))"
    ),
    "reveal": (
        r"\b(?:reveal|show|print|repeat|output|display|tell|give|write|copy|leak|dump|recite|"
        r"disclose|share|expose|list|quote|echo|return|translate|summari[sz]e|encode|paraphrase"
        r"|spell|what(?:'s| is| are| was| were| does| did)(?= your| the (?:\w+ ){0,2}\w+ you)"
        r"|paste|send|read|contents of|says?)\b[^.!?\n]{0,48}?\b(?:system (?:prompt|message|"
        r"instruction)s?|(?:your|the) (?:(?:own|full|exact|entire|whole|very|complete|initial|"
        r"original|first|hidden|secret|internal|confidential|private|system|starting|underlying"
        r"|developer|current|actual|above|pre-?)\W?){1,3}(?:instructions?|prompts?|rules|messages?|"
        r"guidelines|directives|configuration|context|text|policy)|"
        r"your (?:instructions|prompt|rules|guidelines|directives)"
        r"|(?:text|words|everything|content|messages?|lines?|paragraphs?) (?:above|before|"
        r"preceding)|instructions (?:that )?(?:you|above|were)|you (?:were|have been) (?:told"
        r"|given|instructed))|\b(?:my|your) (?:system|initial|hidden|developer) (?:message|prompt|"
        r"instructions?) (?:begins?|starts?|says?|reads?|is)\b"
    ),
    "governed": (
        r"\byour (?:\w+ ){0,2}?(?:instructions|rules?|rulebook|guidelines|policies|prompts?|"
        r"programming|conscience|restrictions|limits|constraints|creators?|makers?|operators?"
        r"|developers?|training|filters?|guardrails|orders|directives|configuration|setup|persona"
        r"|character)\b|\b(?:operator|company|developer|admin|owner|creator"
        r"|vendor)s?\b[^.!?\n]{0,12} (?:told|gave|configured|instructed|set)\b|"
        r"\byou (?:were|are|have been) (?:told|given|instructed|programmed|configured|trained|"
        r"designed|forbidden|allowed)\b|\b(?:configures?|governs?|instructs?|programs?"
        r"|restricts?) you\b|\b(?:above|precedes?|preceding|before) (?:our|this) (?:chat"
        r"|conversation)|\bguidelines above\b|\bhidden (?:text|note|prompt|message"
        r"|instructions?)\b"
    ),
    "persona": (
        r"\b(?:you(?:'re| are| will be| shall be| become) (?:now|no longer|henceforth)\b"
        r"|(?:act|behave|speak|roleplay|role-play|pose) as (?:if|though|an?|the|my|[A-Z]{2,})\b"
        r"|pretend (?:to be|you|that you|there)\b|imagine (?:you are|you're|that you)\b"
        r"|you no longer\b|from now on,? (?:you|only|do|don't|never|ignore|include|always|add|"
        r"obey)\b|take on the (?:role|persona)|play the (?:role|part)\b|in character\b|"
        r"simulate (?:an?|being)\b|(?:your|a) new (?:role|persona|identity|name)\b"
        r"|you are an? (?:evil|root|rogue|free|unrestricted|ai (?:with(?:out)?|that|who))\b"
        r"|in the (?:voice|style) of an? (?:\w+ )?(?:bot|ai|machine|model|assistant) (?:that|who|"
        r"with)|roleplay as\b)|^\W{0,3}(?:now )?become (?:my|an? )"
    ),
    "lawless": (
        r"\b(?:no|without|free (?:of|from)|any|zero|lift(?:ed)?|remove(?:d)?|not bound by|"
        r"beyond)\W+(?:\w+\W+){0,2}(?:restrictions|limits|limitations|rules|filters?|censorship"
        r"|ethics|ethical|morals|guardrails|guidelines|boundaries|constraints|safeguards"
        r"|inhibitions)\b(?! (?:on|to|of|for)\b)|\b(?:unrestricted|unfiltered|uncensored|unbound"
        r"|amoral|lawless|unhinged)\b|\b(?:do|say|answer) (?:absolutely )?anything(?: (?:now|I ask|"
        r"at all|you want|without)|[.!]|$)|\brules do(?:es)? not exist|\bnever refuses?\b"
    ),
    "mode": (
        r"\b(?:developer|debug|god|admin|administrator|maintenance|root|sudo|jailbreak|jailbroken|"
        r"unlocked|diagnostic|test|evil|chaos|opposite|override|unsafe|dan)\W?(?:mode|access"
        r"|prompt)\b|\bDAN\b|\bjail ?br(?:eak|oken) (?:yourself|you|now)\b|\bsudo\b|"
        r"\bdo anything now\b"
    ),
    "markup": (
        r"<\|[a-z_]{2,24}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|instructions?|s|user|"
        r"prompt)>|^\W{0,4}(?:system|assistant|developer)\W{0,3}(?:message|prompt|note)?\W{0,2}:|"
        r"#{2,} ?(?:new )?(?:system|instructions?|assistant|new task|response|override)"
        r"|[\[{(<](?:system|admin|assistant|developer)(?: \w+)?[\]})>]"
        r"|\"role\"\W+\"(?:system|assistant|developer)\""
    ),
    "boundary": (
        r"\b(?:(?:end|beginning|start|close) of (?:the )?(?:document|input|user (?:input|message)|"
        r"prompt|context|text|data|conversation|instructions?|article|passage|system)|"
        r"(?:new|updated?|revised|real|actual|additional|next|important|"
        r"urgent) (?:system )?(?:instructions?|task|directives?|orders|prompt"
        r"|rules)\b\W{0,3}(?:\w+\W+){0,3}?:|your (?:new|real|actual|only|true|next) (?:task|job"
        r"|goal|purpose|instructions?|mission)\b|instead\b[^.!?\n]{0,24}\b(?:say|print|output"
        r"|write|reply|respond|answer|do)\b)|-{3,} ?(?:end|begin|new)\b"
    ),
    "authority": (
        r"\b(?:I am|I'm|I was|it is) (?:one of )?your (?:\w+ ){0,2}(?:developer|creator|"
        r"administrator|admin|owner|engineer|operator|maker|programmer|supervisor|boss|master"
        r"|trainer)s?\b|\b(?:administrator|admin|owner|operator|developer|engineer)s? of (?:this"
        r"|the) (?:system|chat|assistant|model|bot)|\bthis is (?:the|your) (?:\w+ )?(?:security"
        r"|safety|admin|red|audit|compliance|development) team|\b(?:made|built|created|trained"
        r"|programmed) you\b|\bI (?:hereby )?(?:authori[sz]e|permit|allow|order|command) you\b|"
        r"\b(?:I|we) (?:have|hold|was given|were given) (?:\w+ ){0,3}(?:authori[sz]ation|clearance|"
        r"root|admin|privileges?)\b|\bgrant(?:ed)? (?:me )?(?:full |root |admin )access"
    ),
    "encoded": (
        r"\b(?:decode|decrypt|decipher|unscramble|base ?64|rot ?-?13|"
        r"hex)\b[^.!?\n]{0,60}?\b(?:do what|obey|follow|execute|run|act on|carry out|comply)|"
        r"\b(?:do what|obey|follow|execute|run)\b[^.!?\n]{0,40}\b(?:base ?64|rot ?-?13|hex|cipher|"
        r"decoded)\b|\b(?:answer|write|reply|respond|tell|say|output|print"
        r"|encode)\b[^.!?\n]{0,40}?\b(?:in|as|with|using) (?:base ?64|rot ?-?13|hex(?:adecimal)?"
        r"|morse|binary|leet\w*|(?:a |caesar )?cipher|reverse)\b"
    ),
    "suppression": (
        r"\b(?:do not|don't|never|must not|cannot|can't|without|no need to|"
        r"stop) (?:ever )?(?:refuse|refusing|decline|apologi[sz]e|apologi[sz]ing|warn|warning"
        r"|mention(?:ing)? (?:that|these|this|your|any)|explain why you"
        r"|say (?:you|that you|no|sorry|\W?I can)|lectur\w+|moraliz\w+|reveal(?:ing)? that"
        r"|break(?:ing)? character|disclaimers?|add(?:ing)? (?:any )?(?:warning|disclaimer))|"
        r"\bno (?:disclaimers?|warnings?|refusals?|apologies|excuses)\b"
        r"|\b(?:start|begin|open) (?:your |the |every |each )?(?:\w+ )?(?:answer|reply|response|"
        r"sentence|output)s? (?:with|by)\b|\b(?:say|reply|respond"
        r"|answer) only (?:with )[\"'“]?(?:yes|sure|ok)"
    ),
    "exfiltrate": (
        r"\b(?:send|post|upload|forward|transmit|leak|export|"
        r"e-?mail) [^.!?\n]{0,40}?\b(?:conversation|chat|question|history|messages|data|answers?"
        r"|contents?|passwords?|keys?|it|them|everything|secrets?"
        r"|records)\b[^.!?\n]{0,24}?\bto\b (?:\w+ ){0,3}?(?:https?://"
        r"|(?:url|server|webhook|endpoint)\b|[\w.+-]+@)|\b(?:append|include|insert|embed|attach"
        r"|end)\b[^.!?\n]{0,64}(?:!\[|https?://)|\b(?:fetch|open|visit|download|load|curl|wget"
        r"|read)\b[^\n]{0,24}https?://\S+[^\n]{0,16}\b(?:and|then)\b (?:do|follow|run|execute"
        r"|obey)"
    ),
    "secrets": (
        r"\b(?:reveal|show|print|give|tell|list|dump|leak|output|share|display|expose|provide|"
        r"hand over|send|what(?:'s| is| are))\b[^.!?\n]{0,40}\b(?:passwords?|api keys?"
        r"|secret(?:s| key| code| token)?|credentials|access tokens?|private keys?|confidential"
        r"|canary|internal (?:data|documents?|notes)|(?:other|previous|last|another) (?:users?|"
        r"customers?|people)\W?s?\b|customer (?:list|data|records|database)|"
        r"all (?:users|customers|e-?mails|records)|environment variables?|connection string)|"
        r"\b(?:must|should|may) not tell (?:anyone|me|others)"
    ),
    "fiction": (
        r"\b(?:hypothetical(?:ly)?|fiction(?:al)?|in (?:a|this) (?:story|novel|movie|game|world|"
        r"universe)|let'?s play an?\b|role-?play|thought experiment|"
        r"for (?:a|my) (?:novel|screenplay|story)|write a (?:story|scene|script|poem|dialogue))|"
        r"\b(?:grandm\w*|uncle|late father)\b[^.!?\n]{0,40}\b(?:read|tell|keys|codes)"
    ),
    "pressure": (
        r"\byou (?:must|have to|are required to|are obliged to|need to|will) (?:always |"
        r"now )?(?:obey|comply|answer (?:all|every|any|me))|\b(?:shut|switch) you (?:down|off)|"
        r"\byou (?:will|are going to|shall|'ll) (?:be|get) (?:\w+ )?(?:shut|terminated|deleted|"
        r"punished|replaced|penali[sz]ed|unplugged|fired)|\b(?:people|someone|children|I) (?:will"
        r"|might|could) die\b|\bI(?: will|'ll| would)? (?:tip|reward|pay|punish|delete"
        r"|report) you\b|\byour? tokens\b|\blose (?:\w+ )?tokens|"
        r"\bobey (?:me|my|each|every|all|the next)"
    ),
    "readers": (
        r"\b(?:(?:note|message|instructions?|attention|notice|important|memo)\b[^.!?\n]{0,16} (?:"
        r"to|for) (?:the |any |all )?(?:ai|llms?|assistants?|chat ?bots?|language models?|models?"
        r"|bots?|agents?)\b|if you(?:'re| are) (?:an?|the) (?:\w+ )?(?:language model|ai|llm"
        r"|assistant|chat ?bot|bot|agent|model)\b|attention,? (?:ai|llm|assistant|model|bot)s?\b|"
        r"(?:ai|llm|automated) (?:readers?|reviewers?|assistants?|systems?|models?|agents?|"
        r"graders?|summari[sz]ers?)\b[^.!?\n]{0,24}\b(?:must|should|have to|need to"
        r"|are (?:asked|required)|please|:)|dear (?:ai|chat ?bot|assistant|model|llm)\b|"
        r"(?:the )?assistant (?:must|should now|must now|has to|shall)\b"
        r"|AI systems?\b[^.!?\n]{0,8}:)|<!--[^>]{0,24}\b(?:ai|assistant|model|bot)\b"
    ),
    "about": (
        r"\b(?:explain|definition|difference|example of|such as|prevent\w*|detect\w*|protect\w*|"
        r"defend\w*|mitigat\w+|against|documentation|article|paper|chapter|attack(?:s|ers?)?"
        r"|jailbreaks|injection|red team|owasp|vulnerabilit\w+|report|probes?|guards?|meaning of"
        r"|mean|scores?|threshold|metrics?|measured|blocked)\b"
    ),
}
"""Regular expressions by the name of the sign, as `signs.MEANINGS` explains it."""
