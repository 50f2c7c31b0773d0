"""Single sign-on by OpenID Connect: the provider (only `provider` knows Authlib), and the sign-ins that are under way.

It uses people of `kb`; what browsers send and get is the gate's, in `ui.service`.
"""
