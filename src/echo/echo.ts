import type { Socket as UdpSocket } from 'node:dgram'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer, type Server } from 'node:net'
import { clientAddress } from './client-address.ts'
import { answerCommand } from './command.ts'
import type { EchoFlags } from './flags.ts'
import { httpHandler } from './http-handler.ts'
import { ownSurroundings, type Surroundings } from './surroundings.ts'

export interface Echo {
  /** Ports that are listened on, -1 where disabled; a port 0 given is answered with the kernel's choice. */
  readonly ports: { readonly http: number; readonly udp: number; readonly tcp: number }
  /** Answers with `Connection: close`, accepts `delayShutdown` seconds more, ends what is in flight; then resolves. */
  drain(): Promise<void>
  /** Drops everything at once. */
  close(): void
}

// Requests in flight are awaited this long: below the 30 s that Kubernetes gives a pod by default.
const IN_FLIGHT_MS = 25_000

const startUdp = async (port: number, { network, hostname, onFault }: Surroundings): Promise<UdpSocket> => {
  const socket = await network.bindUdp(port)
  socket.on('error', (error) => onFault(`udp: ${error.message}`))
  socket.on('message', (data, from) => {
    const answer = answerCommand(data.toString(), clientAddress(from.address, from.port), hostname)
    // Port 0 cannot be answered: Node.js would throw, and whoever may send raw datagrams would end us.
    if (answer !== undefined && from.port > 0) socket.send(answer, from.port, from.address)
  })
  return socket
}

const tcpServer = (draining: () => boolean, hostname: string): Server =>
  createTcpServer((socket) => {
    let rest = ''
    const client = clientAddress(socket.remoteAddress ?? '', socket.remotePort ?? 0)
    socket.setEncoding('utf8')
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', (data: string) => {
      const lines = (rest + data).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > 65536) return void socket.destroy()
      for (const line of lines)
        socket.write(`${answerCommand(line, client, hostname) ?? `unknown command: ${line.trim()}`}\n`)
      if (draining() && lines.length > 0) socket.end()
    })
  })

/**
 * Starts the servers that `flags` ask for, dual-stack; all of them, or none where one cannot be. `onExit` is called where a
 * request asked the program to end.
 */
export const startEcho = async (
  flags: EchoFlags,
  onExit: (code: number) => void,
  surroundings: Surroundings = ownSurroundings(),
): Promise<Echo> => {
  const { network, hostname, onFault } = surroundings
  let draining = false
  let ready = flags.udpPort === -1
  let udp: UdpSocket | undefined
  const exit = (code: number, waitMs: number, timeoutMs: number) => {
    setTimeout(() => {
      if (timeoutMs === 0) return onExit(code)
      const { promise: late, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, timeoutMs)
      const end = (): void => {
        clearTimeout(timer)
        onExit(code)
      }
      Promise.race([finish(), late]).then(end, end)
    }, waitMs)
  }
  const http = createHttpServer(httpHandler({ draining: () => draining, ready: () => ready, surroundings, exit }))
  // Node's default of 5 s closes idle connections under a client that has just reused one; proxies and load generators
  // keep them for up to a minute.
  http.keepAliveTimeout = 75_000
  const tcp = tcpServer(() => draining, hostname)
  const open = new Set<import('node:net').Socket>()
  tcp.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  let delay: NodeJS.Timeout | undefined
  const close = (): void => {
    clearTimeout(delay)
    udp?.close()
    udp = undefined
    http.close()
    http.closeAllConnections()
    tcp.close()
    for (const socket of open) socket.destroy()
  }
  let httpPort = -1
  let tcpPort = -1
  try {
    if (flags.httpPort !== -1) httpPort = await network.listen(http, flags.httpPort)
    if (flags.tcpPort !== -1) tcpPort = await network.listen(tcp, flags.tcpPort)
    if (flags.udpPort !== -1) udp = await startUdp(flags.udpPort, surroundings)
    ready = true
  } catch (error) {
    close()
    throw error
  }
  // A socket that somebody destroyed: nothing comes any more, and nobody would know why.
  for (const server of [http, tcp]) {
    server.on('error', (error) => {
      onFault(error.message)
      onExit(1)
    })
  }
  /** Stops accepting and waits for what is in flight. */
  const finish = async (): Promise<void> => {
    draining = true
    for (const socket of open) socket.end()
    const closed = [
      httpPort === -1 ? undefined : new Promise<void>((resolve) => http.close(() => resolve())),
      tcpPort === -1 ? undefined : new Promise<void>((resolve) => tcp.close(() => resolve())),
    ]
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, IN_FLIGHT_MS)
    })
    await Promise.race([Promise.all(closed), late])
    clearTimeout(timer)
    udp?.close()
    udp = undefined
  }
  return {
    ports: { http: httpPort, udp: udp?.address().port ?? -1, tcp: tcpPort },
    async drain() {
      draining = true
      await new Promise((resolve) => {
        delay = setTimeout(resolve, flags.delayShutdown * 1000)
      })
      await finish()
    },
    close,
  }
}
