import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { connect, type Server, type Socket } from 'node:net'
import { hostname } from 'node:os'
import type { Place } from './who-answers.ts'

/** The network that echo answers in, and dials from. */
export interface EchoNetwork {
  /** Listens at all addresses of both families; a port 0 is answered with the kernel's choice. */
  readonly listen: (server: Server, port: number) => Promise<number>
  /** The same for datagrams. */
  readonly bindUdp: (port: number) => Promise<UdpSocket>
  /** Connects to a name or an address. Failures come as the socket's 'error', too. */
  readonly connect: (host: string, port: number) => Promise<Socket>
  /** A socket whose only peer that is. */
  readonly connectUdp: (host: string, port: number) => Promise<UdpSocket>
}

/** Where echo answers: as a program, from what its process has; or for a pod that has none, from what it is given. */
export interface Surroundings {
  readonly hostname: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Undefined outside of a pod. */
  readonly place?: Place | undefined
  readonly network: EchoNetwork
  /** Given a line of the program's own output. */
  readonly say: (text: string) => void
  /** Told of what goes wrong where nobody waits. */
  readonly onFault: (text: string) => void
}

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const done = () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    }
    server.once('error', (error: NodeJS.ErrnoException) => {
      // No IPv6 in this kernel or namespace: IPv4 alone is what there is.
      if (error.code !== 'EAFNOSUPPORT' && error.code !== 'EADDRNOTAVAIL') return reject(error)
      server.once('error', reject)
      server.listen({ port, host: '0.0.0.0' }, done)
    })
    server.listen({ port, host: '::', backlog: 1024 }, done)
  })

const bindFamily = (type: 'udp4' | 'udp6', port: number): Promise<UdpSocket> =>
  new Promise((resolve, reject) => {
    const socket = createSocket({ type, ipv6Only: false })
    socket.once('error', reject)
    socket.bind(port, type === 'udp6' ? '::' : '0.0.0.0', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })

const bindUdp = (port: number): Promise<UdpSocket> =>
  bindFamily('udp6', port).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE' || error.code === 'EACCES') throw error
    return bindFamily('udp4', port)
  })

const connectUdp = async (host: string, port: number): Promise<UdpSocket> => {
  const { address, family } = await lookup(host)
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  return await new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.connect(port, address, () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

/** Those of this process. */
export const ownSurroundings = (place?: Place): Surroundings => ({
  hostname: hostname(),
  env: process.env,
  place,
  network: { listen, bindUdp, connect: async (host, port) => connect({ host, port }), connectUdp },
  say: (text) => console.log(text),
  onFault: (text) => console.error(text),
})
