# One datagram that must not be broken, and its echo: large-datagram.py ADDRESS PORT BYTES. Prints `answered`, or why not and
# how large packets may be.
import socket
import sys

address, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
six = ":" in address
# linux/in.h, linux/in6.h: IP_MTU_DISCOVER, IP_MTU; 2 is IP_PMTUDISC_DO.
level, discover, mtu = (socket.IPPROTO_IPV6, 23, 24) if six else (socket.IPPROTO_IP, 10, 14)
with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.setsockopt(level, discover, 2)
    sock.settimeout(2)
    sock.connect((address, port))
    try:
        sock.send(bytes(size))
        print("answered" if len(sock.recv(65535)) == size else "shortened")
    except OSError as error:
        print(error.strerror or error, "mtu", sock.getsockopt(level, mtu))
