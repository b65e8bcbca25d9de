import { createSocket, type Socket as DatagramSocket } from 'node:dgram'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net'
import { socketText } from '#net/port-protocol.ts'
import type { TcpPeer } from '#net/tcp-peer.ts'
import { AF_INET6, inetAddress } from '../inet.ts'
import { KernelError } from '../kernel-error.ts'
import { call } from '../libc.ts'
import { hasIpv6 } from '../namespaces/ipv6.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import {
  BIND,
  LISTEN,
  SETSOCKOPT,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOCKET,
  SOL_SOCKET,
} from '../socket-calls.ts'
import { keepListener } from './kept-listeners.ts'
import { socketAddress } from './socket-address.ts'
import { applyTcpPeer } from './tcp-options.ts'

// linux/net.h, linux/socket.h, linux/in6.h
const SO_REUSEADDR = 2
const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26
const BACKLOG = 511

/**
 * A bound socket's descriptor, non-blocking. An IPv6 one takes IPv6 only, where the IPv4 wildcard has a socket of its own;
 * `both`: it takes IPv4 too.
 */
export function boundSocket(type: number, host: string, port: number, families: 'one' | 'both' = 'one'): number {
  const { family, bytes } = socketAddress(host, port)
  const object = `${host}:${port}`
  const fd = call('SOCKET_FAILED', 'socket', object, SOCKET, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)
  try {
    const set = (level: number, name: number, value = 1) =>
      call('SOCKET_FAILED', 'setsockopt', object, SETSOCKOPT, fd, level, name, Int32Array.of(value), 4)
    if (type === SOCK_STREAM) set(SOL_SOCKET, SO_REUSEADDR)
    if (family === AF_INET6) set(IPPROTO_IPV6, IPV6_V6ONLY, families === 'one' ? 1 : 0)
    call('SOCKET_FAILED', 'bind', object, BIND, fd, bytes, bytes.length)
    if (type === SOCK_STREAM) call('SOCKET_FAILED', 'listen', object, LISTEN, fd, BACKLOG)
    return fd
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/**
 * A TCP listener in the network namespace at `path`; the connections it accepts are there too. `port` 0: any. Throws
 * KernelError SOCKET_FAILED (EADDRINUSE and the like), NAMESPACE_UNKNOWN; the server is closed and fails with the first
 * where somebody destroys its socket.
 */
export async function listenTcp(path: string, host: string, port: number, server = createServer()): Promise<Server> {
  return await serveListener(boundListener(path, host, port), socketText(host, port), server)
}

/** The descriptor of such a listener alone, for whoever has options to set; `serveListener()` is next. */
export const boundListener = (path: string, host: string, port: number): number =>
  withNamespace(path, () => boundSocket(SOCK_STREAM, host, port))

/** The same at all addresses there, of both families. */
export async function listenTcpAnywhere(path: string, port: number, server: Server): Promise<Server> {
  const host = anywhere()
  const fd = withNamespace(path, () => boundSocket(SOCK_STREAM, host, port, 'both'))
  return await serveListener(fd, socketText(host, port), server)
}

/** What stands for all addresses that this kernel has. */
const anywhere = (): string => (hasIpv6() ? '::' : '0.0.0.0')

/** Takes over a listening descriptor. */
export async function serveListener(fd: number, at: string, server: Server): Promise<Server> {
  try {
    server.listen({ fd })
  } catch (error) {
    closeSync(fd)
    throw error
  }
  await once(server, 'listening')
  keepListener(server, { fd, at })
  return server
}

/** A UDP socket bound in the network namespace at `path`; what it sends leaves from there. Throws as listenTcp(). */
export async function bindUdp(path: string, host: string, port: number): Promise<DatagramSocket> {
  return serveDatagrams(
    withNamespace(path, () => boundSocket(SOCK_DGRAM, host, port)),
    host,
  )
}

/** The same at all addresses there, of both families. */
export async function bindUdpAnywhere(path: string, port: number): Promise<DatagramSocket> {
  const host = anywhere()
  return serveDatagrams(
    withNamespace(path, () => boundSocket(SOCK_DGRAM, host, port, 'both')),
    host,
  )
}

function serveDatagrams(fd: number, host: string): DatagramSocket {
  const socket = createSocket(inetAddress(host).family === AF_INET6 ? 'udp6' : 'udp4')
  // Bound and receiving when bind() returns: of a descriptor it says 'listening' at once, so nobody waits for that
  // event here.
  socket.bind({ fd, exclusive: true })
  return socket
}

/**
 * Connects from the network namespace at `path`. `address` is an IP address, never a name. As net.connect(): failures
 * come as the 'error' event, with errno's name as `code`. The caller sets timeouts. `peer` says how packets go; what the
 * kernel refuses of it is thrown as KernelError SOCKET_FAILED.
 */
export function connectTcp(path: string, address: string, port: number, peer?: TcpPeer): Socket {
  const { family } = inetAddress(address)
  const object = `${address}:${port}`
  const fd = withNamespace(path, () => {
    const opened = call(
      'SOCKET_FAILED',
      'socket',
      object,
      SOCKET,
      family,
      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
      0,
    )
    try {
      if (peer !== undefined) applyTcpPeer(opened, peer)
      return opened
    } catch (error) {
      closeSync(opened)
      throw error
    }
  })
  // net.connect() makes its socket in a later tick, at home; one that it is given, it connects. manualStart keeps it
  // from reading before.
  const options: SocketConstructorOpts & { readonly manualStart: true } = { fd, manualStart: true }
  return new Socket(options).connect({ host: address, port, autoSelectFamily: false })
}

/** The descriptor of a socket that Node.js has opened, for options that it does not know of; -1 of one that is closed. */
export const descriptorOf = (socket: Socket): number =>
  (socket as unknown as { readonly _handle: { readonly fd: number } | null })._handle?.fd ?? -1

/**
 * Connects to the loopback of the network namespace at `path`, wherever the port is answered: at 127.0.0.1 or, where that
 * refuses, at ::1. Rejects as 127.0.0.1 did where neither answers.
 */
export async function connectToLoopback(path: string, port: number): Promise<Socket> {
  const connected = async (address: string): Promise<Socket> => {
    const socket = connectTcp(path, address, port)
    await once(socket, 'connect')
    return socket
  }
  try {
    return await connected('127.0.0.1')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED' || !hasIpv6()) throw error
    return await connected('::1').catch(() => Promise.reject(error))
  }
}

/** True where nobody listens on that address and port, here, so that we could. */
export function isPortFree(host: string, port: number): boolean {
  try {
    closeSync(boundSocket(SOCK_STREAM, host, port))
    return true
  } catch (error) {
    if (error instanceof KernelError && error.code === 'SOCKET_FAILED') return false
    throw error
  }
}
