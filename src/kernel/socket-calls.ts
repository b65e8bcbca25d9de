/** The socket calls of the C library, as prototypes for libc(), and their numbers (linux/socket.h, linux/net.h). */

export const SOCKET = 'int socket(int domain, int type, int protocol)'
export const SETSOCKOPT = 'int setsockopt(int fd, int level, int name, void *value, uint32 length)'
export const GETSOCKOPT = 'int getsockopt(int fd, int level, int name, void *value, void *length)'
export const BIND = 'int bind(int fd, void *address, uint32 length)'
export const CONNECT = 'int connect(int fd, void *address, uint32 length)'
export const LISTEN = 'int listen(int fd, int backlog)'
export const SEND = 'int64 send(int fd, void *bytes, size_t length, int flags)'
export const RECV = 'int64 recv(int fd, void *bytes, size_t length, int flags)'

export const AF_UNIX = 1
export const SOCK_STREAM = 1
export const SOCK_DGRAM = 2
export const SOCK_RAW = 3
export const SOCK_SEQPACKET = 5
export const SOCK_NONBLOCK = 0o4000
export const SOCK_CLOEXEC = 0o2000000
export const SOL_SOCKET = 1
export const MSG_TRUNC = 0x20
export const MSG_DONTWAIT = 0x40
