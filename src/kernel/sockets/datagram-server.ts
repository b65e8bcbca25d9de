import { createSocket, type Socket, type SocketType } from 'node:dgram'
import { closeSync } from 'node:fs'
import type { AnswerDatagram, Datagram, DatagramSource } from '#net/datagram.ts'
import { AF_INET6, inetAddress } from '../inet.ts'
import { call } from '../libc.ts'
import { withNamespace } from '../namespaces/namespace.ts'
import { SOCK_DGRAM } from '../socket-calls.ts'
import { BATCH, DatagramBatch, type Peer, RECEIVED_SIZE } from './datagram-batch.ts'
import { boundSocket } from './socket.ts'
import { isTurnLeft, spendOfTurn } from './turn-budget.ts'

// fcntl.h
const F_DUPFD_CLOEXEC = 1030
const FCNTL = 'int fcntl(int fd, int command, int argument)'
/** What a call costs, in datagrams: one that found nothing is not free. */
const CALL = 8

/**
 * A UDP socket whose datagrams are answered. Node.js tells of each datagram by an event and sends one a call, which is
 * most of what a short answer costs. So the first wakes us, and all others that wait are taken, answered and sent by
 * batches.
 */
export class DatagramServer implements DatagramSource {
  /** As node:dgram calls it. */
  readonly type: SocketType
  readonly #fd: number
  /** What Node.js wakes us by, while this is served. It closes the descriptor that it has, so it has one of its own. */
  #waker: Socket | undefined
  #onError: (error: Error) => void = () => undefined

  /** Takes over a bound socket's descriptor; what comes waits there until it is served. */
  constructor(fd: number, type: SocketType) {
    this.#fd = fd
    this.type = type
  }

  /**
   * Binds a socket in the network namespace at `path`. Throws KernelError SOCKET_FAILED (EADDRINUSE and the like),
   * NAMESPACE_UNKNOWN.
   */
  static bind(path: string, host: string, port: number): DatagramServer {
    const fd = withNamespace(path, () => boundSocket(SOCK_DGRAM, host, port))
    return new DatagramServer(fd, inetAddress(host).family === AF_INET6 ? 'udp6' : 'udp4')
  }

  /** Another descriptor of the same socket, such as another thread may serve. Throws KernelError SOCKET_FAILED. */
  duplicate(): number {
    return call('SOCKET_FAILED', 'F_DUPFD_CLOEXEC', `fd ${this.#fd}`, FCNTL, this.#fd, F_DUPFD_CLOEXEC, 0)
  }

  /** Answers from now on. `onError` hears of an answer that could not be sent. */
  serve(answer: AnswerDatagram, onError: (error: Error) => void): void {
    const batch = sharedBatch()
    const one = new Arriving(batch, (bytes, peer) => this.#send(bytes, peer))
    const waker = createSocket(this.type)
    this.#waker = waker
    this.#onError = onError
    waker.on('error', onError)
    waker.on('message', (bytes, peer) => {
      const length = answer(one.single(bytes, peer))
      if (length > 0) this.#send(batch.sending.slice(0, length), peer)
      this.#answerWaiting(answer, batch, one)
    })
    waker.bind({ fd: this.duplicate(), exclusive: true })
  }

  /** Answers no more. What comes waits until this, or another holder of the socket, is served. */
  pause(): void {
    this.#waker?.close()
    this.#waker = undefined
  }

  close(): void {
    this.pause()
    closeSync(this.#fd)
  }

  #answerWaiting(answer: AnswerDatagram, batch: DatagramBatch, one: Arriving): void {
    // Until none is left: Node.js would read those that came meanwhile one by one.
    for (let count = BATCH; count > 0 && isTurnLeft(); ) {
      count = batch.receive(this.#fd)
      spendOfTurn(count + CALL)
      for (let index = 0; index < count; index++) {
        const length = answer(one.waiting(index))
        if (length > 0) batch.reply(index, length)
        if (batch.isFull) batch.send(this.#fd, one.send)
      }
      batch.send(this.#fd, one.send)
      batch.forget(count)
    }
  }

  #send(bytes: Uint8Array, { address, port }: Peer): void {
    // Port 0 cannot be answered: Node.js would throw.
    if (port > 0) this.#waker?.send(bytes, port, address, (error) => error && this.#onError(error))
  }
}

/** A datagram that came by itself, or one of a batch. */
class Arriving implements Datagram {
  bytes: Uint8Array
  start = 0
  end = 0
  readonly answer: Uint8Array
  at = 0
  readonly send: (bytes: Uint8Array, peer: Peer) => void
  readonly #batch: DatagramBatch
  #index = 0
  #peer: Peer | undefined

  constructor(batch: DatagramBatch, send: (bytes: Uint8Array, peer: Peer) => void) {
    this.bytes = batch.received
    this.answer = batch.sending
    this.send = send
    this.#batch = batch
  }

  single(bytes: Uint8Array, peer: Peer): this {
    this.bytes = bytes
    this.start = 0
    this.end = bytes.length
    this.at = 0
    this.#peer = peer
    return this
  }

  waiting(index: number): this {
    this.bytes = this.#batch.received
    this.start = index * RECEIVED_SIZE
    this.end = this.start + this.#batch.lengthOf(index)
    this.at = this.#batch.room
    this.#index = index
    this.#peer = undefined
    return this
  }

  later(): (answer: Uint8Array) => void {
    const peer = this.#peer ?? this.#batch.peerOf(this.#index)
    return (answer) => this.send(answer, peer)
  }
}

let batch: DatagramBatch | undefined
/** Made when the first socket is served. */
const sharedBatch = (): DatagramBatch => {
  batch ??= new DatagramBatch()
  return batch
}
