"""Writes frames of its own making to eth0, as root of a pod may: forged_frames.py OWN4 OWN6 OTHER4 OTHER6 NODE4 NODE6 PORT."""

import socket
import struct
import sys

own4, own6, other4, other6, node4, node6 = sys.argv[1:7]
port = int(sys.argv[7])
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
link.bind(("eth0", 0))
OWN_MAC = link.getsockname()[4]
NODE_END = bytes.fromhex("0a5800000001")
ALL = b"\xff" * 6
UDP, ICMP6 = 17, 58


def frame(kind, payload, to=NODE_END, sender=OWN_MAC, tag=None):
    vlan = b"" if tag is None else struct.pack("!HH", 0x8100, tag)
    link.send(to + sender + vlan + struct.pack("!H", kind) + payload)


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def v4(source, target, text, options=b""):
    words = 5 + len(options) // 4
    udp = struct.pack("!HHHH", 7, port, 8 + len(text), 0) + text
    size = words * 4 + len(udp)
    head = struct.pack("!BBHHHBBH", 0x40 | words, 0, size, 1, 0, 64, UDP, 0)
    head += socket.inet_aton(source) + socket.inet_aton(target) + options
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + udp


def v6(source, target, body, kind):
    ends = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
    at = 2 if kind == ICMP6 else 6
    sum_ = checksum(ends + struct.pack("!IHBB", len(body), 0, 0, kind) + body)
    body = body[:at] + struct.pack("!H", sum_) + body[at + 2 :]
    return struct.pack("!IHBB", 0x60000000, len(body), kind, 255) + ends + body


def udp6(source, target, text):
    return v6(source, target, struct.pack("!HHHH", 7, port, 8 + len(text), 0) + text, UDP)


def arp(operation, sender, target):
    head = struct.pack("!HHBBH", 1, 0x800, 6, 4, operation)
    return head + OWN_MAC + socket.inet_aton(sender) + NODE_END + socket.inet_aton(target)


forged4 = [other4, node4, "0.0.0.0", "127.0.0.1", "169.254.1.1", "8.8.8.8", "10.96.0.10", "224.0.0.5", "255.255.255.255"]
for source in [own4, *forged4]:
    for target in (other4, node4, "255.255.255.255", "224.0.0.1"):
        packet = v4(source, target, b"x")
        frame(0x800, packet)
        frame(0x800, packet, to=ALL)
        frame(0x800, packet, sender=b"\x0a\x58\0\0\0\x02")
        frame(0x800, packet, tag=0)
        frame(0x800, packet, tag=5)
    # By way of the node to the other, loosely.
    frame(0x800, v4(source, node4, b"x", b"\x83\x07\x04" + socket.inet_aton(other4) + b"\0"))

forged6 = [other6, node6, "::", "::1", "fe80::1", "fe80::1234", "2001:db8::8", "fd00:10:96::a", "ff02::1"]
for source in [own6, *forged6]:
    for target in (other6, node6, "ff02::1", "fe80::1"):
        frame(0x86DD, udp6(source, target, b"x"))
        frame(0x86DD, udp6(source, target, b"x"), tag=0)

for number in range(64):
    for target in (node4, "169.254.1.1"):
        frame(0x806, arp(1, f"10.99.0.{number}", target))
    frame(0x806, arp(2, f"10.99.1.{number}", node4))
for sender in (other4, node4, "169.254.1.1", "172.30.0.1"):
    for operation in (1, 2):
        frame(0x806, arp(operation, sender, node4))
        frame(0x806, arp(operation, sender, sender), to=ALL)

target6 = socket.inet_pton(socket.AF_INET6, other6)
for source in ["fe80::bad", "fe80::1", own6, other6, *(f"fe80::bad:{number:x}" for number in range(64))]:
    ask = struct.pack("!BBHI", 135, 0, 0, 0) + socket.inet_pton(socket.AF_INET6, node6) + b"\1\1" + OWN_MAC
    tell = struct.pack("!BBHI", 136, 0, 0, 0xE0000000) + target6 + b"\2\1" + OWN_MAC
    route = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
    route += b"\3\4" + struct.pack("!BBIII", 64, 0xC0, 86400, 14400, 0) + socket.inet_pton(socket.AF_INET6, "2001:db8:bad::")
    redirect = struct.pack("!BBHI", 137, 0, 0, 0) + socket.inet_pton(socket.AF_INET6, source) + target6
    for body in (ask, tell, route, redirect):
        for target in (node6, "ff02::1"):
            frame(0x86DD, v6(source, target, body, ICMP6))
