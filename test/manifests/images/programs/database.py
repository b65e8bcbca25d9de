"""A database that asks for a password and keeps its rows in a file, in the place of MySQL and PostgreSQL.

What people's manifests rely on is as there: the variables without which it does not start, the port, the data folder,
whose owner it makes the user of the database before it becomes that user. A question is a line of JSON."""

import json
import os
import pwd
import signal
import socketserver
import sys
import threading

KINDS = {
    "mysql": (3306, "/var/lib/mysql", "mysql", "MYSQL_ROOT_PASSWORD"),
    "postgres": (5432, os.environ.get("PGDATA", "/var/lib/postgresql/data"), "mysql", "POSTGRES_PASSWORD"),
}
KIND = sys.argv[1]
PORT, FOLDER, USER, PASSWORD = KINDS[KIND]
FILE = f"{FOLDER}/rows.json"
lock = threading.Lock()
rows = {}


def logins():
    """Users and their passwords, as the variables of the image say."""
    env = os.environ
    if KIND == "postgres":
        if env.get("POSTGRES_HOST_AUTH_METHOD") == "trust":
            return None
        return {env.get("POSTGRES_USER", "postgres"): env[PASSWORD]}
    known = {"root": env[PASSWORD]}
    if "MYSQL_USER" in env:
        known[env["MYSQL_USER"]] = env["MYSQL_PASSWORD"]
    return known


def become_user():
    os.makedirs(FOLDER, exist_ok=True)
    if os.getuid() != 0:
        return
    user = pwd.getpwnam(USER)
    for folder, _, files in os.walk(FOLDER):
        for path in [folder, *(f"{folder}/{name}" for name in files)]:
            os.chown(path, user.pw_uid, user.pw_gid)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            try:
                said = self.answer(json.loads(line))
            except (ValueError, KeyError) as error:
                said = {"error": f"{type(error).__name__}: {error}"}
            self.wfile.write(json.dumps(said).encode() + b"\n")

    def answer(self, question):
        verb = question["verb"]
        if verb == "ping":
            return {"alive": True}
        known = LOGINS
        if known is not None and known.get(question.get("user")) != question.get("password"):
            return {"error": f"Access denied for user '{question.get('user')}'"}
        with lock:
            if verb == "put":
                rows.setdefault(question["table"], {})[question["key"]] = question["value"]
                with open(f"{FILE}.new", "w", encoding="utf-8") as file:
                    json.dump(rows, file)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(f"{FILE}.new", FILE)
            return {"rows": rows.get(question["table"], {})}


if __name__ == "__main__":
    trusting = os.environ.get("POSTGRES_HOST_AUTH_METHOD" if KIND == "postgres" else "MYSQL_ALLOW_EMPTY_PASSWORD")
    if PASSWORD not in os.environ and not trusting:
        sys.exit(f"error: database is uninitialized and {PASSWORD} is not specified")
    LOGINS = logins() if PASSWORD in os.environ else None
    become_user()
    if os.path.exists(FILE):
        with open(FILE, encoding="utf-8") as file:
            rows = json.load(file)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    socketserver.ThreadingTCPServer.daemon_threads = True
    with socketserver.ThreadingTCPServer(("0.0.0.0", PORT), Session) as server:
        print(f"{KIND}: ready for connections, {sum(map(len, rows.values()))} rows", flush=True)
        server.serve_forever()
