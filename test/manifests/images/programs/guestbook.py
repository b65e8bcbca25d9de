"""The guestbook's front end: what is written goes to redis-leader, what is read comes from redis-follower."""

import json
import os

from resp import Redis
from site_server import serve

BY_ENV = os.environ.get("GET_HOSTS_FROM") == "env"


def host(role):
    return os.environ[f"REDIS_{role.upper()}_SERVICE_HOST"] if BY_ENV else f"redis-{role}"


def answer(_, path, fields):
    if path == "/":
        return "<html><title>Guestbook</title></html>\n"
    if path != "/guestbook.php":
        return 404, "not found\n"
    if fields.get("cmd") == "set":
        with Redis(host("leader")) as redis:
            redis("SET", fields["key"], fields["value"])
        return json.dumps({"message": "Updated"})
    with Redis(host("follower")) as redis:
        return json.dumps({"data": redis("GET", fields["key"]) or ""})


serve(80, answer)
