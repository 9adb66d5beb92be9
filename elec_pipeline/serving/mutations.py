"""GraphQL that changes something comes in the body of a POST, as JSON: never in an address, never from a form.

An address is what an image tag or a link can call, a form is what a page may post elsewhere without asking. The
rules hold for every path: they need not know under which one GraphQL is served.
"""

from __future__ import annotations

from graphql import GraphQLError, OperationDefinitionNode, OperationType, parse
from starlette.datastructures import Headers, QueryParams
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What an HTML form can send."""


class MutationsByPost:
    """Refuses mutations in addresses with 405, and bodies of forms with 415.

    Args:
        app: A GraphQL server that takes the operation from the parameter `query` of an address, or from a body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        app = self._app
        if scope["type"] == "http":
            kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
            if any(may_change(text) for text in QueryParams(scope["query_string"]).getlist("query")):
                text = "A mutation must be sent in the body of a POST, as application/json."
                app = PlainTextResponse(text, 405, {"Allow": "POST"})
            elif kind in FORM_TYPES:
                app = PlainTextResponse("Send application/json: forms are not taken.", 415)
        await app(scope, receive, send)


def may_change(text: str) -> bool:
    """Tell whether a GraphQL document holds a mutation. What cannot be parsed cannot be executed either.

    Example:
        >>> may_change("{ version }"), may_change("query A { version } mutation B { x }"), may_change("a b c")
        (False, True, False)
    """
    try:
        document = parse(text, no_location=True)
    except GraphQLError:
        return False
    except RecursionError:  # nested so deeply that nobody wrote it
        return True
    return any(
        isinstance(each, OperationDefinitionNode) and each.operation is OperationType.MUTATION
        for each in document.definitions
    )
