"""How people and programs reach the knowledge base: page and command line. Nothing here leaves the machine."""

from kb import privacy

privacy.protect()
