import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import type { ElementChange } from '#net/element-change.ts'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import { NETLINK_NETFILTER, NFGENMSG_LENGTH, NFNL_SUBSYS_NFTABLES } from '../netlink/netfilter-numbers.ts'
import { MessageWriter, readAttributes, readMessages, readString, viewOf } from '../netlink/netlink-message.ts'
import {
  AF_NETLINK,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../netlink/netlink-numbers.ts'
import { MSG_DONTWAIT, RECV, SEND, SETSOCKOPT, SOCK_CLOEXEC, SOCK_RAW, SOCKET, SOL_SOCKET } from '../socket-calls.ts'
import { type BaseChain, readBaseChain } from './base-chain.ts'
import { ElementBatch } from './element-batch.ts'
import { type DumpedElement, elementsOf } from './element-dump.ts'
import {
  NFPROTO,
  NFT_MSG_GETCHAIN,
  NFT_MSG_GETGEN,
  NFT_MSG_GETRULE,
  NFT_MSG_GETSETELEM,
  NFT_MSG_GETTABLE,
  NFTA_CHAIN_HOOK,
  NFTA_CHAIN_NAME,
  NFTA_CHAIN_POLICY,
  NFTA_CHAIN_TABLE,
  NFTA_CHAIN_TYPE,
  NFTA_GEN_ID,
  NFTA_RULE_CHAIN,
  NFTA_RULE_EXPRESSIONS,
  NFTA_RULE_TABLE,
  NFTA_SET_ELEM_LIST_ELEMENTS,
  NFTA_SET_ELEM_LIST_SET,
  NFTA_SET_ELEM_LIST_TABLE,
  NFTA_TABLE_FLAGS,
  NFTA_TABLE_NAME,
} from './element-numbers.ts'

// linux/socket.h
const SO_SNDBUFFORCE = 32
const SEND_BUFFER = 4 << 20

/** Writes elements by netlink messages of our own: nothing is listed before, so that a change costs what it writes. */
export class ElementSocket {
  readonly #fd: number
  readonly #buffer = new Uint8Array(65536)
  readonly #batch = new ElementBatch(() => this.#next())
  #sequence = 0

  constructor(path: string | undefined) {
    const open = () =>
      call('NFT_OPEN_FAILED', 'socket', 'netlink', SOCKET, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)
    this.#fd = path === undefined ? open() : withNamespace(path, open)
    // A chunk of a thousand Services is some 400 KiB, twice what a socket may send at first. Refused in a user
    // namespace: there chunks are halved until they fit.
    libc(SETSOCKOPT)(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, Int32Array.of(SEND_BUFFER), 4)
  }

  /**
   * One transaction. Throws KernelError NFT_APPLY_FAILED, which names the set that was refused; NFT_ANSWER_LOST: it may
   * have been done.
   */
  apply(changes: readonly ElementChange[]): void {
    const first = this.#sequence + 1
    const bytes = this.#batch.write(changes)
    call('NFT_APPLY_FAILED', 'send', 'nftables', SEND, this.#fd, bytes, bytes.length, 0)
    this.#readAnswers(first, changes)
  }

  /**
   * Tells `visit` each element of a set. Throws KernelError NFT_APPLY_FAILED, with errno ENOENT where there is no such
   * set.
   */
  dump(family: 'ip' | 'ip6', table: string, set: string, visit: (element: DumpedElement) => void): void {
    const request = requestOf(NFT_MSG_GETSETELEM, NLM_F_DUMP, NFPROTO[family])
      .stringAttribute(NFTA_SET_ELEM_LIST_TABLE, table)
      .stringAttribute(NFTA_SET_ELEM_LIST_SET, set)
    this.#ask(request, `${family} ${table} ${set}`, (payload) => {
      const list = readAttributes(payload, NFGENMSG_LENGTH).get(NFTA_SET_ELEM_LIST_ELEMENTS)
      if (list !== undefined) for (const element of elementsOf(list)) visit(element)
    })
  }

  /**
   * Tells `visit` each rule of a table, in order within its chain: its expressions as the kernel writes them, without
   * its handle. No such table: no rule.
   */
  rules(family: keyof typeof NFPROTO, table: string, visit: (chain: string, expressions: Uint8Array) => void): void {
    const request = requestOf(NFT_MSG_GETRULE, NLM_F_DUMP, NFPROTO[family]).stringAttribute(NFTA_RULE_TABLE, table)
    this.#ask(request, `${family} ${table}`, (payload) => {
      const attributes = readAttributes(payload, NFGENMSG_LENGTH)
      // Older kernels tell of all tables.
      if (readString(attributes.get(NFTA_RULE_TABLE)) !== table) return
      const expressions = attributes.get(NFTA_RULE_EXPRESSIONS) ?? new Uint8Array()
      visit(readString(attributes.get(NFTA_RULE_CHAIN)) ?? '', expressions)
    })
  }

  /**
   * Tells `visit` what lets packets meet a table: its flags, and of each base chain type, hook and policy, in the kernel's
   * own bytes. No such table: nothing.
   */
  hooks(family: 'ip' | 'ip6', table: string, visit: (chain: string | undefined, settings: Uint8Array) => void): void {
    const object = `${family} ${table}`
    this.#ask(requestOf(NFT_MSG_GETTABLE, NLM_F_DUMP, NFPROTO[family]), object, (payload) => {
      const attributes = readAttributes(payload, NFGENMSG_LENGTH)
      if (readString(attributes.get(NFTA_TABLE_NAME)) !== table) return
      visit(undefined, attributes.get(NFTA_TABLE_FLAGS) ?? new Uint8Array())
    })
    this.#ask(requestOf(NFT_MSG_GETCHAIN, NLM_F_DUMP, NFPROTO[family]), object, (payload) => {
      const attributes = readAttributes(payload, NFGENMSG_LENGTH)
      if (readString(attributes.get(NFTA_CHAIN_TABLE)) !== table || !attributes.has(NFTA_CHAIN_HOOK)) return
      const settings = [NFTA_CHAIN_TYPE, NFTA_CHAIN_HOOK, NFTA_CHAIN_POLICY].map((one) => attributes.get(one) ?? [])
      visit(readString(attributes.get(NFTA_CHAIN_NAME)) ?? '', Uint8Array.from(settings.flatMap((one) => [...one])))
    })
  }

  /** Tells `visit` each base chain of the namespace, of every family and table, whoever made it. */
  baseChains(visit: (chain: BaseChain) => void): void {
    this.#ask(requestOf(NFT_MSG_GETCHAIN, NLM_F_DUMP, 0), 'base chains', (payload) => {
      const chain = readBaseChain(payload)
      if (chain !== undefined) visit(chain)
    })
  }

  /** The number of the namespace's ruleset: each transaction of anybody adds one. */
  generation(): number {
    let generation = 0
    this.#ask(requestOf(NFT_MSG_GETGEN, NLM_F_ACK, 0), 'generation', (payload) => {
      const id = readAttributes(payload, NFGENMSG_LENGTH).get(NFTA_GEN_ID)
      if (id !== undefined) generation = viewOf(id).getUint32(0)
    })
    return generation
  }

  /** Sends a request, and tells `visit` the payload of each message of its answer. */
  #ask(message: MessageWriter, object: string, visit: (payload: Uint8Array) => void): void {
    const operation = 'dump'
    const { bytes } = message.finish(operation, object)
    const sequence = this.#next()
    viewOf(bytes).setUint32(8, sequence, LITTLE_ENDIAN)
    call('NFT_APPLY_FAILED', 'send', object, SEND, this.#fd, bytes, bytes.length, 0)
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
        visit(message.payload)
      }
    }
  }

  #next(): number {
    this.#sequence = (this.#sequence % 0x7fffffff) + 1
    return this.#sequence
  }

  #receive(flags: number): Uint8Array | undefined {
    for (;;) {
      const length = Number(libc(RECV)(this.#fd, this.#buffer, this.#buffer.length, flags))
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

  close(): void {
    closeSync(this.#fd)
  }
}

const requestOf = (type: number, flags: number, family: number): MessageWriter =>
  new MessageWriter((NFNL_SUBSYS_NFTABLES << 8) | type, flags).u8(family).u8(0).u16(0)

const refused = (change: ElementChange | undefined, errno: number): KernelError =>
  new KernelError('NFT_APPLY_FAILED', {
    operation: change === undefined ? 'batch' : `${change.command} element`,
    errno,
    object: change === undefined ? 'nftables' : `${change.family} ${change.table} ${change.set}`,
  })
