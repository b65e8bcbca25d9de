"""An ensemble in ZooKeeper's shape: servers that find one another by their names, of which one leads while most of them
are there, and whose values outlive them. `zookeeper.py serve N FOLDER`, or as a client: `zookeeper.py ask WORD…`."""

import json
import os
import re
import signal
import socket
import socketserver
import sys
import threading
import time

CLIENT, PEER = 2181, 3888


def ask(host, port, *words):
    with socket.create_connection((host, port), 2) as connection:
        connection.sendall(" ".join(words).encode() + b"\n")
        return connection.makefile("r").readline().rstrip("\n")


class Ensemble:
    def __init__(self, size, folder):
        host, domain = socket.gethostname(), socket.getfqdn().partition(".")[2]
        stem, ordinal = re.fullmatch(r"(.*)-(\d+)", host).groups()
        self.own, self.folder = int(ordinal), folder
        self.names = [f"{stem}-{number}.{domain}" for number in range(size)]
        self.lock, self.up, self.state = threading.Lock(), {self.own}, {"zxid": 0, "values": {}}
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/myid", "w", encoding="utf-8") as file:
            file.write(str(self.own + 1))
        if os.path.exists(f"{folder}/state.json"):
            with open(f"{folder}/state.json", encoding="utf-8") as file:
                self.state = json.load(file)
        print(f"server.{self.own + 1} of {self.names}", flush=True)

    def keep(self, state):
        with open(f"{self.folder}/state.json.new", "w", encoding="utf-8") as file:
            json.dump(state, file)
        os.replace(f"{self.folder}/state.json.new", f"{self.folder}/state.json")
        self.state = state

    def look(self):
        """Who is there; whoever knows more than we do is believed."""
        while True:
            up = {self.own}
            for number, name in enumerate(self.names):
                if number == self.own:
                    continue
                try:
                    other = json.loads(ask(name, PEER, "state"))
                except (OSError, ValueError):
                    continue
                up.add(number)
                with self.lock:
                    if other["zxid"] > self.state["zxid"]:
                        self.keep(other)
            self.up = up
            time.sleep(0.25)

    @property
    def mode(self):
        if len(self.up) * 2 <= len(self.names):
            return None
        return "leader" if max(self.up) == self.own else "follower"

    def write(self, key, value):
        if self.mode == "follower":
            return ask(self.names[max(self.up)], PEER, "write", key, value)
        if self.mode is None:
            return "no quorum"
        with self.lock:
            self.keep({"zxid": self.state["zxid"] + 1, "values": {**self.state["values"], key: value}})
            text, acknowledged = json.dumps(self.state), 1
        for number in self.up - {self.own}:
            try:
                acknowledged += ask(self.names[number], PEER, "take", text) == "ok"
            except OSError:
                pass
        return f"Created {key}" if acknowledged * 2 > len(self.names) else "no quorum"

    def answer(self, port, line):
        verb, _, rest = line.partition(" ")
        if port == PEER and verb == "state":
            return json.dumps(self.state)
        if port == PEER and verb == "take":
            with self.lock:
                other = json.loads(rest)
                if other["zxid"] > self.state["zxid"]:
                    self.keep(other)
            return "ok"
        if verb in ("create", "write"):
            return self.write(*rest.split(" ", 1))
        if verb == "get":
            return self.state["values"].get(rest, f"Node does not exist: {rest}")
        if verb == "ruok":
            return "imok"
        if self.mode is None:
            return "This ZooKeeper instance is not currently serving requests"
        return f"Mode: {self.mode}" if verb == "srvr" else f"no such verb: {verb}"


def serve(size, folder):
    ensemble = Ensemble(size, folder)

    class Session(socketserver.StreamRequestHandler):
        def handle(self):
            for line in self.rfile:
                said = ensemble.answer(self.server.server_address[1], line.decode().rstrip("\n"))
                self.wfile.write(said.encode() + b"\n")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads = True, True

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    servers = [Server(("0.0.0.0", port), Session) for port in (CLIENT, PEER)]
    for server in servers:
        threading.Thread(target=server.serve_forever).start()
    ensemble.look()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]), sys.argv[3])
    else:
        print(ask("127.0.0.1", CLIENT, *sys.argv[2:]))
