"""The words of the pages for documents, models and evaluation, in Chinese and English."""

from collections.abc import Mapping

from ui.text import Text

TEXTS: Mapping[str, Text] = {}
