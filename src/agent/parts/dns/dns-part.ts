import type { Server } from 'node:net'
import type { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import { Registry } from '#metrics/registry.ts'
import { type AgentNode, nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import type { NameServer } from '../../sources/sources.ts'
import { DnsCheck } from './dns-check.ts'
import { isAnswered } from './dns-question.ts'

const DNS_PORT = 53
/** How long a question of our own may wait, milliseconds: in a flood of others some time. */
const PATIENCE_MS = 2_000

/** The cluster's DNS on the node's own addresses. */
export const dns = nodePart({
  name: 'dns',
  needs: { parts: [], sources: ['dns'] },
  carriesPods: true,
  async start(node): Promise<Part> {
    const { kernel, cluster, clock, log } = node
    const server = node.sources.dns
    const addresses = node.addresses.filter((address) => kernel.hasIpv6 || !address.includes(':'))
    const sockets = await bind(node, addresses)
    for (const listener of sockets.tcp) listener.on('error', (error) => node.fail(error))
    const close = server.add(sockets)
    const stop = new AbortController()
    const isAnswering = async (address: string): Promise<boolean> => {
      const patience = new AbortController()
      const cancel = clock.after(PATIENCE_MS, () => patience.abort())
      try {
        const signal = AbortSignal.any([stop.signal, patience.signal])
        const socket = await kernel.udp(address)
        return await isAnswered(socket, { server: address, domain: cluster.clusterDomain, signal })
      } finally {
        cancel()
      }
    }
    const check = new DnsCheck({
      addresses,
      isAnswering,
      clock,
      log,
    })
    let isFilled = false
    return {
      ready: server.filled.then(() => {
        isFilled = true
      }),
      metrics: dnsMetrics(server),
      status: () => ({
        ready: isFilled && check.silent.length === 0,
        faults: check.silent.map((address) => `no answer on ${address}, port ${DNS_PORT}`),
      }),
      stop() {
        stop.abort()
        check.close()
        close()
      },
    }
  },
})

/** All or none. */
const bind = async ({ kernel }: Pick<AgentNode, 'kernel'>, addresses: readonly string[]) => {
  const udp: DatagramServer[] = []
  const tcp: Server[] = []
  try {
    for (const address of addresses) udp.push(kernel.datagrams(address, DNS_PORT))
    for (const address of addresses) tcp.push(await kernel.listen(address, DNS_PORT))
    return { udp, tcp }
  } catch (error) {
    for (const socket of [...udp, ...tcp]) socket.close()
    throw error
  }
}

const dnsMetrics = (server: NameServer): Registry => {
  const metrics = new Registry()
  metrics.read(
    'counter',
    { name: 'fairlead_dns_requests_total', help: 'DNS queries answered by this process, for all its nodes, by rcode.' },
    () => [...server.answeredByName()].map(([rcode, value]) => ({ labels: { rcode }, value })),
  )
  return metrics
}
