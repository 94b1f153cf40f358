"""The program's version, read from its installed package."""

from importlib.metadata import version

VERSION = version("film-studio")
