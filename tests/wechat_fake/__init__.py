"""A WeChat Pay of our own: a real HTTP server with its own keys, for tests and the demo.

Written from the published documents and checked with the answers WeChat has published and with an independent
client; it imports nothing of the product. It is not WeChat: what only the live service does, it cannot show.
"""
