"""A classified site that assigns its data to object literals in scripts, with braces and `};` inside the texts."""

from __future__ import annotations

import json

from markupsafe import Markup, escape

from spiders.demo.ads import PlacedAd, SiteName, newest_first
from spiders.demo.site import Answer, Request, page, page_count, page_of, plain
from spiders.demo.words import amount, as_html, dotted, shorten, slug, steady_number

PAGE_SIZE = 20


class MaliOglasi:
    """mali-oglasi.example"""

    host = "mali-oglasi.example"

    def __init__(self, ads: tuple[PlacedAd, ...]) -> None:
        """Builds the site with its share of the ads."""
        self._ads = newest_first(ads, site=SiteName.MALI_OGLASI)
        self._by_path = {detail_path(ad): ad for ad in self._ads}

    def answer(self, request: Request) -> Answer | None:
        """Listing, details and robots.txt."""
        if ad := self._by_path.get(request.path):
            return page(
                "mali_oglasi_oglas.html", ad=ad, classified=_literal(_classified(ad)), contact=_literal(_contact(ad))
            )
        match request.path:
            case "/" | "/posao-pretraga":
                return self._listing(request.number("page"))
            case "/robots.txt":
                return plain("User-agent: *\nDisallow: /moj-nalog/\nDisallow: /stampa/\n")
        return None

    def _listing(self, number: int) -> Answer:
        pages = page_count(self._ads, size=PAGE_SIZE)
        rows = [_row(ad) for ad in page_of(self._ads, number, size=PAGE_SIZE)]
        data = {"TotalCount": len(self._ads), "TotalPages": pages, "PageNumber": number, "Ads": rows}
        return page("mali_oglasi_lista.html", data=_literal(data), number=number, pages=pages, total=len(self._ads))


def detail_path(ad: PlacedAd) -> str:
    """The address of an ad on this site, without `?kid=4`."""
    return f"/posao/{ad.placement.category}/{slug(ad.title)}/{ad.id}"


def list_path(ad: PlacedAd) -> str:
    """The address as the listing gives it, with the category's number."""
    return f"{detail_path(ad)}?kid=4"


def _row(ad: PlacedAd) -> dict[str, object]:
    address = list_path(ad)
    return {"Id": str(ad.id), "Title": ad.title, "RelativeUrl": address, "ListHTML": _list_html(ad, address)}


def _list_html(ad: PlacedAd, address: str) -> str:
    html = Markup(
        '<div class="product-item courses" data-id="{id}">'
        '<h3 class="courses-title"><a href="{address}">{title}</a></h3>'
        '<div class="courses-subtitle"><span>{place}</span> <span class="date">{day}.</span></div>'
        '<p class="courses-description">{beginning}</p></div>'
    ).format(
        id=ad.id,
        address=address,
        title=ad.title,
        place=ad.offer.place or "Inostranstvo",
        day=dotted(ad.posted.date()),
        beginning=shorten(ad.text, 110),
    )
    # The site escapes the whole piece of HTML once more inside its JSON.
    return str(escape(str(html)))


def _classified(ad: PlacedAd) -> dict[str, object]:
    offer = ad.offer
    fields: dict[str, object] = {"gradovi_ss": [offer.place] if offer.place else [], "sifra_s": f"MO-{ad.id % 100000}"}
    if ad.organization:
        fields["naziv_poslodavca_s"] = ad.organization
    if offer.wage:
        fields |= {"plata_d": float(offer.wage.min), "plata_d_unit_s": offer.wage.currency}
        fields["plata_opis_s"] = "{od} " + amount(offer.wage.min)
    return {
        "Id": str(ad.id),
        # Local time under a Z that claims UTC, as the real site's kind does.
        "ValidFrom": ad.posted.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Title": ad.title,
        "TextHtml": str(as_html(ad.text)),
        "StateId": 1,
        "OtherFields": fields,
        "Template": "function(){ return {kid: 4}; };",
        "ViewCount": steady_number(f"views {ad.id}", below=2000),
    }


def _contact(ad: PlacedAd) -> dict[str, object]:
    contact = ad.contact
    return {
        "Advertiser": {"DisplayName": contact.person, "Type": "Firma" if ad.organization else "Fizičko lice"},
        "ContactInfos": [{"Phone1": contact.phone, "Phone2": None, "Email": contact.email}],
    }


def _literal(value: object) -> Markup:
    text = json.dumps(value, ensure_ascii=False)
    return Markup(text.replace("</", "<\\/"))  # noqa: S704 - our own data, "</" is broken up
