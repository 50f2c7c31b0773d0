"""Remote: parts of a home that a running service owns, with the methods of the parts themselves, for the commands.

They know the routes of the API, and are given the connection, which `http_connection` makes.
"""
