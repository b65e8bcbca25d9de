"""Asks a database of database.py: as a module, and as mysqladmin and pg_isready, which say whether it is there."""

import json
import socket
import sys


class Database:
    def __init__(self, host, port, user=None, password=None):
        name, _, other = host.partition(":")
        self.socket = socket.create_connection((name, int(other or port)), 3)
        self.file = self.socket.makefile("rb")
        self.login = {"user": user, "password": password}

    def ask(self, verb, **fields):
        self.socket.sendall(json.dumps({"verb": verb, **self.login, **fields}).encode() + b"\n")
        said = json.loads(self.file.readline() or b'{"error": "the connection was closed"}')
        if "error" in said:
            raise OSError(said["error"])
        return said

    def put(self, table, key, value):
        return self.ask("put", table=table, key=key, value=value)["rows"]

    def rows(self, table):
        return self.ask("get", table=table)["rows"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


if __name__ == "__main__":
    port, words = int(sys.argv[1]), sys.argv[2:]
    host = words[words.index("-h") + 1] if "-h" in words else "127.0.0.1"
    try:
        with Database(host, port) as database:
            database.ask("ping")
    except OSError as error:
        sys.exit(f"not alive: {error}")
    print("alive")
