"""Carries votes from redis into the database; of those that a voter cast, the last counts."""

import json
import time

from database_client import Database
from resp import Redis


def work():
    with Redis("redis") as redis, Database("db", 5432, "postgres", "postgres") as database:
        print("Connected to db and redis", flush=True)
        while True:
            found = redis("LPOP", "votes")
            if found is None:
                time.sleep(0.1)
                continue
            vote = json.loads(found)
            print(f"Processing vote for '{vote['vote']}' by '{vote['voter_id']}'", flush=True)
            database.put("votes", vote["voter_id"], vote["vote"])


while True:
    try:
        work()
    except OSError as problem:
        print(f"Waiting: {problem}", flush=True)
        time.sleep(0.2)
