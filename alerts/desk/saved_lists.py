"""Saving a list of cases under a name and taking it away, for pages and the API alike."""

from __future__ import annotations

from alerts.desk.asked_list import AskedList
from alerts.desk.failures import Failure, PageError
from alerts.desk.people import Person
from alerts.desk.speaking import to_say
from alerts.desk.state import Desk
from alerts.script import storable
from crawler.errors import UsageError
from crawler.store.views import SavedView, delete_view, save_view, views_for

LONGEST_NAME = 80
NO_NAME = to_say("Upišite naziv prikaza.")
LONG_NAME = to_say("Naziv prikaza ima najviše osamdeset znakova.")
TOO_MANY = to_say("Jedna osoba čuva najviše trideset prikaza. Obrišite neki od svojih, pa sačuvajte ovaj.")


class NotSavedError(UsageError):
    """A list that cannot be saved so."""

    def __init__(self, words: str) -> None:
        """Says why, in Serbian: one of the sentences above."""
        super().__init__(words)
        self.words = words


def save_list(desk: Desk, person: Person, shown: AskedList, *, name: str, is_shared: bool) -> SavedView:
    """Saves the list for this person, or for everybody, in the place of their other one of that name.

    Raises NotSavedError for no name or a long one, or where the person has too many.
    """
    told = " ".join(storable(name).split())
    if not 1 <= len(told) <= LONGEST_NAME:
        raise NotSavedError(LONG_NAME if told else NO_NAME)
    with desk.engine.begin() as connection:
        try:
            save_view(connection, person.id, name=told, query=shown.query(), is_shared=is_shared, now=desk.clock())
        except UsageError as error:
            raise NotSavedError(TOO_MANY) from error
        known = views_for(connection, person.id)
    return next(view for view in known if (view.person_id, view.name) == (person.id, told))


def delete_list(desk: Desk, person: Person, view_id: int) -> None:
    """Takes away a view of this person's own. Raises PageError where there is none."""
    with desk.engine.begin() as connection:
        if not delete_view(connection, view_id, person_id=person.id):
            raise PageError(Failure.NOT_FOUND)
