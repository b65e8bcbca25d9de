"""Shows how many voted for what."""

import collections
import json

from database_client import Database
from site_server import serve


def answer(*_):
    with Database("db", 5432, "postgres", "postgres") as database:
        return json.dumps(collections.Counter(database.rows("votes").values()), sort_keys=True) + "\n"


serve(80, answer)
