import { chainHash, endpointText, type StrangerNode, type StrangerService } from './stranger-service.ts'

/** Rules that lead into their chains: of which table, from where, and how they match (pkg/proxy/iptables of kubernetes). */
const JUMPS: readonly (readonly [table: 'filter' | 'nat', from: string, match: string, to: string])[] = [
  [
    'filter',
    'INPUT',
    '-m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals"',
    'KUBE-EXTERNAL-SERVICES',
  ],
  [
    'filter',
    'FORWARD',
    '-m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals"',
    'KUBE-EXTERNAL-SERVICES',
  ],
  ['filter', 'INPUT', '-m comment --comment "kubernetes health check service ports"', 'KUBE-NODEPORTS'],
  [
    'filter',
    'FORWARD',
    '-m conntrack --ctstate NEW -m comment --comment "kubernetes service portals"',
    'KUBE-SERVICES',
  ],
  ['filter', 'OUTPUT', '-m conntrack --ctstate NEW -m comment --comment "kubernetes service portals"', 'KUBE-SERVICES'],
  ['filter', 'FORWARD', '-m comment --comment "kubernetes forwarding rules"', 'KUBE-FORWARD'],
  [
    'filter',
    'INPUT',
    '-m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall"',
    'KUBE-PROXY-FIREWALL',
  ],
  [
    'filter',
    'OUTPUT',
    '-m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall"',
    'KUBE-PROXY-FIREWALL',
  ],
  [
    'filter',
    'FORWARD',
    '-m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall"',
    'KUBE-PROXY-FIREWALL',
  ],
  ['filter', 'INPUT', '', 'KUBE-FIREWALL'],
  ['filter', 'OUTPUT', '', 'KUBE-FIREWALL'],
  ['nat', 'OUTPUT', '-m comment --comment "kubernetes service portals"', 'KUBE-SERVICES'],
  ['nat', 'PREROUTING', '-m comment --comment "kubernetes service portals"', 'KUBE-SERVICES'],
  ['nat', 'POSTROUTING', '-m comment --comment "kubernetes postrouting rules"', 'KUBE-POSTROUTING'],
]

const FILTER_CHAINS = [
  'KUBE-SERVICES',
  'KUBE-EXTERNAL-SERVICES',
  'KUBE-NODEPORTS',
  'KUBE-FORWARD',
  'KUBE-PROXY-FIREWALL',
  'KUBE-FIREWALL',
]
const NAT_CHAINS = ['KUBE-SERVICES', 'KUBE-NODEPORTS', 'KUBE-POSTROUTING', 'KUBE-MARK-MASQ', 'KUBE-PROXY-CANARY']

/**
 * What kube-proxy 1.36 writes in its mode iptables, and with it the chain that a kubelet keeps, for iptables-restore
 * (ip6tables-restore) with --noflush.
 */
export const iptablesLayout = (node: StrangerNode, services: readonly StrangerService[]): string => {
  const filter: string[] = [
    ...(node.family === 4
      ? [
          '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
        ]
      : []),
    '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  ]
  const nat: string[] = [
    '-A KUBE-MARK-MASQ -j MARK --or-mark 0x4000',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --xor-mark 0x4000',
    '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
  ]
  const chains = [...NAT_CHAINS]
  for (const service of services) {
    const made = ofService(node, service)
    chains.push(...made.chains)
    nat.push(...made.nat)
    filter.push(...made.filter)
  }
  nat.push(
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
  )
  const jumps = (table: string): readonly string[] =>
    JUMPS.filter(([one]) => one === table).map(([, from, match, to]) => `-A ${from} ${match} -j ${to}`)
  const text = (table: string, all: readonly string[], rules: readonly string[]): string =>
    [`*${table}`, ...all.map((chain) => `:${chain} - [0:0]`), ...rules, ...jumps(table), 'COMMIT', ''].join('\n')
  return `${text('filter', FILTER_CHAINS, filter)}${text('nat', chains, nat)}`
}

/** What `kube-proxy --cleanup` gives iptables-restore, table after table: first the ways in, each by itself, then the chains. */
export const iptablesCleanup = (saved: string): readonly string[] => {
  const chainsOf = (table: string): readonly string[] => {
    const part = saved.slice(saved.indexOf(`*${table}\n`))
    return Array.from(part.slice(0, part.indexOf('COMMIT')).matchAll(/^:(KUBE-\S+)/gm), ([, chain]) => chain!)
  }
  return [
    ...JUMPS.map(([table, from, match, to]) => `*${table}\n-D ${from} ${match} -j ${to}\nCOMMIT\n`),
    ...['nat', 'filter'].map((table) => {
      const chains = chainsOf(table)
      const words = ['-F', '-X'].flatMap((command) => chains.map((chain) => `${command} ${chain}`))
      return [`*${table}`, ...words, 'COMMIT', ''].join('\n')
    }),
  ]
}

const ofService = (node: StrangerNode, service: StrangerService) => {
  const { name, protocol, clusterIp, port, nodePort, balancerIps, endpoints, affinitySeconds, isLocal } = service
  const bits = node.family === 4 ? 32 : 128
  const [own, local, external] = ['SVC', 'SVL', 'EXT'].map(
    (kind) => `KUBE-${kind}-${chainHash(`${name}${protocol}`, 16)}`,
  )
  const chainOf = (one: { readonly address: string }): string =>
    `KUBE-SEP-${chainHash(`${name}${protocol}${one.address}`, 16)}`
  const to = (address: string): string => `-d ${address}/${bits} -p ${protocol} -m ${protocol} --dport ${port}`
  const comment = (text: string): string => `-m comment --comment "${text}"`
  const [nat, filter]: [string[], string[]] = [[], []]
  const outer = [
    ...balancerIps.map((address) => [
      `KUBE-SERVICES ${comment(`${name} loadbalancer IP`)} ${to(address)}`,
      to(address),
    ]),
    ...(nodePort === undefined
      ? []
      : [
          [
            `KUBE-NODEPORTS ${comment(name)} -p ${protocol} -m ${protocol} --dport ${nodePort}`,
            `-m addrtype --dst-type LOCAL -p ${protocol} -m ${protocol} --dport ${nodePort}`,
          ],
        ]),
  ]
  if (endpoints.length === 0) {
    const none = comment(`${name} has no endpoints`)
    filter.push(`-A KUBE-SERVICES ${none} ${to(clusterIp)} -j REJECT`)
    for (const [, match] of outer) filter.push(`-A KUBE-EXTERNAL-SERVICES ${none} ${match} -j REJECT`)
    return { chains: [], nat, filter }
  }
  const draw = (chain: string, ones: typeof endpoints): readonly string[] => [
    ...(affinitySeconds === undefined
      ? []
      : ones.map(
          (one) =>
            `-A ${chain} ${comment(name)} -m recent --name ${chainOf(one)} --rcheck --seconds ${affinitySeconds} --reap -j ${chainOf(one)}`,
        )),
    ...ones.map((one, at) => {
      const left = ones.length - at
      const chance = left === 1 ? '' : `-m statistic --mode random --probability ${(1 / left).toFixed(10)} `
      return `-A ${chain} ${comment(`${name} -> ${endpointText(one)}`)} ${chance}-j ${chainOf(one)}`
    }),
  ]
  const here = endpoints.filter(({ isHere }) => isHere)
  nat.push(
    `-A KUBE-SERVICES ${comment(`${name} cluster IP`)} ${to(clusterIp)} -j ${own}`,
    `-A ${own} ${comment(`${name} cluster IP`)} ! -s ${node.podCidr} ${to(clusterIp)} -j KUBE-MARK-MASQ`,
    ...draw(own!, endpoints),
  )
  for (const [way, match] of outer) {
    nat.push(`-A ${way} -j ${external}`)
    if (isLocal && here.length === 0)
      filter.push(`-A KUBE-EXTERNAL-SERVICES ${comment(`${name} has no local endpoints`)} ${match} -j DROP`)
  }
  const mine = comment(`masquerade traffic for ${name} external destinations`)
  if (outer.length > 0 && !isLocal) nat.push(`-A ${external} ${mine} -j KUBE-MARK-MASQ`, `-A ${external} -j ${own}`)
  if (outer.length > 0 && isLocal) {
    nat.push(
      `-A ${external} ${comment(`pod traffic for ${name} external destinations`)} -s ${node.podCidr} -j ${own}`,
      `-A ${external} ${mine} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
      `-A ${external} ${comment(`route LOCAL traffic for ${name} external destinations`)} -m addrtype --src-type LOCAL -j ${own}`,
    )
    if (here.length > 0) nat.push(`-A ${external} -j ${local}`, ...draw(local!, here))
  }
  for (const one of endpoints) {
    const recent = affinitySeconds === undefined ? '' : `-m recent --name ${chainOf(one)} --set `
    nat.push(
      `-A ${chainOf(one)} ${comment(name)} -s ${one.address}/${bits} -j KUBE-MARK-MASQ`,
      `-A ${chainOf(one)} ${comment(name)} ${recent}-p ${protocol} -m ${protocol} -j DNAT --to-destination ${endpointText(one)}`,
    )
  }
  const chains = [
    own!,
    ...(outer.length > 0 ? [external!] : []),
    ...(outer.length > 0 && isLocal && here.length > 0 ? [local!] : []),
    ...endpoints.map(chainOf),
  ]
  return { chains, nat, filter }
}
