"""The verbs of Kubernetes' own test image that tests of networks use: netexec, serve-hostname, pause, connect and others.
The requests and answers are those of its README; the program is ours."""

import argparse
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """IPv6 with IPv4 in it, where there is IPv6."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, handler):
        self.address_family = socket.AF_INET6 if os.path.exists("/proc/net/if_inet6") else socket.AF_INET
        super().__init__(("::" if self.address_family == socket.AF_INET6 else "0.0.0.0", port), handler)

    def server_bind(self):
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = socket.gethostname(), self.server_address[1]


def plain(address):
    return address.removeprefix("::ffff:")


def host_and_port(address, port):
    return f"[{plain(address)}]:{port}" if ":" in plain(address) else f"{plain(address)}:{port}"


class Answer(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def say(self, text, status=200, **headers):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class NetExec(Answer):
    ended = False
    healthy_after = 0.0

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        verb = url.path.strip("/").lower()
        if verb == "":
            self.say(f"NOW: {time.strftime('%Y-%m-%d %H:%M:%S +0000 UTC', time.gmtime())}")
        elif verb == "clientip":
            self.say(host_and_port(*self.client_address[:2]))
        elif verb == "dial":
            self.say(json.dumps(dial(query)))
        elif verb == "echo":
            self.say(query.get("msg", ""), int(query.get("code", 200)))
        elif verb == "exit":
            time.sleep(seconds(query.get("wait", "0s")))
            os._exit(int(query.get("code", 0)))
        elif verb == "header":
            self.say(self.headers.get(query.get("key", ""), ""))
        elif verb == "healthz":
            ready = not NetExec.ended and time.monotonic() >= NetExec.healthy_after
            self.say("" if ready else "not ready", 200 if ready else 412)
        elif verb == "hostname":
            self.say(socket.gethostname())
        elif verb == "redirect":
            self.say("", int(query.get("code", 302)), Location=query.get("location", "/"))
        elif verb == "shell":
            done = subprocess.run(["sh", "-c", query.get("cmd", "")], capture_output=True, text=True)
            self.say(json.dumps({"output": done.stdout + done.stderr} if done.returncode == 0 else
                                {"output": done.stdout + done.stderr, "error": f"exit status {done.returncode}"}))
        elif verb == "shutdown":
            os._exit(0)
        else:
            self.say(f"no such verb: {verb}", 404)

    do_POST = do_GET


def seconds(text):
    for unit, factor in (("ms", 0.001), ("s", 1), ("m", 60)):
        if text.endswith(unit):
            return float(text[: -len(unit)]) * factor
    return float(text)


def dial(query):
    """Asks others from here, as often as is said, and tells what came and what did not."""
    responses, errors = [], []
    request = query.get("request", query.get("command", "hostname"))
    for _ in range(int(query.get("tries", 1))):
        try:
            if query.get("protocol", "http") == "udp":
                family = socket.AF_INET6 if ":" in query["host"] else socket.AF_INET
                with socket.socket(family, socket.SOCK_DGRAM) as asking:
                    asking.settimeout(3)
                    asking.sendto(request.encode(), (query["host"].strip("[]"), int(query["port"])))
                    responses.append(asking.recv(2048).decode().strip())
            else:
                with urllib.request.urlopen(f"http://{query['host']}:{query['port']}/{request}", timeout=3) as answer:
                    responses.append(answer.read().decode().strip())
        except OSError as error:
            errors.append(str(error))
    return {"responses": responses, **({"errors": errors} if errors else {})}


def serve_udp(port):
    family = socket.AF_INET6 if os.path.exists("/proc/net/if_inet6") else socket.AF_INET
    serving = socket.socket(family, socket.SOCK_DGRAM)
    serving.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
    while True:
        data, client = serving.recvfrom(2048)
        verb, _, rest = data.decode(errors="replace").strip().partition(" ")
        said = {"hostname": socket.gethostname(), "echo": rest, "clientip": host_and_port(*client[:2])}.get(verb.lower())
        if said is not None:
            serving.sendto(said.encode(), client)


def netexec(words):
    parser = argparse.ArgumentParser("netexec")
    parser.add_argument("--http-port", type=int, default=8080)
    parser.add_argument("--udp-port", type=int, default=8081)
    parser.add_argument("--delay-shutdown", type=int, default=0)
    parser.add_argument("--http-override", default="")
    options = parser.parse_args(words)

    def end(*_):
        NetExec.ended = True
        threading.Timer(options.delay_shutdown, lambda: os._exit(0)).start()

    signal.signal(signal.SIGTERM, end)
    if options.udp_port > 0:
        threading.Thread(target=serve_udp, args=(options.udp_port,), daemon=True).start()
    server = Server(options.http_port, NetExec)
    print(f"Started HTTP server on port {options.http_port}", flush=True)
    threading.Thread(target=server.serve_forever).start()


def serve_hostname(words):
    parser = argparse.ArgumentParser("serve-hostname")
    parser.add_argument("--port", type=int, default=9376)
    options, _ = parser.parse_known_args(words)

    class Name(Answer):
        def do_GET(self):
            self.say(socket.gethostname())

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    Server(options.port, Name).serve_forever()


def pause(_):
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    print("Paused", flush=True)
    while True:
        signal.pause()


def connect(words):
    """Says TIMEOUT, REFUSED, DNS or OTHER and ends with 1 where there is no connection."""
    parser = argparse.ArgumentParser("connect")
    parser.add_argument("address")
    parser.add_argument("--timeout", default="5s")
    parser.add_argument("--protocol", default="tcp")
    options, _ = parser.parse_known_args(words)
    host, _, port = options.address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), seconds(options.timeout)).close()
    except socket.gaierror:
        sys.exit(print("DNS ERROR", file=sys.stderr) or 1)
    except TimeoutError:
        sys.exit(print("TIMEOUT", file=sys.stderr) or 1)
    except ConnectionRefusedError:
        sys.exit(print("REFUSED", file=sys.stderr) or 1)
    except OSError as error:
        sys.exit(print(f"OTHER: {error}", file=sys.stderr) or 1)


def of_resolv_conf(keyword):
    with open("/etc/resolv.conf", encoding="utf-8") as file:
        return [word for line in file if line.startswith(keyword) for word in line.split()[1:]]


def liveness(_):
    """Well for ten seconds, then not."""
    started = time.monotonic()

    class Health(Answer):
        def do_GET(self):
            age = time.monotonic() - started
            if self.path == "/healthz" and age > 10:
                self.say(f"error: {age}", 500)
            else:
                self.say(str(started) if self.path == "/started" else "ok")

    Server(8080, Health).serve_forever()


VERBS = {
    "connect": connect,
    "dns-server-list": lambda _: print(",".join(of_resolv_conf("nameserver"))),
    "dns-suffix": lambda _: print(",".join(of_resolv_conf("search"))),
    "entrypoint-tester": lambda _: print(json.dumps(sys.argv)),
    "etc-hosts": lambda _: print(open("/etc/hosts", encoding="utf-8").read(), end=""),
    "help": lambda _: print("\n".join(sorted(VERBS))),
    "liveness": liveness,
    "netexec": netexec,
    "pause": pause,
    "serve-hostname": serve_hostname,
}

if __name__ == "__main__":
    chosen = sys.argv[1] if len(sys.argv) > 1 else "pause"
    if chosen not in VERBS:
        sys.exit(f"agnhost: no such verb: {chosen}")
    VERBS[chosen](sys.argv[2:])
