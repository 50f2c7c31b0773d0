"""The knowledge base: what is known, and how a question is answered."""

from kb import privacy

privacy.switch_telemetry_off()
