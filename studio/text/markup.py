"""Remove markup from an idea, but none of its words: not everything between angle brackets is markup.

Only HTML's own elements are markup, and only if they have the form of a tag: 'if a<b and c>d' has none.
"""

from __future__ import annotations

import html
import re

_INLINE = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark q s samp small span strike strong"
    " sub sup time tt u var wbr"
).replace(" ", "|")
_BLOCK = (
    "address article aside blockquote body br button center dd details div dl dt figcaption figure footer form h[1-6]"
    " head header hr html iframe img input li link main meta nav ol option p pre script section select style summary"
    " svg table tbody td textarea tfoot th thead title tr ul video"
).replace(" ", "|")
"""Elements of the HTML standard (https://html.spec.whatwg.org/#toc-semantics) and of its obsolete part."""
_ATTRIBUTES = r"""(?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=]+))*\s*/?"""
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE}){_ATTRIBUTES}>", re.IGNORECASE)
_BLOCK_TAG = re.compile(rf"</?(?:{_BLOCK}){_ATTRIBUTES}>", re.IGNORECASE)
_MARKS = re.compile(r"[*_`~|]+|(?<!\w)#+(?!\d)|#+(?=[^\W\d])")
"""Marks of Markdown. A '#' at a word's end belongs to the word: 'C#'; one before a digit is a number sign: '#1'."""
_BRACKETED = re.compile(r"(?<!\S)<([^\W\d_][\w' -]*)>(?!\w)")


def tags_as(sign: str, text: str) -> str:
    """Return the text with `sign` instead of every tag and comment; what merely looks like one stays."""
    return _BLOCK_TAG.sub(sign, _comments_as(sign, _INLINE_TAG.sub(sign, text)))


def without_markup(text: str) -> str:
    """Return the text without tags and marks; as on a web page, an inline tag within a word does not divide it.

    Words between angle brackets that are not a tag stay, without the brackets.
    """
    plain = html.unescape(text) if re.search(r"&(?:#\w+|[A-Za-z]\w*);", text) else text
    plain = _BLOCK_TAG.sub(" ", _comments_as(" ", _INLINE_TAG.sub("", plain)))
    return _MARKS.sub(" ", _BRACKETED.sub(r"\1", plain))


def _comments_as(sign: str, text: str) -> str:
    """Return the text with `sign` instead of every comment; an unclosed one is not a comment."""
    kept: list[str] = []
    at = 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin + 4)) >= 0:
        kept += [text[at:begin], sign]
        at = end + 3
    return "".join([*kept, text[at:]])
