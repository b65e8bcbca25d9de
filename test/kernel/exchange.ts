import { createSocket } from 'node:dgram'
import { connect, type Socket } from 'node:net'
import { withNamespace } from '#kernel/namespaces/namespace.ts'

/** What one connection gave: what the other side says, or the error of the socket, or nothing in time. */
type Exchange =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'silence' }

interface Peer {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
  /** Ours; any if not told. */
  readonly source?: string
  readonly sourcePort?: number
  /** What a datagram says; a TCP client listens only. */
  readonly text?: string
}

/**
 * A lookup that answers in the same call, so that Node.js opens the socket while this thread is still in the namespace.
 */
export const itself = (host: string, family: 4 | 6, done: (error: null, address: string, family: number) => void) =>
  done(null, host, family)

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4)

/** An IPv4 address as an IPv6 socket has it. */
export const plain = (address: string | undefined): string => (address ?? '').replace(/^::ffff:/, '')

/** Connects from the namespace at `path`. */
export function connectFrom(path: string, { address, port, source, sourcePort }: Omit<Peer, 'protocol'>): Socket {
  const family = familyOf(address)
  return withNamespace(path, () =>
    connect({
      // A name, which is looked up in this very call; an address would be connected to in a later one.
      host: 'target.test',
      lookup: ((_host: string, _options: unknown, done: (error: null, address: string, family: number) => void) =>
        done(null, address, family)) as never,
      port,
      family,
      autoSelectFamily: false,
      localAddress: source,
      localPort: sourcePort,
    }),
  )
}

/**
 * One connection, or one datagram, from the namespace at `path`. ECONNREFUSED on UDP is an ICMP port unreachable; on
 * TCP it is a reset.
 */
export function exchange(path: string, peer: Peer, timeout: number): Promise<Exchange> {
  const { protocol, address, port, source, sourcePort = 0, text = 'x' } = peer
  return new Promise((resolve) => {
    let close = () => {}
    let isOver = false
    const finish = (result: Exchange) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      close()
      resolve(result)
    }
    const timer = setTimeout(() => finish({ kind: 'silence' }), timeout)
    const failed = (error: NodeJS.ErrnoException | null | undefined) =>
      error && finish({ kind: 'error', code: error.code ?? error.message })
    const answered = (bytes: Buffer) => finish({ kind: 'answer', text: bytes.toString() })
    if (protocol === 'tcp') {
      const socket = connectFrom(path, peer)
      // A reset leaves no TIME_WAIT behind; one that still connects would wait with it.
      close = () => (socket.connecting ? socket.destroy() : socket.resetAndDestroy())
      socket.on('error', failed)
      socket.on('data', answered)
      return
    }
    const socket = createSocket({ type: familyOf(address) === 4 ? 'udp4' : 'udp6', lookup: itself as never })
    close = () => socket.close()
    socket.on('error', failed)
    socket.on('message', answered)
    // Bound here and now, in this namespace; then connected, so that ICMP errors come back.
    socket.once('listening', () =>
      socket.connect(port, address, ((error?: Error) =>
        error ? failed(error) : socket.send(text, failed)) as () => void),
    )
    withNamespace(path, () => void socket.bind(sourcePort, source))
  })
}
