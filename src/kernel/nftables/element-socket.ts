import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'
import { withNamespace } from '../namespace.ts'
import {
  NETLINK_NETFILTER,
  NFNL_SUBSYS_NFTABLES,
  NFTA_VERDICT_CHAIN,
  NFTA_VERDICT_CODE,
} from '../netlink/netfilter-numbers.ts'
import {
  LITTLE_ENDIAN,
  MessageWriter,
  readAttributes,
  readMessages,
  readString,
  viewOf,
} from '../netlink/netlink-message.ts'
import {
  AF_NETLINK,
  NLA_F_NESTED,
  NLA_TYPE_MASK,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../netlink/netlink-numbers.ts'
import { MSG_DONTWAIT, SOCK_CLOEXEC, SOCK_RAW, SOL_SOCKET } from '../socket-calls.ts'

// linux/netfilter/nfnetlink.h, nf_tables.h
const NFNL_MSG_BATCH_BEGIN = 0x10
const NFNL_MSG_BATCH_END = 0x11
const NFT_MSG_NEWSETELEM = 12
const NFT_MSG_GETSETELEM = 13
const NFT_MSG_DELSETELEM = 14
const NFPROTO = { ip: 2, ip6: 10 } as const
const NFTA_SET_ELEM_LIST_TABLE = 1
const NFTA_SET_ELEM_LIST_SET = 2
const NFTA_SET_ELEM_LIST_ELEMENTS = 3
const NFTA_LIST_ELEM = 1
const NFTA_SET_ELEM_KEY = 1
const NFTA_SET_ELEM_DATA = 2
const NFTA_SET_ELEM_KEY_END = 10
const NFTA_DATA_VALUE = 1
const NFTA_DATA_VERDICT = 2
/** struct nlmsghdr and struct nfgenmsg. */
const HEADER = 20
const SO_SNDBUFFORCE = 32
const SEND_BUFFER = 4 << 20

/** Elements of one set, in the kernel's own bytes: key after data after key, each a multiple of four bytes. `dataLength` 0: a set's, or a deletion. */
export interface ElementChange {
  readonly command: 'add' | 'delete'
  readonly family: 'ip' | 'ip6'
  readonly table: string
  readonly set: string
  readonly count: number
  readonly keyLength: number
  readonly dataLength: number
  readonly bytes: Uint8Array
}

/** One element of a dump. The bytes are views that are good until the visitor returns. */
export interface DumpedElement {
  readonly key: Uint8Array
  /** The end of a range, in sets of concatenated intervals. */
  readonly keyEnd: Uint8Array | undefined
  readonly data: Uint8Array | undefined
  /** Of a verdict map: the chain, or the bare verdict where there is none. */
  readonly verdict: { readonly code: number; readonly chain: string | undefined } | undefined
}

/** Writes elements by netlink messages of our own: nothing is listed before, so that a change costs what it writes. */
export class ElementSocket {
  readonly #fd: number
  readonly #buffer = new Uint8Array(65536)
  #out = new Uint8Array(65536)
  #view = viewOf(this.#out)
  #sequence = 0

  constructor(path: string | undefined) {
    const open = () =>
      call(
        'NFT_OPEN_FAILED',
        'socket',
        'netlink',
        'int socket(int domain, int type, int protocol)',
        AF_NETLINK,
        SOCK_RAW | SOCK_CLOEXEC,
        NETLINK_NETFILTER,
      )
    this.#fd = path === undefined ? open() : withNamespace(path, open)
    // A chunk of a thousand Services is some 400 KiB, twice what a socket may send at first. Refused in a user namespace: there chunks are halved until they fit.
    const setsockopt = libc('int setsockopt(int fd, int level, int name, void *value, uint32 length)')
    setsockopt(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, Int32Array.of(SEND_BUFFER), 4)
  }

  /** One transaction. Throws KernelError NFT_APPLY_FAILED, which names the set that was refused; NFT_ANSWER_LOST: it may have been done. */
  apply(changes: readonly ElementChange[]): void {
    const first = this.#sequence + 1
    let at = this.#writeBatch(0, NFNL_MSG_BATCH_BEGIN)
    for (const change of changes) at = this.#writeChange(at, change)
    at = this.#writeBatch(at, NFNL_MSG_BATCH_END)
    call(
      'NFT_APPLY_FAILED',
      'send',
      'nftables',
      'int64 send(int fd, void *bytes, size_t length, int flags)',
      this.#fd,
      this.#out,
      at,
      0,
    )
    this.#readAnswers(first, changes)
  }

  /** Tells `visit` each element of a set. Throws KernelError NFT_APPLY_FAILED, with errno ENOENT where there is no such set. */
  dump(family: 'ip' | 'ip6', table: string, set: string, visit: (element: DumpedElement) => void): void {
    const operation = 'dump'
    const object = `${family} ${table} ${set}`
    const request = new MessageWriter((NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG_GETSETELEM, NLM_F_DUMP)
      .u8(NFPROTO[family])
      .u8(0)
      .u16(0)
      .stringAttribute(NFTA_SET_ELEM_LIST_TABLE, table)
      .stringAttribute(NFTA_SET_ELEM_LIST_SET, set)
      .finish(operation, object)
    const sequence = this.#next()
    viewOf(request.bytes).setUint32(8, sequence, LITTLE_ENDIAN)
    const send = 'int64 send(int fd, void *bytes, size_t length, int flags)'
    call('NFT_APPLY_FAILED', 'send', object, send, this.#fd, request.bytes, request.bytes.length, 0)
    for (;;) {
      const datagram = this.#receive(0)
      if (datagram === undefined) continue
      for (const message of readMessages(datagram)) {
        if (message.sequence !== sequence) continue
        if ((message.flags & NLM_F_DUMP_INTR) !== 0)
          throw new KernelError('NFT_APPLY_FAILED', { operation, object, message: 'it changed while it was read' })
        if (message.type === NLMSG_ERROR || message.type === NLMSG_DONE) {
          const code = message.payload.length < 4 ? 0 : -viewOf(message.payload).getInt32(0, LITTLE_ENDIAN)
          if (code !== 0) throw new KernelError('NFT_APPLY_FAILED', { operation, errno: code, object })
          return
        }
        const list = readAttributes(message.payload, 4).get(NFTA_SET_ELEM_LIST_ELEMENTS)
        if (list !== undefined) for (const element of elementsOf(list)) visit(element)
      }
    }
  }

  #next(): number {
    this.#sequence = (this.#sequence % 0x7fffffff) + 1
    return this.#sequence
  }

  #receive(flags: number): Uint8Array | undefined {
    for (;;) {
      const recv = libc('int64 recv(int fd, void *bytes, size_t length, int flags)')
      const length = Number(recv(this.#fd, this.#buffer, this.#buffer.length, flags))
      if (length >= 0) return this.#buffer.subarray(0, length)
      const code = errno()
      if (code === constants.errno.EINTR) continue
      if (code === constants.errno.EAGAIN) return undefined
      throw new KernelError('NFT_ANSWER_LOST', { operation: 'recv', errno: code, object: 'nftables' })
    }
  }

  /** The kernel works a batch off while it is sent: all answers are there. */
  #readAnswers(first: number, changes: readonly ElementChange[]): void {
    let acknowledged = 0
    let refusal: KernelError | undefined
    for (;;) {
      const datagram = this.#receive(MSG_DONTWAIT)
      if (datagram === undefined) break
      for (const { type, sequence, payload } of readMessages(datagram)) {
        const index = (sequence - first + 0x7fffffff) % 0x7fffffff
        if (type !== NLMSG_ERROR || index > changes.length + 1) continue
        const code = -viewOf(payload).getInt32(0, LITTLE_ENDIAN)
        const change = changes[index - 1]
        if (code !== 0) refusal ??= refused(change, code)
        else if (change !== undefined) acknowledged++
      }
    }
    if (refusal !== undefined) throw refusal
    if (acknowledged < changes.length)
      throw new KernelError('NFT_ANSWER_LOST', {
        operation: 'batch',
        object: 'nftables',
        message: 'the kernel did not acknowledge it',
      })
  }

  #grow(length: number): void {
    if (length <= this.#out.length) return
    const larger = new Uint8Array(Math.max(length, this.#out.length * 2))
    larger.set(this.#out)
    this.#out = larger
    this.#view = viewOf(larger)
  }

  #header(at: number, length: number, type: number, flags: number, family: number, subsystem: number): void {
    const view = this.#view
    view.setUint32(at, length, LITTLE_ENDIAN)
    view.setUint16(at + 4, type, LITTLE_ENDIAN)
    view.setUint16(at + 6, flags | NLM_F_REQUEST, LITTLE_ENDIAN)
    view.setUint32(at + 8, this.#next(), LITTLE_ENDIAN)
    view.setUint32(at + 12, 0)
    // struct nfgenmsg: family, version, and in network order the subsystem.
    view.setUint8(at + 16, family)
    view.setUint8(at + 17, 0)
    view.setUint16(at + 18, subsystem)
  }

  #writeBatch(at: number, type: number): number {
    this.#grow(at + HEADER)
    this.#header(at, HEADER, type, 0, 0, NFNL_SUBSYS_NFTABLES)
    return at + HEADER
  }

  #attribute(at: number, type: number, length: number): number {
    this.#view.setUint16(at, length, LITTLE_ENDIAN)
    this.#view.setUint16(at + 2, type, LITTLE_ENDIAN)
    return at + 4
  }

  #text(at: number, type: number, text: string): number {
    const bytes = new TextEncoder().encode(`${text}\0`)
    const start = this.#attribute(at, type, 4 + bytes.length)
    const end = start + ((bytes.length + 3) & ~3)
    this.#out.fill(0, start, end)
    this.#out.set(bytes, start)
    return end
  }

  /** By hand, not by MessageWriter: a cold load has fifty thousand elements. */
  #writeChange(
    from: number,
    { command, family, table, set, count, keyLength, dataLength, bytes }: ElementChange,
  ): number {
    const add = command === 'add'
    const element = 4 + 8 + keyLength + (dataLength === 0 ? 0 : 8 + dataLength)
    this.#grow(from + HEADER + 2 * (4 + 64) + 4 + count * element)
    let at = this.#text(from + HEADER, NFTA_SET_ELEM_LIST_TABLE, table)
    at = this.#text(at, NFTA_SET_ELEM_LIST_SET, set)
    at = this.#attribute(at, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED, 4 + count * element)
    let read = 0
    for (let index = 0; index < count; index++) {
      at = this.#attribute(at, NFTA_LIST_ELEM | NLA_F_NESTED, element)
      at = this.#attribute(at, NFTA_SET_ELEM_KEY | NLA_F_NESTED, 8 + keyLength)
      at = this.#attribute(at, NFTA_DATA_VALUE, 4 + keyLength)
      for (const end = read + keyLength; read < end; ) this.#out[at++] = bytes[read++] as number
      if (dataLength === 0) continue
      at = this.#attribute(at, NFTA_SET_ELEM_DATA | NLA_F_NESTED, 8 + dataLength)
      at = this.#attribute(at, NFTA_DATA_VALUE, 4 + dataLength)
      for (const end = read + dataLength; read < end; ) this.#out[at++] = bytes[read++] as number
    }
    const type = (NFNL_SUBSYS_NFTABLES << 8) | (add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM)
    this.#header(from, at - from, type, NLM_F_ACK | (add ? NLM_F_CREATE : 0), NFPROTO[family], 0)
    return at
  }

  close(): void {
    closeSync(this.#fd)
  }
}

const refused = (change: ElementChange | undefined, errno: number): KernelError =>
  new KernelError('NFT_APPLY_FAILED', {
    operation: change === undefined ? 'batch' : `${change.command} element`,
    errno,
    object: change === undefined ? 'nftables' : `${change.family} ${change.table} ${change.set}`,
  })

/** The elements of one message of a dump. Attributes are walked in place: a start reads a hundred thousand elements. */
function* elementsOf(list: Uint8Array): Generator<DumpedElement> {
  const view = viewOf(list)
  const find = (from: number, to: number, wanted: number): readonly [from: number, to: number] | undefined => {
    for (let at = from; at + 4 <= to; ) {
      const length = view.getUint16(at, LITTLE_ENDIAN)
      if (length < 4) return undefined
      if ((view.getUint16(at + 2, LITTLE_ENDIAN) & NLA_TYPE_MASK) === wanted) return [at + 4, at + length]
      at += (length + 3) & ~3
    }
    return undefined
  }
  for (let at = 0; at + 4 <= list.length; ) {
    const length = view.getUint16(at, LITTLE_ENDIAN)
    if (length < 4) return
    const [from, to] = [at + 4, at + length]
    at += (length + 3) & ~3
    const partOf = (type: number): Uint8Array | undefined => {
      const nested = find(from, to, type)
      const value = nested && find(...nested, NFTA_DATA_VALUE)
      return value && list.subarray(...value)
    }
    const key = partOf(NFTA_SET_ELEM_KEY)
    if (key === undefined) continue
    const data = find(from, to, NFTA_SET_ELEM_DATA)
    const verdict = data && find(...data, NFTA_DATA_VERDICT)
    const code = verdict && find(...verdict, NFTA_VERDICT_CODE)
    const chain = verdict && find(...verdict, NFTA_VERDICT_CHAIN)
    yield {
      key,
      keyEnd: partOf(NFTA_SET_ELEM_KEY_END),
      data: partOf(NFTA_SET_ELEM_DATA),
      verdict: code && { code: view.getInt32(code[0]), chain: chain && readString(list.subarray(...chain)) },
    }
  }
}
