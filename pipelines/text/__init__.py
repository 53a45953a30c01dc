"""Text before it means anything: folding to one alphabet, script and language, personal numbers taken out."""

from pipelines.text.folding import Folded, fold, fold_key
from pipelines.text.personal_numbers import find_jmbg, redact_jmbg

__all__ = ["Folded", "find_jmbg", "fold", "fold_key", "redact_jmbg"]
