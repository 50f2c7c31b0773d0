"""Nothing leaves the machine: the guard refuses, counts and names; the switches reach child processes."""

import asyncio
import os
import socket
import subprocess
import sys

import pytest

from kb.privacy import SWITCHES, Guard, OutsideConnection, guard


def test_an_outside_address_is_refused_before_a_packet_leaves() -> None:
    before = guard.refusals.total()
    with socket.socket() as outside, pytest.raises(OutsideConnection, match=r"192\.0\.2\.1"):
        outside.connect(("192.0.2.1", 443))
    assert guard.refusals.total() == before + 1


def test_a_name_is_not_even_looked_up() -> None:
    with pytest.raises(OutsideConnection, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_the_module_that_asked_is_named() -> None:
    import httpx

    before = guard.refusals[__name__]
    with pytest.raises((httpx.ConnectError, OutsideConnection)):
        httpx.get("http://192.0.2.1/", timeout=1)
    assert guard.refusals[__name__] + guard.refusals["httpx._transports.default"] > before


def test_asyncio_is_guarded_too() -> None:
    async def connect() -> None:
        await asyncio.open_connection("192.0.2.1", 443)

    with pytest.raises(OutsideConnection):
        asyncio.run(connect())


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "0.0.0.0", "[::1]"])
def test_loopback_is_permitted(host: str) -> None:
    assert Guard().permits(host)


@pytest.mark.parametrize("host", ["192.168.1.9", "10.0.0.1", "example.org", "127.0.0.1.example.org", "169.254.169.254"])
def test_all_else_is_not(host: str) -> None:
    assert not Guard().permits(host)


def test_a_host_of_ones_own_can_be_allowed() -> None:
    code = (
        "from kb.privacy import protect, guard\nprotect(['192.168.1.9'])\n"
        "assert guard.permits('192.168.1.9') and not guard.permits('192.168.1.10')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_product_switches_telemetry_off_for_children() -> None:
    clean = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    code = "import kb, subprocess, sys; subprocess.run([sys.executable, '-c', 'import os; print(dict(os.environ))'])"
    printed = subprocess.run([sys.executable, "-c", code], env=clean, check=True, capture_output=True, text=True).stdout
    for name, value in SWITCHES.items():
        assert f"'{name}': '{value}'" in printed
