"""The health service of gRPC, which says SERVING to whoever asks: as much of HTTP/2 (RFC 9113) as that takes."""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
END_STREAM = ACK = 1
END_HEADERS = 4
# A message without compression, of two octets: field 1 is 1, SERVING.
SERVING = b"\0" + struct.pack(">I", 2) + b"\x08\x01"


def field(name, value):
    """A header that is written out, and not to be remembered (RFC 7541, 6.2.2)."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def answer_health(reading, writing):
    """Speaks with one client until it goes; both are files."""
    if reading.read(len(PREFACE)) != PREFACE:
        return
    writing.write(frame(SETTINGS, 0, 0))
    while len(head := reading.read(9)) == 9:
        size = int.from_bytes(head[:3], "big")
        kind, flags, stream = head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF
        payload = reading.read(size)
        if kind == SETTINGS and not flags & ACK:
            writing.write(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            writing.write(frame(PING, ACK, 0, payload))
        elif kind == DATA and flags & END_STREAM:
            # 0x88 is `:status: 200`.
            writing.write(frame(HEADERS, END_HEADERS, stream, b"\x88" + field(b"content-type", b"application/grpc")))
            writing.write(frame(DATA, 0, stream, SERVING))
            writing.write(frame(HEADERS, END_HEADERS | END_STREAM, stream, field(b"grpc-status", b"0")))
        writing.flush()
