"""Calls itself a router on a link, and tells a prefix to make addresses of: router-advertisement.py LINK."""

import socket
import struct
import sys

link = sys.argv[1]
with open(f"/sys/class/net/{link}/address") as file:
    mac = bytes.fromhex(file.read().strip().replace(":", ""))
out = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
ROUTER_SECONDS = 1800
message = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, ROUTER_SECONDS, 0, 0)
message += struct.pack("!BB", 1, 1) + mac
message += struct.pack("!BBBBIII", 3, 4, 64, 0xC0, 3600, 3600, 0) + socket.inet_pton(socket.AF_INET6, "2001:db8:1::")
out.sendto(message, ("ff02::1", 0, 0, socket.if_nametoindex(link)))
