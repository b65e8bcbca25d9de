import { closeSync, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { basename, dirname } from 'node:path'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { call } from '../libc.ts'
import { AF_UNIX, CONNECT, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_SEQPACKET, SOCK_STREAM, SOCKET } from '../socket-calls.ts'

const DUP3 = 'int dup3(int from, int to, int flags)'

interface SeqpacketOptions {
  /** One call a packet, the bytes valid during the call alone. False stops reading until `socket.resume()`. */
  readonly onPacket: (packet: Uint8Array) => boolean
}

/**
 * Connects to a Unix socket of type SOCK_SEQPACKET, which Node.js has no word for: `write` sends one packet a call as
 * long as each waits for the one before, and each packet received is one call of `onPacket`. Throws KernelError
 * UNIX_CONNECT_FAILED.
 *
 * Node.js takes over descriptors of stream sockets alone. So it is given one, and the packet socket is put under the
 * same number before the event loop has looked at it; read, write, shutdown and readiness are the same calls for both.
 */
export function connectSeqpacket(path: string, { onPacket }: SeqpacketOptions): Socket {
  const open = (type: number): number =>
    call('UNIX_CONNECT_FAILED', 'socket', path, SOCKET, AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
  const packets = open(SOCK_SEQPACKET)
  let folder: number | undefined
  try {
    // Through the folder's descriptor: a socket's address has 107 bytes, paths have more.
    folder = openSync(dirname(path), 'r')
    const address = socketAddress(`/proc/self/fd/${folder}/${basename(path)}`)
    call('UNIX_CONNECT_FAILED', 'connect', path, CONNECT, packets, address, address.length)
    const fd = open(SOCK_STREAM)
    const socket = new Socket({
      fd,
      readable: true,
      writable: true,
      allowHalfOpen: true,
      onread: { buffer: Buffer.alloc(65536), callback: (length, buffer) => onPacket(buffer.subarray(0, length)) },
    })
    call('UNIX_CONNECT_FAILED', 'dup3', path, DUP3, packets, fd, SOCK_CLOEXEC)
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
  new DataView(address.buffer).setUint16(0, AF_UNIX, LITTLE_ENDIAN)
  address.set(text, 2)
  return address
}
