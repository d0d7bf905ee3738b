"""IRIs that resolve: each thing as a page or as data, the ontology's terms, and the graph's own files."""

from __future__ import annotations

import json

from kgraph.serve.handlers import Handler, Refused, Site
from kgraph.serve.media import HTML, TRIPLES, best_form, main_types
from kgraph.serve.pages import GRAPH_POLICY, ontology_page, thing_page


class Thing(Handler):
    """Answers `/id/KIND/TAIL`: see the page or the data, as the client likes best."""

    async def get(self, key: str) -> None:
        self.set_header("Vary", "Accept")
        choice = best_form(self.request.headers.get("Accept"), {"html": (HTML,), **TRIPLES})
        if choice is None:
            types = ", ".join([HTML, *main_types(TRIPLES)])
            raise Refused(406, f"this comes as {types}; the Accept header takes none of them")
        found = await self.ask(task="known", key=key)
        if found.status != 200:
            await self.send(found)
            return
        self.redirect_to(f"/page/{key}" if choice[0] == "html" else f"/data/{key}.{choice[0]}")


class ThingData(Handler):
    """Answers `/data/KIND/TAIL.FORM`."""

    async def get(self, key: str, form: str) -> None:
        await self.send(await self.ask(task="thing", key=key, accept=TRIPLES[form][0]))


class ThingPage(Handler):
    """Answers `/page/KIND/TAIL`."""

    async def get(self, key: str) -> None:
        found = await self.ask(task="describe", key=key)
        if found.status != 200:
            await self.send(found)
            return
        await self.send_page(*thing_page(json.loads(found.body), has_map="graph.html" in self.site.files))


class Ontology(Handler):
    """Answers `/ontology`: its terms as a page, or as data."""

    async def get(self) -> None:
        self.set_header("Vary", "Accept")
        accept = self.request.headers.get("Accept")
        choice = best_form(accept, {"html": (HTML,), **TRIPLES})
        if choice is not None and choice[0] == "html":
            found = await self.ask_once("ontology")
            if found.status == 200:
                await self.send_page(*ontology_page(json.loads(found.body)))
                return
            await self.send(found)
            return
        await self.send(await self.ask(task="query", sparql=_ONTOLOGY, accept=accept))


_ONTOLOGY = """CONSTRUCT { ?term ?p ?o } WHERE {
  ?term ?p ?o FILTER(?term = <https://w3id.org/kgraph/ontology> || STRSTARTS(STR(?term), STR(kg:)))
}"""


class GraphFile(Handler):
    """Answers `/` and `/graph.*`: a file of the folder, as it was when the server started."""

    def initialize(self, site: Site, name: str = "") -> None:
        super().initialize(site)
        self._name = name

    async def get(self) -> None:
        file = self.site.files.get(self._name)
        if file is None and self._name == "graph.html":
            self.redirect_to("/query")
            return
        if file is None:
            raise Refused(404, f"this graph has no {self._name}")
        self.set_header("ETag", f'"{file.hash}"')
        if self.check_etag_header():
            self.set_status(304)
            return
        if file.media == HTML:
            self.set_header("Content-Security-Policy", GRAPH_POLICY)
        await self.send_parts(file.media, file.size, file.parts())
