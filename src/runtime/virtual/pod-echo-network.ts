import { isIP } from 'node:net'
import type { EchoNetwork } from '#echo/surroundings.ts'
import { bindUdp, bindUdpAnywhere, connectTcp, listenTcpAnywhere } from '#kernel/sockets/socket.ts'

/** The network namespace at `path`, as echo uses one: every socket is opened there, and stays there. */
export const podEchoNetwork = (path: string): EchoNetwork => ({
  listen: async (server, port) => {
    await listenTcpAnywhere(path, port, server)
    return port
  },
  bindUdp: (port) => bindUdpAnywhere(path, port),
  connect: async (host, port) => connectTcp(path, addressOf(host), port),
  connectUdp: async (host, port) => {
    const address = addressOf(host)
    const socket = await bindUdp(path, isIP(address) === 6 ? '::' : '0.0.0.0', 0)
    return await new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.connect(port, address, () => {
        socket.off('error', reject)
        resolve(socket)
      })
    })
  },
})

/** The resolver of a pod is its processes', and there is none. */
const addressOf = (host: string): string => {
  if (isIP(host) !== 0) return host
  throw new Error(`${host}: a pod of the RuntimeClass virtual has no resolver: give an address`)
}
