import { constants } from 'node:os'
import { LITTLE_ENDIAN } from '#net/byte-order.ts'
import { AF_INET6, inetText } from '../inet.ts'
import { errno, koffi, libc } from '../libc.ts'
import { MSG_DONTWAIT } from '../socket-calls.ts'

const RECVMMSG = 'int recvmmsg(int fd, void *messages, uint32 count, int flags, void *timeout)'
const SENDMMSG = 'int sendmmsg(int fd, void *messages, uint32 count, int flags)'
const { EAGAIN, ENOBUFS } = constants.errno

/** Datagrams a call. */
export const BATCH = 64
/** Octets kept of each that comes; a longer one is cut. */
export const RECEIVED_SIZE = 1280
/** No datagram is larger. */
const LARGEST = 65_535

// struct mmsghdr, struct iovec and struct sockaddr_in6 with 64-bit pointers, in octets; places in them in 32-bit words.
const HEADER_WORDS = 64 / 4
const NAME = 0
const NAME_LENGTH = 2
const VECTOR = 4
const VECTOR_COUNT = 6
const MESSAGE_LENGTH = 14
const VECTOR_WORDS = 16 / 4
const VECTOR_LENGTH = 2
const NAME_SIZE = 32
const LONGEST_NAME = 28
/** Which word of a 64-bit number is which. */
const LOW = LITTLE_ENDIAN ? 0 : 1
const HIGH = 1 - LOW

/** Where a datagram came from, and its answer goes to. */
export interface Peer {
  readonly address: string
  readonly port: number
}

/** Memory that the kernel reads or writes: what is this large does not move, and it lives as long as its batch. */
class Memory<T extends Uint8Array | Uint32Array> {
  readonly array: T
  readonly #low: number
  readonly #high: number

  constructor(array: T) {
    this.array = array
    const address = koffi().address(array)
    this.#low = Number(address & 0xffffffffn)
    this.#high = Number(address >> 32n)
  }

  /** Writes the address of octet `offset` into two words. No BigInt: this is done for each datagram. */
  point(words: Uint32Array, at: number, offset: number): void {
    const low = this.#low + offset
    words[at + LOW] = low
    words[at + HIGH] = low > 0xffffffff ? this.#high + 1 : this.#high
  }
}

/**
 * Many datagrams a system call: recvmmsg(2) and sendmmsg(2) over memory that is laid out once. One batch does for all
 * sockets of a thread, since it is filled, answered and sent within one turn; nothing is allocated for a datagram.
 */
export class DatagramBatch {
  readonly #received = new Memory(new Uint8Array(BATCH * RECEIVED_SIZE))
  readonly #sending = new Memory(new Uint8Array(2 * LARGEST))
  readonly #names = new Memory(new Uint8Array(BATCH * NAME_SIZE))
  readonly #vectorsIn = new Memory(new Uint32Array(BATCH * VECTOR_WORDS))
  readonly #vectorsOut = new Memory(new Uint32Array(BATCH * VECTOR_WORDS))
  readonly #in = new Uint32Array(BATCH * HEADER_WORDS)
  readonly #out = new Uint32Array(BATCH * HEADER_WORDS)
  readonly #receive = libc(RECVMMSG)
  readonly #send = libc(SENDMMSG)
  /** Of each answer: which datagram it answers, and where it begins. */
  readonly #answers: { index: number; at: number }[] = Array.from({ length: BATCH }, () => ({ index: 0, at: 0 }))
  #count = 0
  #room = 0

  constructor() {
    for (let index = 0; index < BATCH; index++) {
      const vector = index * VECTOR_WORDS
      this.#received.point(this.#vectorsIn.array, vector, index * RECEIVED_SIZE)
      this.#vectorsIn.array[vector + VECTOR_LENGTH + LOW] = RECEIVED_SIZE
      const header = index * HEADER_WORDS
      this.#names.point(this.#in, header + NAME, index * NAME_SIZE)
      this.#in[header + NAME_LENGTH] = LONGEST_NAME
      this.#vectorsIn.point(this.#in, header + VECTOR, vector * 4)
      this.#vectorsOut.point(this.#out, header + VECTOR, vector * 4)
      for (const headers of [this.#in, this.#out]) headers[header + VECTOR_COUNT + LOW] = 1
    }
  }

  /** Datagram `index` begins at `index * RECEIVED_SIZE`. */
  get received(): Uint8Array {
    return this.#received.array
  }

  /** An answer is written here, from `room` on; the largest datagram fits. */
  get sending(): Uint8Array {
    return this.#sending.array
  }

  get room(): number {
    return this.#room
  }

  /** Takes what waits on a socket, and does not wait itself; gives how many, at most BATCH. */
  receive(fd: number): number {
    return Math.max(Number(this.#receive(fd, this.#in, BATCH, MSG_DONTWAIT, null)), 0)
  }

  /** Octets of a datagram that was received. */
  lengthOf(index: number): number {
    return this.#in[index * HEADER_WORDS + MESSAGE_LENGTH]!
  }

  peerOf(index: number): Peer {
    const name = this.#names.array.slice(index * NAME_SIZE, (index + 1) * NAME_SIZE)
    const view = new DataView(name.buffer)
    const isIpv6 = view.getUint16(0, LITTLE_ENDIAN) === AF_INET6
    return { address: inetText(isIpv6 ? name.subarray(8, 24) : name.subarray(4, 8)), port: view.getUint16(2) }
  }

  /** `length` octets from `room` on are the answer to a datagram. */
  reply(index: number, length: number): void {
    const vector = this.#count * VECTOR_WORDS
    this.#sending.point(this.#vectorsOut.array, vector, this.#room)
    this.#vectorsOut.array[vector + VECTOR_LENGTH + LOW] = length
    const header = this.#count * HEADER_WORDS
    this.#names.point(this.#out, header + NAME, index * NAME_SIZE)
    this.#out[header + NAME_LENGTH] = this.#in[index * HEADER_WORDS + NAME_LENGTH]!
    const answer = this.#answers[this.#count++]!
    answer.index = index
    answer.at = this.#room
    this.#room += length
  }

  /** There is no room for another answer of any size. */
  get isFull(): boolean {
    return this.#room > LARGEST
  }

  /**
   * Sends the answers. Those for which the socket has no room now go to `later`; one that can never be sent, such as to
   * port 0, is left out.
   */
  send(fd: number, later: (answer: Uint8Array, peer: Peer) => void): void {
    for (let next = 0; next < this.#count; ) {
      const headers = next === 0 ? this.#out : this.#out.subarray(next * HEADER_WORDS)
      const sent = Number(this.#send(fd, headers, this.#count - next, MSG_DONTWAIT))
      if (sent > 0) next += sent
      else if (errno() === EAGAIN || errno() === ENOBUFS) {
        for (; next < this.#count; next++) {
          const { index, at } = this.#answers[next]!
          const length = this.#vectorsOut.array[next * VECTOR_WORDS + VECTOR_LENGTH + LOW]!
          later(this.sending.slice(at, at + length), this.peerOf(index))
        }
      } else next++
    }
    this.#count = 0
    this.#room = 0
  }

  /** Before the next receive(): how long a sender's address is was written over. */
  forget(count: number): void {
    for (let index = 0; index < count; index++) this.#in[index * HEADER_WORDS + NAME_LENGTH] = LONGEST_NAME
  }
}
