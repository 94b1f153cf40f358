"""Find and read styles: Markdown files with front matter, of this program and of a person, and styles of free words.

    ---
    name: noir
    title: Film noir
    about: Crime at night, in black and white.
    settings:
      palette: mono
    ---
    ## Picture
    Black and white, hard light from the side.

A style's name is its file's, too. A person's own are in the folder that FILM_STYLES names, else in `film-studio/styles`
in the folder for configuration, and come before the program's. A brief keeps a style's whole text, so that a film stays
what it is when the file changes, and can go on where there is no such file.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from studio.errors import BadInput
from studio.fs import safe_open
from studio.model.brief import DEFAULT_STYLE, FilmOptions
from studio.model.style import NO_SETTINGS, SECTIONS, STYLE_CHARACTERS, Style, StyleSettings
from studio.text.keys import with_known_keys
from studio.text.markdown import read_markdown
from studio.text.plain_yaml import NotYaml, read_yaml
from studio.text.words import clean_text, one_line
from studio.text.wrong_values import wrong_values

FOLDER = Path(__file__).parents[1] / "data" / "styles"
"""The styles that come with the program."""
OWN = "FILM_STYLES"
"""The environment variable that names a person's own folder of styles."""
MOST_STYLES = 500
"""Most files of a folder that are looked at."""
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME_LETTERS = 60
_WRITTEN = re.compile(r"[A-Za-z0-9]+(?:[ _-]+[A-Za-z0-9]+)*")
_FRONT = re.compile(r"\s*---[ \t]*\n(?P<front>.*?)\n---[ \t]*(?:\n|$)", re.DOTALL)
_FRONT_LINES = 200
_KEYS = ("name", "title", "about", "sample", "settings")
_COLOURS = ("paper", "ink", "accent")
_SENTENCES = ("opening", "closing", "asides")
_FREE = "---\ntitle: {title}\n---\n"


@dataclass(frozen=True)
class FoundStyle:
    """A style's file: the name by which it is asked for, whether it is the person's own, and what is in it.

    `style` is None for a file that cannot be used; `fault` then says why.
    """

    name: str
    path: Path
    own: bool
    text: str = ""
    style: Style | None = None
    fault: str = ""


def own_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of a person's own styles; it need not be there."""
    if named := environment.get(OWN, ""):
        return Path(named).expanduser()
    home = environment.get("XDG_CONFIG_HOME", "") or "~/.config"
    return Path(home).expanduser() / "film-studio" / "styles"


def name_of(written: str) -> str:
    """Return the name that is meant by 'Picture book' or 'picture-book'; '' for what can be no style's name."""
    if len(written) > _NAME_LETTERS or not _WRITTEN.fullmatch(written.strip()):
        return ""
    return "-".join(re.split(r"[ _-]+", written.strip().lower()))


def style_text(written: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """Return the text of the style of this name, checked; None if there is none, so that the words are free text.

    Raises:
        BadInput: in one line: its file cannot be read, or is not a style.
    """
    name = name_of(written)
    if not name:
        return None
    for folder in (own_folder(environment), FOLDER):
        path = folder / f"{name}.md"
        if os.path.lexists(path):
            return _read(path, name)[0]
    return None


def nearly_named(written: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the name of the style that a mistyped one is nearly; '' for a style's name, and for plain words."""
    name = name_of(written)
    if not name or " " in written.strip() or style_text(written, environment) is not None:
        return ""
    return next(iter(get_close_matches(name, [each.name for each in all_styles(environment)], 1, 0.7)), "")


def all_styles(environment: Mapping[str, str] = os.environ) -> tuple[FoundStyle, ...]:
    """Return every style there is, by name; of two of one name the person's own. A file that is wrong says why.

    Raises:
        BadInput: FILM_STYLES names no folder that can be read.
    """
    found: dict[str, FoundStyle] = {}
    for folder, own in ((FOLDER, False), (own_folder(environment), True)):
        for path in _files(folder, own and bool(environment.get(OWN))):
            name = path.name.removesuffix(".md")
            if not _NAME.fullmatch(name) or len(name) > _NAME_LETTERS:
                fault = f"style: {str(path)!r}: a style's file is named in small letters, digits and dashes"
                found[name] = FoundStyle(name, path, own, fault=fault)
                continue
            try:
                text, style = _read(path, name)
                found[name] = FoundStyle(name, path, own, text, style)
            except BadInput as error:
                found[name] = FoundStyle(name, path, own, fault=str(error))
    return tuple(found[name] for name in sorted(found))


def _files(folder: Path, asked_for: bool) -> Iterator[Path]:
    try:
        names = safe_open.names(folder)
    except (OSError, ValueError) as error:
        if asked_for:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise BadInput(f"{OWN}: cannot read the folder {str(folder)!r} ({reason}): check the name") from error
        return
    yield from [folder / name for name in names if name.endswith(".md") and not name.startswith(".")][:MOST_STYLES]


def _read(path: Path, name: str) -> tuple[str, Style]:
    shown = f"style: {str(path)!r}"
    try:
        text = safe_open.read(path, 4 * STYLE_CHARACTERS).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{shown} is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise BadInput(f"{shown}: cannot be read ({reason}): make it a file of at most 80 kB") from error
    text = clean_text(text)
    try:
        style = parse_style(text)
    except BadInput as error:
        raise BadInput(f"{shown}: {error}") from error
    if style.name != name:
        raise BadInput(f"{shown}: its name is {style.name!r}, and the file's is {name!r}: write the same in both")
    return text, style


@lru_cache(maxsize=64)
def parse_style(text: str) -> Style:
    """Return the style that a text tells.

    Raises:
        BadInput: in one line, which key or section is wrong, and what it may be.
    """
    if len(text) > STYLE_CHARACTERS:
        raise BadInput(f"it is longer than a style may be, {STYLE_CHARACTERS:,} letters: shorten it")
    begun = _FRONT.match(text)
    if begun is None or begun["front"].count("\n") > _FRONT_LINES:
        raise BadInput("it does not begin with front matter: write title and settings between two lines of '---'")
    try:
        front = read_yaml(begun["front"], _FRONT_LINES)
    except NotYaml as error:
        raise BadInput(f"its front matter: {error}") from error
    if not isinstance(front, dict):
        raise BadInput("its front matter holds no keys: write for example 'title: Film noir'")
    front = _known(front, _KEYS, "the key")
    settings = front.get("settings") or {}
    if not isinstance(settings, dict):
        raise BadInput("settings: expected keys under it, for example 'palette: mono'")
    settings = _known(settings, tuple(StyleSettings.model_fields), "the setting")
    for key in _COLOURS:
        # Without them a colour of digits is a number, and behind a bare '#' stands a remark.
        if not isinstance(settings.get(key, ""), str):
            raise BadInput(f'settings, {key}: a colour needs quotation marks, for example {key}: "#1a2b3c"')
    settings |= {
        key: _spoken(value) for key, value in settings.items() if key in _SENTENCES and isinstance(value, list)
    }
    fields = {**front, "settings": settings}
    name = fields.get("name") or ""
    if not isinstance(name, str):
        raise BadInput(f"name: {str(name)[:60]!r} needs quotation marks, to be read as text")
    if name and not _NAME.fullmatch(name):
        raise BadInput(f"name: {str(name)[:60]!r} is not in small letters, digits and dashes")
    for key in ("title", "about", "sample"):
        if isinstance(value := fields.get(key), str):
            fields[key] = one_line(value)
    try:
        return Style.model_validate({**fields, **_sections(text[begun.end() :])})
    except ValidationError as error:
        first = wrong_values(error, Style)[0]
        place = [f"number {part + 1}" if isinstance(part, int) else part for part in first.place]
        raise BadInput(f"{', '.join(place)}: {first.reason}, not {str(first.found)[:60]!r}") from error


def _known(given: Mapping[object, object], known: tuple[str, ...], what: str) -> dict[str, object]:
    """Return the given keys as they are known; one that is not is refused, with the nearest that is."""
    found = with_known_keys(given, known)
    for key in found:
        if key not in known:
            near = get_close_matches(key.lower(), known, 1, 0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            raise BadInput(f"{what} {key[:60]!r} is not known: {hint}")
    return found


def _spoken(sentences: list[object]) -> list[object]:
    """Return sentences as those of a script are read: without markup and control characters; none that says nothing."""
    told = (
        one_line(" ".join(line.text for line in read_markdown(clean_text(each)))) if isinstance(each, str) else each
        for each in sentences
    )
    return [each for each in told if each != ""]


def _sections(body: str) -> dict[str, str]:
    """Return the sections of a style's text in plain words, a paragraph a line."""
    told: dict[str, list[str]] = {}
    here: list[str] | None = None
    for line in read_markdown(body):
        if line.level == 2:
            name = line.text.strip().lower()
            if name not in SECTIONS:
                near = get_close_matches(name, SECTIONS, 1, 0.5)
                hint = f"did you mean {near[0].title()!r}?" if near else f"known are {', '.join(SECTIONS)}"
                raise BadInput(f"the section {line.text[:60]!r} is not known: {hint}")
            if name in told:
                raise BadInput(f"the section {line.text[:60]!r} is there twice: join the two")
            here = told[name] = []
        elif line.level == 1 and here is None:
            continue
        elif here is not None:
            here.append(line.text)
        elif line.text.strip():
            raise BadInput(f"{line.text[:60]!r} is in no section: write a heading above it, for example '## Picture'")
    return {name: _paragraphs(lines) for name, lines in told.items()}


def _paragraphs(lines: list[str]) -> str:
    blocks = re.split(r"\n\s*\n", "\n".join(lines).strip())
    return "\n".join(one_line(block) for block in blocks if block.strip())


def frozen_style(written: str) -> str | None:
    """Return the text that a new film's brief keeps for a style: that of its file, or of its free words.

    None for the usual style, which is what it always was, and for none.

    Raises:
        BadInput: as `style_text`.
    """
    words = one_line(written).strip()
    if not words or written == DEFAULT_STYLE:
        return None
    if (found := style_text(written)) is not None:
        return found
    # JSON's texts are YAML's, too.
    return _FREE.format(title=json.dumps(words, ensure_ascii=False))


def check_style(text: str) -> Style:
    """Return the style of a text that was given as it is.

    Raises:
        BadInput: as `parse_style`.
    """
    try:
        return parse_style(clean_text(text))
    except BadInput as error:
        raise BadInput(f"--style-text: {error}") from error


def with_style_kept(options: FilmOptions) -> FilmOptions:
    """Return the options of a new film with its style's text, for the brief.

    Raises:
        BadInput: as `style_text`.
    """
    if options.style_text is not None:
        return options
    text = frozen_style(options.style)
    return options if text is None else options.model_copy(update={"style_text": text})


def style_of(options: FilmOptions) -> Style | None:
    """Return the style that a film's options keep; None for a film whose style is only words, as all were once.

    Raises:
        BadInput: the kept text is no style: somebody changed it.
    """
    if options.style_text is None:
        return None
    try:
        return parse_style(options.style_text)
    except BadInput as error:
        raise BadInput(f"the film's style_text: {error}") from error


def settings_of(options: FilmOptions) -> StyleSettings:
    """Return the settings of a film's style; those that change nothing where it has none."""
    style = style_of(options)
    return NO_SETTINGS if style is None else style.settings


def picture_words(options: FilmOptions) -> str:
    """Return a film's style in words for its pictures: its guidance for them, or as it was written."""
    style = style_of(options)
    return options.style if style is None else one_line(style.picture or style.title)
