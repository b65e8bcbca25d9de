import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, TLSSocket } from 'node:tls'
import { type GentleServer, gently } from './gentle.ts'
import type { GatewaySettings } from './settings.ts'
import { tlsFacts } from './tls-facts.ts'

const WELCOME = 'Gateway API Test TCP Server\n'
/** Characters of a line, as Go's scanner has it. */
const MOST_LINE = 65_536

/** What TEST is answered with. The group that keys were agreed in (`curves`) no server of Node.js is told. */
const facts = ({ context, port, tlsPort }: GatewaySettings, socket: Socket): object => {
  const tls = socket instanceof TLSSocket ? tlsFacts(socket) : undefined
  return {
    ...context,
    tcpport: String(port),
    tlsport: String(tlsPort),
    isTLS: tls !== undefined,
    ...(tls && {
      tls: {
        version: tls.version.replace('TLSv', 'TLS '),
        serverName: tls.serverName,
        ...(tls.negotiatedProtocol !== '' && { negotiatedProtocol: tls.negotiatedProtocol }),
        cipherSuite: tls.cipherSuite,
      },
    }),
  }
}

const talk = (settings: GatewaySettings) => (socket: Socket) => {
  let rest = ''
  socket.setEncoding('utf8').setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.write(WELCOME)
  socket.on('data', (data: string) => {
    const lines = (rest + data).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > MOST_LINE) return void socket.destroy()
    for (const line of lines) {
      const word = line.replace(/\r$/, '')
      if (word === 'PING') socket.write('PONG\n')
      if (word === 'IS_TLS') socket.write(`${socket instanceof TLSSocket}\n`)
      if (word === 'TEST') socket.write(`${JSON.stringify(facts(settings, socket))}\n`)
    }
  })
}

/** Lines over TCP: PING, IS_TLS and TEST are answered, others are not. */
export const tcpServer = (settings: GatewaySettings): GentleServer => gently(createServer(talk(settings)))

/** The same over TLS. */
export const tcpTlsServer = (settings: GatewaySettings): GentleServer => {
  const { cert, key } = settings.tls!
  return gently(createTlsServer({ cert, key }, talk(settings)) as Server)
}
