"""What a module imports, by its source."""

from __future__ import annotations

import ast
from pathlib import Path


def imported_by(path: Path) -> set[str]:
    """Names of modules, and of what is taken from them, wherever in the file they are imported."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported |= {node.module or "", *(f"{node.module}.{name.name}" for name in node.names)}
    return imported
