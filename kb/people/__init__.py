"""People: accounts with roles and groups, the tokens of programs, the sessions of browsers, failed sign-ins.

All SQL about them stands here; only `passwords` knows argon2. It may use the store. A home without accounts has one
owner, who is whoever may read its files.
"""
