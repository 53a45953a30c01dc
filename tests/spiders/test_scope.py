"""What the site's own category keeps and leaves out."""

from __future__ import annotations

import pytest

from crawler.manifest import Abroad
from spiders.scope import Scope, scope_of

BY_CATEGORY = Abroad(by="category", inside=("Inostranstvo",), outside=("Beograd", "Niš"))


@pytest.mark.parametrize(
    ("category", "scope"),
    [
        ("Inostranstvo", Scope()),
        (["niš", "INOSTRANSTVO"], Scope()),
        ("Niš", Scope(is_outside=True)),
        (["Niš", "beograd"], Scope(is_outside=True)),
        ("<b>Novi Sad</b>", Scope(unknown=("Novi Sad",))),
        (["Niš", "Novi Sad"], Scope(unknown=("Novi Sad",))),
        (None, Scope()),
        ("", Scope()),
        ([], Scope()),
    ],
)
def test_only_what_is_named_as_other_work_is_left_out(category: object, scope: Scope) -> None:
    assert scope_of({"category": category}, BY_CATEGORY) == scope


def test_where_the_text_decides_no_category_counts() -> None:
    assert scope_of({"category": "Niš"}, Abroad(by="text")) == Scope()
