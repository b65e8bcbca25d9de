"""A front end where one votes for cats or dogs: a vote goes to the end of a list in redis."""

import json
import os
import socket

from resp import Redis
from site_server import serve

OPTIONS = os.environ.get("OPTION_A", "Cats"), os.environ.get("OPTION_B", "Dogs")


def answer(method, _, fields):
    if method == "POST":
        with Redis("redis") as redis:
            redis("RPUSH", "votes", json.dumps({"voter_id": fields["voter"], "vote": fields["vote"]}))
    return f"{OPTIONS[0]} vs {OPTIONS[1]}! Processed by container ID {socket.gethostname()}\n"


serve(80, answer)
