"""The page People: who may sign in, as what, in which groups; and the tokens of programs. For admins."""

from collections.abc import Callable

import streamlit as st

from kb.errors import KBError
from kb.people.accounts import Account, People
from kb.people.permissions import ROLES, SCOPES
from ui.html import chat as html_chat
from ui.html import people as html_people
from ui.html.blocks import heading, paragraph
from ui.html.sanitise import label
from ui.page import session
from ui.page.confirm_dialog import confirm
from ui.page.panel import cancel_button, empty_form, key_of, panel, show_html, show_problem, value_of
from ui.service import runtime
from ui.words.strings import Strings

_DOING, _TOLD, _PROBLEM = "people-doing", "people-told", "people-problem"
_DAYS = 90


def render() -> None:
    """Draw the page."""
    service, t = runtime.current(), session.strings()
    session.check(service, "admin")
    show_html(heading(t("people_title"), t("people_intro")))
    _show_secret(t)
    show_problem(_PROBLEM, "people_failed", t)
    parts = {"people": _people, "groups": _groups, "tokens": _tokens}
    part = st.segmented_control(
        t("people_title"), list(parts), format_func=lambda name: t(f"people_{name}"), default="people", required=True,
        key="people-part", label_visibility="collapsed",
    )  # fmt: skip
    parts[part or "people"](service, t)
    _dialogs(service, t)


def _show_secret(t: Strings) -> None:
    """What is shown this once, until it is put away or another is made."""
    told = st.session_state.get(_TOLD)
    if told is None:
        return
    title, secret, note = told

    def put_away(_name: str, _value: str) -> None:
        st.session_state.pop(_TOLD, None)

    panel(html_people.shown_once(title, secret, note, t), key="told", on_action=put_away)


def _tell(title: str, secret: str, note: str) -> None:
    st.session_state[_TOLD] = (title, secret, note)


def _do(service: runtime.Service, t: Strings, act: Callable[[str], object]) -> bool:
    """Do what an admin asked for; `act` is given who that is. What is refused is told."""
    try:
        session.check(service, "admin")
        act(session.asker(service).name)
    except KBError as error:
        st.session_state[_PROBLEM] = t.message(error)
        return False
    return True


# ---- people


def _people(service: runtime.Service, t: Strings) -> None:
    with st.expander(t("people_add_title"), icon=":material/person_add:", key="person-add"):
        st.text_input(t("people_name"), key=key_of("person", "name"), help=t("people_name_help"))
        st.text_input(t("people_full_name"), key=key_of("person", "full-name"))
        _rights(service.people, None, service, t, "person")

        def add() -> None:
            def act(by: str) -> None:
                role = value_of("person", "role")
                account, told = service.people.add(
                    value_of("person", "name") or "", by=by, role=role, full_name=value_of("person", "full-name") or "",
                    groups=value_of("person", "groups") or (),
                    edits=value_of("person", "edits") or () if role == "editor" else (),
                )  # fmt: skip
                _tell_password(account, told, t)

            if _do(service, t, act):
                empty_form("person")

        st.button(t("people_add"), type="primary", key="person-add-button", on_click=add)

    def on_action(action: str, name: str) -> None:
        if action in ("change", "delete", "password"):
            st.session_state[_DOING] = (f"person-{action}", name)
        elif action in ("disable", "enable"):
            _do(service, t, lambda by: service.people.change(name, by=by, enabled=action == "enable"))

    panel(html_people.accounts(service.people.all(), t), key="people", on_action=on_action)


def _tell_password(account: Account, told: str, t: Strings) -> None:
    _tell(t("people_told_password", name=account.name), told, t("people_told_password_note"))


def _rights(
    people: People, account: Account | None, service: runtime.Service, t: Strings, form: str
) -> tuple[str, list[str], list[str]]:
    """The fields for role, groups, and collections of an editor, and what stands in them."""
    role = st.selectbox(
        t("people_role"), list(ROLES), format_func=lambda name: t(f"role_{name}"), key=key_of(form, "role"),
        index=ROLES.index(account.role) if account else 0, help=t("people_role_help"),
    )  # fmt: skip
    groups = st.multiselect(
        t("people_groups"), list(people.groups()), default=list(account.groups) if account else [],
        key=key_of(form, "groups"), placeholder=t("people_groups_none"),
    )  # fmt: skip
    if role != "editor":
        return role, groups, []
    known = sorted({*service.kb.catalog.collections(), *(account.edits if account else ())})
    edits = st.multiselect(
        t("people_collections"), known, default=list(account.edits) if account else [], key=key_of(form, "edits"),
        accept_new_options=True, placeholder=t("people_collections_none"),
    )  # fmt: skip
    return role, groups, edits


# ---- groups


def _groups(service: runtime.Service, t: Strings) -> None:
    def add() -> None:
        if _do(service, t, lambda by: service.people.add_group(value_of("group", "name") or "", by=by)):
            empty_form("group")

    with st.form("group-form", border=False):  # what is typed and the click arrive together
        row = st.container(horizontal=True, vertical_alignment="bottom", key="group-row")
        row.text_input(t("group_name"), key=key_of("group", "name"), placeholder=t("group_example"))
        row.form_submit_button(t("group_add"), type="primary", key="group-add", on_click=add)

    def on_action(_action: str, group: str) -> None:
        st.session_state[_DOING] = ("group-delete", group)

    panel(html_people.groups(service.people.groups(), t), key="groups", on_action=on_action)


# ---- tokens


def _tokens(service: runtime.Service, t: Strings) -> None:
    def add() -> None:
        def act(by: str) -> None:
            token, secret = service.tokens.create(
                value_of("token", "name") or "", value_of("token", "scopes") or (),
                int(value_of("token", "days") or _DAYS), by=by, person=value_of("token", "person") or "",
            )  # fmt: skip
            _tell(t("people_told_token", name=token.name), secret, t("people_told_token_note"))

        if _do(service, t, act):
            empty_form("token")

    expander = st.expander(t("token_add_title"), icon=":material/key:", key="token-add")
    with expander, st.form("token-form", border=False):  # what is typed and the click arrive together
        st.text_input(t("token_name"), key=key_of("token", "name"), placeholder=t("token_example"))
        names = ["", *(account.name for account in service.people.all())]
        st.selectbox(
            t("token_person"), names, format_func=lambda name: name or t("token_owner"), key=key_of("token", "person"),
        )  # fmt: skip
        st.multiselect(
            t("token_scopes"), list(SCOPES), format_func=lambda name: t(f"scope_{name}"), key=key_of("token", "scopes"),
            default=["search", "ask"],
        )  # fmt: skip
        st.number_input(t("token_days"), min_value=1, max_value=3650, value=_DAYS, key=key_of("token", "days"))
        st.form_submit_button(t("token_add"), type="primary", key="token-add-button", on_click=add)

    def on_action(_action: str, id: str) -> None:
        _do(service, t, lambda by: service.tokens.revoke(id, by=by))

    panel(html_people.tokens(service.tokens.all(), t), key="tokens", on_action=on_action)


# ---- dialogs


def _dialogs(service: runtime.Service, t: Strings) -> None:
    doing, name = st.session_state.get(_DOING, ("", ""))
    people = service.people
    if doing == "group-delete":
        _ask(service, t("group_delete_title", name=name), t("group_delete_text"), t,
             lambda by: people.delete_group(name, by=by))  # fmt: skip
    elif doing == "person-delete":
        _ask(service, t("people_delete_title", name=name), t("people_delete_text"), t,
             lambda by: people.delete(name, by=by))  # fmt: skip
    elif doing == "person-password":
        _new_password(service, name, t)
    elif doing == "person-change" and (account := people.get(name)) is not None:
        _change(service, account, t)


def _close() -> None:
    st.session_state.pop(_DOING, None)


def _ask(service: runtime.Service, title: str, text: str, t: Strings, act: Callable[[str], object]) -> None:
    def delete() -> None:
        session.check(service, "admin")
        act(session.asker(service).name)

    confirm(label(title), paragraph(text), t, key="people-delete", delete=delete, close=_close)


def _new_password(service: runtime.Service, name: str, t: Strings) -> None:
    @st.dialog(label(t("people_password_title", name=name)), icon=":material/key:", on_dismiss=_close)
    def dialog() -> None:
        show_html(paragraph(t("people_password_text")))
        row = st.container(horizontal=True, horizontal_alignment="right", key="password-row")
        cancel_button(row, "password-cancel", _close, t)
        if row.button(t("people_password"), type="primary", key="password-make"):
            _do(service, t, lambda by: _tell_password(*service.people.new_password(name, by=by), t))
            _close()
            st.rerun()

    dialog()


def _change(service: runtime.Service, account: Account, t: Strings) -> None:
    form = f"change-{account.name}"

    def close() -> None:
        _close()
        empty_form(form)

    @st.dialog(label(t("people_change_title", name=account.name)), icon=":material/person:", on_dismiss=close)
    def dialog() -> None:
        full_name = st.text_input(t("people_full_name"), value=account.full_name, key=key_of(form, "full-name"))
        role, groups, edits = _rights(service.people, account, service, t, form)
        row = st.container(horizontal=True, horizontal_alignment="right", key="change-row")
        cancel_button(row, "change-cancel", close, t)
        if row.button(t("save"), type="primary", key="change-save"):
            try:
                session.check(service, "admin")
                service.people.change(
                    account.name, by=session.asker(service).name, role=role, full_name=full_name, groups=groups,
                    edits=edits,
                )  # fmt: skip
            except KBError as error:
                show_html(html_chat.problem(t("people_failed"), t.message(error)))
                return
            close()
            st.rerun()

    dialog()
