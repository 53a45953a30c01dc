"""Sources whose pages carry their state as object literals that a script assigns."""

from __future__ import annotations

from scrapy.http import TextResponse

from crawler.manifest import ScriptDetail, ScriptListing, ScriptObjectSource
from spiders.kinds.records import RecordSpider
from spiders.lenient_json import Json, NotJsonError, assigned_literal


class ScriptObjectSpider(RecordSpider):
    """Reads the literals assigned to the manifest's variables."""

    manifest: ScriptObjectSource

    def read_json(self, response: TextResponse, section: ScriptListing | ScriptDetail) -> Json:
        """An object with the literals by the manifest's names for them; all but the first may be missing."""
        scripts = response.xpath("//script[not(@src)]/text()").getall()
        values = {name: _assigned(scripts, variable) for name, variable in section.variables.items()}
        first = next(iter(section.variables))
        if values[first] is None:
            raise NotJsonError(f"no script assigns {section.variables[first]}")
        return values


def _assigned(scripts: list[str], variable: str) -> Json:
    for script in scripts:
        if variable in script:
            try:
                return assigned_literal(script, variable)
            except NotJsonError:
                continue
    return None
