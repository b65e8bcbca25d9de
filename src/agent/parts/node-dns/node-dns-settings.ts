import type { OutsideSettings } from '#dns/forward/outside.ts'
import { parseUpstream, upstreamText } from '#dns/forward/upstream-address.ts'
import type { TakenCorefile } from '#names/corefile/taken-corefile.ts'
import { foldName, labelsBelow } from '#names/dns-name.ts'
import type { PodsMode } from '#names/settings/zone-settings.ts'
import type { BesideZone } from '../../sources/beside-zone.ts'
import type { NodeDnsOptions } from '../../sources/node-dns-options.ts'

/** What a node's DNS does, of its options, the Corefile and the machine's nameservers; and what of that it cannot, in words. */
interface NodeDnsSettings {
  readonly beside: BesideZone
  readonly pods: PodsMode
  readonly ttl: number
  readonly refused: readonly string[]
}

interface SettingsSources {
  readonly options: NodeDnsOptions
  readonly corefile: TakenCorefile | undefined
  /** Of the machine. */
  readonly nameservers: readonly string[]
  /** The cluster's domain. */
  readonly domain: string
  /** Addresses of the cluster's DNS: whoever asks them asks us. */
  readonly dnsAddresses: readonly string[]
  /** Nameservers that were found to ask us, with their ports. */
  readonly looping: ReadonlySet<string>
}

/** Seconds. CoreDNS's own where no Corefile says another. */
const DEFAULT_TTL = 5
const DNS_PORT = 53

export const nodeDnsSettings = ({
  options,
  corefile,
  nameservers,
  domain,
  dnsAddresses,
  looping,
}: SettingsSources): NodeDnsSettings => {
  const refused: string[] = []
  const usable = (servers: readonly string[], of: string): readonly string[] =>
    servers.filter((text) => {
      const server = parseUpstream(text)
      const why =
        server === undefined
          ? 'is no address of a nameserver; write 192.0.2.1 or [2001:db8::1]:53'
          : (server.port === DNS_PORT && dnsAddresses.includes(server.address)) || looping.has(upstreamText(server))
            ? 'leads back to this server: names outside would go round in a loop; it is left out, name another one'
            : undefined
      if (why !== undefined) refused.push(`${of}: ${text} ${why}`)
      return why === undefined
    })
  const stubDomains: Record<string, readonly string[]> = {}
  for (const [given, servers] of Object.entries({ ...corefile?.stubDomains, ...options.stubDomains })) {
    const stub = foldName(given.replace(/\.$/, ''))
    if (labelsBelow(stub, domain) !== undefined)
      refused.push(`stub domain ${stub} lies in ${domain}, of which nothing is forwarded; leave it out`)
    else stubDomains[stub] = usable(servers, `stub domain ${stub}`)
  }
  if (corefile?.domain !== undefined && corefile.domain !== domain)
    refused.push(
      `the Corefile's cluster domain is ${corefile.domain}, and this agent's is ${domain}; start it with the other`,
    )
  const { maxTtl, cacheBytes, serveStaleSeconds } = options
  const cache = corefile?.cache
  const policy = options.policy ?? corefile?.policy
  const outside: OutsideSettings = {
    servers: usable(options.servers ?? corefile?.servers ?? nameservers, 'nameservers'),
    stubDomains,
    ...(policy !== undefined && { policy }),
    ...(corefile?.maxConcurrent !== undefined && { maxConcurrent: corefile.maxConcurrent }),
    ...(cache?.prefetchHits !== undefined && { prefetchHits: cache.prefetchHits }),
    cache: {
      maxTtl: maxTtl ?? cache?.maxTtl ?? 30,
      maxDenialTtl: maxTtl ?? cache?.maxDenialTtl ?? 30,
      staleSeconds: serveStaleSeconds ?? cache?.staleSeconds ?? 0,
      ...(cacheBytes !== undefined && { bytes: cacheBytes }),
    },
  }
  return {
    beside: { outside, hosts: corefile?.hosts ?? [], hostsTtl: corefile?.hostsTtl ?? 3600 },
    pods: options.pods ?? corefile?.pods ?? 'verified',
    ttl: options.ttl ?? corefile?.ttl ?? DEFAULT_TTL,
    refused,
  }
}

/** Not 53, which whoever answers the machine itself may hold on all addresses, or want when it starts again. */
const OWN_PORT = 10_053

/**
 * Where the node's server listens. Policies judge what pods send by the port that it comes to, and name 53: where they are
 * kept here, it is that one.
 */
export const nodeDnsPort = ({ port }: NodeDnsOptions, parts: readonly string[]): number =>
  port ?? (parts.includes('policies') ? DNS_PORT : OWN_PORT)
