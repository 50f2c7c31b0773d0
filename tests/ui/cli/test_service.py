"""`kb service install`: a unit that systemd takes, which lets through what the settings name and nothing else."""

import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from click.testing import Result
from typer.testing import CliRunner

from kb.privacy import protect
from ui.cli import service, systemd_unit  # noqa: F401  (the first adds its command)
from ui.cli.common import app

ME = "daemon" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name  # the service does not run as root


def made(*folders: Path, owner: str = ME) -> None:
    """Make folders that are somebody's."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, pwd.getpwnam(owner).pw_uid, -1)


@dataclass
class Machine:
    """Folders of a service, and its settings; `names` is what a name server would say."""

    folder: Path
    names: dict[str, str]

    def install(self, *arguments: str, **settings: Any) -> Result:
        file = self.folder / "settings.yaml"
        file.write_text(yaml.safe_dump(settings), encoding="utf-8")
        return CliRunner().invoke(
            app, ["service", "install", *arguments, "--home", str(self.folder / "home"), "--config", str(file)]
        )

    def unit(self, *arguments: str, **settings: Any) -> list[str]:
        """The lines of the unit that is printed; systemd has looked at it."""
        done = self.install("--print", *(arguments or ("--as", ME)), **settings)
        assert done.exit_code == 0, done.output
        self.verify(done.stdout)
        return done.stdout.splitlines()

    def verify(self, text: str) -> None:
        analyze = shutil.which("systemd-analyze")
        if analyze is None:
            pytest.fail("systemd-analyze is not installed. Run `make setup-test`.")
        file = self.folder / "looked-at.service"
        file.write_text(text, encoding="utf-8")
        done = subprocess.run([analyze, "verify", "--man=no", str(file)], capture_output=True, text=True, timeout=120)
        assert (done.returncode, [line for line in done.stderr.splitlines() if "looked-at" in line]) == (0, [])


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    for name in [name for name in os.environ if name.startswith("KB_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("KB_CACHE", str(tmp_path / "cache of models"))
    made(tmp_path / "home", tmp_path / "cache of models")
    (tmp_path / "resolv.conf").write_text("search lan\nnameserver 192.0.2.53\nnameserver 127.0.0.53\n# nameserver x\n")
    monkeypatch.setattr(systemd_unit, "_RESOLVER", tmp_path / "resolv.conf")
    machine = Machine(tmp_path, {"login.example.org": "192.0.2.7"})

    def look_up(host: str, *given: Any, **more: Any) -> Any:
        if host not in machine.names:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (machine.names[host], 0))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield machine
    protect()


def values(lines: list[str], name: str) -> list[str]:
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def test_a_unit_for_this_machine_alone_lets_nothing_else_through(machine: Machine) -> None:
    lines = machine.unit()
    assert values(lines, "IPAddressDeny") == ["any"]
    assert values(lines, "IPAddressAllow") == ["localhost"]
    assert values(lines, "User") == [ME]
    assert values(lines, "ProtectSystem") == ["strict"]
    assert values(lines, "NoNewPrivileges") == ["true"]
    assert values(lines, "CapabilityBoundingSet") == [""]
    assert values(lines, "ReadWritePaths") == [f'{machine.folder}/home "{machine.folder}/cache of models"']
    assert values(lines, "PrivateTmp") == ["false" if machine.folder.is_relative_to("/tmp") else "true"]
    [started] = values(lines, "ExecStart")
    assert started.endswith("/kb up --port 8600")
    [environment] = values(lines, "Environment")
    assert f"KB_HOME={machine.folder}/home" in environment
    assert f"KB_CONFIG={machine.folder}/settings.yaml" in environment


def test_what_the_settings_name_is_let_through_by_its_address(machine: Machine) -> None:
    certificate = trustme.CA().issue_cert("kb.example.org")
    certificate.private_key_pem.write_to_path(machine.folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(machine.folder / "cert.pem")
    over_tls = ("--tls-cert", f"{machine.folder}/cert.pem", "--tls-key", f"{machine.folder}/key.pem")
    settings: dict[str, Any] = {
        "privacy": {"allow": ["192.0.2.9"]},
        "llm": {"ollama_host": "http://192.0.2.9:11434"},
        "people": {"sso": {"issuer": "https://login.example.org", "client_id": "kb"}},
        "service": {
            "clients": ["10.20.0.0/16", "fd00::/8"],
            "trusted_proxies": ["10.0.0.7"],
            "names": ["kb.example.org"],
        },
    }
    lines = machine.unit("--as", ME, "--listen", "0.0.0.0:443", *over_tls, **settings)
    told = [(lines[i - 1], line.partition("=")[2]) for i, line in enumerate(lines) if line.startswith("IPAddressAllow")]
    assert told[1:] == [
        ("# privacy.allow, llm.ollama_host", "192.0.2.9"),
        ("# login.example.org, people.sso.issuer", "192.0.2.7"),
        ("# name server", "192.0.2.53"),
        ("# service.trusted_proxies", "10.0.0.7/32"),
        ("# service.clients", "10.20.0.0/16"),
        ("# service.clients", "fd00::/8"),
    ]
    assert values(lines, "AmbientCapabilities") == ["CAP_NET_BIND_SERVICE"]
    [started] = values(lines, "ExecStart")
    assert started.endswith(
        f"up --listen 0.0.0.0:443 --tls-cert {machine.folder}/cert.pem --tls-key {machine.folder}/key.pem"
    )

    settings["service"]["clients"] = []
    settings["service"]["trusted_proxies"] = []
    refused = machine.install("--print", "--as", ME, "--listen", "0.0.0.0:443", *over_tls, **settings)
    assert (refused.exit_code, "service.clients" in refused.output) == (3, True)
    settings["service"]["clients"] = ["0.0.0.0/0"]
    refused = machine.install("--print", "--as", ME, "--listen", "0.0.0.0:443", *over_tls, **settings)
    assert (refused.exit_code, "every address" in refused.output) == (3, True)
    settings["service"]["clients"] = ["the office"]
    refused = machine.install("--print", "--as", ME, "--listen", "0.0.0.0:443", *over_tls, **settings)
    assert (refused.exit_code, "no network" in refused.output) == (2, True)
    refused = machine.install("--print", "--as", ME, "--listen", "0.0.0.0:8600")
    assert (refused.exit_code, "--tls-cert" in refused.output) == (3, True)
    machine.names.clear()
    refused = machine.install("--print", "--as", ME, people=settings["people"])
    assert (refused.exit_code, "login.example.org has no address" in refused.output) == (2, True)


def test_a_unit_of_ones_own_asks_for_nothing_that_a_user_may_not(machine: Machine) -> None:
    me = pwd.getpwuid(os.getuid()).pw_name
    made(machine.folder / "home", machine.folder / "cache of models", owner=me)
    lines = machine.unit("--user")
    assert values(lines, "WantedBy") == ["default.target"]
    assert [line for line in lines if line.startswith(("User=", "CapabilityBoundingSet=", "ProtectKernel"))] == []
    assert values(lines, "ProtectSystem") == ["strict"]
    refused = machine.install("--user", "--port", "443", "--print")
    assert (refused.exit_code, "from 1024 on" in refused.output) == (2, True)
    refused = machine.install("--user", "--as", ME, "--print")
    assert (refused.exit_code, "do not go together" in refused.output) == (2, True)


def test_words_that_mean_something_to_systemd_are_written_as_they_are(tmp_path: Path, machine: Machine) -> None:
    odd = Machine(tmp_path / 'a %h "$b" \\c', machine.names)
    made(odd.folder / "home")
    [environment] = values(odd.unit("--as", ME), "Environment")
    assert 'a %%h \\"$b\\" \\\\c/home' in environment
    line = Machine(tmp_path / "two\nlines", machine.names)
    made(line.folder / "home")
    refused = line.install("--as", ME, "--print")
    assert (refused.exit_code, "cannot stand in a unit" in refused.output) == (2, True)


def test_what_is_missing_is_said(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = machine.install("--print")
    assert (refused.exit_code, "--as USER" in refused.output) == (2, True)
    refused = machine.install("--print", "--as", "nobody-of-that-name")
    assert (refused.exit_code, "adduser" in refused.output) == (2, True)
    refused = machine.install("--print", "--as", "root")
    assert (refused.exit_code, "does not run as root" in refused.output) == (2, True)
    other = next(each.pw_name for each in pwd.getpwall() if each.pw_uid and each.pw_name != ME)
    refused = machine.install("--print", "--as", other)
    assert (refused.exit_code, "chown" in refused.output) == (2, True)
    with monkeypatch.context() as changed:
        changed.setenv("KB_LLM__ENGINE", "embedded")
        refused = machine.install("--print", "--as", ME)
        assert (refused.exit_code, "KB_LLM__ENGINE would be lost" in refused.output) == (2, True)
    with monkeypatch.context() as changed:
        changed.setenv("KB_SSO_CLIENT_SECRET", "hidden words")
        refused = machine.install("--print", "--as", ME)
        assert (refused.exit_code, "client_secret_file" in refused.output) == (2, True)
        assert "hidden words" not in refused.output
    (machine.folder / "home").rmdir()
    refused = machine.install("--print", "--as", ME)
    assert (refused.exit_code, "install -d" in refused.output) == (2, True)


def test_without_a_path_it_is_written_where_systemd_looks(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(machine.folder / "config"))
    me = pwd.getpwuid(os.getuid()).pw_name
    made(machine.folder / "home", machine.folder / "cache of models", owner=me)
    done = machine.install("--user")
    assert (done.exit_code, "systemctl --user" in done.output, "cannot keep it from" in done.output) == (0, True, True)
    machine.verify((machine.folder / "config" / "systemd" / "user" / "kb.service").read_text())


def test_the_unit_speaks_to_its_reader(machine: Machine) -> None:
    file = machine.folder / "units" / "kb.service"
    settings = {"privacy": {"allow": ["gpu.lan"]}}
    machine.names["gpu.lan"] = "192.0.2.7"
    told = machine.install("--as", ME, "--path", str(file), "--lang", "zh", **settings)
    assert told.exit_code == 0, told.output
    text = file.read_text(encoding="utf-8")
    machine.verify(text)
    for words in ("Description=私有知识库", "# 它只写入主目录和模型缓存。", "# 不与其他任何地址往来", "# 域名服务器"):
        assert words in text
    assert not [line for line in text.splitlines()[1:] if re.match("# .*[a-z]{4} [a-z]{2}", line)]
    machine.install("--as", ME, "--path", str(file), "--lang", "en", **settings)  # it is ours in either language
    assert "# name server" in file.read_text(encoding="utf-8")


def test_a_unit_of_another_is_not_written_over_unless_that_is_said(machine: Machine) -> None:
    file = machine.folder / "units" / "kb.service"
    first = machine.install("--as", ME, "--path", str(file))
    assert (first.exit_code, "written" in first.output) == (0, True)
    machine.verify(file.read_text())
    assert "as it should be" in machine.install("--as", ME, "--path", str(file)).output
    again = machine.install("--as", ME, "--path", str(file), "--port", "8700")  # our own, as it was made
    assert (again.exit_code, "--port 8700" in file.read_text()) == (0, True)

    changed = file.read_text() + "Nice=5\n"
    file.write_text(changed)
    refused = machine.install("--as", ME, "--path", str(file))
    assert (refused.exit_code, "--replace" in refused.output, file.read_text()) == (2, True, changed)
    assert machine.install("--as", ME, "--path", str(file), "--replace").exit_code == 0
    assert "Nice=5" not in file.read_text()
    blocked = machine.install("--as", ME, "--path", str(file / "kb.service"))
    assert (blocked.exit_code, "cannot be written" in blocked.output) == (1, True)
