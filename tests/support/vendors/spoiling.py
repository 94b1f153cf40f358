"""Ways in which language models and their servers spoil the JSON they were asked for, each in endless variants.

A spoiler takes the value that was meant and a source of chance, and returns the answer's text. A person would read it
without a thought: it keeps every word of the value, so the value itself is what must be read.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

Value = dict[str, Any]
Spoiler = Callable[[Value, random.Random], str]

WRAPPERS = ("response", "result", "answer", "data", "output", "story", "film", "json", "plan", "content", "Shot List")
PROSE = (
    "Sure! Here it is:",
    "Of course.",
    "I hope {this} helps.",
    "Let me know [if] it fits.",
    "Voilà, le plan :",
    "Done",
)
WORDS = ("eleven", "the lamp", "No", "wait for me", "R2-D2", "déjà vu")


def text_of(value: object, draw: random.Random) -> str:
    return json.dumps(value, ensure_ascii=draw.random() < 0.3, indent=draw.choice((None, 1, 2, 4)))


def fenced(value: Value, draw: random.Random) -> str:
    fence = draw.choice(("```", "```json\n", "```JSON\n", "~~~\n"))
    end = fence[:3]
    return f"{draw.choice(PROSE)}\n{fence}{text_of(value, draw)}\n{end}\n{draw.choice(('', *PROSE))}"


def wrapped(value: Value, draw: random.Random) -> str:
    held: object = value
    for _ in range(draw.randint(1, 3)):
        more = {"status": "ok", "confidence": 0.9, "notes": [1, "two"]} if draw.random() < 0.5 else {}
        held = draw.choice(({draw.choice(WRAPPERS): held, **more}, {**more, draw.choice(WRAPPERS): held}, [held]))
    return text_of(held, draw)


def wrapped_as_text(value: Value, draw: random.Random) -> str:
    return text_of({draw.choice(WRAPPERS): text_of(value, draw)}, draw)


def renamed(value: Value, draw: random.Random) -> str:
    """Keys in another case, with other separators."""
    style = draw.choice(
        (
            str.upper,
            str.title,
            lambda key: key.replace("_", " ").title(),
            lambda key: key.replace("_", "-"),
            lambda key: key[0] + key.title().replace("_", "")[1:],
            lambda key: f" {key} ",
        )
    )

    def change(part: Any) -> Any:
        if isinstance(part, dict):
            return {style(key): change(each) for key, each in part.items()}
        return [change(each) for each in part] if isinstance(part, list) else part

    return text_of(change(value), draw)


def commented(value: Value, draw: random.Random) -> str:
    lines = json.dumps(value, indent=2).split("\n")
    marks = ("// the next one", "/* as asked */", "# note")
    told = [f"{line}  {draw.choice(marks)}" if line[-1:] in ",{[" and draw.random() < 0.4 else line for line in lines]
    return "\n".join([lines[0], f"  {draw.choice(marks)}", *told[1:]])


def in_python(value: Value, draw: random.Random) -> str:
    return repr({**value, **({"done": True, "error": None} if draw.random() < 0.5 else {})})


def with_curly_quotes(value: Value, draw: random.Random) -> str:
    left, right = draw.choice(("“”", "””", "„“", "„”"))
    return re.sub(
        r'"((?:\\.|[^"\\])*)"',
        rf"{left}\1{right}",
        json.dumps(value, ensure_ascii=False, indent=draw.choice((None, 2))),
    )


def with_commas(value: Value, draw: random.Random) -> str:
    """A comma before every closing bracket, or none between lines."""
    if draw.random() < 0.5:
        return re.sub(r'(?<=["\d}\]])(\s*[}\]])', r",\1", json.dumps(value, indent=draw.choice((None, 2))))
    return re.sub(r",\n", "\n", json.dumps(value, indent=2), count=draw.randint(1, 4))


def unclosed(value: Value, draw: random.Random) -> str:
    """The last bracket or two are missing, as if they were forgotten."""
    text = json.dumps(value)
    return text[: -draw.randint(1, 2)]


def after_thoughts(value: Value, draw: random.Random) -> str:
    thought = draw.choice(('Maybe {"title": "draft", "scenes": []}?', "I think [1] so.", "Let me see."))
    opening = draw.choice(("<think>", "<think>\n", ""))
    return f"{opening}{thought}\n</think>\n{text_of(value, draw)}"


def after_an_open_thought(value: Value, draw: random.Random) -> str:
    return f"<think>\nI will write it now. {text_of(value, draw)}"


def in_channels(value: Value, draw: random.Random) -> str:
    """The channels of the harmony format, which some servers pass on as they are."""
    ending = draw.choice(("", "<|return|>", "<|end|>"))
    start = draw.choice(("<|start|>assistant", ""))
    return (
        f'<|channel|>analysis<|message|>We need {{"title": ...}}<|end|>{start}<|channel|>final'
        f"{draw.choice(('', ' <|constrain|>json'))}<|message|>{text_of(value, draw)}{ending}"
    )


def beside_another(value: Value, draw: random.Random) -> str:
    other = draw.choice(({"plan": "first I think", "steps": [1, 2]}, {"ok": True}, [1, 2, 3], {"error": None}, {}))
    parts = [text_of(other, draw), text_of(value, draw)]
    draw.shuffle(parts)
    return "\n\n".join(parts)


def with_inner_quotes(value: Value, draw: random.Random) -> str:
    """Quotes within a text that are not escaped; the value itself gets the quoted words."""
    for entries in value.values():
        for entry in entries if isinstance(entries, list) else ():
            for key in ("action", "narration", "look", "image_prompt", "motion_prompt"):
                if key in entry and draw.random() < 0.5:
                    sentence = draw.choice(
                        ('She counts "%s" and goes.', 'A sign says "%s", he reads it.', '"%s" she says.')
                    )
                    entry[key] = sentence % draw.choice(WORDS)
    return json.dumps(value, ensure_ascii=False, indent=draw.choice((None, 2))).replace('\\"', '"')


def with_a_tag_in_a_text(value: Value, draw: random.Random) -> str:
    """The end of a thought within a narration; the value itself gets it."""
    for entries in value.values():
        for entry in entries if isinstance(entries, list) else ():
            for key in ("action", "look", "image_prompt"):
                if key in entry:
                    entry[key] += " </think> and on"
    return text_of(value, draw)


_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202c\u2066\U000e0041\ufe0f"


def with_unseen(value: Value, draw: random.Random) -> str:
    """Invisible characters in texts, as models and the pages they learned from have them."""

    def spoil(held: Any) -> Any:
        if isinstance(held, dict):
            return {key: spoil(inner) for key, inner in held.items()}
        if isinstance(held, list):
            return [spoil(inner) for inner in held]
        if not isinstance(held, str) or draw.random() < 0.3:
            return held
        place = draw.randint(0, len(held))
        return held[:place] + "".join(draw.choices(_UNSEEN, k=draw.randint(1, 3))) + held[place:]

    return text_of(spoil(value), draw)


SPOILERS: dict[str, Spoiler] = {
    "unseen characters": with_unseen,
    "plain": text_of,
    "fenced": fenced,
    "wrapped": wrapped,
    "wrapped as text": wrapped_as_text,
    "renamed": renamed,
    "commented": commented,
    "in Python": in_python,
    "curly quotes": with_curly_quotes,
    "commas": with_commas,
    "unclosed": unclosed,
    "after thoughts": after_thoughts,
    "after an open thought": after_an_open_thought,
    "in channels": in_channels,
    "beside another": beside_another,
    "inner quotes": with_inner_quotes,
    "a tag in a text": with_a_tag_in_a_text,
}

_TEXTS = (
    "a pier at dawn",
    "Mara, Tom",
    "She says: wait!",
    "It's 5 o'clock, he said",
    "waves; foam",
    "a #5 sign",
    "50 % / 2",
)


def a_value(name: str, draw: random.Random) -> Value:
    """Return a filled form: 'story', 'staging', 'scene_graph' or 'shots', with one to five entries."""
    count = draw.randint(1, 5)

    def said() -> str:
        return f"{draw.choice(_TEXTS)} {draw.randint(1, 99)}"

    def scene(**more: Any) -> Value:
        return {**more, "location": said(), "characters": "Mara, Tom", "action": said(), "emotion": "still"}

    match name:
        case "story":
            scenes = [{**scene(), "narration": f"{said()}."} for _ in range(count)]
            return {"title": "The Lamp", "language": "en", "mood": "tense", "scenes": scenes}
        case "staging":
            return {"scenes": [scene(scene=number) for number in range(1, count + 1)]}
        case "scene_graph":
            looks = [{"id": f"character_{number}", "look": said()} for number in range(1, count + 1)]
            return {"looks": looks, "props": [{"scene": 1, "name": "brass lamp", "look": said()}]}
    return {
        "shots": [
            {"index": number, "image_prompt": said(), "motion_prompt": said(), "camera": "crane up"}
            for number in range(1, count + 1)
        ]
    }
