"""Readers as a user may configure them, that do what a hostile file makes a parser do."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ingest.ocr.progress import at_page


class HostileReader:
    """Does what the file says: sleeps, fills the memory, crashes, asks for too much at once, or reads its pages.

    "pages" goes on to the next page when, in the folder that stands behind it, a file says that this one was told.
    """

    def load_data(self, file: Path) -> list[object]:
        text = Path(file).read_text(encoding="utf-8")
        order, _, rest = text.partition("\n")
        if order == "hang":
            time.sleep(1000)
        elif order == "hang at a page":
            at_page(1, 2)
            time.sleep(1000)
        elif order == "pages":
            for page in range(1, 4):
                at_page(page, 3)
                while not Path(rest, f"{page} was told").exists():
                    time.sleep(0.01)
        elif order == "pages without end":
            for page in range(1, 1000):
                at_page(page, 1000)
                time.sleep(0.3)
        elif order == "fill":
            held = []
            while True:
                held.append(bytearray(os.urandom(1 << 20)) * 8)
        elif order == "fill with a child":
            code = "import os, time\nheld = [os.urandom(1 << 20) * 8 for _ in range(60)]\ntime.sleep(1000)"
            subprocess.run([sys.executable, "-c", code], check=False)
        elif order == "ask for too much":
            bytearray(64 << 30)
        elif order == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        elif order == "exit":
            os._exit(7)
        elif order == "where":
            rest = str(file)
        elif order == "niceness":
            rest = f"The niceness is {os.nice(0)}. Loaded: {sorted({'torch', 'chromadb'} & set(sys.modules))}."
        elif order == "call out":
            import socket

            socket.create_connection(("192.0.2.1", 80), timeout=1)
        from llama_index.core import Document

        return [Document(text=rest)]
