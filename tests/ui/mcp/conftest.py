"""A service over two documents."""

from tests.ui.two_documents import model, served, shared

__all__ = ["model", "served", "shared"]
