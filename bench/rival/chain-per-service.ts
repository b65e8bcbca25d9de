import { createHash } from 'node:crypto'

/**
 * The layout of kube-proxy's nftables mode, by its documented shape (KEP-3866): a chain for each service port and one
 * for each endpoint, found by verdict maps keyed by address, protocol and port. Written anew from that description, to
 * be loaded by the same loader as our layout; IPv4, ClusterIPs of one port.
 */
export interface RivalService {
  readonly name: string
  readonly clusterIp: string
  readonly port: number
  readonly endpoints: readonly { readonly address: string; readonly port: number }[]
}

const TABLE = 'ip rival'

const MARK = '0x4000'
const POD_CIDR = '10.128.0.0/9'
const SERVICE_CIDR = '10.96.0.0/12'
const NODE_ADDRESS = '172.30.0.2'

const hash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()

const serviceChain = ({ name, port }: RivalService) => `service-${hash(`${name}${port}`)}-bench/${name}/tcp/p${port}`

const endpointChain = ({ name, port }: RivalService, { address, port: to }: RivalService['endpoints'][0]) =>
  `endpoint-${hash(`${name}${port}${address}${to}`)}-bench/${name}/tcp/p${port}__${address}/${to}`

/** Maps, sets, base chains and what they jump to: the part that does not grow. */
export const renderBase = (): string => `
add table ${TABLE}
delete table ${TABLE}
table ${TABLE} {
  set cluster-ips { type ipv4_addr; }
  set nodeport-ips { type ipv4_addr; elements = { ${NODE_ADDRESS} } }
  map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; }
  map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }
  map firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
  map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; }
  map service-nodeports { type inet_proto . inet_service : verdict; }
  chain mark-for-masquerade { meta mark set meta mark or ${MARK}; }
  chain masquerading {
    meta mark and ${MARK} == 0 return
    meta mark set meta mark xor ${MARK}
    masquerade fully-random
  }
  chain reject-chain { reject; }
  chain firewall-check { ip daddr . meta l4proto . th dport vmap @firewall-ips; }
  chain cluster-ips-check {
    ip daddr @cluster-ips reject
    ip daddr ${SERVICE_CIDR} drop
  }
  chain service-endpoints-check { ip daddr . meta l4proto . th dport vmap @no-endpoint-services; }
  chain nodeport-endpoints-check { ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports; }
  chain services {
    ip daddr . meta l4proto . th dport vmap @service-ips
    ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
  }
  chain filter-prerouting { type filter hook prerouting priority -110; ct state new jump firewall-check; }
  chain filter-output { type filter hook output priority -110; ct state new jump firewall-check; }
  chain filter-input { type filter hook input priority -110; ct state new jump nodeport-endpoints-check; ct state new jump service-endpoints-check; }
  chain filter-forward { type filter hook forward priority -110; ct state new jump service-endpoints-check; ct state new jump cluster-ips-check; }
  chain filter-output-post-dnat { type filter hook output priority -90; ct state new jump service-endpoints-check; ct state new jump cluster-ips-check; }
  chain nat-prerouting { type nat hook prerouting priority -100; jump services; }
  chain nat-output { type nat hook output priority -100; jump services; }
  chain nat-postrouting { type nat hook postrouting priority 100; jump masquerading; }
}
`

const endpointLines = (service: RivalService, endpoint: RivalService['endpoints'][0]): string => {
  const chain = endpointChain(service, endpoint)
  return `add chain ${TABLE} ${chain}
add rule ${TABLE} ${chain} ip saddr ${endpoint.address} jump mark-for-masquerade
add rule ${TABLE} ${chain} meta l4proto tcp dnat to ${endpoint.address}:${endpoint.port}
`
}

const serviceRules = (service: RivalService): string => {
  const chain = serviceChain(service)
  const targets = service.endpoints.map((endpoint, index) => `${index} : goto ${endpointChain(service, endpoint)}`)
  return `add rule ${TABLE} ${chain} ip daddr ${service.clusterIp} tcp dport ${service.port} ip saddr != ${POD_CIDR} jump mark-for-masquerade
add rule ${TABLE} ${chain} numgen random mod ${targets.length} vmap { ${targets.join(', ')} }
`
}

/** New Services, as one transaction. Chains come before the rules and elements that name them. */
export const renderServices = (services: readonly RivalService[]): string => {
  const parts: string[] = []
  for (const service of services) {
    for (const endpoint of service.endpoints) parts.push(endpointLines(service, endpoint))
    parts.push(`add chain ${TABLE} ${serviceChain(service)}\n`, serviceRules(service))
  }
  const addresses = services.map(({ clusterIp }) => clusterIp)
  const entries = services.map((one) => `${one.clusterIp} . tcp . ${one.port} : goto ${serviceChain(one)}`)
  parts.push(`add element ${TABLE} cluster-ips { ${addresses.join(', ')} }\n`)
  parts.push(`add element ${TABLE} service-ips { ${entries.join(', ')} }\n`)
  return parts.join('')
}

/**
 * A Service whose endpoints changed, as a partial sync writes it: the new endpoints' chains, the service's chain anew,
 * the old endpoints' chains away.
 */
export const renderChange = (before: RivalService, after: RivalService): string => {
  const chains = new Set(after.endpoints.map((endpoint) => endpointChain(after, endpoint)))
  const known = new Set(before.endpoints.map((endpoint) => endpointChain(before, endpoint)))
  const parts = after.endpoints
    .filter((endpoint) => !known.has(endpointChain(after, endpoint)))
    .map((endpoint) => endpointLines(after, endpoint))
  parts.push(`flush chain ${TABLE} ${serviceChain(after)}\n`, serviceRules(after))
  for (const chain of known)
    if (!chains.has(chain)) parts.push(`flush chain ${TABLE} ${chain}\ndelete chain ${TABLE} ${chain}\n`)
  return parts.join('')
}
