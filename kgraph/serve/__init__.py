"""A graph over HTTP, read-only: its page, a SPARQL endpoint, IRIs that resolve, and its files.

`server.serve` binds and runs. Requests are answered by Tornado (`handlers`, `sparql`, `things`), which hands every
question to a pool of processes that hold the graph and can be killed (`pool`, `keeper`, `worker`).

Why Tornado: it is the one well-kept server that is a single package without dependencies (wheels for all
platforms, typed, Apache-2.0) and brings what an endpoint needs: keep-alive, limits and time-outs for headers
and bodies, back-pressure towards slow readers, a stop that lets requests finish. Python's own http.server has none
of these limits, says itself that it is not for production, and takes a thread a client; waitress gives up what
is in flight when it stops; uvicorn waits for headers without end, and with Starlette is two packages on top of four.
"""
