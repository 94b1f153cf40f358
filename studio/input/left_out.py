"""Count what of a person's script or list of prompts is left out, and say it in one line with what to do about it."""

from __future__ import annotations

from collections import Counter

NAMES = {
    "front matter": ("line of front matter", "lines of front matter"),
    "title page": ("line of the title page", "lines of the title page"),
    "note": ("note in [[ ]]", "notes in [[ ]]"),
    "deleted": ("deleted passage in /* */", "deleted passages in /* */"),
    "transition": ("transition", "transitions"),
    "synopsis": ("synopsis", "synopses"),
    "direction": ("direction in ( )", "directions in ( )"),
    "visual": ("visual note", "visual notes"),
    "on-screen text": ("on-screen text", "on-screen texts"),
    "sound": ("cue for music or sound", "cues for music or sound"),
    "name": ("speaker's name", "speakers' names"),
    "block": ("NOTE, STYLE or REGION block", "NOTE, STYLE or REGION blocks"),
    "time": ("time", "times"),
    "hashtags": ("line of hashtags", "lines of hashtags"),
    "other": ("other note to the makers", "other notes to the makers"),
    "column": ("column that is not spoken", "columns that are not spoken"),
    "repeated": ("repeated caption", "repeated captions"),
    "above": ("line above the first prompt", "lines above the first prompt"),
    "below": ("line below the prompts", "lines below the prompts"),
    "title": ("title of a shot", "titles of shots"),
    "label": ("label that is not used", "labels that are not used"),
    "unused column": ("column that is not used", "columns that are not used"),
    "remark": ("line that begins with #", "lines that begin with #"),
    "negative": ("negative prompt", "negative prompts"),
    "parameters": ("set of parameters such as --ar", "sets of parameters such as --ar"),
    "model": ("<lora> or the like", "<lora> or the like"),
    "weight": ("weight such as :1.3", "weights such as :1.3"),
    "key": ("key that is not used", "keys that are not used"),
}
"""What may be left out -> its name, of one and of several."""


class LeftOut:
    """Counts what is left out, by the kinds of `NAMES`."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()

    def add(self, kind: str, times: int = 1) -> None:
        """Count something that is left out."""
        if times > 0:
            self.counted[kind] += times

    def told(self) -> str:
        """Return '2 notes in [[ ]] and 1 transition', in the order of `NAMES`; '' if nothing is left out."""
        words = [f"{times:,} {NAMES[kind][times != 1]}" for kind in NAMES if (times := self.counted[kind])]
        return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def script_line(left: LeftOut) -> str:
    """Return what is told of a script; '' if nothing of it is left out."""
    told = left.told()
    return f"not spoken of the script: {told}; write what should be spoken as a plain line" if told else ""


def prompts_line(left: LeftOut) -> str:
    """Return what is told of a list of prompts; '' if nothing of it is left out."""
    told = left.told()
    return f"not painted of the prompts: {told}; say in the prompt's own words what should be seen" if told else ""
