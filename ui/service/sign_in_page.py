"""The pages that stand before the page: signing in, and changing the password. Plain forms, without a script."""

from html import escape
from urllib.parse import urlencode

from kb.people.passwords import LONGEST, SHORTEST
from ui.words.strings import Strings

SIGN_IN, PASSWORD = "/sign-in", "/sign-in/password"
SSO, SSO_BACK = "/sign-in/sso", "/sign-in/sso/back"  # to the provider of single sign-on, and back from it

_STYLE = """
:root { color-scheme: light dark; --accent: light-dark(#3451d1, #4f6bec); --ink: light-dark(#1b1f2a, #e8eaf0);
  --soft: light-dark(#5a6274, #a3aabb); --line: light-dark(#d5d9e6, #3a4050); --bad: light-dark(#b3261e, #ff9d94);
  --ground: light-dark(#f3f4f8, #14161c); --card: light-dark(#ffffff, #1e212a); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground);
  color: var(--ink); font: 16px/1.6 "Source Sans", "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei",
  "WenQuanYi Micro Hei", system-ui, sans-serif; overflow-wrap: anywhere; }
main { width: min(26rem, 100%); background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 1.6rem 1.8rem 1.4rem; }
.brand { display: flex; align-items: center; gap: .6em; margin: 0 0 1.2rem; font-weight: 650; }
.brand svg { width: 2rem; height: 2rem; flex: none; }
h1 { font-size: 1.3rem; margin: 0 0 .8rem; }
label { display: block; margin: 0 0 .9rem; font-size: .93rem; }
input { display: block; width: 100%; margin-top: .25rem; padding: .5rem .7rem; font: inherit; font-size: 1rem;
  color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 9px; }
input:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
button { width: 100%; padding: .55rem; font: inherit; font-weight: 600; color: #fff; background: var(--accent);
  border: 0; border-radius: 9px; cursor: pointer; }
p { margin: 0 0 .9rem; } .soft { color: var(--soft); font-size: .88rem; margin: .9rem 0 0; }
.bad { color: var(--bad); border-inline-start: 3px solid; padding-inline-start: .7rem; }
a { color: var(--accent); }
footer { display: flex; justify-content: space-between; margin-top: 1.1rem; font-size: .88rem; }
code { font-size: .92em; }
.sso { display: block; padding: .55rem; font-weight: 600; text-align: center; text-decoration: none;
  border: 1px solid var(--accent); border-radius: 9px; }
.or { display: flex; align-items: center; gap: .7em; margin: 1.1rem 0 .7rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
"""
_ICON = (
    '<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="9" fill="#4a4fd6"/>'
    '<path d="M8 9.5c3-1 6-.6 8 1 2-1.6 5-2 8-1V23c-3-1-6-.6-8 1-2-1.6-5-2-8-1z" fill="none" stroke="#fff" '
    'stroke-width="2.2" stroke-linejoin="round"/><path d="M16 10.5V24" stroke="#fff" stroke-width="2.2"/></svg>'
)


def sign_in(t: Strings, place: str, here: str, problem: str = "", name: str = "", provider: str = "") -> str:
    """The form for name and password. `place` is where it leads to, `here` the address of this page without `lang`.

    `provider` is how people call that of single sign-on; "" where there is none.
    """
    other = ""
    if provider:
        to = escape(f"{SSO}?{urlencode({'next': place})}")
        other = (
            f'<a class="sso" href="{to}">{escape(t("sign_in_sso", provider=provider))}</a>'
            f'<p class="soft or">{escape(t("sign_in_or"))}</p>'
        )
    form = (
        f'<form method="post" action="{SIGN_IN}">'
        + _hidden("next", place)
        + _field(t("sign_in_name"), "name", "username", value=name, focus=not name and not provider)
        + _field(t("sign_in_password"), "password", "current-password", secret=True, focus=bool(name))
        + f"<button>{escape(t('sign_in'))}</button></form>"
    )
    hints = f'<p class="soft">{escape(t("sign_in_hint"))}</p><p class="soft">{_code(t("sign_in_owner"))}</p>'
    return _page(t, t("sign_in"), _problem(problem) + other + form + hints, _other(t, here))


def change_password(t: Strings, place: str, *, first: bool, name: str, problem: str = "") -> str:
    """The form for a new password; `first`: the present one is for one time."""
    form = (
        f'<form method="post" action="{PASSWORD}">'
        + _hidden("next", place)
        + f'<input type="hidden" name="name" autocomplete="username" value="{escape(name)}">'
        + _field(t("password_old"), "old", "current-password", secret=True, focus=True)
        + _field(t("password_new"), "new", "new-password", secret=True)
        + _field(t("password_again"), "again", "new-password", secret=True)
        + f"<button>{escape(t('password_change'))}</button></form>"
    )
    why = f"<p>{escape(t('password_first'))}</p>" if first else ""
    hints = f'<p class="soft">{escape(t("password_rule", n=SHORTEST))} {escape(t("password_ends"))}</p>'
    back = "" if first else f'<a href="{escape(place)}">{escape(t("back"))}</a>'
    return _page(t, t("password_change"), why + _problem(problem) + form + hints, back + _other(t, PASSWORD))


def arrived(t: Strings, place: str) -> str:
    """What leads on to a page after the provider: the browser, which came from elsewhere, asks for that from here."""
    link = f'<p><a href="{escape(place)}">{escape(t("sign_in_go_on"))}</a></p>'
    return _page(t, t("sign_in_done"), link, "", head=f'<meta http-equiv="refresh" content="0;url={escape(place)}">')


def _page(t: Strings, title: str, body: str, foot: str, head: str = "") -> str:
    product = escape(t("product"))
    return (
        f'<!doctype html><html lang="{t.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{head}<title>{escape(title)} · {product}</title><style>{_STYLE}</style></head>"
        f'<body><main><div class="brand">{_ICON}{product}</div><h1>{escape(title)}</h1>{body}'
        f"<footer>{foot}</footer></main></body></html>"
    )


def _field(label: str, name: str, complete: str, *, value: str = "", secret: bool = False, focus: bool = False) -> str:
    kind, more = ("password" if secret else "text"), (" autofocus" if focus else "")
    return (
        f'<label>{escape(label)}<input name="{name}" type="{kind}" value="{escape(value)}" maxlength="{LONGEST}" '
        f'autocomplete="{complete}" autocapitalize="none" spellcheck="false" required{more}></label>'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _problem(text: str) -> str:
    return f'<p class="bad" role="alert">{escape(text)}</p>' if text else ""


def _other(t: Strings, here: str) -> str:
    other = "en" if t.language == "zh" else "zh"
    join = "&" if "?" in here else "?"
    return f'<a lang="{other}" href="{escape(f"{here}{join}lang={other}")}">{escape(t("other_language"))}</a>'


def _code(text: str) -> str:
    """Words between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
