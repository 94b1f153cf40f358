"""The program's version, as its package says."""

from importlib.metadata import version

VERSION = version("film-studio")
