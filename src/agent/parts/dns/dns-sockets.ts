import type { Server } from 'node:net'
import type { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import type { AgentNode } from '../../runner/agent-node.ts'
import { isAnswered } from './dns-question.ts'

/** How long a question of our own may wait, milliseconds: in a flood of others some time. */
const PATIENCE_MS = 2_000

/** All or none. */
export const bindDns = async (
  { kernel }: Pick<AgentNode, 'kernel'>,
  addresses: readonly string[],
  port: number,
): Promise<{ readonly udp: readonly DatagramServer[]; readonly tcp: readonly Server[] }> => {
  const udp: DatagramServer[] = []
  const tcp: Server[] = []
  try {
    for (const address of addresses) udp.push(kernel.datagrams(address, port))
    for (const address of addresses) tcp.push(await kernel.listen(address, port))
    return { udp, tcp }
  } catch (error) {
    for (const socket of [...udp, ...tcp]) socket.close()
    throw error
  }
}

/** Asks the server at an address of ours, as any pod does. Until `stop`. */
export const askOurselves =
  ({ kernel, cluster, clock }: Pick<AgentNode, 'kernel' | 'cluster' | 'clock'>, port: number, stop: AbortSignal) =>
  async (address: string): Promise<boolean> => {
    const patience = new AbortController()
    const cancel = clock.after(PATIENCE_MS, () => patience.abort())
    try {
      const signal = AbortSignal.any([stop, patience.signal])
      const socket = await kernel.udp(address)
      return await isAnswered(socket, { server: address, port, domain: cluster.clusterDomain, signal })
    } finally {
      cancel()
    }
  }
