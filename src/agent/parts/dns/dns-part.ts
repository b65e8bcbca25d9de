import { Registry } from '#metrics/registry.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import type { NameServer } from '../../sources/sources.ts'
import { DnsCheck } from './dns-check.ts'
import { askOurselves, bindDns } from './dns-sockets.ts'

const DNS_PORT = 53

/** The cluster's DNS on the node's own addresses. */
export const dns = nodePart({
  name: 'dns',
  needs: { parts: [], sources: ['dns'] },
  carriesPods: true,
  async start(node): Promise<Part> {
    const { kernel, clock, log } = node
    const server = node.sources.dns
    const addresses = node.addresses.filter((address) => kernel.hasIpv6 || !address.includes(':'))
    const sockets = await bindDns(node, addresses, DNS_PORT)
    for (const listener of sockets.tcp) listener.on('error', (error) => node.fail(error))
    const close = server.add(sockets)
    const stop = new AbortController()
    const isAnswering = askOurselves(node, DNS_PORT, stop.signal)
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

const dnsMetrics = (server: NameServer): Registry => {
  const metrics = new Registry()
  metrics.read(
    'counter',
    { name: 'fairlead_dns_requests_total', help: 'DNS queries answered by this process, for all its nodes, by rcode.' },
    () => [...server.answeredByName()].map(([rcode, value]) => ({ labels: { rcode }, value })),
  )
  return metrics
}
