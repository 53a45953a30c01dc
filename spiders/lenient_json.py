"""JSON as pages really carry it: comments, raw line breaks, stray backslashes, JavaScript literals, several in a row.

Which of the values is a job ad is not asked here.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import orjson

Json = Any
"""A value of `json.loads`: dict, list, str, int, float, bool or None."""

MAX_DEPTH = 200
OPENING = {"{": "}", "[": "]"}
QUOTES = "\"'`"
SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/|<!--|-->|<!\[CDATA\[|\]\]>)*", re.DOTALL)
WORD = re.compile(r"[\w$.+\-]+")
PLAIN_STRING = {quote: re.compile(rf"[^{quote}\\\n]*") for quote in QUOTES}
AFTER_STRING = re.compile(r"\s*(?:[,:}\]]|$|//|/\*)")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
WORDS: dict[str, Json] = {"true": True, "false": False, "null": None, "undefined": None, "NaN": None}


class NotJsonError(ValueError):
    """No value can be read at this place."""


def parse_values(text: str) -> list[Json]:
    """All objects and lists in the text, in order: strictly where that works, leniently elsewhere; never raises."""
    try:
        value = orjson.loads(text)
        return [value] if isinstance(value, dict | list) else []
    except orjson.JSONDecodeError:
        values = _lenient_values(text)
    return values or (_lenient_values(unescape(text)) if "&quot;" in text else [])


def parse_value(text: str) -> Json:
    """The one object or list at the beginning of the text. Raises NotJsonError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _Reader(text).value()


def assigned_literal(script: str, variable: str) -> Json:
    """The object or list literal that `script` assigns to `variable`. Raises NotJsonError where there is none."""
    for found in re.finditer(rf"(?<![\w$.]){re.escape(variable)}\s*=(?!=)\s*(?=[{{\[])", script):
        return parse_value(cut_literal(script, found.end()))
    raise NotJsonError(f"no literal is assigned to {variable}")


def cut_literal(script: str, start: int) -> str:
    """The text of the bracketed literal that begins at `start`; brackets inside strings and comments do not count.

    Raises NotJsonError where it never closes.
    """
    closers: list[str] = []
    position = start
    while position < len(script):
        character = script[position]
        if character in QUOTES:
            position = _string_end(script, position)
            continue
        if script.startswith(("//", "/*"), position):
            position = _comment_end(script, position)
            continue
        if character in OPENING:
            closers.append(OPENING[character])
        elif closers and character == closers[-1]:
            closers.pop()
        position += 1
        if not closers:
            return script[start:position]
    raise NotJsonError("the literal never closes")


def _comment_end(script: str, start: int) -> int:
    end = _matched_end(SPACE, script, start)
    if end == start:
        raise NotJsonError("a comment never closes")
    return end


def _string_end(script: str, start: int) -> int:
    quote, position = script[start], start + 1
    while position < len(script):
        if script[position] == "\\":
            position += 2
        elif script[position] == quote:
            return position + 1
        else:
            position += 1
    raise NotJsonError("a string never closes")


def _lenient_values(text: str) -> list[Json]:
    values: list[Json] = []
    reader = _Reader(text)
    while reader.skip_to_bracket():
        try:
            values.append(reader.value())
        except (NotJsonError, RecursionError):
            break
    return values


class _Reader:
    """A recursive-descent reader that forgives what browsers and people forgive."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.depth = 0

    def skip_to_bracket(self) -> bool:
        """Moves to the next value; False where there is none."""
        self._skip_space()
        while self.position < len(self.text) and self.text[self.position] not in OPENING:
            self.position += 1
        return self.position < len(self.text)

    def value(self) -> Json:
        """The value here. Raises NotJsonError."""
        self._skip_space()
        character = self._peek()
        if character == "{":
            return self._inside(self._members)
        if character == "[":
            return self._inside(self._elements)
        return self._string() if character in QUOTES and character else self._word()

    def _inside(self, read: Any) -> Json:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotJsonError("nested too deeply")
        self.position += 1
        value = read()
        self.depth -= 1
        return value

    def _members(self) -> dict[str, Json]:
        members: dict[str, Json] = {}
        while not self._closes("}"):
            key = self._string() if self._peek() in QUOTES else self._key()
            self._skip_space()
            if self._peek() != ":":
                raise NotJsonError(f"a colon is missing at {self.position}")
            self.position += 1
            members[key] = self.value()
        return members

    def _elements(self) -> list[Json]:
        elements: list[Json] = []
        while not self._closes("]"):
            elements.append(self.value())
        return elements

    def _closes(self, closer: str) -> bool:
        """Skips commas, also missing and surplus ones, and the closer if it stands here."""
        self._skip_space()
        while self._peek() == ",":
            self.position += 1
            self._skip_space()
        if not self._peek():
            raise NotJsonError("the text ends inside a value")
        if self._peek() == closer:
            self.position += 1
            return True
        return False

    def _key(self) -> str:
        found = WORD.match(self.text, self.position)
        if not found:
            raise NotJsonError(f"no key at {self.position}")
        self.position = found.end()
        return found.group()

    def _word(self) -> Json:
        word = self._key()
        if word in WORDS:
            return WORDS[word]
        try:
            return json.loads(word)
        except ValueError as error:
            raise NotJsonError(f"{word!r} is no value") from error

    def _string(self) -> str:
        quote = self._peek()
        self.position += 1
        parts: list[str] = []
        while self.position < len(self.text):
            plain = PLAIN_STRING[quote].match(self.text, self.position)
            parts.append(plain.group() if plain else "")
            self.position = plain.end() if plain else self.position
            character = self._peek()
            if character == quote and self._ends_string():
                self.position += 1
                return "".join(parts)
            parts.append(self._escape() if character == "\\" else character)
            self.position += 1 if character != "\\" else 0
        raise NotJsonError("a string never closes")

    def _ends_string(self) -> bool:
        """A quote that nothing of JSON follows is a quotation mark somebody forgot to escape."""
        return AFTER_STRING.match(self.text, self.position + 1) is not None

    def _escape(self) -> str:
        code = self.text[self.position + 1 : self.position + 2]
        width = {"u": 4, "x": 2}.get(code, 0)
        digits = self.text[self.position + 2 : self.position + 2 + width]
        self.position += 2
        if width and re.fullmatch(r"[0-9a-fA-F]+", digits) and len(digits) == width:
            self.position += width
            return self._joined_surrogate(chr(int(digits, 16)))
        # A backslash before anything else was meant as a backslash ("\_(o)_/"), before a quote as an escape.
        return ESCAPES.get(code, code if code in "\"'`/\\" else f"\\{code}")

    def _joined_surrogate(self, first: str) -> str:
        low = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})").match(self.text, self.position)
        if not ("\ud800" <= first <= "\udbff" and low):
            return first if not "\ud800" <= first <= "\udfff" else "\ufffd"
        self.position = low.end()
        return (first + chr(int(low[1], 16))).encode("utf-16", "surrogatepass").decode("utf-16")

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _skip_space(self) -> None:
        self.position = _matched_end(SPACE, self.text, self.position)


def _matched_end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position
