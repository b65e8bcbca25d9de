"""A blog in the place of WordPress: posts are in the database, what is uploaded in /var/www/html."""

import json
import os
import sys
import time

from database_client import Database
from site_server import serve

HOST = os.environ.get("WORDPRESS_DB_HOST", "mysql")
USER = os.environ.get("WORDPRESS_DB_USER", "example username")
SECRET = os.environ.get("WORDPRESS_DB_PASSWORD", "")
UPLOADS = "/var/www/html/wp-content/uploads"


def database():
    return Database(HOST, 3306, USER, SECRET)


def answer(method, path, fields):
    if path == "/":
        return 302, "see /wp-admin/install.php\n"
    if path == "/wp-admin/install.php":
        with database() as connection:
            connection.rows("posts")
        return "<title>WordPress &rsaquo; Installation</title>\n"
    if path.startswith("/uploads/"):
        name = os.path.join(UPLOADS, os.path.basename(path))
        if method == "POST":
            with open(name, "w", encoding="utf-8") as file:
                file.write(fields["content"])
        with open(name, encoding="utf-8") as file:
            return file.read()
    with database() as connection:
        if method == "POST":
            connection.put("posts", fields["title"], fields["content"])
        return json.dumps(connection.rows("posts"), sort_keys=True)


os.makedirs(UPLOADS, exist_ok=True)
# As the original does: it waits for its database for a while, and gives up then.
for attempt in range(60):
    try:
        database().rows("posts")
        break
    except OSError as error:
        print(f"Error establishing a database connection: {error}", file=sys.stderr, flush=True)
        if "Access denied" in str(error):
            sys.exit(1)
        time.sleep(0.5)
else:
    sys.exit(1)
serve(80, answer)
