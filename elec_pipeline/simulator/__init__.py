"""A local HTTP server that speaks RTE's OAuth2 and `short_term` protocol, for demos, tests and fault drills.

Here: what the server serves (`curves`, `synthetic`, `replay`), when it was published (`publication`), how it
is said (`window`, `protocol`), what goes wrong on purpose (`faults`, `value_faults`), and the server itself
(`app`, `server`). Not here: anything that reads RTE; the client in `sources/` shares no code with this
package, so that a misreading of the protocol cannot hide on both sides.
"""
