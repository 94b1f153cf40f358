"""Of scripts that are labelled in other languages than English, what is spoken is spoken, and no more."""

# Full-width signs and Cyrillic letters are what is drawn here.
# ruff: noqa: RUF001

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable

import pytest

from studio.input.script import parse_script, script_left_out, script_title
from studio.input.script_words import TABLE, label_of
from tests.support.sampled import sampled
from tests.support.texts.foreign_scripts import TONGUES, Tongue, foreign_script, foreign_table
from tests.support.texts.script_forms import Script


def _said(text: str) -> list[str]:
    lines = [line for scene in parse_script(text) for line in scene.narration.split("\n")]
    return [" ".join(line.split()) for line in lines if line.strip()]


@pytest.mark.parametrize("language", TONGUES)
@pytest.mark.parametrize("form", [foreign_script, foreign_table])
@sampled("seed", range(6), quick=1)
def test_just_what_is_spoken_is_spoken(
    form: Callable[[random.Random, Tongue], Script], language: str, seed: int
) -> None:
    """Of 40 scripts of a form in each language each gives its spoken lines, in order, and no others."""
    draw = random.Random(seed)
    for _ in range(40):
        text, spoken = form(draw, TONGUES[language])
        assert _said(text) == spoken, text


@pytest.mark.parametrize("language", TONGUES)
def test_a_hosts_label_is_left_out_if_nobody_else_speaks(language: str) -> None:
    """With a guest both keep their names."""
    tongue = TONGUES[language]
    colon, (host, guest) = "：" if tongue.wide else ": ", tongue.hosts
    one, two = tongue.said[0].format(1), tongue.said[1].format(2)
    assert _said(f"{host}{colon}{one}\n\n{host}{colon}{two}\n") == [one, two]
    both = _said(f"{host}{colon}{one}\n\n{guest}{colon}{two}\n")
    assert [" ".join(line.split()) for line in both] == [
        " ".join(f"{host}{colon}{one}".split()),
        " ".join(f"{guest}{colon}{two}".split()),
    ]


@pytest.mark.parametrize("language", TONGUES)
def test_the_first_line_may_name_the_title(language: str) -> None:
    """It is the film's title, and not spoken; scenes have their places without their numbers."""
    tongue = TONGUES[language]
    colon = "：" if tongue.wide else ": "
    said = [tongue.said[0].format(1), tongue.said[1].format(2)]
    scenes = [f"{tongue.scene.format(number)}\n\n{line}" for number, line in enumerate(said, start=1)]
    text = f"{tongue.title}{colon}{tongue.seen}\n\n" + "\n\n".join(scenes)
    assert script_title(text) == tongue.seen
    assert _said(text) == said
    place = tongue.scene.replace("：", ":").partition(":")[2].strip().lower()
    assert [scene.location.lower() for scene in parse_script(text)] == [place, place]


CHINESE = """标题：海边的灯塔

【画面：灰色的海面，一艘小船】
旁白：海是灰色的。
字幕：1920年
音乐：轻柔的钢琴

[镜头：远景]
解说：一个人在等他的父亲。
主持人：这就是结尾。
#海 #短片
"""


def test_a_chinese_script() -> None:
    """Labels and brackets with full-width signs are left out, and counted."""
    assert _said(CHINESE) == ["海是灰色的。", "一个人在等他的父亲。", "这就是结尾。"]
    assert script_title(CHINESE) == "海边的灯塔"
    assert script_left_out(CHINESE) == (
        "not spoken of the script: 2 visual notes, 1 on-screen text, 1 cue for music or sound and 1 line of hashtags; "
        "write what should be spoken as a plain line"
    )


@pytest.mark.parametrize(
    "text",
    [
        "他说：大海是灰色的。",
        "小明：你好。\n\n小红：再见。",
        "他写【重要】两个字（很小的字）。",
        "Él dijo: el mar es gris.",
        "Juan: Hola.\n\nAna: Adiós.",
        "La música era su vida (la música de fondo, siempre).",
        "Musique : tout ce qu'il avait.",
        "Музыка: всё, что у него было.",
        "Ana (la narradora) calla.",
        "Imagen de un mar gris.",
        "Son: Dad?\n\nDad: Yes.",
        "Image: a word of Latin.\n\nPlan: get out of here.",
        "Conductor: Tickets, please!",
        "（他沉默了很久，看着大海。）",
        "第一章很短。第二章很长。",
    ],
)
def test_prose_keeps_its_words(text: str) -> None:
    """What a label or a cue only resembles is spoken."""
    letters = "".join(filter(str.isalnum, text))
    assert "".join(filter(str.isalnum, "".join(_said(text)))) == letters


def test_a_sound_in_brackets_labels_no_caption() -> None:
    """Of automatic captions the words behind '[Música]' are spoken."""
    assert _said("[Música] Hola a todos.\n\n[音乐] 大家好。\n\n[Musik] Guten Tag.") == [
        "Hola a todos.",
        "大家好。",
        "Guten Tag.",
    ]


def test_every_word_of_the_table_is_a_label() -> None:
    """Each word of the narrator in each language is found before a colon, and in brackets."""
    words = [word for lists in tomllib.loads(TABLE.read_text("utf-8")).values() for word in lists["voice"]]
    assert len(words) > 100
    for word in words:
        for line in (f"{word}: x", f"{word.upper()} : x", f"[{word}] x", f"{word} (V.O.): x"):
            label = label_of(line)
            assert label is not None, line
            assert (label.kind, line[label.end :]) == ("voice", "x"), line
