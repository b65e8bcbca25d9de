import { closeSync } from 'node:fs'
import { constants } from 'node:os'
import { KernelError } from '../kernel-error.ts'
import { call, errno, libc } from '../libc.ts'
import { withNamespace } from '../namespace.ts'
import {
  LITTLE_ENDIAN,
  MessageWriter,
  type NetlinkRequest,
  NLM_F_ACK,
  NLM_F_CREATE,
  NLMSG_ERROR,
  readMessages,
  viewOf,
} from '../netlink-message.ts'

// linux/netfilter/nfnetlink.h, nf_tables.h
const AF_NETLINK = 16
const SOCK_RAW_CLOEXEC = 3 | 0o2000000
const NETLINK_NETFILTER = 12
const NFNL_MSG_BATCH_BEGIN = 0x10
const NFNL_MSG_BATCH_END = 0x11
const NFNL_SUBSYS_NFTABLES = 10
const NFT_MSG_NEWSETELEM = 12
const NFT_MSG_DELSETELEM = 14
const NFPROTO = { ip: 2, ip6: 10 } as const
const NFTA_SET_ELEM_LIST_TABLE = 1
const NFTA_SET_ELEM_LIST_SET = 2
const NFTA_SET_ELEM_LIST_ELEMENTS = 3
const NFTA_LIST_ELEM = 1
const NFTA_SET_ELEM_KEY = 1
const NFTA_SET_ELEM_DATA = 2
const NFTA_DATA_VALUE = 1
const SOL_SOCKET = 1
const SO_SNDBUFFORCE = 32
const SEND_BUFFER = 4 << 20
const MSG_DONTWAIT = 0x40

/** Elements of one set, in the kernel's own bytes. */
export interface ElementChange {
  readonly command: 'add' | 'delete'
  readonly family: 'ip' | 'ip6'
  readonly table: string
  readonly set: string
  readonly elements: readonly { readonly key: Uint8Array; readonly data: Uint8Array | undefined }[]
}

/** Writes elements by netlink messages of our own: nothing is listed before, so that a change costs what it writes. */
export class ElementSocket {
  readonly #fd: number
  readonly #buffer = new Uint8Array(16384)
  #sequence = 0

  constructor(path: string | undefined) {
    const open = () =>
      call(
        'NFT_OPEN_FAILED',
        'socket',
        'netlink',
        'int socket(int domain, int type, int protocol)',
        AF_NETLINK,
        SOCK_RAW_CLOEXEC,
        NETLINK_NETFILTER,
      )
    this.#fd = path === undefined ? open() : withNamespace(path, open)
    // A chunk of a thousand Services is some 400 KiB, twice what a socket may send at first. Refused in a user namespace: there chunks are halved until they fit.
    const setsockopt = libc('int setsockopt(int fd, int level, int name, void *value, uint32 length)')
    setsockopt(this.#fd, SOL_SOCKET, SO_SNDBUFFORCE, Int32Array.of(SEND_BUFFER), 4)
  }

  /** One transaction. Throws KernelError NFT_APPLY_FAILED, which names the set that was refused. */
  apply(changes: readonly ElementChange[]): void {
    const messages = [batch(NFNL_MSG_BATCH_BEGIN), ...changes.map(elementMessage), batch(NFNL_MSG_BATCH_END)]
    const bytes = new Uint8Array(messages.reduce((sum, message) => sum + message.bytes.length, 0))
    const bySequence = new Map<number, NetlinkRequest>()
    let at = 0
    for (const message of messages) {
      this.#sequence = (this.#sequence % 0x7fffffff) + 1
      viewOf(message.bytes).setUint32(8, this.#sequence, LITTLE_ENDIAN)
      bySequence.set(this.#sequence, message)
      bytes.set(message.bytes, at)
      at += message.bytes.length
    }
    call(
      'NFT_APPLY_FAILED',
      'send',
      'nftables',
      'int64 send(int fd, void *bytes, size_t length, int flags)',
      this.#fd,
      bytes,
      bytes.length,
      0,
    )
    let acknowledged = 0
    let refusal: KernelError | undefined
    // The kernel works a batch off while it is sent: all answers are there.
    for (;;) {
      const length = Number(
        libc('int64 recv(int fd, void *bytes, size_t length, int flags)')(
          this.#fd,
          this.#buffer,
          this.#buffer.length,
          MSG_DONTWAIT,
        ),
      )
      if (length < 0) {
        const code = errno()
        if (code === constants.errno.EINTR) continue
        if (code === constants.errno.EAGAIN) break
        throw new KernelError('NFT_APPLY_FAILED', { operation: 'recv', errno: code, object: 'nftables' })
      }
      for (const { type, sequence, payload } of readMessages(this.#buffer.subarray(0, length))) {
        const request = bySequence.get(sequence)
        if (type !== NLMSG_ERROR || request === undefined) continue
        const code = -viewOf(payload).getInt32(0, LITTLE_ENDIAN)
        if (code === 0) acknowledged++
        else
          refusal ??= new KernelError('NFT_APPLY_FAILED', {
            operation: request.operation,
            errno: code,
            object: request.object,
          })
      }
    }
    if (refusal !== undefined) throw refusal
    if (acknowledged < changes.length)
      throw new KernelError('NFT_APPLY_FAILED', {
        operation: 'batch',
        object: 'nftables',
        message: 'the kernel did not acknowledge it',
      })
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** struct nfgenmsg follows the header: family, version, and here the subsystem in network order. */
const batch = (type: number): NetlinkRequest =>
  new MessageWriter(type, 0).u8(0).u8(0).u8(0).u8(NFNL_SUBSYS_NFTABLES).finish('batch', 'nftables')

function elementMessage({ command, family, table, set, elements }: ElementChange): NetlinkRequest {
  const add = command === 'add'
  const type = (NFNL_SUBSYS_NFTABLES << 8) | (add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM)
  return new MessageWriter(type, NLM_F_ACK | (add ? NLM_F_CREATE : 0))
    .u8(NFPROTO[family])
    .u8(0)
    .u16(0)
    .stringAttribute(NFTA_SET_ELEM_LIST_TABLE, table)
    .stringAttribute(NFTA_SET_ELEM_LIST_SET, set)
    .nested(NFTA_SET_ELEM_LIST_ELEMENTS, (list) => {
      for (const { key, data } of elements)
        list.nested(NFTA_LIST_ELEM, (element) => {
          element.nested(NFTA_SET_ELEM_KEY, (value) => value.attribute(NFTA_DATA_VALUE, key))
          if (data !== undefined) element.nested(NFTA_SET_ELEM_DATA, (value) => value.attribute(NFTA_DATA_VALUE, data))
        })
    })
    .finish(`${command} element`, `${family} ${table} ${set}`)
}
