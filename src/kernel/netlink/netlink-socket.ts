import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import {
  MSG_DONTWAIT,
  MSG_TRUNC,
  RECV,
  SEND,
  SETSOCKOPT,
  SOCK_CLOEXEC,
  SOCK_RAW,
  SOCKET,
  SOL_SOCKET,
} from '../socket-calls.ts'
import {
  type NetlinkRequest,
  type ReceivedMessage,
  readAttributes,
  readMessages,
  readString,
  viewOf,
} from './netlink-message.ts'
import {
  AF_NETLINK,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_GET_STRICT_CHK,
  NLM_F_ACK,
  NLM_F_ACK_TLVS,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HEADER_LENGTH,
  NLMSGERR_ATTR_MSG,
  SOL_NETLINK,
} from './netlink-numbers.ts'

// linux/socket.h, linux/netlink.h
const SO_RCVBUFFORCE = 33
const DUMP_TRIES = 5
/**
 * Only errors and the last acknowledgement are answered; a refusal takes about 1 KiB of the receive buffer, which is
 * 208 KiB at first.
 */
const BATCH = 100

/** What the kernel refused: which of the requests, and why. */
export interface Refusal {
  readonly request: NetlinkRequest
  readonly errno: number
  /** Extended acknowledgement. */
  readonly message: string | undefined
}

/**
 * A netlink socket, synchronous: the kernel works a request off while it is sent, so answers are there when send()
 * returns. It belongs to the namespace that the thread was in when it was opened, for good.
 */
export class NetlinkSocket {
  readonly #fd: number
  readonly #code: string
  #sequence = 0
  #buffer = new Uint8Array(32768)
  #closed = false

  /** Opens in the network namespace at `path`, or in the present one. `code` is that of the errors it throws. */
  static open(protocol: number, code: string, path?: string): NetlinkSocket {
    return path === undefined
      ? new NetlinkSocket(protocol, code)
      : withNamespace(path, () => new NetlinkSocket(protocol, code))
  }

  private constructor(protocol: number, code: string) {
    this.#code = code
    this.#fd = call(code, 'socket', 'netlink', SOCKET, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)
    const set = (level: number, name: number, value: number) =>
      libc(SETSOCKOPT)(this.#fd, level, name, Int32Array.of(value), 4)
    // Each is a convenience that an old kernel may lack.
    set(SOL_NETLINK, NETLINK_EXT_ACK, 1)
    set(SOL_NETLINK, NETLINK_CAP_ACK, 1)
    set(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1)
    set(SOL_SOCKET, SO_RCVBUFFORCE, 1 << 20)
  }

  /**
   * Sends all requests, a hundred a system call, and gives what was refused, in order. The kernel goes on after a
   * refusal: requests are independent unless the caller sees to it.
   */
  send(requests: readonly NetlinkRequest[]): readonly Refusal[] {
    const refusals: Refusal[] = []
    for (let from = 0; from < requests.length; from += BATCH) {
      this.#sendBatch(requests.slice(from, from + BATCH), refusals)
    }
    return refusals
  }

  /** Sends all requests; throws KernelError for the first refusal whose errno is not in `tolerated`. */
  apply(requests: readonly NetlinkRequest[], tolerated: readonly number[] = []): void {
    const refusal = this.send(requests).find((one) => !tolerated.includes(one.errno))
    if (refusal !== undefined) throw this.#error(refusal)
  }

  /**
   * Sends one request that is answered by messages, a dump where its flags say so. Throws KernelError when it is
   * refused; with errno E2BIG where there are more than `most`. Nothing but closing its socket ends a dump: so then it
   * is closed.
   */
  query(request: NetlinkRequest, most = Number.POSITIVE_INFINITY): readonly ReceivedMessage[] {
    for (let tries = DUMP_TRIES; ; tries--) {
      const { answers, interrupted } = this.#query(request, most)
      // What was dumped changed meanwhile: entries may be missing or stand twice. After some tries the last is as good
      // as any.
      if (!interrupted || tries <= 1) return answers
    }
  }

  #query(
    request: NetlinkRequest,
    most: number,
  ): { readonly answers: readonly ReceivedMessage[]; readonly interrupted: boolean } {
    const dump = (viewOf(request.bytes).getUint16(6, LITTLE_ENDIAN) & NLM_F_DUMP) === NLM_F_DUMP
    const sequence = this.#prepare(request, !dump)
    this.#transmit(request.bytes, request)
    const answers: ReceivedMessage[] = []
    let interrupted = false
    for (;;) {
      for (const message of readMessages(this.#receive(request).slice())) {
        if (message.sequence !== sequence) continue
        interrupted ||= (message.flags & NLM_F_DUMP_INTR) !== 0
        if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) {
          answers.push(message)
          if (answers.length <= most) continue
          this.close()
          throw this.#error({ request, errno: constants.errno.E2BIG, message: `there are more than ${most}` })
        }
        // The end of a dump carries an errno as an acknowledgement does.
        const refusal = message.payload.length < 4 ? undefined : readRefusal(message, request)
        if (refusal !== undefined) throw this.#error(refusal)
        return { answers, interrupted }
      }
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    closeSync(this.#fd)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  #sendBatch(batch: readonly NetlinkRequest[], refusals: Refusal[]): void {
    const bytes = new Uint8Array(batch.reduce((sum, request) => sum + request.bytes.length, 0))
    const bySequence = new Map<number, NetlinkRequest>()
    let at = 0
    for (const [index, request] of batch.entries()) {
      bySequence.set(this.#prepare(request, index === batch.length - 1), request)
      bytes.set(request.bytes, at)
      at += request.bytes.length
    }
    const last = this.#sequence
    const first = batch[0] as NetlinkRequest
    this.#transmit(bytes, first)
    for (;;) {
      for (const message of readMessages(this.#receive(first))) {
        const request = bySequence.get(message.sequence)
        if (request === undefined || message.type !== NLMSG_ERROR) continue
        const refusal = readRefusal(message, request)
        if (refusal !== undefined) refusals.push(refusal)
        if (message.sequence === last) return
      }
    }
  }

  /** Numbers the request; asks for an acknowledgement where it is the last of its batch. */
  #prepare(request: NetlinkRequest, acknowledged: boolean): number {
    this.#sequence = (this.#sequence % 0x7fffffff) + 1
    const view = viewOf(request.bytes)
    const flags = view.getUint16(6, LITTLE_ENDIAN)
    view.setUint16(6, acknowledged ? flags | NLM_F_ACK : flags & ~NLM_F_ACK, LITTLE_ENDIAN)
    view.setUint32(8, this.#sequence, LITTLE_ENDIAN)
    return this.#sequence
  }

  #transmit(bytes: Uint8Array, { operation, object }: NetlinkRequest): void {
    if (Number(libc(SEND)(this.#fd, bytes, bytes.length, 0)) >= 0) return
    throw new KernelError(this.#code, { operation, errno: errno(), object, message: 'the request was not sent' })
  }

  #receive({ operation, object }: NetlinkRequest): Uint8Array {
    for (;;) {
      const length = Number(libc(RECV)(this.#fd, this.#buffer, this.#buffer.length, MSG_DONTWAIT | MSG_TRUNC))
      if (length < 0) {
        const code = errno()
        if (code === constants.errno.EINTR) continue
        throw new KernelError(this.#code, { operation, errno: code, object, message: 'the answer was not received' })
      }
      // The kernel never makes a dump's datagram larger than the buffer that it was read with before: this is for
      // answers to single requests.
      if (length > this.#buffer.length) {
        throw new KernelError(this.#code, { operation, object, message: `an answer of ${length} bytes was cut off` })
      }
      return this.#buffer.subarray(0, length)
    }
  }

  #error({ request, errno: code, message }: Refusal): KernelError {
    return new KernelError(this.#code, { operation: request.operation, errno: code, object: request.object, message })
  }
}

/** struct nlmsgerr: a negative errno (0 acknowledges), the request's header, then attributes. */
function readRefusal({ payload, flags }: ReceivedMessage, request: NetlinkRequest): Refusal | undefined {
  const code = -viewOf(payload).getInt32(0, LITTLE_ENDIAN)
  if (code === 0) return undefined
  const told = (flags & NLM_F_ACK_TLVS) !== 0 ? readAttributes(payload, 4 + NLMSG_HEADER_LENGTH) : undefined
  return { request, errno: code, message: readString(told?.get(NLMSGERR_ATTR_MSG)) }
}
