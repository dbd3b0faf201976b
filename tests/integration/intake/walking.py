"""A patient who answers every page there is, by reading the questions off the pack."""

from dataclasses import dataclass

from flask import Flask

from portal.cases.models import Case
from portal.core.actor import Actor
from portal.core.db import Database
from portal.knowledge import loader
from portal.knowledge.pack import Pack, Page
from portal.knowledge.questionnaire import Item, ItemType, Precision
from tests.support.pages import PortalClient

Data = dict[str, object]


def an_answer(item: Item) -> Data:
    """Form fields that answer one question: the first option, or something of the right type."""
    name = item.link_id
    match item.type:
        case ItemType.CHOICE | ItemType.OPEN_CHOICE:
            return {name: item.options[0].code}
        case ItemType.BOOLEAN:
            return {name: "true"}
        case ItemType.INTEGER | ItemType.DECIMAL:
            return {name: "3"}
        case ItemType.DATE:
            day = {} if item.precision is Precision.MONTH else {f"{name}-day": "5"}
            return {f"{name}-year": "2020", f"{name}-month": "3", **day}
        case _:
            return {name: f"words about {name}"}


@dataclass
class Walker:
    """Walks the pages of one case through the client."""

    app: Flask
    client: PortalClient
    pack: Pack
    reference: str

    @property
    def base(self) -> str:
        """The address of the case."""
        return f"/cases/{self.reference}"

    def url(self, page: Page) -> str:
        """The address of a page."""
        return f"{self.base}/history/{page.section_slug}/{page.slug}"

    def page_of(self, link_id: str) -> Page:
        """The page that asks a question."""
        page = self.pack.page_of(link_id)
        assert page is not None
        return page

    def agree(self) -> None:
        """Give every consent."""
        boxes = {text.key: "y" for text in self.pack.consents}
        answer = self.client.submit(f"{self.base}/consents", {**boxes, "signature": "Ann Example"})
        assert answer.status_code == 303

    def form(self, url: str) -> tuple[Data, list[str]]:
        """The hidden fields of a page, and the questions on it."""
        html = self.client.page(url).html
        asked = html.split('name="asked" value="')[1:]
        questions = [part.split('"')[0] for part in asked]
        seen = html.split('name="seen" value="')[1].split('"')[0]
        return {"asked": questions, "seen": seen}, questions

    def answer(self, url: str, **answers: object) -> str:
        """Open a page, post answers to it, and return where it leads."""
        data, _ = self.form(url)
        response = self.client.submit(url, {**data, **answers})
        assert response.status_code == 303, response.get_data(as_text=True)
        return response.location or ""

    def tell(self, **answers: object) -> str:
        """Answer the page of the first question given; dots in link ids are written as double underscores."""
        named = {name.replace("__", "."): value for name, value in answers.items()}
        return self.answer(self.url(self.page_of(next(iter(named)))), **named)

    def fill(self, url: str) -> str:
        """Answer everything on the page at ``url``."""
        data, questions = self.form(url)
        for link_id in questions:
            data |= an_answer(self.pack.questionnaire.by_id[link_id])
        response = self.client.submit(url, data)
        assert response.status_code == 303, response.get_data(as_text=True)
        return response.location or ""

    def fill_task(self, key: str) -> int:
        """Walk a task from its first page to the end; the number of pages."""
        location = self.client.get(f"{self.base}/tasks/{key}").location or ""
        pages = 0
        while "/history/" in location:
            pages += 1
            assert pages < 100, location
            location = self._group(location) if self._is_group(location) else self.fill(location)
            if location.endswith("/call-now"):
                location = self.client.submit(location).location or ""
        assert location == self.base
        return pages

    def _is_group(self, url: str) -> bool:
        *_, section, slug = url.split("/")
        page = self.pack.page(section, slug)
        return page is not None and page.group is not None

    def _group(self, url: str) -> str:
        page = self.client.page(url)
        location = next(link for link in page.links if link.startswith(f"{url}/0/"))
        while location != url:
            location = self.fill(location)
        links = self.client.page(url).links
        return links[links.index("/cases/" + self.reference, links.index(f"{url}/0/remove")) - 1]

    def case(self) -> Case:
        """The row as it is now."""
        database: Database = self.app.extensions["database"]
        with database.session() as session:
            return session.query(Case).filter_by(reference=self.reference).one()


def start(app: Flask, client: PortalClient, actor: Actor) -> Walker:
    """A patient's new case with its consents given."""
    location = client.submit("/cases").location or ""
    walker = Walker(app, client, loader.pack(), location.rsplit("/", 1)[1])
    walker.agree()
    return walker


__all__ = ["Walker", "an_answer", "start"]
