"""How documents get in: find, read, split, embed, commit."""
