"""Tells of the node that it runs on, as exporters of metrics do."""

import os
import socket

from site_server import serve


def answer(_, path, __):
    if path != "/metrics":
        return 404, "see /metrics\n"
    with open("/proc/uptime", encoding="utf-8") as file:
        uptime = file.read().split()[0]
    node = os.environ.get("NODE_NAME", socket.gethostname())
    return f'node_uptime_seconds{{node="{node}",host_ip="{os.environ.get("HOST_IP", "")}"}} {uptime}\n'


serve(int(os.environ.get("PORT", 9100)), answer)
