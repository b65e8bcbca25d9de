import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import type { TcpPeer } from '#net/tcp-peer.ts'
import { AF_INET6, inetAddress } from '../inet.ts'
import { call } from '../libc.ts'
import { BIND, SETSOCKOPT, SOL_SOCKET } from '../socket-calls.ts'
import { socketAddress } from './socket-address.ts'

// linux/in.h, linux/in6.h, linux/tcp.h, asm-generic/socket.h
const IPPROTO_IP = 0
const IPPROTO_TCP = 6
const IPPROTO_IPV6 = 41
const IP_TTL = 2
const IP_MINTTL = 21
const IPV6_UNICAST_HOPS = 16
const IPV6_MINHOPCOUNT = 73
const TCP_MD5SIG = 14
const SO_BINDTODEVICE = 25

// struct tcp_md5sig: a sockaddr_storage, flags and prefix length, the key's length, an interface, the key.
const MD5SIG_SIZE = 216
const KEY_LENGTH_AT = 130
const KEY_AT = 136
const MOST_KEY_OCTETS = 80

const set = (fd: number, object: string, level: number, name: number, value: Uint8Array | Int32Array): void => {
  call('SOCKET_FAILED', 'setsockopt', object, SETSOCKOPT, fd, level, name, value, value.byteLength)
}

/** TTLs of a socket, connected or not. Throws KernelError SOCKET_FAILED. */
export function setHopLimits(fd: number, { address, ttl, leastTtl }: TcpPeer): void {
  const isV6 = inetAddress(address).family === AF_INET6
  const level = isV6 ? IPPROTO_IPV6 : IPPROTO_IP
  if (ttl !== undefined) set(fd, address, level, isV6 ? IPV6_UNICAST_HOPS : IP_TTL, Int32Array.of(ttl))
  if (leastTtl !== undefined) set(fd, address, level, isV6 ? IPV6_MINHOPCOUNT : IP_MINTTL, Int32Array.of(leastTtl))
}

/**
 * Signs segments with a peer by this key from now on, and takes none of it without; undefined: no longer. Of a listening
 * socket: those of connections that the peer begins. Throws KernelError SOCKET_FAILED.
 */
export function setMd5Key(fd: number, address: string, password: string | undefined): void {
  const option = new Uint8Array(MD5SIG_SIZE)
  option.set(socketAddress(address, 0).bytes)
  const key = new TextEncoder().encode(password ?? '').subarray(0, MOST_KEY_OCTETS)
  new DataView(option.buffer).setUint16(KEY_LENGTH_AT, key.length, LITTLE_ENDIAN)
  option.set(key, KEY_AT)
  set(fd, address, IPPROTO_TCP, TCP_MD5SIG, option)
}

/** All of it, of a socket that is not connected yet. Throws KernelError SOCKET_FAILED, ADDRESS_MALFORMED. */
export function applyTcpPeer(fd: number, peer: TcpPeer): void {
  const { address, zone, sourceAddress, password } = peer
  if (zone !== undefined) set(fd, `${address}%${zone}`, SOL_SOCKET, SO_BINDTODEVICE, new TextEncoder().encode(zone))
  setHopLimits(fd, peer)
  if (password !== undefined) setMd5Key(fd, address, password)
  if (sourceAddress === undefined) return
  const { bytes } = socketAddress(sourceAddress, 0)
  call('SOCKET_FAILED', 'bind', sourceAddress, BIND, fd, bytes, bytes.length)
}
