"""Text before it means anything: folding to one alphabet, script and language, personal numbers taken out."""

from crawler.personal_numbers import find_jmbg, redact_jmbg
from pipelines.text.folding import Folded, fold, fold_key

__all__ = ["Folded", "find_jmbg", "fold", "fold_key", "redact_jmbg"]
