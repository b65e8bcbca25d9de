import type { Clause } from '../contract/clause.ts'
import type { Edit } from './sow.ts'

/** A mistake that somebody could make, and the line of the contract that it breaks. */
export interface Defect {
  readonly clause: Clause
  readonly what: string
  readonly edits: readonly Edit[]
}

const defect =
  (file: string) =>
  (clause: Clause, what: string, from: string, to: string): Defect => ({ clause, what, edits: [{ file, from, to }] })

const frontend = defect('forwarding/frontend.ts')
const endpoint = defect('forwarding/endpoint.ts')
const topology = defect('forwarding/topology.ts')
const service = defect('forwarding/forward-service.ts')
const state = defect('forwarding/forwarding-state.ts')
const compile = defect('dataplane/nftables/compile.ts')
const choiceChains = defect('dataplane/nftables/ruleset/choice-chains.ts')
const frontendChains = defect('dataplane/nftables/ruleset/frontend-chains.ts')
const kindChains = defect('dataplane/nftables/ruleset/kind-chains.ts')
const sourceChains = defect('dataplane/nftables/ruleset/source-chains.ts')
const ids = defect('dataplane/nftables/ids.ts')
const chains = defect('dataplane/nftables/ruleset/chains.ts')
const evaluator = defect('dataplane/evaluator/evaluate.ts')
const flows = defect('reconciler/services/stale-flows.ts')

/** Lines of the contract that no change of the code can break alone, and why. */
export const WITHOUT_DEFECT: Readonly<Partial<Record<Clause, string>>> = {}

export const DEFECTS: readonly Defect[] = [
  frontend(
    'proxied/external-name',
    'an ExternalName Service with addresses is served',
    "new Set(['ClusterIP',",
    "new Set(['ExternalName', 'ClusterIP',",
  ),
  {
    clause: 'proxied/headless',
    what: 'a headless Service is served at its external addresses',
    edits: [
      { file: 'forwarding/frontend.ts', from: "    spec.clusterIP !== 'None' &&\n", to: '' },
      {
        file: 'forwarding/frontend.ts',
        from: 'if (clusterIps.length === 0) return []',
        to: "if (clusterIps.length === 0 && spec?.clusterIP !== 'None') return []",
      },
    ],
  },
  frontend(
    'proxied/headless-label',
    'the headless label is overlooked',
    ' &&\n    !Object.hasOwn(labels, HEADLESS_LABEL)',
    '',
  ),
  frontend(
    'proxied/proxy-name-label',
    'the label of another proxy is overlooked',
    '    !Object.hasOwn(labels, SERVICE_PROXY_NAME_LABEL) &&\n',
    '',
  ),
  frontend(
    'family/absent',
    'external addresses of a family that the Service does not have',
    'if (clusterIps.length === 0) return []',
    '',
  ),
  frontend(
    'frontend/cluster-ip',
    'only the first ClusterIP',
    '...clusterIps.map(at(',
    "...(clusterIps[0]?.includes(':') ? [] : clusterIps).map(at(",
  ),
  frontend('frontend/external-ip', 'no external IPs', '...ofFamily(spec?.externalIPs ?? [])', '...ofFamily([])'),
  frontend(
    'frontend/load-balancer',
    'no ingress IPs',
    "(ipMode === 'Proxy' ? undefined : ip)",
    "(ipMode === 'VIP' ? ip : undefined)",
  ),
  frontend('frontend/proxy-mode', 'ingress IPs of mode Proxy too', "(ipMode === 'Proxy' ? undefined : ip)", 'ip'),
  frontend(
    'frontend/node-port',
    'node ports for load balancers alone',
    'if (nodePort) frontends',
    'if (nodePort && isBalanced) frontends',
  ),
  frontend(
    'policy/internal-local',
    'internalTrafficPolicy is overlooked',
    "spec?.internalTrafficPolicy === 'Local'",
    'false',
  ),
  frontend(
    'policy/internal-cluster',
    'internalTrafficPolicy is taken from the external one',
    "spec?.internalTrafficPolicy === 'Local'",
    "spec?.externalTrafficPolicy === 'Local'",
  ),
  frontend(
    'policy/external-local',
    'externalTrafficPolicy is overlooked',
    "spec?.externalTrafficPolicy === 'Local'",
    'false',
  ),
  frontend(
    'policy/external-cluster',
    'externalTrafficPolicy Local if not told',
    "spec?.externalTrafficPolicy === 'Local'",
    "spec?.externalTrafficPolicy !== 'Cluster'",
  ),
  frontend(
    'ranges/outside',
    'source ranges are overlooked',
    ', sourceRangesOf(spec?.loadBalancerSourceRanges, family))',
    ')',
  ),
  frontend(
    'ranges/inside',
    'only one of the ranges counts',
    'if (!kept.some((outer) => containsCidr(outer, cidr)))',
    'if (kept.length === 0)',
  ),
  frontend(
    'ranges/external-ip',
    'source ranges guard external IPs too',
    "at('external-ip', external))",
    "at('external-ip', external, sourceRangesOf(spec?.loadBalancerSourceRanges, family)))",
  ),
  frontend(
    'ranges/node-port',
    'who has source ranges has no node ports, as they would be a way around',
    'if (nodePort) frontends',
    'if (nodePort && !spec?.loadBalancerSourceRanges?.length) frontends',
  ),
  frontend(
    'ranges/other-family',
    'ranges of the other family shut everybody out',
    'if (cidrs.length === 0) return undefined',
    'if (cidrs.length === 0) return []',
  ),

  endpoint('ports/several', 'ports are not told apart by name', "(name ?? '') !== portName || ", ''),
  endpoint(
    'ports/by-slice',
    'the first slice gives the port number of all',
    '          port,\n',
    '          port: (ordered[0]?.ports?.[0]?.port ?? port) as number,\n',
  ),
  endpoint(
    'protocol/tcp',
    'the port of a slice that names no protocol is nobody’s',
    "(slicePortProtocol || 'TCP') !== protocol",
    'slicePortProtocol !== protocol',
  ),
  endpoint(
    'protocol/sctp',
    'what is not UDP is TCP',
    "(slicePortProtocol || 'TCP') !== protocol",
    "(slicePortProtocol === 'UDP' ? 'UDP' : 'TCP') !== protocol",
  ),
  endpoint(
    'endpoints/untold',
    'a condition that is not told is false',
    'conditions?.ready ?? true',
    'conditions?.ready ?? false',
  ),
  endpoint(
    'endpoints/terminating',
    'serving, if not told, is as ready',
    'conditions?.serving ?? true',
    'conditions?.serving ?? ready',
  ),
  endpoint(
    'endpoints/counted-once',
    'the last of two that tell of an endpoint is believed',
    'liveliness(endpoint) > liveliness(known)',
    'true',
  ),
  endpoint(
    'endpoints/weight',
    'all endpoints weigh the same',
    'weight >= 1 && weight <= MOST_WEIGHT ? weight : 1',
    'weight > MOST_WEIGHT ? weight : 1',
  ),
  endpoint(
    'endpoints/labelled-slice',
    'slices of others count',
    'if (labels !== undefined && FOREIGN_LABELS',
    'if (labels !== undefined && ordered.length < 0 && FOREIGN_LABELS',
  ),

  topology(
    'endpoints/ready',
    'who is not ready counts',
    'endpoints.filter((endpoint) => endpoint.ready)',
    'endpoints.filter((endpoint) => endpoint.ready || !endpoint.terminating)',
  ),
  topology(
    'endpoints/published',
    'who is ready and terminating does not count',
    'endpoints.filter((endpoint) => endpoint.ready)',
    'endpoints.filter((endpoint) => endpoint.ready && !endpoint.terminating)',
  ),
  topology(
    'endpoints/terminating',
    'no fallback to those that serve while they terminate',
    'cluster: near.length > 0 ? near : leaving',
    'cluster: near',
  ),
  topology(
    'endpoints/terminating',
    'who terminates counts even if it does not serve',
    '&& endpoint.serving && endpoint.terminating',
    '&& endpoint.terminating',
  ),
  topology(
    'endpoints/fallback-apart',
    'a ready endpoint elsewhere silences those that leave here',
    'local: localReady.length > 0 ?',
    'local: ready.length > 0 ?',
  ),
  topology('topology/node', 'hints for nodes are overlooked', "return 'node'", "return 'none'"),
  topology('topology/zone', 'hints for zones are overlooked', "return 'zone'", "return 'none'"),
  topology('topology/incomplete', 'hints count if some have them', 'ready.every((endpoint)', 'ready.some((endpoint)'),
  topology(
    'topology/none-here',
    'hints count though none is meant for here',
    'ready.some((endpoint) => hints(endpoint).includes(here))',
    'ready.length > 0',
  ),
  topology(
    'topology/not-local',
    'hints narrow the Local set',
    'const localReady = ready.filter(isLocal)',
    'const localReady = near.filter(isLocal)',
  ),
  topology(
    'topology/zone',
    'who is not ready has a say in hints',
    'topologyByHints(ready, node)',
    'topologyByHints(endpoints, node)',
  ),

  service(
    'refusal/no-endpoints-tcp',
    'dropped, not rejected, without endpoints',
    "treatment(chosen.cluster, node, 'reject')",
    "treatment(chosen.cluster, node, 'drop')",
  ),
  service(
    'refusal/none-here',
    'rejected, not dropped, where endpoints are elsewhere',
    "chosen.any ? 'drop' : 'reject'",
    "'reject'",
  ),
  service(
    'refusal/no-endpoints-tcp',
    'policy Local drops even if there is no endpoint anywhere',
    "chosen.any ? 'drop' : 'reject'",
    "'drop'",
  ),
  {
    clause: 'affinity/shared',
    what: 'external frontends keep pins of their own',
    edits: [
      {
        file: 'forwarding/forward-service.ts',
        from: `      ports.push({\n        servicePort: \`\${name}:\${port.name ?? ''}\`,`,
        to: `      const [inner, outer] = [true, false].map((is) => frontends.filter(({ kind }) => (kind === 'cluster-ip') === is))
      for (const [part, suffix] of [[inner, ''], [outer, ' external']] as const)
      if (part!.length > 0) ports.push({
        servicePort: \`\${name}:\${port.name ?? ''}\${suffix}\`,`,
      },
      { file: 'forwarding/forward-service.ts', from: '        frontends,\n', to: '        frontends: part!,\n' },
    ],
  },
  ids(
    'affinity/added',
    'endpoints are numbered anew when there are more of them',
    '    const wanted = new Set(keys)\n',
    '    if (keys.length > port.numbers.size) port.numbers.clear()\n    const wanted = new Set(keys)\n',
  ),
  ids(
    'affinity/released',
    'a number is given again while pins still lead there',
    'this.#resting.set(known, Math.max(now + affinitySeconds, this.#pinned.get(name) ?? 0))',
    'this.#resting.set(known, now)',
  ),
  service('affinity/pinned', 'no affinity', "spec?.sessionAffinity === 'ClientIP'", 'false'),
  service('affinity/default-timeout', 'another default', '?? DEFAULT_AFFINITY_SECONDS', '?? 3600'),
  service(
    'affinity/timeout',
    'timeoutSeconds is overlooked',
    'spec?.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT',
    'DEFAULT',
  ),
  service(
    'affinity/timeout',
    'no pin lasts for more than half a day',
    'const MAX_AFFINITY_SECONDS = 86400',
    'const MAX_AFFINITY_SECONDS = 43200',
  ),
  service('family/ipv4', 'IPv6 alone', "['IPv4', 'IPv6']", "['IPv6']"),
  service('family/ipv6', 'IPv4 alone', "['IPv4', 'IPv6']", "['IPv4']"),
  service(
    'topology/distribution',
    'trafficDistribution is obeyed without hints',
    'treatment(chosen.cluster, node',
    "treatment(service.spec?.trafficDistribution === 'PreferSameNode' && chosen.local.length > 0 ? chosen.local : chosen.cluster, node",
  ),

  state(
    'claim/oldest',
    'the youngest has it',
    'this.#rank(name) < this.#rank(best)',
    'this.#rank(name) > this.#rank(best)',
  ),
  state(
    'claim/lesser-name',
    'whichever was told first has it',
    'this.#rank(name) < this.#rank(best)',
    'this.#rank(name).slice(0, 20) < this.#rank(best).slice(0, 20)',
  ),
  state(
    'claim/oldest',
    'the loser does not get it when the winner lets go',
    'for (const other of others) affected.add(other)',
    '',
  ),

  compile(
    'protocol/udp',
    'every protocol is TCP',
    'const transport = protocol.toLowerCase()',
    "const transport = 'tcp'",
  ),
  compile(
    'protocol/other',
    'TCP ports answer UDP too, as of a name server',
    "this.#add('frontends', [address as string, transport, port], [words[policy]], comment)",
    "for (const one of transport === 'tcp' ? ['tcp', 'udp'] : [transport]) this.#add('frontends', [address as string, one, port], [words[policy]], comment)",
  ),
  compile(
    'guard/pod-address',
    'the guard is for all ranges of the cluster',
    "...[...new Set(serviceCidrs)].map(element('service-cidrs'))",
    "...[...new Set([...serviceCidrs, ...podCidrs])].map(element('service-cidrs'))",
  ),
  compile(
    'masquerade/hairpin',
    'an endpoint without a node has no hairpin',
    'if (here !== false) hairpins',
    'if (here) hairpins',
  ),
  compile(
    'guard/unserved',
    'other ports of a ClusterIP are dropped',
    "this.#add('cluster-ips', [address as string])",
    '',
  ),
  compile(
    'policy/local-pod',
    'policy Local binds pods too',
    '[words.Cluster + particular]',
    '[words[policy] + particular]',
  ),
  compile(
    'affinity/released',
    'who was pinned before affinity was turned off is bound again',
    'if (twins.length === 0) ids.releaseEndpoints(servicePort)',
    '',
  ),

  choiceChains(
    'refusal/no-endpoints-icmp',
    'a reset for every protocol',
    "{ do: 'protocol-is', protocol: 'tcp' },\n",
    '',
  ),
  choiceChains('refusal/no-endpoints-tcp', 'ICMP for TCP too', "with: 'tcp-reset'", "with: 'port-unreachable'"),
  frontendChains(
    'guard/unserved',
    'no guard of ClusterIPs',
    "      [lookup(['daddr'], 'cluster-ips'), go('goto', 'reject-it')],\n",
    '',
  ),
  frontendChains(
    'guard/unassigned',
    'what nobody has leaves the node',
    "      [lookup(['daddr'], 'service-cidrs'), drop],\n",
    '',
  ),
  frontendChains(
    'guard/elsewhere',
    'what is neither a pod’s nor a Service’s is dropped',
    "[lookup(['daddr'], 'service-cidrs'), drop]",
    "[lookupNot(['daddr'], 'pod-cidrs'), drop]",
  ),
  frontendChains(
    'frontend/node-port-elsewhere',
    'node ports at any address',
    "[lookup(['daddr'], 'nodeport-ips'), find(NODE_PORT, 'nodeports'), go",
    "[find(NODE_PORT, 'nodeports'), go",
  ),
  {
    clause: 'frontend/address-first',
    what: 'a node port goes before an address',
    edits: [
      {
        file: 'dataplane/nftables/ruleset/frontend-chains.ts',
        from: "  [find(FRONTEND, 'frontends'), go('goto', then)],\n",
        to: '',
      },
      {
        file: 'dataplane/nftables/ruleset/frontend-chains.ts',
        from: "  [go('goto', 'no-frontend')],\n",
        to: "  [find(FRONTEND, 'frontends'), go('goto', then)],\n  [go('goto', 'no-frontend')],\n",
      },
    ],
  },
  frontendChains(
    'frontend/address-first',
    'a node port of policy Local goes before an address',
    "lookupNot(FRONTEND, 'frontends'), ",
    '',
  ),
  frontendChains(
    'policy/local-pod',
    'pods are taken for outsiders',
    "      [lookup(['saddr'], 'pod-cidrs'), { do: 'return' }],\n",
    '',
  ),
  frontendChains(
    'policy/local-node',
    'the node is taken for an outsider',
    "rules: findFrontend('from-node')",
    "rules: findFrontend('from-link')",
  ),
  evaluator(
    'masquerade/stays',
    'what the node takes for itself is walked as if it left it',
    "(walk.isForNode ? walk.through('input')",
    "(walk.isForNode ? walk.through('postrouting')",
  ),
  sourceChains(
    'masquerade/hairpin',
    'no hairpin',
    "[[lookup(['saddr', 'daddr'], 'hairpin'), go('goto', 'masquerade-it')]]",
    '[]',
  ),
  sourceChains(
    'masquerade/cluster-ip-pod',
    'pods at a ClusterIP are masqueraded',
    "      [lookup(['ct-daddr'], 'cluster-ips'), lookup(['saddr'], 'pod-cidrs'), go('goto', 'hairpin-source')],\n",
    '',
  ),
  sourceChains(
    'masquerade/cluster-ip-node',
    'the node at a ClusterIP is not masqueraded',
    "      [lookup(['ct-daddr'], 'cluster-ips'), ",
    "      [lookup(['ct-daddr'], 'cluster-ips'), { do: 'source-is-node' }, go('goto', 'hairpin-source')],\n      [lookup(['ct-daddr'], 'cluster-ips'), ",
  ),
  sourceChains(
    'masquerade/cluster-ip-outside',
    'nobody is masqueraded at a ClusterIP',
    "[lookup(['ct-daddr'], 'cluster-ips'), lookup(['saddr'], 'pod-cidrs'), go",
    "[lookup(['ct-daddr'], 'cluster-ips'), go",
  ),
  sourceChains(
    'masquerade/external-pod',
    'pods are spared at external frontends',
    "[hasPorts, find(CT_FRONTEND, 'frontends'), go",
    "[hasPorts, find(CT_FRONTEND, 'frontends'), lookupNot(['saddr'], 'pod-cidrs'), go",
  ),
  sourceChains(
    'masquerade/external-cluster',
    'no masquerade at addresses but ClusterIPs',
    "[hasPorts, find(CT_FRONTEND, 'frontends'), go",
    "[hasPorts, find(CT_FRONTEND, 'frontends'), lookup(['ct-daddr'], 'cluster-ips'), go",
  ),
  sourceChains(
    'masquerade/external-cluster',
    'no masquerade at node ports',
    "find(CT_NODE_PORT, 'nodeports'),\n        go('goto', 'node-port-source'),",
    "find(CT_NODE_PORT, 'nodeports'),\n        { do: 'return' },",
  ),
  sourceChains(
    'masquerade/other-node-port',
    'pods are spared at node ports',
    "find(CT_NODE_PORT, 'nodeports'),",
    "find(CT_NODE_PORT, 'nodeports'),\n        lookupNot(['saddr'], 'pod-cidrs'),",
  ),
  sourceChains('masquerade/local-keeps', 'policy Local is masqueraded', "[{ do: 'source-is-node' }, go", '[go'),
  sourceChains(
    'masquerade/local-node',
    'the node keeps its address under policy Local',
    "      [{ do: 'source-is-node' }, go('goto', 'masquerade-it')],\n",
    '',
  ),
  sourceChains(
    'masquerade/local-detour',
    'a pod of another node keeps its address',
    "        lookup(['saddr'], 'pod-cidrs'),\n        lookupNot(['saddr'], 'own-pods'),\n",
    "        lookup(['saddr'], 'pod-cidrs'),\n        lookup(['saddr'], 'own-pods'),\n",
  ),
  sourceChains(
    'masquerade/local-keeps',
    'a pod of another node is masqueraded to the endpoints that are here too',
    "        lookupNot(['daddr'], 'own-pods'),\n",
    '',
  ),
  chains(
    'guard/stray',
    'a late packet leaves for an address that nobody has',
    "[[{ do: 'connection-invalid' }, lookup(['daddr'], 'virtual-cidrs'), drop]]",
    '[]',
  ),
  chains(
    'guard/stray-elsewhere',
    'no late packet is sent on',
    "{ do: 'connection-invalid' }, lookup(['daddr'], 'virtual-cidrs'), drop",
    "{ do: 'connection-invalid' }, drop",
  ),
  frontendChains(
    'ranges/outside',
    'the guard lets everybody in',
    "lookupNot([...FRONTEND, 'saddr'], 'allowed'), drop]",
    "lookupNot([...FRONTEND, 'saddr'], 'allowed'), { do: 'return' }]",
  ),
  kindChains('affinity/local-replaces', 'a pin to elsewhere is never replaced', '            [unpin],\n', ''),
  kindChains(
    'affinity/released',
    'a pin counts though its endpoint is gone',
    "            [find(['word', 'client'], 'affinity')],\n",
    "            [find(['word', 'client'], 'affinity'), go('goto', 'stick-'.concat(String(seconds)))],\n",
  ),
  kindChains(
    'affinity/renewed',
    'who comes again is sent on, and not noted anew',
    `[lookup(['word'], members), go('goto', \`stick-\${seconds}\`)]`,
    "[lookup(['word'], members), go('goto', 'to-endpoint')]",
  ),
  kindChains('affinity/expires', 'pins are for good', '[pin(seconds)], ', '[pin(2 ** 32)], '),
  kindChains(
    'affinity/timeout',
    'pins last for whole minutes',
    '[pin(seconds)], ',
    '[pin(60 * Math.ceil(seconds / 60))], ',
  ),
  kindChains('affinity/timeout', 'pins end a second early', '[pin(seconds)], ', '[pin(seconds - 1)], '),
  kindChains('affinity/pinned', 'clients are not remembered', '[pin(seconds)], ', ''),
  kindChains(
    'affinity/first',
    'the last endpoint of a sticky Service is never drawn',
    '...drawSlot(kind, members, ',
    '...drawSlot({ ...kind, count: Math.max(kind.count - 1, 1) }, members, ',
  ),
  choiceChains(
    'policy/internal-cluster',
    'the first endpoint is drawn more often than others',
    'rules: [pick(count), pick(1)',
    'rules: [pick(count + 1), pick(1)',
  ),
  flows(
    'flows/endpoint-gone',
    'flows to an endpoint that is gone go on',
    'backend) => !backendsNow.has(key(backend)),',
    'backend) => backendsNow.size === 0 && !backendsNow.has(key(backend)),',
  ),
  flows(
    'flows/frontend-gone',
    'a frontend that goes leaves its flows, as its endpoints are still there',
    'const left = frontendsNow.has(key(frontend))',
    'const left = true',
  ),
  flows('flows/frontend-gone', 'a port is UDP for good', "      .filter(({ protocol }) => protocol === 'UDP')\n", ''),
  flows(
    'flows/untranslated',
    'what a node port refused is not forgotten',
    'frontend.address === undefined ? nodeAddresses : [frontend.address]',
    'frontend.address === undefined ? [] : [frontend.address]',
  ),
  flows(
    'flows/kept',
    'every change of endpoints makes all flows forgotten',
    'const left = frontendsNow.has(key(frontend))',
    'const left = gone.length === 0 && frontendsNow.has(key(frontend))',
  ),
  frontend(
    'frontend/no-node-port',
    'a load balancer without node ports gets one',
    'isBalanced ? port.nodePort : undefined',
    'isBalanced ? (port.nodePort ?? 30080) : undefined',
  ),
]
