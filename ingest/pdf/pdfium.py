"""Pdfium, the library that opens PDFs: it is not thread-safe."""

import threading

PDF_LOCK = threading.Lock()  # whoever calls pdfium holds this
