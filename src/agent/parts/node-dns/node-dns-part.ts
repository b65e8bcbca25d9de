import { networkInterfaces } from 'node:os'
import type { Service } from '#api/core/service/message.ts'
import { sleep } from '#clock/clock.ts'
import { withNamespace } from '#kernel/namespaces/namespace.ts'
import { splitKey } from '#objects/object-key.ts'
import { LocalDnsTable, ledDns } from '#reconciler/dns/local-dns-table.ts'
import { nodePart } from '../../runner/agent-node.ts'
import type { Part } from '../../runner/part.ts'
import { DnsCheck } from '../dns/dns-check.ts'
import { askOurselves, bindDns } from '../dns/dns-sockets.ts'
import { corednsMetrics } from './coredns-metrics.ts'
import { DnsConfiguration } from './dns-configuration.ts'
import { nodeDnsPort } from './node-dns-settings.ts'

const DEFAULT_SERVICE = 'kube-system/kube-dns'
/**
 * When the rules are gone: what was led here before is answered, and then what clients go on sending from one port, once
 * their flows have been ended. Milliseconds; the last, how long names outside may take.
 */
const DRAIN_MS = 100
const LAST_MS = 50
const FORWARDED_MS = 2_000

/**
 * DNS of a cluster that is not ours, on one of its nodes: whoever there asks the cluster's DNS is answered by the node
 * itself as long as this can, and otherwise by whom the Service has.
 */
export const nodeDns = nodePart({
  name: 'dns',
  needs: { parts: [], sources: ['dns', 'serviceObjects'] },
  carriesPods: false,
  async start(node): Promise<Part> {
    const { kernel, cluster, clock, client, random, log, sources, nodeDns: options = {} } = node
    const server = sources.dns
    const service = splitKey(options.service ?? DEFAULT_SERVICE)
    const port = nodeDnsPort(
      options,
      node.states().map(({ name }) => name),
    )
    const addresses = node.addresses.filter((address) => kernel.hasIpv6 || !address.includes(':'))
    const nftables = kernel.nftables()
    const conntrack = kernel.conntrack()
    const table = new LocalDnsTable({ nftables, conntrack })
    const stop = new AbortController()
    const isAnswering = askOurselves(node, port, stop.signal)
    let dnsAddresses: readonly string[] = []
    let isFilled = false
    let unanswered: readonly string[] = addresses
    let refusal: string | undefined

    const release = (): void => {
      try {
        table.lead([])
      } catch (error) {
        // Whoever is told no more than that still sees it, and a restart takes the rules away.
        refusal = `the rules could not be taken away: ${(error as Error).message}`
        log(refusal)
      }
    }
    const lead = (): void => {
      const local = localAddresses(kernel.namespace)
      const own = dnsAddresses.filter((address) => local.has(address))
      const answering = addresses.filter((address) => !unanswered.includes(address))
      const wanted = isFilled
        ? ledDns(
            dnsAddresses.filter((address) => !own.includes(address)),
            answering,
            port,
          )
        : []
      try {
        table.lead(wanted)
        // Of an address that gives no answer: its clients go to others, also those that keep their port.
        table.forgetLeft()
        if (!table.isThere()) throw new Error('they were gone at once: this libnftables keeps no socket to own them')
        refusal =
          own.length > 0
            ? `${own.join(', ')} is an address of this machine: NodeLocal DNSCache answers there`
            : undefined
      } catch (error) {
        refusal = `the kernel does not take the rules that lead DNS here: ${(error as Error).message}`
      }
    }

    const configuration = new DnsConfiguration({
      options,
      server,
      client,
      clock,
      random,
      dnsAddresses: () => dnsAddresses,
      ranges: [...cluster.clusterCidr, ...cluster.serviceCidr],
      log,
    })
    const changed = (found: Service | undefined): void => {
      const { clusterIPs, clusterIP } = found?.spec ?? {}
      dnsAddresses = (clusterIPs ?? (clusterIP ? [clusterIP] : [])).filter((address) => address !== 'None')
      configuration.apply()
      lead()
    }
    const isOurs = ({ metadata }: Service): boolean =>
      metadata?.name === service.name && metadata.namespace === service.namespace

    const sockets = await bindDns(node, addresses, port).catch((error: unknown) => {
      nftables.close()
      conntrack.close()
      throw error
    })
    for (const listener of sockets.tcp) listener.on('error', (error) => node.fail(error))
    const close = server.add(sockets)
    const onChecked = (silent: readonly string[]): void => {
      unanswered = silent
      lead()
    }
    const check: DnsCheck = new DnsCheck({
      addresses,
      isAnswering,
      onChecked: () => onChecked(check.silent),
      clock,
      log,
    })
    const endings = [
      sources.serviceObjects.addHandlers({
        onAdd: (found) => isOurs(found) && changed(found),
        onUpdate: (_, found) => isOurs(found) && changed(found),
        onDelete: (found) => isOurs(found) && changed(undefined),
      }),
      () => configuration.close(),
      () => check.close(),
    ]
    const ready = (async () => {
      await configuration.start()
      await Promise.all([server.filled, sources.serviceObjects.hasSynced])
      const answers = await Promise.all(addresses.map(isAnswering))
      if (stop.signal.aborted) return
      isFilled = true
      onChecked(addresses.filter((_, index) => !answers[index]))
      await configuration.lookForLoops()
    })()
    return {
      ready,
      metrics: corednsMetrics(server),
      status: () => ({
        ready: isFilled && refusal === undefined && unanswered.length === 0 && dnsAddresses.length > 0,
        faults: [
          ...(isFilled ? unanswered.map((address) => `no answer on ${address}, port ${port}`) : []),
          ...(isFilled && dnsAddresses.length === 0
            ? [`Service ${service.namespace}/${service.name} has no ClusterIP: name the cluster's DNS by option`]
            : []),
          ...(refusal === undefined ? [] : [refusal]),
          ...configuration.faults,
        ],
      }),
      async stop() {
        stop.abort()
        for (const end of endings) end()
        release()
        await sleep(clock, DRAIN_MS)
        for (let waited = 0; server.pending > 0 && waited < FORWARDED_MS; waited += DRAIN_MS)
          await sleep(clock, DRAIN_MS)
        table.forgetLeft()
        await sleep(clock, LAST_MS)
        close()
        nftables.close()
        conntrack.close()
      },
    }
  },
})

const localAddresses = (namespace: string): ReadonlySet<string> =>
  withNamespace(
    namespace,
    () => new Set(Object.values(networkInterfaces()).flatMap((found) => (found ?? []).map(({ address }) => address))),
  )
