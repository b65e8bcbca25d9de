import { closeSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { basename, dirname } from 'node:path'

import { call } from './libc.ts'

const AF_UNIX = 1
const SOCK_STREAM = 1
const SOCK_SEQPACKET = 5
const SOCK_NONBLOCK_CLOEXEC = 0o2004000

export interface SeqpacketOptions {
  /** One call a packet, the bytes valid during the call alone. False stops reading until `socket.resume()`. */
  readonly onPacket: (packet: Uint8Array) => boolean
}

/**
 * Connects to a Unix socket of type SOCK_SEQPACKET, which Node.js has no word for: `write` sends one packet a call as long as each waits for the one
 * before, and each packet received is one call of `onPacket`. Throws KernelError UNIX_CONNECT_FAILED.
 *
 * Node.js takes over descriptors of stream sockets alone. So it is given one, and the packet socket is put under the same number before the event loop
 * has looked at it; read, write, shutdown and readiness are the same calls for both.
 */
export function connectSeqpacket(path: string, { onPacket }: SeqpacketOptions): Socket {
  const packets = call(
    'UNIX_CONNECT_FAILED',
    'socket',
    path,
    'int socket(int domain, int type, int protocol)',
    AF_UNIX,
    SOCK_SEQPACKET | SOCK_NONBLOCK_CLOEXEC,
    0,
  )
  let folder: number | undefined
  try {
    // Through the folder's descriptor: a socket's address has 107 bytes, paths have more.
    folder = openSync(dirname(path), 'r')
    const address = socketAddress(`/proc/self/fd/${folder}/${basename(path)}`)
    call(
      'UNIX_CONNECT_FAILED',
      'connect',
      path,
      'int connect(int fd, const uint8_t *address, uint length)',
      packets,
      address,
      address.length,
    )
    const fd = call(
      'UNIX_CONNECT_FAILED',
      'socket',
      path,
      'int socket(int domain, int type, int protocol)',
      AF_UNIX,
      SOCK_STREAM | SOCK_NONBLOCK_CLOEXEC,
      0,
    )
    const socket = new Socket({
      fd,
      readable: true,
      writable: true,
      allowHalfOpen: true,
      onread: { buffer: Buffer.alloc(65536), callback: (length, buffer) => onPacket(buffer.subarray(0, length)) },
    })
    call('UNIX_CONNECT_FAILED', 'dup3', path, 'int dup3(int from, int to, int flags)', packets, fd, 0o2000000)
    return socket
  } finally {
    if (folder !== undefined) closeSync(folder)
    closeSync(packets)
  }
}

/** struct sockaddr_un. */
function socketAddress(path: string): Uint8Array {
  const text = new TextEncoder().encode(path)
  const address = new Uint8Array(2 + text.length + 1)
  new DataView(address.buffer).setUint16(0, AF_UNIX, true)
  address.set(text, 2)
  return address
}
