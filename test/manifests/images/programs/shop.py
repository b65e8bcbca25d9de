"""One service of a shop: which one, the image says; where the others are, the variables that its manifest gives."""

import json
import os
import socket
import urllib.request

from resp import Redis
from site_server import serve

SERVICE = os.environ["SERVICE"]
CALLS = {
    "frontend": ["PRODUCT_CATALOG", "CURRENCY", "CART", "RECOMMENDATION", "SHIPPING", "CHECKOUT", "AD"],
    "checkoutservice": ["PRODUCT_CATALOG", "SHIPPING", "PAYMENT", "EMAIL", "CURRENCY", "CART"],
    "recommendationservice": ["PRODUCT_CATALOG"],
}


def ask(address, path):
    with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as answer:
        return json.loads(answer.read())


def called(path):
    return {name.lower(): ask(os.environ[f"{name}_SERVICE_ADDR"], path) for name in CALLS.get(SERVICE, [])}


def cart(method, fields):
    host, _, port = os.environ["REDIS_ADDR"].partition(":")
    with Redis(host, int(port)) as redis:
        if method == "POST":
            redis("HINCRBY", f"cart:{fields['user']}", fields["product"], 1)
        words = redis("HGETALL", f"cart:{fields.get('user', '')}")
        return dict(zip(words[::2], words[1::2]))


def answer(method, path, fields):
    if path == "/_healthz":
        return "ok"
    own = {"service": SERVICE, "pod": socket.gethostname()}
    if SERVICE == "cartservice":
        own["cart"] = cart(method, fields)
    return json.dumps({**own, **called("/")})


serve(int(os.environ.get("PORT", 8080)), answer)
