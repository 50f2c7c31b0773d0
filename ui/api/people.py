"""Routes of the API: people with their roles, groups and passwords, and the tokens of programs."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from kb.people.accounts import Account
from kb.people.api_tokens import ApiToken
from kb.schema import Permission
from ui.api.common import Asker, Body, DoneForm, ServiceHere
from ui.api.permissions import needs
from ui.api.stream import Json

router = APIRouter(tags=["people"])

Name = Annotated[str, Field(max_length=200)]
NameInPath = Annotated[str, Path(max_length=200)]
Names = Annotated[list[Name], Field(max_length=1000)]


class PeopleForm(BaseModel):
    """All accounts, by name."""

    users: list[Account]


class ToldForm(BaseModel):
    """An account, and the one-time password that nobody is told again; "" where it has one of its own."""

    user: Account
    password: str


class GroupForm(BaseModel):
    """A group, and the names of the people in it."""

    name: str
    people: list[str]


class GroupsForm(BaseModel):
    """All groups, by name."""

    groups: list[GroupForm]


class TokensForm(BaseModel):
    """The tokens that have not ended, oldest first."""

    tokens: list[ApiToken]


class NewTokenForm(BaseModel):
    """A new token, which nobody is told again."""

    id: str
    token: str
    expires: str


class MeForm(BaseModel):
    """Who asks, and what they may have done."""

    name: str
    groups: list[str]
    permissions: list[Permission]
    edits: list[str]
    unlimited: bool


class PersonBody(Body):
    """A new account. Without a password one for one time is made and told."""

    name: Name
    full_name: Name = ""
    role: Name | None = Field(None, description="without one the first account is an admin's, and others are readers'")
    groups: Names = Field([])
    edits: Names = Field([], description="collections, of an editor")
    password: Annotated[str, Field(max_length=2000)] | None = None


class ChangeBody(Body):
    """What is changed of an account; what is null stays."""

    full_name: Name | None = None
    role: Name | None = None
    groups: Names | None = None
    edits: Names | None = None
    enabled: bool | None = None


class GroupBody(Body):
    """A new group."""

    name: Name


class MembersBody(Body):
    """People who join a group, or leave it."""

    people: Names


class PasswordBody(Body):
    """A password of their own; null makes one for one time."""

    password: Annotated[str, Field(max_length=2000)] | None = None


class TokenBody(Body):
    """A new token. `person` is whose it is to be; "" for the owner's."""

    name: Name
    scopes: Names = Field(description="search, ask, ingest, admin")
    days: int = 90
    person: Name = ""


def account_form(account: Account) -> dict[str, Any]:
    """An account as JSON."""
    return asdict(account)


@router.get("/me", response_model=MeForm)
@needs("any")
def me(asker: Asker) -> Response:
    """Who asks."""
    form = asdict(asker)
    return Json({**form, **{name: sorted(form[name]) for name in ("groups", "permissions", "edits")}})


@router.get("/users", response_model=PeopleForm)
@needs("admin")
def users(service: ServiceHere) -> Response:
    """The accounts."""
    return Json({"users": [account_form(account) for account in service.people.all()]})


@router.post("/users", response_model=ToldForm, status_code=201)
@needs("admin")
def add(body: PersonBody, service: ServiceHere, asker: Asker) -> Response:
    """Make an account."""
    account, told = service.people.add(
        body.name, by=asker.name, role=body.role, full_name=body.full_name, groups=body.groups, edits=body.edits,
        password=body.password,
    )  # fmt: skip
    return Json({"user": account_form(account), "password": told}, 201)


@router.get("/users/{name}", response_model=Account)
@needs("admin")
def user(name: NameInPath, service: ServiceHere) -> Response:
    """An account."""
    return Json(account_form(service.people.find(name)))


@router.patch("/users/{name}", response_model=Account)
@needs("admin")
def change(name: NameInPath, body: ChangeBody, service: ServiceHere, asker: Asker) -> Response:
    """Change an account. Who is disabled is signed out at once."""
    return Json(account_form(service.people.change(name, by=asker.name, **body.model_dump(exclude_none=True))))


@router.delete("/users/{name}", response_model=DoneForm)
@needs("admin")
def delete(name: NameInPath, service: ServiceHere, asker: Asker) -> Response:
    """Delete an account with its sessions, tokens and conversations."""
    service.people.delete(name, by=asker.name)
    return Json({"done": True})


@router.post("/users/{name}/password", response_model=ToldForm)
@needs("admin")
def password(name: NameInPath, body: PasswordBody, service: ServiceHere, asker: Asker) -> Response:
    """Give an account another password; all its sessions end."""
    if body.password is not None:
        account, told = service.people.set_password(name, body.password, by=asker.name), ""
    else:
        account, told = service.people.new_password(name, by=asker.name)
    return Json({"user": account_form(account), "password": told})


@router.get("/groups", response_model=GroupsForm)
@needs("admin")
def groups(service: ServiceHere) -> Response:
    """The groups, and who is in them."""
    found = service.people.groups()
    return Json({"groups": [{"name": name, "people": list(people)} for name, people in found.items()]})


@router.post("/groups", response_model=GroupForm, status_code=201)
@needs("admin")
def add_group(body: GroupBody, service: ServiceHere, asker: Asker) -> Response:
    """Make a group."""
    return Json({"name": service.people.add_group(body.name, by=asker.name), "people": []}, 201)


@router.delete("/groups/{name:path}", response_model=DoneForm)
@needs("admin")
def delete_group(name: NameInPath, service: ServiceHere, asker: Asker) -> Response:
    """Delete a group; nobody is in it any more."""
    service.people.delete_group(name, by=asker.name)
    return Json({"done": True})


@router.post("/groups/{name:path}/join", response_model=GroupForm)
@needs("admin")
def join(name: NameInPath, body: MembersBody, service: ServiceHere, asker: Asker) -> Response:
    """Put people into a group."""
    service.people.join(name, body.people, by=asker.name)
    return _group(service, name)


@router.post("/groups/{name:path}/leave", response_model=GroupForm)
@needs("admin")
def leave(name: NameInPath, body: MembersBody, service: ServiceHere, asker: Asker) -> Response:
    """Take people out of a group."""
    service.people.leave(name, body.people, by=asker.name)
    return _group(service, name)


def _group(service: Any, name: str) -> Response:
    found = service.people.find_group(name)
    return Json({"name": found, "people": list(service.people.groups()[found])})


@router.get("/tokens", response_model=TokensForm)
@needs("admin")
def tokens(service: ServiceHere) -> Response:
    """The tokens of programs."""
    return Json({"tokens": [asdict(token) for token in service.tokens.all()]})


@router.post("/tokens", response_model=NewTokenForm, status_code=201)
@needs("admin")
def create_token(body: TokenBody, service: ServiceHere, asker: Asker) -> Response:
    """Make a token. It is told this once."""
    token, secret = service.tokens.create(body.name, body.scopes, body.days, by=asker.name, person=body.person)
    return Json({"id": token.id, "token": secret, "expires": token.expires_at}, 201)


@router.delete("/tokens/{id}", response_model=DoneForm)
@needs("admin")
def revoke_token(id: NameInPath, service: ServiceHere, asker: Asker) -> Response:
    """End a token."""
    service.tokens.revoke(id, by=asker.name)
    return Json({"done": True})
