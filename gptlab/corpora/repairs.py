"""Slips of the source edition, each mended by a rule that says what it mends."""

import html
import re

# Words for words, wherever they stand.
_MISPRINTS: tuple[tuple[str, str], ...] = (
    ("sha$l", "shall"),
    # Gaps that the editors mark.
    ("__[ ]_", "..."),
    ("_[ ]_", "..."),
    # Edward III, from another edition, sets dashes its own way.
    ("—", "--"),
    # Speakers' names.
    ("**HERNIA**", "**HERMIA**"),
    ("**KATARINA**", "**KATHARINA**"),
    ("**LEAR**", "**KING LEAR**"),
    ("**POMPHEY**", "**POMPEY**"),
    ("**SU FFOLK**", "**SUFFOLK**"),
    ("**Shepard**", "**Shepherd**"),
    ("**First Murder**", "**First Murderer**"),
    ("**Second murderer**", "**Second Murderer**"),
    ("**Second Gentlemen**", "**Second Gentleman**"),
    ("**SHALLOW & PAGE & & C**", "**SHALLOW, PAGE, &c.**"),
    # Headings and directions.
    ("\n## PROLOGUE", "\n## INDUCTION"),
    ("\n### Prologue", "\n### PROLOGUE"),
    ("\nSCENE I:\n", "\n### SCENE I\n"),
    ("SCENE IV. The same. A part of the field", "SCENE VI. The same. A part of the field"),
    ("_Burthen _[dispersedly, within_", "_Burthen dispersedly, within_"),
    # Speeches that lost their speaker.
    ("\nO blessed breeding sun", "\n**TIMON**  \nO blessed breeding sun"),
    ("\nTake, O, take those lips", "\n**Boy**  \nTake, O, take those lips"),
    ("\nEPILOGUE  \nSPOKEN BY PROSPERO  \n", "\n\n### EPILOGUE\n\n**PROSPERO**  \n"),
    # A pause that the edition adds to the play.
    ("\n# INTERMISSION    \n", "\n"),
)

# Patterns, in order.
_RULES: tuple[tuple[str, str], ...] = (
    # The printer's "et cetera" was torn apart: & c, & c.
    (r"& ?c(?![a-z])\.?", "&c."),
    # Long speaker names broke over two lines, and one half fell out of the bold.
    (r"\n(BISHOP|CARDINAL|COUNTESS|RICHARD|LADY|Ghosts?|\w+'s) *\n\n\*\*", r"\n\n**\1 "),
    (r"\*\*ANTIPHOLUS\*\*  \n(.+)\nOF EPHESUS\n", r"**ANTIPHOLUS OF EPHESUS**  \n\1\n"),
    (r"\nDON ADRIANO DE *\n\n\*\*ARMADO\*\*", "\n\n**DON ADRIANO DE ARMADO**"),
    # Speakers that lost their bold and run on into their first line.
    (
        r"\n(Lord Chief-Justice|Master-Gunner|ALL SERVING-MEN|Serving-Men"
        r"|(?:First|Second|Third) Serving-[Mm]an"
        r"|(?:Lucilius'|Varro's|Isidore's) Servants?) (?=['A-Z])",
        r"\n\n**\1**  \n",
    ),
    (r"\n(ANTONIO|CASSIO): ", r"\n\n**\1**  \n"),
    (r"\nSenators, & C ", r"\n\n**Senators**  \n"),
    # Lines of verse and scene headings that were taken for speakers.
    (r"\n\n\*\*(Here stand I|This way will I|As long as you or I)\*\* *\n", r"\n\1\n"),
    (r"\n\*\*Scene ([IVX]+)\*\* *\n", r"\n### SCENE \1. "),
    # Words that the editors supplied.
    (r" _\[([^\]_]+)\]_", r" \1"),
    # Headings and directions that lost their marks.
    (r"\nSCENE ([IVX]+): (.*)\n", r"\n\n### SCENE \1. \2\n\n"),
    (r"\n(SONG|THE SONG|DUMB SHOW|ARIEL'S song)\. *(?=\n)", r"\n_\1_  "),
    (r"\nEPILOGUE *\n", "\n\n### EPILOGUE\n\n"),
    # Running heads: the title, between two scenes.
    (r"\n(LOVE'S LABOURS LOST|CYMBELINE) *\n\n(?=#)", "\n"),
)


def repair(markdown: str) -> str:
    r"""Mend the known slips of one play's Markdown.

    Example:
        >>> repair(r"_\[Exeunt Mayor, & c]_")
        '_[Exeunt Mayor, &c.]_'
    """
    # Entities and Markdown's escapes first: &amp;, \[Aside], \--, 1\.
    text = re.sub(r"\\([^\w\s])", r"\1", html.unescape(markdown))
    for misprint, correction in _MISPRINTS:
        text = text.replace(misprint, correction)
    for pattern, replacement in _RULES:
        text = re.sub(pattern, replacement, text)
    return text
