"""Scripts as language models write them in other languages than English, each with its spoken lines."""

# Full-width signs and Cyrillic letters are what is drawn here.
# ruff: noqa: RUF001

from __future__ import annotations

import random
from typing import NamedTuple

from tests.support.texts.script_forms import Script


class Tongue(NamedTuple):
    """How scripts are written in a language.

    Attributes:
        voices: labels of the narrator.
        notes: labels of what is seen, written or heard.
        weak: labels that are such only beside others.
        cues: cues in round brackets for music or a pause.
        said: sentences, each with '{}' for a number.
        seen: what a note says.
        column: (the spoken column of a table, others).
        scene: a scene's heading, with '{}' for its number.
        hosts: labels of a host, and of a guest.
        title: the label of the title.
    """

    voices: tuple[str, ...]
    notes: tuple[str, ...]
    weak: tuple[str, ...]
    cues: tuple[str, ...]
    said: tuple[str, ...]
    seen: str
    column: tuple[str, tuple[str, ...]]
    scene: str
    hosts: tuple[str, str]
    title: str
    wide: bool = False


TONGUES = {
    "Chinese": Tongue(
        ("旁白", "解说", "画外音"),
        ("画面", "镜头", "字幕", "音乐", "背景音乐", "音效", "特写", "镜头1", "镜头二"),
        ("转场", "时间"),
        ("（音乐渐强）", "（停顿）", "(轻柔的音乐)", "【音效：海浪】", "[镜头：远景]", "【画面】海浪拍岸"),
        ("这是第{}句话。", "大海{}次变了颜色。", "他说：“第{}天了。”"),
        "灰色的海面，一艘小船",
        ("旁白", ("画面", "时长", "镜号", "字幕")),
        "第{}幕：海边",
        ("主持人", "嘉宾"),
        "标题",
        True,
    ),
    "Japanese": Tongue(
        ("ナレーション", "ナレーター", "語り"),
        ("映像", "画面", "テロップ", "音楽", "効果音", "BGM", "カメラ"),
        ("場所", "暗転"),
        ("（音楽が流れる）", "【効果音：波】", "[映像：海]", "（拍手）"),
        ("これは{}番目の文です。", "海は{}回、色を変えた。"),
        "灰色の海と小さな舟",
        ("ナレーション", ("映像", "テロップ", "尺")),
        "シーン{}：海辺",
        ("司会", "ゲスト"),
        "タイトル",
        True,
    ),
    "Korean": Tongue(
        ("내레이션", "나레이션", "해설"),
        ("화면", "영상", "자막", "음악", "배경 음악", "효과음"),
        ("전환", "분위기"),
        ("(음악)", "[화면: 바다]", "【자막: 1920년】"),
        ("이것은 {}번째 문장이다.", "바다는 {}번 색을 바꾸었다."),
        "회색 바다와 작은 배",
        ("내레이션", ("화면", "자막", "시간")),
        "장면 {}: 바닷가",
        ("진행자", "게스트"),
        "제목",
    ),
    "Spanish": Tongue(
        ("Narrador", "NARRADORA", "Voz en off", "Narración"),
        ("Imagen", "Texto en pantalla", "Efectos de sonido", "Música de fondo", "Plano general"),
        ("Música", "Cámara", "Duración"),
        ("(música suave)", "[Imagen: el mar]", "[Música suave]", "(pausa)"),
        ("Esta es la frase {}.", "El mar cambió {} veces de color."),
        "un barco en el mar gris",
        ("Narración", ("Imagen", "Tiempo", "Texto en pantalla")),
        "Escena {}: El mar",
        ("Presentador", "Invitada"),
        "Título",
    ),
    "French": Tongue(
        ("Voix off ", "Narrateur", "VOIX OFF\u00a0", "Narration\u202f"),
        ("Visuel", "Texte à l'écran", "Effets sonores ", "Gros plan", "Musique de fond "),
        ("Musique ", "Image", "Transition "),
        ("(musique douce)", "[Image : la mer]", "[Musique]", "(pause)"),
        ("Voici la phrase {}.", "La mer a changé {} fois de couleur."),
        "un bateau sur la mer grise",
        ("Voix off", ("Visuel", "Durée", "Musique")),
        "Scène {} : La mer",
        ("Présentatrice ", "Invité "),
        "Titre ",
    ),
    "German": Tongue(
        ("Sprecher", "SPRECHERIN", "Erzähler", "Off-Stimme"),
        ("Bild", "Einblendung", "Soundeffekt", "Hintergrundmusik", "Totale"),
        ("Musik", "Kamera", "Schnitt"),
        ("(leise Musik)", "[Bild: das Meer]", "[Musik]", "(Pause)"),
        ("Das ist der Satz {}.", "Das Meer wechselte {} Mal die Farbe."),
        "ein Boot auf grauer See",
        ("Sprechertext", ("Bild", "Dauer", "Musik")),
        "Szene {}: Das Meer",
        ("Moderatorin", "Gast"),
        "Titel",
    ),
    "Italian": Tongue(
        ("Narratore", "Voce fuori campo", "VOCE NARRANTE"),
        ("Immagine", "Testo a schermo", "Effetti sonori", "Inquadratura"),
        ("Musica", "Transizione"),
        ("(musica dolce)", "[Immagine: il mare]", "(pausa)"),
        ("Questa è la frase {}.", "Il mare cambiò {} volte colore."),
        "una barca sul mare grigio",
        ("Narrazione", ("Immagine", "Durata")),
        "Scena {}: Il mare",
        ("Conduttrice", "Ospite"),
        "Titolo",
    ),
    "Portuguese": Tongue(
        ("Narrador", "Narração", "Voz off", "LOCUTOR"),
        ("Imagem", "Texto na tela", "Efeitos sonoros", "Trilha sonora"),
        ("Música", "Câmera", "Transição"),
        ("(música suave)", "[Imagem: o mar]", "(pausa)"),
        ("Esta é a frase {}.", "O mar mudou {} vezes de cor."),
        "um barco no mar cinzento",
        ("Narração", ("Imagem", "Duração")),
        "Cena {}: O mar",
        ("Apresentadora", "Convidado"),
        "Título",
    ),
    "Russian": Tongue(
        ("Диктор", "ДИКТОР", "Закадровый голос", "Рассказчик"),
        ("Изображение", "Текст на экране", "Титры", "Крупный план", "Кадр 2", "Фоновая музыка"),
        ("Музыка", "Камера", "Переход"),
        ("(тихая музыка)", "[Изображение: море]", "(пауза)"),
        ("Это фраза {}.", "Море {} раз меняло цвет."),
        "лодка в сером море",
        ("Закадровый текст", ("Изображение", "Время")),
        "Сцена {}: Море",
        ("Ведущая", "Гость"),
        "Название",
    ),
    "Arabic": Tongue(
        ("الراوي", "المعلق", "تعليق صوتي"),
        ("الصورة", "لقطة", "نص على الشاشة", "موسيقى", "مؤثرات صوتية"),
        ("الكاميرا", "انتقال"),
        ("(موسيقى هادئة)", "[الصورة: البحر]", "(صمت)"),
        ("هذه هي الجملة {}.", "تغير لون البحر {} مرة."),
        "قارب في بحر رمادي",
        ("التعليق الصوتي", ("الصورة", "المدة")),
        "المشهد {}: البحر",
        ("المذيع", "الضيف"),
        "العنوان",
    ),
}


def foreign_script(draw: random.Random, tongue: Tongue) -> Script:
    """Return a script with labels, brackets and cues in a language."""
    colon = draw.choice(("：", ":")) if tongue.wide else ":"
    gap = draw.choice(("", " ")) if tongue.wide else " "
    said = _said(tongue)
    first = said(draw)
    begun = f"{tongue.voices[0]}{colon}{gap}{first}"
    parts, spoken = [begun], [first]
    for _ in range(draw.randrange(1, 14)):
        kind = draw.random()
        if kind < 0.1:
            parts.append(
                draw.choice(("## {}", "{}", "【{}】", "**{}**")).format(tongue.scene.format(draw.randrange(2, 9)))
            )
        elif kind < 0.35:
            form = draw.choice(("{}{}{}{}", "**{}{}**{}{}", "- {}{}{}{}", "{}{}\n{}{}", "【{}{}{}{}】", "[{}{}{}{}]"))
            parts.append(form.format(draw.choice((*tongue.notes, *tongue.weak)), colon, gap, tongue.seen))
        elif kind < 0.5:
            parts.append(draw.choice(tongue.cues))
        else:
            words = said(draw)
            voice = draw.choice(tongue.voices)
            forms = (
                f"{voice}{colon}{gap}{words}",
                f"**{voice}{colon}**{gap}{words}",
                f"{voice}{colon}\n{words}",
                f"{voice}（V.O.）{colon}{gap}{words}" if tongue.wide else f"{voice} (V.O.){colon}{gap}{words}",
                f"【{voice.strip()}】{words}",
                f"[{voice.strip()}] {words}",
                f"[0:10-0:20] {voice}{colon}{gap}{words}",
                f"{voice}{colon}{gap}{words} {draw.choice(tongue.cues[:1])}",
                words,
            )
            parts.append(draw.choice(forms))
            spoken.append(words)
    return "\n\n".join(parts) + "\n", spoken


def foreign_table(draw: random.Random, tongue: Tongue) -> Script:
    """Return a script in a table whose columns are named in a language, one of them spoken."""
    said = _said(tongue)
    others = draw.sample(tongue.column[1], draw.randrange(1, len(tongue.column[1]) + 1))
    place = draw.randrange(len(others) + 1)
    names = [*others[:place], tongue.column[0], *others[place:]]
    rows, spoken = [names, ["---"] * len(names)], []
    for _ in range(draw.randrange(1, 6)):
        cells = [tongue.seen for _ in names]
        spoken.append(said(draw))
        cells[place] = draw.choice(("{}", "“{}”", "**{}**", "「{}」" if tongue.wide else "«{}»")).format(spoken[-1])
        if "“" in spoken[-1]:
            cells[place] = spoken[-1]
        rows.append(cells)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows) + "\n", spoken


class _said:
    """Draws sentences, none twice."""

    def __init__(self, tongue: Tongue) -> None:
        self._tongue, self._number = tongue, 0

    def __call__(self, draw: random.Random) -> str:
        self._number += 1
        return draw.choice(self._tongue.said).format(self._number)
