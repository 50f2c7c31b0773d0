"""The service on the network: `kb up --listen` over TLS, and behind a reverse proxy; what neither lets through."""

import asyncio
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
import yaml
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.sync.client import connect

from tests import tiny
from tests.ui.serving import until
from ui.server import in_front
from ui.service.auth import token_of
from ui.service.listening import place_of

ROOT = Path(__file__).parents[2]
OWN = "a lantern by the canal"
SOON = 90  # seconds that nothing here may need
NAME = "kb.example.org"


@dataclass
class Product:
    """`kb` over a home."""

    home: Path
    config: dict[str, Any] = field(default_factory=dict)
    running: "subprocess.Popen[str] | None" = None
    origin: str = ""

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", "from ui.cli.main import main; main()", *arguments, "--home", str(self.home)]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KB_") or name == "KB_CACHE"}
        file = self.home.parent / "config.yaml"
        file.write_text(yaml.safe_dump(self.config), encoding="utf-8")
        return {**kept, **tiny.ENVIRONMENT, "KB_LLM__ENGINE": "embedded", "KB_CONFIG": str(file)}

    def run(self, *arguments: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments), capture_output=True, text=True, timeout=SOON, env=self.environment, input=typed
        )

    def add(self, name: str) -> None:
        done = self.run("users", "add", name, "--stdin", typed=f"{OWN}\n")
        assert done.returncode == 0, done.stderr

    def up(self, *arguments: str) -> None:
        self.running = subprocess.Popen(
            self.command("up", *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment,
        )  # fmt: skip
        assert self.running.stdout is not None
        line = self.running.stdout.readline()
        found = re.search(r"https?://\S+", line)
        if found is None:
            pytest.fail(f"it did not start: {line!r} {self.running.communicate(timeout=SOON)[1]}")
        self.origin = found[0].rstrip("/")

    @property
    def port(self) -> int:
        return int(json.loads((self.home / "service.json").read_text(encoding="utf-8"))["port"])


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    made = Product(tmp_path / "home")
    yield made
    if made.running is not None:
        made.running.terminate()
        made.running.communicate(timeout=SOON)


def test_the_network_is_refused_until_it_is_safe(product: Product) -> None:
    refused = product.run("up", "--listen", "0.0.0.0:0")
    assert (refused.returncode, "kb users add" in refused.stderr) == (3, True)
    product.add("li")
    refused = product.run("up", "--listen", "0.0.0.0:0")
    assert (refused.returncode, "--tls-cert" in refused.stderr) == (3, True)
    refused = product.run("up", "--listen", "somewhere:8600")
    assert (refused.returncode, "--listen" in refused.stderr) == (2, True)


def test_over_tls_people_sign_in_and_the_owner_has_the_command_line(product: Product, tmp_path: Path) -> None:
    ca = trustme.CA()
    made = ca.issue_cert("localhost")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, blob in enumerate(made.cert_chain_pems):
        blob.write_to_path(tmp_path / "cert.pem", append=number > 0)
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    product.add("li")
    product.up(
        "--listen", "0.0.0.0:0", "--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")
    )
    assert product.origin == f"https://localhost:{product.port}"

    with httpx.Client(base_url=product.origin, verify=trusting, trust_env=False, timeout=SOON) as browser:
        page = browser.get("/")
        assert (page.status_code, "<form" in page.text) == (401, True)
        assert page.headers["strict-transport-security"]
        let_in = browser.post("/sign-in", data={"name": "li", "password": OWN}, headers={"Origin": product.origin})
        assert let_in.status_code == 303, let_in.text
        cookie = let_in.headers["set-cookie"]
        assert cookie.startswith("__Host-kb-")
        assert "; Secure" in cookie
        assert browser.get("/").status_code == 200
        assert browser.get("/api/me").json()["name"] == "li"
        assert browser.get("/", headers={"Host": "evil.example"}).status_code == 403
        elsewhere = f"http://localhost:{product.port}"
        assert browser.get("/api/me", headers={"Origin": elsewhere}).status_code == 403
        stream = f"wss://localhost:{product.port}/_stcore/stream"
        sent = {"Cookie": cookie.partition(";")[0]}
        for left in (2, 1, 0):  # as the page does, which connects anew
            with (
                suppress(InvalidMessage) if left else nullcontext(),
                connect(
                    stream,
                    ssl=trusting,
                    proxy=None,
                    open_timeout=SOON,
                    additional_headers=sent,
                    origin=product.origin,  # type: ignore[arg-type]
                ) as opened,
            ):
                assert opened.protocol.state.name == "OPEN"
                break
        for origin in ("https://evil.example", elsewhere, "null"):
            with (
                pytest.raises(InvalidStatus) as refused,
                connect(stream, ssl=trusting, proxy=None, open_timeout=SOON, additional_headers=sent, origin=origin),  # type: ignore[arg-type]
            ):
                pass
            assert refused.value.response.status_code == 403

    with pytest.raises(httpx.HTTPError):  # nothing is answered in the clear
        httpx.get(f"http://127.0.0.1:{product.port}/", trust_env=False, timeout=SOON)
    listed = product.run("users", "list", "--json")
    assert listed.returncode == 0, listed.stderr
    assert [user["name"] for user in json.loads(listed.stdout)["users"]] == ["li"]
    address = product.run("open").stdout.strip()
    assert address.startswith(f"{product.origin}/?code=")


def test_another_certificate_in_the_place_of_the_services_is_not_believed(product: Product, tmp_path: Path) -> None:
    for name in ("real", "false"):
        made = trustme.CA().issue_cert("localhost")
        made.private_key_pem.write_to_path(tmp_path / f"{name}-key.pem")
        made.cert_chain_pems[0].write_to_path(tmp_path / f"{name}.pem")
    product.add("li")
    real, key = tmp_path / "real.pem", tmp_path / "real-key.pem"
    product.up("--listen", "127.0.0.1:0", "--tls-cert", str(real), "--tls-key", str(key))
    note = product.home / "service.json"
    told = json.loads(note.read_text(encoding="utf-8"))
    assert told["certificate"] == real.read_text(encoding="ascii")
    told["certificate"] = (tmp_path / "false.pem").read_text(encoding="ascii")
    note.write_text(json.dumps(told), encoding="utf-8")
    refused = product.run("users", "list")
    assert refused.returncode == 1
    assert "certificate" in refused.stderr.lower()


def test_behind_a_proxy_its_word_counts_and_nobody_elses(product: Product) -> None:
    product.config = {"service": {"names": [NAME], "trusted_proxies": ["127.0.0.1"]}}
    refused = product.run("up", "--port", "0")
    assert (refused.returncode, "kb users add" in refused.stderr) == (3, True)
    product.add("li")
    product.up("--port", "0")
    assert product.origin == f"https://{NAME}"
    through = {"Host": NAME, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    with httpx.Client(base_url=f"http://127.0.0.1:{product.port}", trust_env=False, timeout=SOON) as proxy:
        page = proxy.get("/documents", headers=through)
        assert (page.status_code, "<form" in page.text) == (401, True)
        form = {"name": "li", "password": OWN}
        let_in = proxy.post("/sign-in", data=form, headers={**through, "Origin": f"https://{NAME}"})
        assert let_in.status_code == 303, let_in.text
        assert "; Secure" in let_in.headers["set-cookie"]
        assert proxy.post("/sign-in", data=form, headers={**through, "Origin": f"http://{NAME}"}).status_code == 403
        clear = proxy.get("/", headers={"Host": NAME})
        assert (clear.status_code, "https alone" in clear.text) == (403, True)
        hidden = proxy.get("/", headers={"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"})
        assert (hidden.status_code, "proxy_set_header Host" in hidden.text) == (403, True)
        bearer = {"Authorization": f"Bearer {token_of(product.home)}"}
        assert proxy.get("/api/me", headers=bearer).status_code == 200  # a program of this machine
        for _ in range(5):
            wrong = proxy.post(
                "/sign-in", data={**form, "password": "wrong"}, headers={**through, "Origin": f"https://{NAME}"}
            )
            assert wrong.status_code == 401
        other = {**through, "X-Forwarded-For": "203.0.113.10", "Origin": f"https://{NAME}"}
        assert proxy.post("/sign-in", data=form, headers=other).status_code == 303  # the address that the proxy tells
    assert json.loads(product.run("users", "list", "--json").stdout)["users"][0]["name"] == "li"
    assert product.run("open").stdout.startswith(f"https://{NAME}/?code=")


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
    """Starts nginx with a configuration."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.fail("nginx is not installed. Run `make setup-test`.")
    started: list[subprocess.Popen[bytes]] = []

    def start(config: str) -> "subprocess.Popen[bytes]":
        (tmp_path / "nginx.conf").write_text(config, encoding="utf-8")
        command = [program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), "-e", str(tmp_path / "nginx.log")]
        started.append(subprocess.Popen(command))
        return started[-1]

    yield start
    for each in started:
        each.terminate()
        each.wait(SOON)


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def test_behind_nginx_as_the_guide_has_it_people_sign_in_and_the_page_opens(
    product: Product, tmp_path: Path, nginx: Callable[[str], "subprocess.Popen[bytes]"]
) -> None:
    ca, port = trustme.CA(), free_port()
    made = ca.issue_cert("localhost")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, blob in enumerate(made.cert_chain_pems):
        blob.write_to_path(tmp_path / "cert.pem", append=number > 0)
    trusting = ssl.create_default_context()
    ca.configure_trust(trusting)
    product.config = {"service": {"names": [f"localhost:{port}"], "trusted_proxies": ["127.0.0.1"]}}
    product.add("li")
    product.up("--port", "0")
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    found = re.search(r"^    location / \{\n(?:        .*\n)+    \}\n", guide, re.MULTILINE)
    assert found is not None
    location = found[0].replace("127.0.0.1:8600", f"127.0.0.1:{product.port}")
    folders = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    running = nginx(
        f"daemon off; master_process off; pid {tmp_path}/nginx.pid;\nevents {{}}\nhttp {{ access_log off;\n{folders}"
        f"server {{ listen 127.0.0.1:{port} ssl; server_name localhost; ssl_certificate {tmp_path}/cert.pem; "
        f"ssl_certificate_key {tmp_path}/key.pem;\n{location}}} }}\n"
    )
    origin = f"https://localhost:{port}"
    assert product.origin == origin
    elsewhere = httpx.HTTPTransport(verify=trusting, local_address="127.0.0.2")  # an address that is no proxy's
    with httpx.Client(base_url=origin, transport=elsewhere, trust_env=False, timeout=SOON) as browser:
        until(lambda: running.poll() is not None or is_open(port), SOON)
        page = browser.get("/documents")
        assert (page.status_code, "<form" in page.text) == (401, True), (tmp_path / "nginx.log").read_text()
        let_in = browser.post("/sign-in", data={"name": "li", "password": OWN}, headers={"Origin": origin})
        assert let_in.status_code == 303, let_in.text
        assert browser.get("/").status_code == 200
        assert browser.get("/api/me").json()["name"] == "li"
        sent_cookie = {"Cookie": let_in.headers["set-cookie"].partition(";")[0]}
        stream = f"wss://localhost:{port}/_stcore/stream"
        for where, status in ((origin, 101), ("https://evil.example", 403)):
            try:
                with connect(
                    stream, ssl=trusting, proxy=None, open_timeout=SOON, additional_headers=sent_cookie,
                    origin=where,  # type: ignore[arg-type]
                ):  # fmt: skip
                    answered = 101
            except InvalidStatus as refused:
                answered = refused.response.status_code
            assert answered == status
        wrong, answers = {"name": "li", "password": "wrong"}, list[int]()
        while 429 not in answers and len(answers) < 20:  # what a client says of where it comes from is not believed
            headers = {"Origin": origin, "X-Forwarded-For": f"192.0.2.{len(answers)}"}
            answers.append(browser.post("/sign-in", data=wrong, headers=headers).status_code)
        assert set(answers) == {401, 429}


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def asked(peer: str, headers: dict[str, str], **more: Any) -> tuple[int, dict[str, Any]]:
    """What the application sees of a request that comes from a peer; its status, and the scope."""
    place = place_of("10.0.0.9:8600", 0, None, None, [NAME], ["10.0.0.7"])
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    made = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "scheme": "http", "client": (peer, 5000), "headers": made, "path": "/", **more}
    asyncio.run(in_front(app, place)(scope, None, send))
    return int(sent[0]["status"]), seen


def test_nobody_on_the_network_goes_round_the_proxy() -> None:
    claims = {"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Proto": "https", "Host": NAME}
    status, seen = asked("10.0.0.8", claims)
    assert (status, seen) == (403, {})
    status, seen = asked("10.0.0.7", {**claims, "X-Forwarded-For": "203.0.113.9"})
    assert (status, seen["client"][0], seen["scheme"]) == (200, "203.0.113.9", "https")
    status, seen = asked("127.0.0.1", claims)  # of this machine: let in, and not believed
    assert (status, seen["client"][0], seen["scheme"]) == (200, "127.0.0.1", "http")
    status, seen = asked("10.0.0.7", {**claims, "X-Forwarded-For": "127.0.0.1, 203.0.113.9"})
    assert seen["client"][0] == "203.0.113.9"  # what a client makes up stands before what the proxy adds


def test_a_port_of_the_network_that_is_taken_is_named(product: Product, tmp_path: Path) -> None:
    made = trustme.CA().issue_cert("localhost")
    made.private_key_pem.write_to_path(tmp_path / "key.pem")
    made.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    product.add("li")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        refused = product.run(
            "up", "--listen", place, "--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem")
        )
    assert (refused.returncode, "--listen" in refused.stderr) == (1, True)
