"""The endpoint: the SPARQL 1.1 Protocol's query operation, the service description, and the page for people."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import parse_qsl

from tornado.web import stream_request_body

from kgraph.errors import QueryError
from kgraph.query import find_named_query
from kgraph.serve.answers import Answer
from kgraph.serve.handlers import Handler, Refused, Site
from kgraph.serve.media import HTML, RESULTS, TRIPLES, best, main_types
from kgraph.serve.pages import query_page

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
#: Of a body that is too large, so much is read before it is refused, since a client that is still sending does not
#: hear the answer.
_PATIENCE = 16
_READ_ONLY = "this endpoint only answers queries; the graph cannot be changed"

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")

_Parameters = Sequence[tuple[str, str]]


@stream_request_body
class Sparql(Handler):
    """Answers `/sparql`."""

    methods: ClassVar[tuple[str, ...]] = ("GET", "HEAD", "POST", "OPTIONS")

    def initialize(self, site: Site) -> None:
        super().initialize(site)
        self._body = bytearray()
        self._size = 0

    def prepare(self) -> None:
        super().prepare()
        limit = self.site.limits.request
        length = self.request.headers.get("Content-Length", "0")
        waits = self.request.headers.get("Expect", "").lower() == "100-continue"
        if length.isascii() and length.isdigit() and int(length) > (limit if waits else limit * _PATIENCE):
            raise self._too_large()
        self.request.connection.set_max_body_size(limit * _PATIENCE)  # type: ignore[union-attr]

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size <= self.site.limits.request:
            self._body += chunk

    async def get(self) -> None:
        self.set_header("Vary", "Accept")
        accept = self.request.headers.get("Accept")
        if not self.request.query:
            await self._describe(accept)
            return
        parameters = _parsed(self.request.query)
        everything = [*main_types(RESULTS), *main_types(TRIPLES), "application/json", HTML]
        if best(accept, everything) == HTML:
            await _send_query_page(self)
            return
        await self._answer(_the_query(parameters), parameters, accept)

    async def post(self) -> None:
        self.set_header("Vary", "Accept")
        if self._size > self.site.limits.request:
            raise self._too_large()
        parameters = _parsed(self.request.query)
        media = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if self.request.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise Refused(415, "the body must not be compressed")
        if media == _UPDATE:
            raise Refused(403, _READ_ONLY)
        if media not in (_FORM, _QUERY):
            raise Refused(415, f"a query is sent as {_FORM} or {_QUERY}, not {media or 'without a type'}")
        text = _utf8(bytes(self._body), "the body")
        if media == _FORM:
            parameters += _parsed(text)
            text = _the_query(parameters)
        await self._answer(text, parameters, self.request.headers.get("Accept"))

    async def _answer(self, sparql: str, parameters: _Parameters, accept: str | None) -> None:
        if any(name in ("default-graph-uri", "named-graph-uri") for name, _ in parameters):
            raise Refused(
                400,
                "this endpoint has one graph, which has no name: leave out default-graph-uri and named-graph-uri, by"
                " which a query asks for graphs with names",
            )
        await self.send(await self.ask(task="query", sparql=sparql, accept=accept))

    async def _describe(self, accept: str | None) -> None:
        """Answer a request without parameters: the service description, or to a browser the page."""
        if best(accept, [*main_types(TRIPLES), "application/json", HTML]) == HTML:
            await _send_query_page(self)
            return
        if not _HOST.fullmatch(self.request.host):
            raise Refused(400, "the Host header is not the name of a host")
        counted = await self.ask_once("count")
        if counted.status != 200:
            await self.send(counted)
            return
        endpoint = f"{self.request.protocol}://{self.request.host}/sparql"
        await self.send(
            await self.ask(task="service", endpoint=endpoint, counts=json.loads(counted.body), accept=accept)
        )

    def _too_large(self) -> Refused:
        return Refused(413, f"the body is larger than {self.site.limits.request:,} bytes")


class QueryPage(Handler):
    """Answers `/query`: a form for queries and a table of their answers."""

    async def get(self) -> None:
        await _send_query_page(self)


class NamedQueryText(Handler):
    """Answers `/query/NAME?PARAMETER=VALUE`: the named query with these values in place."""

    async def get(self, name: str) -> None:
        try:
            sparql = find_named_query(name).bind(dict(_parsed(self.request.query)))
        except QueryError as error:
            raise Refused(400, str(error)) from None
        await self.send(Answer(200, _QUERY, sparql.encode()))


async def _send_query_page(handler: Handler) -> None:
    values = await handler.ask_once("examples")
    html, policy = query_page(
        json.loads(values.body) if values.status == 200 else {}, has_map="graph.html" in handler.site.files
    )
    await handler.send_page(html, policy)


def _parsed(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as error:
        raise Refused(400, f"the parameters cannot be read: {error}") from None


def _the_query(parameters: _Parameters) -> str:
    if any(name == "update" for name, _ in parameters):
        raise Refused(403, _READ_ONLY)
    queries = [value for name, value in parameters if name == "query"]
    if len(queries) != 1:
        raise Refused(400, f"expected one parameter `query`, not {len(queries) or 'none'}")
    return queries[0]


def _utf8(data: bytes, what: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(400, f"{what} is not UTF-8: {error}") from None
