import { closeSync } from 'node:fs'
import { call, libc } from '../libc.ts'
import { BIND, MSG_DONTWAIT, RECV, SETSOCKOPT, SOCK_CLOEXEC, SOCK_RAW, SOCKET } from '../socket-calls.ts'
import { type ReceivedMessage, readMessages } from './netlink-message.ts'
import { AF_NETLINK, NETLINK_ADD_MEMBERSHIP, SOL_NETLINK } from './netlink-numbers.ts'

/**
 * What the kernel tells one multicast group of netlink, in the namespace that the thread was in when it was opened.
 * Nothing is asked.
 */
export class NetlinkListener {
  readonly #fd: number
  readonly #buffer = new Uint8Array(65536)

  /**
   * `code` is that of the KernelError where the kernel has no such protocol or group, `what` names what is told there.
   */
  constructor(protocol: number, group: number, code: string, what: string) {
    this.#fd = call(code, 'socket', 'netlink', SOCKET, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol)
    try {
      // struct sockaddr_nl: family, pad, the kernel chooses the port, no groups of the old kind.
      const address = new Uint8Array(12)
      address.set(new Uint8Array(Uint16Array.of(AF_NETLINK).buffer))
      call(code, 'bind', 'netlink', BIND, this.#fd, address, address.length)
      const joined = Int32Array.of(group)
      call(code, 'setsockopt', what, SETSOCKOPT, this.#fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, joined, 4)
    } catch (error) {
      closeSync(this.#fd)
      throw error
    }
  }

  /**
   * Tells `visit` what came since the last call; does not wait. A payload is only good during its visit. An overrun of
   * the buffer loses some.
   */
  read(visit: (message: ReceivedMessage) => void): void {
    for (;;) {
      const length = Number(libc(RECV)(this.#fd, this.#buffer, this.#buffer.length, MSG_DONTWAIT))
      if (length <= 0) return
      for (const message of readMessages(this.#buffer.subarray(0, length))) visit(message)
    }
  }

  close(): void {
    closeSync(this.#fd)
  }
}
