import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'

/** Answers HTTP and UDP at a port of every address with the node's name, and nothing else. Resolves with what ends it. */
export const serveProbes = async (port: number, node: string): Promise<() => void> => {
  const web = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', connection: 'close' }).end(`${node}\n`)
  })
  const datagrams = await opened(web, port, true).catch((error: NodeJS.ErrnoException) => {
    // A machine without IPv6.
    if (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL') return opened(web, port, false)
    throw error
  })
  datagrams.on('message', (_, { port: from, address }) => datagrams.send(`${node}\n`, from, address))
  datagrams.on('error', () => {})
  return () => {
    web.close()
    web.closeAllConnections()
    datagrams.close()
  }
}

const opened = async (web: Server, port: number, hasIpv6: boolean): Promise<Socket> => {
  web.listen(port, hasIpv6 ? '::' : '0.0.0.0')
  await once(web, 'listening')
  const datagrams = hasIpv6 ? createSocket({ type: 'udp6', ipv6Only: false }) : createSocket('udp4')
  datagrams.bind(port)
  await once(datagrams, 'listening')
  return datagrams
}
