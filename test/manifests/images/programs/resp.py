"""As much of Redis' protocol as a program needs that keeps a few values there."""

import socket


class Redis:
    def __init__(self, host, port=6379):
        self.socket = socket.create_connection((host, port), 3)
        self.file = self.socket.makefile("rb")

    def __call__(self, *words):
        encoded = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in encoded))
        return self.read()

    def read(self):
        line = self.file.readline().rstrip(b"\r\n")
        kind, rest = line[:1], line[1:].decode()
        if kind == b"-":
            raise OSError(rest)
        if kind == b"$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind == b"*":
            return [self.read() for _ in range(int(rest))] if rest != "-1" else None
        if kind == b"":
            raise OSError("the connection was closed")
        return int(rest) if kind == b":" else rest

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()
