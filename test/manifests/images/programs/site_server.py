"""A small HTTP server for programs that answer by path, as several of these are; with gRPC's health service beside it."""

import os
import signal
import socket
import sys
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from grpc_health import answer_health


class Site(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve(port, answer):
    """`answer(method, path, fields)` gives text, or status and text; what fails is a 500 with its reason."""

    class Handler(BaseHTTPRequestHandler):
        def handle(self):
            if self.connection.recv(3, socket.MSG_PEEK) == b"PRI":
                answer_health(self.rfile, self.wfile)
            else:
                super().handle()

        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length).decode() if length else ""
            fields = dict(urllib.parse.parse_qsl(url.query) + urllib.parse.parse_qsl(sent))
            try:
                said = answer(self.command, url.path, fields)
            except Exception as error:  # whatever it is, the one who asked is told
                said = (500, f"{type(error).__name__}: {error}\n")
            status, text = said if isinstance(said, tuple) else (200, said)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET

        def log_message(self, form, *values):
            print(f"{self.client_address[0]} {form % values}", flush=True)

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    print(f"listening on {port}", file=sys.stderr, flush=True)
    Site(("0.0.0.0", port), Handler).serve_forever()
