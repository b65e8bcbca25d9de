import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { errno, libc } from '../libc.ts'
import {
  CONNECT,
  MSG_DONTWAIT,
  RECV,
  SEND,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOCKET,
} from '../socket-calls.ts'
import { socketAddress } from './socket-address.ts'

/** What a probe begins a connection with. */
export type ProbeProtocol = 'TCP' | 'UDP' | 'SCTP'

interface Probed {
  readonly protocol: ProbeProtocol
  readonly address: string
  readonly port: number
  /** Sent by UDP, each as one datagram. */
  readonly datagrams: readonly (string | Buffer)[]
}

// linux/in.h
const IPPROTO_SCTP = 132
const ANSWER_OCTETS = 512
const { EAGAIN, EALREADY, EINPROGRESS, EISCONN } = constants.errno

/**
 * One connection that is begun, by the system's calls alone, some 10 µs: hundreds may be under way in one process. It leaves from
 * the network namespace that the thread is in: make it within `withNamespace()`, many at once.
 */
export class ProbeSocket {
  readonly #fd: number
  readonly #isUdp: boolean
  readonly #to: Uint8Array
  readonly #answer = new Uint8Array(ANSWER_OCTETS)
  /** What the kernel said at the first call; undefined: that it will tell. */
  #told: number | undefined

  /** Throws KernelError ADDRESS_MALFORMED. What the kernel refuses is what `poll()` tells. */
  constructor({ protocol, address, port, datagrams }: Probed) {
    const { family, bytes } = socketAddress(address, port)
    this.#to = bytes
    this.#isUdp = protocol === 'UDP'
    const type = (this.#isUdp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC
    this.#fd = Number(libc(SOCKET)(family, type, protocol === 'SCTP' ? IPPROTO_SCTP : 0))
    if (this.#fd < 0) this.#told = errno()
    else if (!this.#isUdp) this.#told = this.#connect()
    else {
      // Connected, since only then a refusal is told.
      this.#told = this.#connect() || undefined
      for (const datagram of this.#told === undefined ? datagrams : []) {
        const octets = Buffer.from(datagram)
        if (Number(libc(SEND)(this.#fd, octets, octets.length, MSG_DONTWAIT)) < 0) this.#told = errno()
      }
    }
  }

  /** 0: it was answered; else the errno that came of it; undefined: nothing yet. */
  poll(): number | undefined {
    if (this.#told !== undefined) return this.#told
    if (!this.#isUdp) return this.#connect()
    if (Number(libc(RECV)(this.#fd, this.#answer, ANSWER_OCTETS, MSG_DONTWAIT)) >= 0) return 0
    return errno() === EAGAIN ? undefined : errno()
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
  }

  #connect(): number | undefined {
    if (Number(libc(CONNECT)(this.#fd, this.#to, this.#to.length)) === 0) return 0
    const said = errno()
    if (said === EINPROGRESS || said === EALREADY) return undefined
    return said === EISCONN ? 0 : said
  }
}

/** Whether this kernel has sockets of SCTP: some are built without, or do not load the module. */
export const hasSctpSockets = (): boolean => {
  const { family } = socketAddress('127.0.0.1', 0)
  const fd = Number(libc(SOCKET)(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP))
  if (fd >= 0) closeSync(fd)
  return fd >= 0
}
