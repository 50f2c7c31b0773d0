"""What all tests share: telemetry off and the guard installed before anything else, and the real Ollama server."""

from kb import privacy

privacy.protect()

pytest_plugins = ["tests.ollama_server", "tests.knowledge", "tests.zones", "tests.kb.people.clocks"]
