import { chainHash, endpointText, type StrangerNode, type StrangerService } from './stranger-service.ts'

const TABLE = 'kube-proxy'
const ip = ({ family }: StrangerNode): 'ip' | 'ip6' => (family === 4 ? 'ip' : 'ip6')

/**
 * What kube-proxy 1.36 writes in its mode nftables, as commands of nft: one table a family, chains a service port and an
 * endpoint, verdict maps that lead to them (pkg/proxy/nftables of kubernetes).
 */
export const nftablesLayout = (node: StrangerNode, services: readonly StrangerService[]): string =>
  [base(node), ...services.map((service) => ofService(node, service))].join('\n')

/** What `kube-proxy --cleanup` does in this mode. */
export const nftablesCleanup = (node: StrangerNode): string => `delete table ${ip(node)} ${TABLE}\n`

const base = (node: StrangerNode): string => {
  const family = ip(node)
  const address = node.family === 4 ? 'ipv4_addr' : 'ipv6_addr'
  return `
add table ${family} ${TABLE} { comment "rules for kube-proxy" ; }
table ${family} ${TABLE} {
 set cluster-ips { type ${address} ; comment "Active ClusterIPs" ; }
 set nodeport-ips { type ${address} ; comment "IPs that accept NodePort traffic" ; elements = { ${node.addresses.join(', ')} } }
 map firewall-ips { type ${address} . inet_proto . inet_service : verdict ; }
 map no-endpoint-nodeports { type inet_proto . inet_service : verdict ; }
 map no-endpoint-services { type ${address} . inet_proto . inet_service : verdict ; }
 map service-ips { type ${address} . inet_proto . inet_service : verdict ; }
 map service-nodeports { type inet_proto . inet_service : verdict ; }
 chain cluster-ips-check {
  ${family} daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"
  ${family} daddr { ${node.serviceCidr} } drop comment "Drop traffic to unallocated ClusterIPs"
 }
 chain firewall-check { ${family} daddr . meta l4proto . th dport vmap @firewall-ips ; }
 chain nodeport-endpoints-check { ${family} daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports ; }
 chain service-endpoints-check { ${family} daddr . meta l4proto . th dport vmap @no-endpoint-services ; }
 chain reject-chain { reject ; }
 chain filter-prerouting-pre-dnat { type filter hook prerouting priority -110 ; ct state new jump firewall-check ; }
 chain filter-output-pre-dnat { type filter hook output priority -110 ; ct state new jump firewall-check ; }
 chain filter-forward { type filter hook forward priority 0 ;
  ct state new jump service-endpoints-check
  ct state new jump cluster-ips-check
 }
 chain filter-input { type filter hook input priority 0 ;
  ct state new jump nodeport-endpoints-check
  ct state new jump service-endpoints-check
 }
 chain filter-output { type filter hook output priority 0 ;
  ct state new jump service-endpoints-check
  ct state new jump cluster-ips-check
 }
 chain mark-for-masquerade { meta mark set meta mark or 0x4000 ; }
 chain masquerading {
  meta mark and 0x4000 == 0 return
  meta mark set meta mark xor 0x4000
  masquerade fully-random
 }
 chain services {
  ${family} daddr . meta l4proto . th dport vmap @service-ips
  ${family} daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
 }
 chain nat-output { type nat hook output priority -100 ; jump services ; }
 chain nat-postrouting { type nat hook postrouting priority 100 ; jump masquerading ; }
 chain nat-prerouting { type nat hook prerouting priority -100 ; jump services ; }
}`
}

const ofService = (node: StrangerNode, service: StrangerService): string => {
  const family = ip(node)
  const { name, protocol, clusterIp, port, nodePort, balancerIps, endpoints, affinitySeconds, isLocal } = service
  const path = `${name.replace(':', '/')}/${protocol}`.replace(/^([^/]+\/[^/]+)\/(\w+)\/(tcp|udp)$/, '$1/$3/$2')
  const [own, external, local] = ['service', 'external', 'local'].map((kind) => `${kind}-${chainHash(name, 8)}-${path}`)
  const chainOf = (one: (typeof endpoints)[number]): string => {
    const place = `${one.address.replaceAll(':', '.')}/${one.port}`
    return `${chainHash(`${name}${place}`, 8)}-${path}__${place}`
  }
  const lines: string[] = []
  const chain = (called: string, ...rules: readonly string[]): void => {
    lines.push(`add chain ${family} ${TABLE} ${called}`)
    for (const rule of rules) lines.push(`add rule ${family} ${TABLE} ${called} ${rule}`)
  }
  for (const one of endpoints) {
    const called = chainOf(one)
    if (affinitySeconds !== undefined)
      lines.push(
        `add set ${family} ${TABLE} affinity-${called} { type ${node.family === 4 ? 'ipv4_addr' : 'ipv6_addr'} ; flags dynamic,timeout ; timeout ${affinitySeconds}s ; }`,
      )
    chain(
      `endpoint-${called}`,
      `${family} saddr ${one.address} jump mark-for-masquerade`,
      ...(affinitySeconds === undefined ? [] : [`update @affinity-${called} { ${family} saddr }`]),
      `meta l4proto ${protocol} dnat to ${endpointText(one)}`,
    )
  }
  const draw = (ones: typeof endpoints): readonly string[] => [
    ...(affinitySeconds === undefined
      ? []
      : ones.map((one) => `${family} saddr @affinity-${chainOf(one)} goto endpoint-${chainOf(one)}`)),
    `numgen random mod ${ones.length} vmap { ${ones.map((one, at) => `${at} : goto endpoint-${chainOf(one)}`).join(', ')} }`,
  ]
  const element = (map: string, key: string, verdict: string): void =>
    void lines.push(`add element ${family} ${TABLE} ${map} { ${key} : ${verdict} }`)
  lines.push(`add element ${family} ${TABLE} cluster-ips { ${clusterIp} }`)
  const outer = [
    ...balancerIps.map((address) => ['service', `${address} . ${protocol} . ${port}`] as const),
    ...(nodePort === undefined ? [] : [['nodeport', `${protocol} . ${nodePort}`] as const]),
  ]
  const nothing = (kind: string, key: string, verdict: string) =>
    element(kind === 'service' ? 'no-endpoint-services' : 'no-endpoint-nodeports', key, verdict)
  if (endpoints.length === 0) {
    nothing('service', `${clusterIp} . ${protocol} . ${port}`, 'goto reject-chain')
    for (const [kind, key] of outer) nothing(kind, key, 'goto reject-chain')
    return lines.join('\n')
  }
  chain(
    own!,
    `${family} daddr ${clusterIp} ${family} saddr != ${node.podCidr} jump mark-for-masquerade`,
    ...draw(endpoints),
  )
  element('service-ips', `${clusterIp} . ${protocol} . ${port}`, `goto ${own}`)
  if (outer.length > 0) {
    const here = endpoints.filter(({ isHere }) => isHere)
    if (isLocal && here.length > 0) chain(local!, ...draw(here))
    chain(
      external!,
      ...(isLocal
        ? [
            `${family} saddr ${node.podCidr} goto ${own} comment "short-circuit pod traffic"`,
            'fib saddr type local jump mark-for-masquerade comment "masquerade local traffic"',
            `fib saddr type local goto ${own} comment "short-circuit local traffic"`,
            ...(here.length > 0 ? [`goto ${local}`] : []),
          ]
        : ['jump mark-for-masquerade', `goto ${own}`]),
    )
    for (const [kind, key] of outer) {
      element(kind === 'service' ? 'service-ips' : 'service-nodeports', key, `goto ${external}`)
      if (isLocal && here.length === 0) nothing(kind, key, 'drop')
    }
  }
  return lines.join('\n')
}
