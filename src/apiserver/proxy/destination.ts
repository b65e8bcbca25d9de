import { type Socket, connect as tcpConnect } from 'node:net'
import { connect as tlsConnect } from 'node:tls'
import { socketText } from '#net/port-protocol.ts'

/** What a request is led on to. */
export interface Destination {
  /** For words, and what its pages may call themselves: `10.244.1.2:8080`. */
  readonly authority: string
  /** Stands in front of every path: empty, or where the node's kubelet is. */
  readonly path: string
  /** Milliseconds until an answer must have begun; absent: as long as it takes. */
  readonly patience?: number
  /** Opens a connection, half-open allowed; failures come as its 'error'. */
  readonly connect: () => Socket
}

/** A program at an address of the cluster. */
export interface Endpoint {
  readonly scheme: 'http' | 'https'
  readonly address: string
  readonly port: number
}

/** Opens a TCP connection; its failures come as 'error'. */
export type Dial = (address: string, port: number) => Socket

export const dialTcp: Dial = (address, port) => tcpConnect({ host: address, port, allowHalfOpen: true })

export const endpointDestination = (dial: Dial, { scheme, address, port }: Endpoint): Destination => ({
  authority: socketText(address, port),
  path: '',
  connect() {
    const socket = dial(address, port)
    if (scheme === 'http') return socket
    // As Kubernetes does: an address is asked, and no certificate is made for one that changes.
    const secure = tlsConnect({ socket, rejectUnauthorized: false })
    socket.on('error', (error) => secure.destroy(error))
    return secure
  },
})
