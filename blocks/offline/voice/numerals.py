# ruff: noqa: RUF001 - look-alike signs are meant, not mistaken
"""Spells numbers as Americans read them aloud: years, money, times, dates, measures, ranges, versions, long ids.

The words come from the voice's own package (`hibari.g2p.numbers`), so that its lexicon has every one of them; which
kind of number it is is decided here. No digit is ever left. Called by `spelling.py` for one bare word.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from hibari.g2p import numbers
from hibari.g2p.normalize import CURRENCY_WORDS, MONTH_NAMES
from hibari.g2p.normalize import UNITS as KNOWN_UNITS

AS_DIGITS = 10
"""Fewest digits, without commas, of a number that is read as an id: digit by digit, in groups of three."""
YEARS = range(1010, 2100)
"""Four plain digits in this range are read as a year: 'nineteen oh five'."""

_NUM = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
_DASH = "[-–—−]"
_CURRENCY = {**CURRENCY_WORDS, "₽": ("ruble", "rubles"), "₿": ("bitcoin", "bitcoins")}
_CENTS = {"$": "cent", "€": "cent", "£": "pence"}
_NATIONS = {"": "", "US": "US ", "C": "Canadian ", "A": "Australian "}
SCALES = {"hundred": "", "thousand": "k", "million": "m", "billion": "bn", "trillion": "tn"}
_SCALE_OF = {short: word for word, short in SCALES.items() if short} | {"b": "billion"}
UNITS: dict[str, tuple[str, str]] = {
    **{sign: (words[0], words[1]) for sign, words in KNOWN_UNITS.items()},
    "m": ("meter", "meters"),
    "g": ("gram", "grams"),
    "l": ("liter", "liters"),
    "L": ("liter", "liters"),
    "h": ("hour", "hours"),
    "s": ("second", "seconds"),
    "W": ("watt", "watts"),
    "V": ("volt", "volts"),
    "t": ("ton", "tons"),
    "ha": ("hectare", "hectares"),
    "mL": ("milliliter", "milliliters"),
    "km²": ("square kilometer", "square kilometers"),
    "m²": ("square meter", "square meters"),
    "m³": ("cubic meter", "cubic meters"),
    "cm²": ("square centimeter", "square centimeters"),
    "m/s": ("meter per second", "meters per second"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "‰": ("per mille", "per mille"),
    "¢": ("cent", "cents"),
    "′": ("foot", "feet"),
    "″": ("inch", "inches"),
}
_UNIT = "|".join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))
_SIGNS = {
    "-": "minus ",
    "−": "minus ",
    "–": "minus ",
    "+": "plus ",
    "±": "plus or minus ",
    "~": "about ",
    "≈": "about ",
    "<": "less than ",
    ">": "more than ",
    "×": "times ",
    "": "",
}
_FRACTIONS = {2: "half", 3: "third", 4: "quarter"}


def plain(digits: str) -> str:
    """Read digits with or without commas and a point as a quantity: '1,234.5' is 'one thousand two hundred ...'."""
    whole, point, decimals = digits.replace(",", "").partition(".")
    if (len(whole) > 1 and whole[0] == "0") or (len(whole) >= AS_DIGITS and "," not in digits) or len(whole) > 33:
        words = one_by_one(whole)
    else:
        words = _words(numbers.cardinal(int(whole))) if whole else ""
    return f"{words} point {one_by_one(decimals)}".strip() if point and decimals else words


def one_by_one(digits: str) -> str:
    """Read digits one by one, with a comma after every third where there are more than five."""
    step = 3 if len(digits) > 5 else len(digits) or 1
    threes = (digits[at : at + step] for at in range(0, len(digits), step))
    return ", ".join(" ".join(numbers.ONES[int(digit)] for digit in three) for three in threes)


def year(digits: str) -> str:
    """Read four plain digits as a year, any other number as a quantity."""
    return _words(numbers.year(int(digits))) if _is_year(digits) else plain(digits)


def ordinal(number: int) -> str:
    """Return the words of an ordinal number: 'second', 'twenty first'."""
    return _words(numbers.ordinal(number)) if number < 10**33 else one_by_one(str(number))


def plural(words: str) -> str:
    """Return the plural of the words of a number: 'nineteen nineties', 'sixes'."""
    return words[:-1] + "ies" if words.endswith("y") else words + ("es" if words.endswith("x") else "s")


def unit_after(sign: str, number: str) -> str:
    """Return the words of the unit `sign` after a number, singular or plural; '' where `sign` is not a unit."""
    words = UNITS.get(sign) or UNITS.get(sign.rstrip("."))
    return words[number.replace(",", "").lstrip("-−") not in ("1", "1.0")] if words else ""


def currency_of(word: str) -> str:
    """Return the plural of the currency with which an amount begins: 'dollars' for '$1.5'; '' where there is none."""
    found = re.fullmatch(rf"{_DASH}?(US|C|A|)([$£€¥₹₩₽₿])(?:{_NUM})", word)
    return _NATIONS[found[1]] + _CURRENCY[found[2]][1] if found else ""


def read_number(word: str) -> str:
    """Return the spoken words for a word with a digit in it.

    Args:
        word: without quotes, brackets and the punctuation after it; ASCII digits only.
    """
    for form, read in _FORMS:
        found = form.fullmatch(word)
        told = read(*(part or "" for part in found.groups())) if found else ""
        if told:
            return told
    return _mixed(word)


def _words(spelled: str) -> str:
    """Return only the words of a spelled number: without 'and', which Americans leave out, commas and hyphens."""
    return " ".join(word for word in re.split(r"[^a-z]+", spelled) if word and word != "and")


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.isdecimal() and int(digits) in YEARS


def _signed(sign: str, digits: str) -> str:
    return _SIGNS[sign] + (plain(digits) if sign else year(digits))


def _time(hours: str, minutes: str, seconds: str, half: str) -> str:
    if int(hours) > 24:
        return ""
    words = plain(str(int(hours)))
    if int(minutes):
        words += (" oh " if minutes[0] == "0" else " ") + plain(str(int(minutes)))
    elif not half and not seconds:
        words += " o'clock"
    words += f" and {plain(str(int(seconds)))} seconds" if seconds else ""
    return words + (f" {half[0].upper()}.M." if half else "")


def _hour(hour: str, half: str) -> str:
    return f"{plain(hour)} {half[0].upper()}.M."


def _date(of_year: str, month: str, day: str) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return ""
    of_year = of_year if len(of_year) == 4 else ("19" if int(of_year) > 30 else "20") + of_year
    return f"{MONTH_NAMES[int(month) - 1]} {ordinal(int(day))}, {year(of_year)}"


def _slashed_date(first: str, second: str, of_year: str) -> str:
    month, day = (first, second) if int(first) <= 12 else (second, first)
    return _date(of_year, month, day)


def _fraction(above: str, below: str) -> str:
    over, under = int(above), int(below)
    if not 0 < over < under or under > 100 or (under > 10 and under % 2):
        return ""
    part = _FRACTIONS.get(under) or ordinal(under)
    return f"{plain(above)} {part if over == 1 else 'halves' if part == 'half' else part + 's'}"


def _money(sign: str, nation: str, currency: str, number: str, scale: str) -> str:
    one, many = _CURRENCY[currency]
    whole, _, cents = number.replace(",", "").partition(".")
    if scale:
        return f"{_SIGNS[sign]}{plain(number)} {_SCALE_OF[scale.lower()]} {_NATIONS[nation]}{many}"
    words = []
    if int(whole or 0) or not int(cents or 0):
        words.append(f"{plain(whole or '0')} {_NATIONS[nation]}{one if whole == '1' else many}")
    if cents.strip("0") and (len(cents) > 2 or currency not in _CENTS):
        return f"{_SIGNS[sign]}{plain(number)} {_NATIONS[nation]}{many}"
    if cents.strip("0"):
        small = _CENTS[currency]
        few = plain(str(int(cents.ljust(2, "0"))))
        words.append(f"{few} {small if small == 'pence' or few == 'one' else small + 's'}")
    return _SIGNS[sign] + " and ".join(words)


def _money_after(number: str, currency: str) -> str:
    return _money("", "", currency, number, "")


def _measure(sign: str, number: str, unit: str) -> str:
    return f"{_SIGNS[sign]}{plain(number)} {unit_after(unit, number)}"


def _range(first: str, last: str) -> str:
    unit = re.search(r"\D*$", last)
    if _is_year(first) and len(last) == 2 and last.isdecimal():
        return f"{year(first)} to {plain(str(int(last)))}"
    if (len(first), len(last)) == (3, 4) and first.isdecimal() and last.isdecimal():
        return f"{one_by_one(first)}, {one_by_one(last)}"
    same = not unit or not unit[0] or _is_year(first)
    return f"{read_number(first) if same else plain(re.sub(r'[^0-9.,]', '', first))} to {read_number(last)}"


def _mixed(word: str) -> str:
    """Read a word that is no number of a known kind, run by run of digits or letters: 'MP3', '192.168.0.1'."""
    told: list[str] = []
    for part in re.findall(rf"[0-9]{{1,3}}/[0-9]{{1,3}}|{_NUM}|[^\W\d_]+(?:['’][^\W\d_]+)*|[.:/@&+=×*<>%°#]", word):
        if "/" in part[1:]:
            above, below = part.split("/")
            told.append(_fraction(above, below) or f"{plain(above)} {plain(below)}")
        elif part[0].isdecimal() or (part[0] == "." and len(part) > 1):
            digits = part.lstrip(".")
            told.append(plain(digits) if "," in digits or "." in digits else year(digits))
        elif part in _BETWEEN:
            told.append(_BETWEEN[part])
        else:
            short = len(part) <= 3 and part.isupper() and part.isascii()
            beside = re.search(rf"[0-9]{re.escape(part)}|{re.escape(part)}[0-9]", word)
            told.append(" ".join(part) if short and beside else part)
    return " ".join(filter(None, told))


_BETWEEN = {
    ".": "point",
    ":": "to",
    "/": "",
    "@": "at",
    "&": "and",
    "+": "plus",
    "=": "equals",
    "×": "times",
    "*": "times",
    "<": "less than",
    ">": "more than",
    "%": "percent",
    "°": "degrees",
    "#": "number",
}

_PART = rf"[$£€¥₹₩]?(?:{_NUM})(?:{_UNIT}|st|nd|rd|th|s)?"
_FORMS: list[tuple[re.Pattern[str], Callable[..., str]]] = [
    (re.compile(form), read)
    for form, read in (
        (rf"({_NUM})", year),
        (r"([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?([AaPp]\.?[Mm])?", _time),
        (r"([0-9]{1,2})([AaPp]\.?[Mm])", _hour),
        (r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", _date),
        (r"([0-9]{1,2})[/]([0-9]{1,2})[/]([0-9]{4}|[0-9][0-9])", _slashed_date),
        (r"['’]?([0-9]+)['’]?s", lambda digits: plural(year(digits))),
        (r"['’]([0-9][0-9])", lambda digits: plain(str(int(digits)))),
        (r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:st|nd|rd|th)", lambda digits: ordinal(int(digits.replace(",", "")))),
        (r"([0-9]{1,3})/([0-9]{1,3})", _fraction),
        (rf"({_DASH}?)(US|C|A|)([$£€¥₹₩₽₿])({_NUM})([kKmMbB]|bn)?", _money),
        (rf"({_NUM})([$£€¥₹₩₽₿])", _money_after),
        (rf"([-−–+±~≈<>×]?)({_NUM})({_UNIT})", _measure),
        (rf"([-−–+±~≈<>×])({_NUM})", _signed),
        (rf"({_PART}){_DASH}({_PART})", _range),
        (r"((?:[0-9]+[-–]){2,}[0-9]+)", lambda word: ", ".join(one_by_one(part) for part in re.split("[-–]", word))),
        (r"([0-9]+(?:\.[0-9]+){2,})", lambda word: " point ".join(plain(part) for part in word.split("."))),
        (r"([0-9]+)(?:x|×)([0-9]+)", lambda one, two: f"{plain(one)} by {plain(two)}"),
        (r"[#№]([0-9]+)", lambda digits: f"number {plain(digits)}"),
        (r"([0-9]+)['’]s", lambda digits: f"{year(digits)}'s"),
    )
]
