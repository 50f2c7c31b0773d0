"""Permissions: what each route needs, and that who asks has it. A route that does not say is open to nobody."""

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from fastapi import Request

from kb.errors import RefusedByPolicy
from kb.people.permissions import check_permission
from kb.schema import Permission
from ui.service.auth import VISITOR
from ui.service.visitors import Visitor

Need = Permission | Literal["any"]  # any: whoever is let in
_Route = TypeVar("_Route", bound=Callable[..., Any])


class NotLetIn(RefusedByPolicy):
    """A request that no gate has let in."""


def needs(need: Need) -> Callable[[_Route], _Route]:
    """Say what a route needs; stands below its path."""

    def say(route: _Route) -> _Route:
        route.needs = need  # type: ignore[attr-defined]
        return route

    return say


def need_of(route: Any) -> Need | None:
    """What a route needs; None for one that does not say."""
    found: Need | None = getattr(route, "needs", None)
    return found


def visitor_of(request: Request) -> Visitor:
    """Whom a request comes from. Raises NotLetIn where nobody looked."""
    found: Visitor | None = request.scope.get(VISITOR)
    if found is None:
        raise NotLetIn("request.not_let_in")
    return found


async def permitted(request: Request) -> None:
    """Raises RefusedByPolicy where who asks may not use the route."""
    need, asker = need_of(request.scope.get("endpoint")), visitor_of(request).asker
    if need is None:
        raise RefusedByPolicy("request.open_to_nobody", path=request.url.path)
    if need != "any":
        check_permission(asker, need)
