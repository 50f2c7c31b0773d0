"""How soon an engine is free again when its reader has left, in a measure that is the same on every machine."""

from tests.fakes import OnDemand
from tests.ui.serving import Served

FEW = 100  # requests, each in its turn: a second on a machine that does nothing else
_MOST = 300


def answered_until(words: OnDemand, served: Served) -> int:
    """How many requests of somebody else are answered, one after the other, until the engine has stopped.

    It may write one word for each of them.
    """
    for number in range(_MOST):
        if words.ended.is_set():
            return number
        words.ask()
        assert served.http.get(f"{served.running.origin}/v1/models").status_code == 200
    words.ask(100_000)  # so that it comes to its own end
    return _MOST
