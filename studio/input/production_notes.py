"""Leave out of a script what nobody speaks in the forms that language models and video makers write.

Front matter, tables of which one column is spoken, `[Visual: ...]`, `On-screen text:`, `(music swells)`, times,
hashtags, and the label of the one voice, `Narrator:`. The words of other languages than English are in
`script_words.toml`. Called by `studio/input/script.py` and `studio/input/caption_times.py`; pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from studio.input import script_words
from studio.input.left_out import LeftOut
from studio.input.script_words import Label, folded
from studio.text.markdown import MarkdownLine
from studio.text.plain_toml import NotToml, read_toml
from studio.text.plain_yaml import NotYaml, read_yaml

_FRONT = re.compile(r"\s*(?P<fence>---|\+\+\+)[ \t]*\n")
_FRONT_LINES = 200
"""Most lines of front matter."""
_FRONT_CHARACTERS = 20_000
"""Most characters of front matter in TOML."""
_FRONT_LINE = re.compile(r"[\w\"'][\w \"'.-]{0,60}(?::(?:[ \t]|$)|[ \t]*=)|[ \t]+\S|-[ \t]|#|[ \t]*$|[\]}]")
_TITLE = re.compile(r"title[ \t]*[:=](?P<title>.*)$", re.IGNORECASE)

_VOICE = r"narrator|narration|voice[ -]?over(?: text)?|v\.?o\.?|audio narration"
_SPOKEN_COLUMN = re.compile(rf"(?:{_VOICE}|script|dialogue|dialog|spoken|audio|lines?|says|speech)\b", re.IGNORECASE)
_SPEAKER_COLUMN = re.compile(r"(?:speaker|character|who|role)s?$", re.IGNORECASE)
_OTHER_COLUMN = re.compile(
    r"(?:visuals?|video|images?|pictures?|time(?:stamp|code)?s?|timing|duration|seconds|shots?|scenes?|camera|action"
    r"|on[ -]?screen(?: text)?|text(?: overlay)?|music|sound|sfx|notes?|no\.?|nr\.?|speaker|character|who|role)s?\b|#$",
    re.IGNORECASE,
)
_RULE_OF_TABLE = re.compile(r"[ \t|:-]{3,200}$")
_EDGE_OF_CELL = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)[^`]{1,500}\1(?!`)")

_STRONG = (
    r"visuals?|visual description|on[ -]?screen(?: text)?|text on[ -]?screen|text overlays?|overlay text|b[ -]?roll|sfx"
    r"|sound effects?|background music|music cue|lower thirds?|image prompt|video prompt|camera movement|hashtags"
)
_WEAK = (
    r"music|sound|audio|camera|shots?|images?|time|timestamp|duration|length|transition|title card|caption|super|tone"
    r"|mood|pacing|graphics?|animation|setting|location|thumbnail|format|runtime"
)
_LABEL = re.compile(
    rf"(?P<label>(?P<strong>{_STRONG})|(?:{_WEAK}))[ \t]{{0,3}}(?:\([^()]{{0,60}}\))?[ \t]{{0,3}}:[ \t]*", re.I
)
_NARRATOR = re.compile(rf"(?:{_VOICE})[ \t]{{0,3}}(?:\([^()]{{0,60}}\)[ \t]{{0,3}}){{0,2}}:[ \t]*", re.IGNORECASE)
_HOST = re.compile(
    r"(?P<who>host|presenter|speaker|anchor)[ \t]{0,3}(?:\([^()]{0,60}\)[ \t]{0,3})?:[ \t]*", re.IGNORECASE
)
_OTHERS = re.compile(
    r"(?:guest|co-?host|interviewer|interviewee|caller|(?:host|speaker|presenter) ?\d)\b[^:]{0,30}:", re.I
)
_MADE = (
    r"visuals?|music|sound|sfx|audio|camera|b[ -]?roll|cut|cuts|fade|fades|zoom|pan|shot|close[ -]?up|wide|image|images"
    r"|on[ -]?screen|text|title|graphics?|animation|transition|intro|outro|pause|beat|applause|laughter|silence|upbeat"
    r"|ambient|background|dramatic|voice ?over|end card|end screen|montage|opening|closing|establishing|show"
)
_BRACKETED = re.compile(r"\[[^\[\]]{1,600}\]$")
_BRACKETED_MADE = re.compile(rf"\[[ \t]{{0,3}}(?:{_MADE})\b[^\[\]]{{0,600}}\]", re.IGNORECASE)
_UNIT = script_words.units()
_TIME = (
    r"\d{1,2}:\d{2}(?::\d{2})?(?:[ \t]{0,3}[-\u2013\u2014][ \t]{0,3}\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,3}[ \t]?[-\u2013][ \t]?\d{1,3}[ \t]?(?:s|sec|seconds)"
    rf"|\u7b2c?\d{{1,3}}[ \t]?(?:{_UNIT})?[ \t]?[-\u2013\u2014][ \t]?\d{{1,3}}[ \t]?(?:{_UNIT})\.?"
)
_TIMED = re.compile(rf"[\[(](?:{_TIME})[\])][ \t]*")
_TIMES_ONLY = re.compile(rf"(?:{_TIME})$")
_TIME_AT_END = re.compile(rf"[ \t]{{0,5}}[\[(](?P<time>{_TIME})[\])][ \t]{{0,3}}:?$")
_SECTION = re.compile(r"(?:hook|intro(?:duction)?|outro|cta|call to action|conclusion|body|opening|closing)\b", re.I)
_HEADING = re.compile(r"[^\W_][^.!?:()\[\]]{0,59}$")
_THE_END = re.compile(r"\[?(?:THE )?END(?: OF (?:VIDEO|SCRIPT|FILM|EPISODE))?\]?\.?$")
_SOUND = (
    r"(?:[\w'-]{1,20} ){0,3}(?:music|score|sfx|sound|song|drums?|strings|piano|applause|laughter|audience|crowd)"
    r"(?: [\w'-]{1,20}){0,2} ?(?:swells?|fades?|plays?|builds?|rises?|begins?|starts?|stops?|ends?|softens?|intensifies"
    r"|continues|cheers?|laughs?|in|out|up|down|under)"
)
_SOUNDS = re.compile(
    rf"\((?:{_SOUND}|(?:long |short |brief )?(?:pause|beat|silence)|applause|laughter|laughs|music"
    r"|sfx\b[^()]{0,80})\)[ \t]*",
    re.IGNORECASE,
)
_HASHTAGS = re.compile(r"(?:#[^\W\d][\w-]{0,60}#?[ \t,]{0,3}){1,40}$")
_TRAILING_HASHTAGS = re.compile(r"(?:[ \t]{1,5}#[^\W\d][\w-]{0,60}){2,40}$")
_SCENE = re.compile(
    r"\[?(?P<words>scene[ \t]{1,3}(?:\d{1,3}|[IVX]{1,5})"
    r"(?:[ \t]{0,3}[:.\u2013\u2014-][ \t]{0,3}[^\[\].!?]{0,80})?)\]?:?$",
    re.IGNORECASE,
)
"""A scene's heading that is not marked as one: '[Scene 2: The Sea]'."""
_QUOTED = re.compile(
    '(?:["\u201c\u201e](?P<said>[^"\u201c\u201d\u201e]{1,4000})["\u201c\u201d]'
    "|\u00ab[ \u00a0\u202f]?(?P<angled>[^\u00ab\u00bb]{1,4000}?)[ \u00a0\u202f]?\u00bb"
    "|[\u300c\u300e](?P<cornered>[^\u300c-\u300f]{1,4000})[\u300d\u300f])$"
)
_ROUND = re.compile(r"\([^()]{1,60}\)[ \t]*")
_SQUARE = re.compile(r"\[[^\[\]]{1,600}\]")


def front_matter(text: str, left: LeftOut | None = None) -> tuple[str, str]:
    """Return (the title in a text's front matter, '' if there is none; the text after it).

    Front matter is YAML between lines of `---`, or TOML between lines of `+++`, at the beginning.
    """
    begun = _FRONT.match(text)
    if begun is None:
        return "", text
    lines = text[begun.end() :].split("\n")
    closings = ("---", "...") if begun["fence"] == "---" else ("+++",)
    for place, line in enumerate(lines[:_FRONT_LINES]):
        if line.rstrip() in closings:
            inside = lines[:place]
            if begun["fence"] == "+++" and (table := _toml("\n".join(inside))):
                named = next((value for key, value in table.items() if key.lower() == "title"), "")
                if left is not None:
                    left.add("front matter", sum(bool(each.strip()) for each in inside) - bool(named))
                return " ".join(str(named).split()), "\n".join(lines[place + 1 :])
            if not all(map(_FRONT_LINE.match, inside)):
                return "", text
            if not any(re.match(r"[\w\"']", each) for each in inside) or any(map(_NARRATOR.match, inside)):
                return "", text
            title = _front_title(inside)
            if left is not None:
                left.add("front matter", sum(bool(each.strip()) for each in inside) - bool(title))
            return title, "\n".join(lines[place + 1 :])
        if begun["fence"] == "---" and not _FRONT_LINE.match(line):
            return "", text
    return "", text


def _toml(text: str) -> dict[str, object]:
    """Return the keys of a text in TOML; none if it is not, or is too long for front matter."""
    try:
        return read_toml(text) if len(text) <= _FRONT_CHARACTERS else {}
    except NotToml:
        return {}


def _front_title(lines: Sequence[str]) -> str:
    for place, line in enumerate(lines):
        if found := _TITLE.match(line):
            block = [line, *_indented(lines[place + 1 :])]
            try:
                value = read_yaml("\n".join(block).replace("=", ":", 1) if "=" in line[:8] else "\n".join(block), 10)
            except NotYaml:
                value = None
            said = next(iter(value.values())) if isinstance(value, dict) and value else None
            return " ".join((str(said) if said is not None else found["title"]).split()).strip("\"'")
    return ""


def _indented(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if not line[:1].isspace():
            break
        kept.append(line)
    return kept


def spoken_columns(text: str, left: LeftOut | None = None) -> str:
    """Return a text in which each row of a table with a column that is spoken is a paragraph of that column's words.

    Such a table names the column ('Narration', 'Voiceover', 'Dialogue', ...) beside one that is not spoken ('Visual').
    """
    if "|" not in text:
        return text
    lines = text.split("\n")
    kept: list[str] = []
    place = 0
    while place < len(lines):
        if place + 1 < len(lines) and "|" in lines[place] and "-" in lines[place + 1] and _is_rule(lines[place + 1]):
            names = [cell.strip("*_` ") for cell in table_cells(lines[place])]
            spoken = _spoken_column(names)
            if spoken is not None:
                who = next((at for at, name in enumerate(names) if _SPEAKER_COLUMN.match(name)), None)
                if left is not None:
                    left.add("column", len(names) - 1 - (who is not None))
                place += 2
                while place < len(lines) and "|" in lines[place] and lines[place].strip():
                    kept += ["", _row(table_cells(lines[place], len(names)), spoken, who)]
                    place += 1
                kept.append("")
                continue
        kept.append(lines[place])
        place += 1
    return "\n".join(kept)


def _is_rule(line: str) -> bool:
    return "|" in line and _RULE_OF_TABLE.match(line.strip()) is not None


def table_cells(line: str, columns: int = 1) -> list[str]:
    """Return a row's cells; '|' at an edge parts none, unless the row would have fewer than `columns`.

    An escaped '|' is a sign of its cell; it stays escaped, but not in code, where Markdown would keep the backslash.
    """
    parts = _EDGE_OF_CELL.split(line.strip())
    cells = [_CODE.sub(lambda code: code[0].replace("\\|", "|"), part.strip()) for part in parts]
    if len(cells) > columns and not cells[0]:
        del cells[0]
    if len(cells) > columns and not cells[-1]:
        del cells[-1]
    return cells


def _spoken_column(names: Sequence[str]) -> int | None:
    """Return the place of the column that is spoken, if there is one beside others that are not."""
    spoken = [at for at, name in enumerate(names) if _SPOKEN_COLUMN.match(name) or script_words.is_spoken_column(name)]
    others = [name for at, name in enumerate(names) if at not in spoken]
    if not spoken or not any(_OTHER_COLUMN.match(name) or script_words.is_other_column(name) for name in others):
        return None
    voiced = [
        at for at in spoken if re.match(_VOICE, names[at], re.IGNORECASE) or script_words.is_voice_column(names[at])
    ]
    return (voiced or spoken)[0]


def _row(cells: Sequence[str], spoken: int, who: int | None) -> str:
    words = cells[spoken] if spoken < len(cells) else ""
    words = _unquoted(words)
    if words in ("-", "\u2013", "\u2014") or not words:
        return ""
    speaker = cells[who].strip("*_ ").removesuffix(":") if who is not None and who < len(cells) else ""
    return f"{speaker}: {words}" if speaker else words


def notes_left_out(
    lines: Sequence[MarkdownLine], played: bool, tabled: bool = False, left: LeftOut | None = None
) -> tuple[MarkdownLine, ...]:
    """Return the lines of a script without what they say to its makers; a line of which nothing is left is blank.

    Args:
        played: whether it is a screenplay: there, '(beat)' under a line is a direction for the speaker, which stays.
        tabled: whether columns of a table were left out. Then, as where a line is labelled for the narrator or as a
            picture, labels and brackets with other meanings in prose are notes, too.
    """
    left = LeftOut() if left is None else left
    texts = [line.text.strip() for line in lines]
    plain = [_untimed(folded(text)) for text in texts]
    labels = [
        _label(text, played, wide=words[len(words) - len(text) :].startswith("\u3010"))
        for words, text in zip(texts, plain, strict=True)
    ]
    made = tabled or any(
        (label is not None and (label.kind == "voice" or label.strong)) or _made_bracket(text)
        for text, label in zip(plain, labels, strict=True)
    )
    alone = not any(
        _OTHERS.match(text) or (label is not None and label.kind == "guest")
        for text, label in zip(plain, labels, strict=True)
    )
    ends = [_time_at_end(text) for text in plain]
    scenes = [_scene(text[:end]) for text, end in zip(plain, ends, strict=True)]
    timed = [end < len(text) for text, end in zip(plain, ends, strict=True)]
    parted = (
        made
        or sum(scene is not None for scene in scenes) > 1
        or any(scene is not None and time for scene, time in zip(scenes, timed, strict=True))
    )
    last = next((place for place in reversed(range(len(texts))) if texts[place]), 0)
    kept: list[MarkdownLine] = []
    skipping = False
    for place, (line, words, text, label, scene) in enumerate(zip(lines, texts, plain, labels, scenes, strict=True)):
        # The time before it is left out; folded, a text is as long as it was.
        text = words[len(words) - len(text) :]
        if len(text) < len(words):
            left.add("time")
        if not words or line.level:
            skipping = False
            if words and timed[place]:
                left.add("time")
                line = line._replace(text=text[: ends[place]])
            kept.append(line)
            continue
        if place == last and place and not texts[place - 1] and (made or words != "THE END") and _THE_END.match(words):
            left.add("other")
            kept.append(line._replace(text=""))
            continue
        if timed[place] and scene is None and (not place or not texts[place - 1]) and _is_section(text, ends[place]):
            left.add("time")
            skipping = False
            name = text[: ends[place]].strip("[] \t")
            kept.append(line._replace(text="" if _SECTION.match(name) else name, level=2))
            continue
        if parted and scene is not None:
            left.add("time", timed[place])
            skipping = False
            kept.append(line._replace(text=text[slice(*scene)], level=2))
            continue
        spoken = label is not None and (label.kind == "voice" or (label.kind == "host" and alone))
        if label is not None and label.kind not in _SPEAKERS and (made or label.strong):
            # A label alone on its line belongs to the lines below.
            skipping = label.end == len(text)
            left.add(label.kind)
            kept.append(line._replace(text=""))
            continue
        skipping = skipping and not spoken
        if played and text.startswith("(") and text.endswith(")") and kept and kept[-1].text.strip():
            kept.append(line)
            continue
        told = "" if skipping else _told(text[label.end :] if spoken and label else text, made, spoken, left)
        kept.append(line if told == words else line._replace(text=told))
    return tuple(kept)


_SPEAKERS = ("voice", "host", "guest")


def _untimed(text: str) -> str:
    timed = _TIMED.match(text)
    return text[timed.end() :] if timed else text


def _time_at_end(text: str) -> int:
    """Return where in a line the time in brackets at its end begins; the line's length if there is none."""
    if not text.endswith((")", "]", "):", "]:")):
        return len(text)
    found = _TIME_AT_END.search(text)
    return found.start() if found and found.start() else len(text)


def _is_section(text: str, end: int) -> bool:
    """Tell whether a line is a heading such as 'HOOK (0:00 - 0:05)': a few words, and from when until when."""
    return bool(re.search("[-\u2013\u2014]", text[end:]) and _HEADING.match(text[:end].strip("[] \t")))


def _label(text: str, played: bool, wide: bool) -> Label | None:
    """Return the label at the beginning of a folded line, in English or another language; None if it has none."""
    if label := _LABEL.match(text):
        return Label(_kind(label["label"]), label.end(), bool(label["strong"]))
    if voice := _NARRATOR.match(text):
        return Label("voice", voice.end(), True)
    if host := _HOST.match(text):
        return Label("host", host.end(), False)
    return script_words.label_of(text, played, wide)


def _made_bracket(text: str) -> bool:
    if not text.startswith("["):
        return False
    if _BRACKETED_MADE.match(text):
        return True
    found = _SQUARE.match(text)
    return found is not None and script_words.bracket_kind(found[0][1:]) != ""


def _scene(text: str) -> tuple[int, int] | None:
    """Return where in a folded line a scene's heading begins and ends, without brackets; None if it is none."""
    if scene := _SCENE.match(text):
        return scene.span("words")
    return script_words.scene_heading(text)


def _unquoted(text: str) -> str:
    quoted = _QUOTED.match(text)
    return next(filter(None, quoted.groups()), text) if quoted else text


_KINDS = (
    (
        "sound",
        re.compile(r"music|sound|sfx|audio|background music|pause|beat|applause|laughter|silence|upbeat|ambient", re.I),
    ),
    (
        "on-screen text",
        re.compile(r"on[ -]?screen|text|overlay|lower third|title card|caption|super|end card|title", re.I),
    ),
    ("hashtags", re.compile(r"hashtags", re.I)),
    ("time", re.compile(r"time|timestamp|duration|length|runtime|\d", re.I)),
    ("transition", re.compile(r"cuts?\b|fades?\b|transition", re.I)),
    (
        "visual",
        re.compile(
            r"visual|b[ -]?roll|image|video|camera|shots?\b|graphic|animation|zoom|pan\b|close[ -]?up|wide|montage"
            r"|establishing|show",
            re.I,
        ),
    ),
)


def _kind(note: str) -> str:
    """Return of which kind a label, or a note in brackets, is."""
    words = folded(note).lstrip("[( \t")
    english = next((kind for kind, opening in _KINDS if opening.match(words)), "")
    return english or script_words.bracket_kind(words) or "other"


def _told(text: str, made: bool, labelled: bool, left: LeftOut) -> str:
    """Return the words of one line that are spoken."""
    if kind := "hashtags" if _HASHTAGS.match(text) else "time" if _TIMES_ONLY.match(text) else "":
        left.add(kind)
        return ""
    if made and _BRACKETED.match(folded(text)):
        left.add(_kind(text))
        return ""
    told = text

    def dropped(kind: str) -> Callable[[re.Match[str]], str]:
        def drop(found: re.Match[str]) -> str:
            left.add(kind or _kind(found[0]))
            return ""

        return drop

    def foreign_note(found: re.Match[str]) -> str:
        return dropped("")(found) if script_words.bracket_kind(found[0][1:]) else found[0]

    def foreign_sound(found: re.Match[str]) -> str:
        inside = found[0].strip()[1:-1]
        alone = len(found[0]) == len(found.string)
        return dropped("sound")(found) if script_words.is_sound(inside, made, alone) else found[0]

    plain = folded(told)
    if "[" in plain:
        told = _without(_SQUARE, _without(_BRACKETED_MADE, told, dropped("")), foreign_note)
    if "(" in plain:
        told = _without(_ROUND, _without(_SOUNDS, told, dropped("sound")), foreign_sound)
    if "[" in plain or "(" in plain:
        told = _without(_TIMED, told, dropped("time"))
    if "#" in told:
        told = _TRAILING_HASHTAGS.sub(dropped("hashtags"), told)
    if labelled:
        told = _unquoted(told)
    return told if told == text else " ".join(told.split())


def _without(pattern: re.Pattern[str], text: str, drop: Callable[[re.Match[str]], str]) -> str:
    """Return a text without what a pattern finds in it, folded, where `drop` returns ''."""
    parts, at = [], 0
    for found in pattern.finditer(folded(text)):
        if not drop(found):
            parts.append(text[at : found.start()])
            at = found.end()
    return "".join([*parts, text[at:]])
