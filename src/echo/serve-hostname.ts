import { createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { flagsOf } from './agnhost-flags.ts'
import { FlagError } from './flags.ts'
import type { Surroundings } from './surroundings.ts'

const FLAGS = { tcp: 'false', udp: 'false', http: 'true', close: 'false', port: '9376' }
const MOST_PORT = 65535

/** What serves, until it is ended. */
interface Served {
  /** What is listened on: `tcp 80`. */
  readonly at: string
  close(): void
}

/**
 * `serve-hostname --tcp --http=false --port 80`: whoever connects, or sends a datagram, is given the name, and nothing more, as agnhost
 * does. Throws FlagError, and what keeps it from listening.
 */
export const serveHostname = async (
  args: readonly string[],
  { network, hostname, onFault }: Surroundings,
): Promise<Served> => {
  const { flags, words } = flagsOf('serve-hostname', args, FLAGS)
  const port = Number(flags.port)
  if (!Number.isInteger(port) || port < 0 || port > MOST_PORT)
    throw new FlagError(`serve-hostname: --port ${flags.port} is no port`)
  if (words.length > 0) throw new FlagError(`serve-hostname: ${words[0]} is no flag`)
  const [tcp, udp, http] = [flags.tcp === 'true', flags.udp === 'true', flags.http === 'true']
  if (http && (tcp || udp)) throw new FlagError('serve-hostname: --tcp and --udp want --http=false')
  const servers = [
    ...(tcp
      ? [
          createTcpServer((socket) => {
            socket.on('error', () => socket.destroy())
            socket.end(hostname)
          }),
        ]
      : []),
    ...(http
      ? [
          createHttpServer((_, answer) => {
            if (flags.close === 'true') answer.setHeader('connection', 'close')
            answer.end(hostname)
          }),
        ]
      : []),
  ]
  const at: string[] = []
  const sockets: { close(): unknown }[] = [...servers]
  for (const server of servers) {
    server.on('error', (error) => onFault(error.message))
    at.push(`${http ? 'http' : 'tcp'} ${await network.listen(server, port)}`)
  }
  if (udp) {
    const socket = await network.bindUdp(port)
    sockets.push(socket)
    socket.on('error', (error) => onFault(`udp: ${error.message}`))
    socket.on('message', (_, from) => {
      if (from.port > 0) socket.send(hostname, from.port, from.address)
    })
    at.push(`udp ${socket.address().port}`)
  }
  return {
    at: at.join(', '),
    close: () => {
      for (const one of sockets) one.close()
    },
  }
}
