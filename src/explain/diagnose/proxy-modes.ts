import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, inCidrs, isLoopback } from '../cluster/lookup.ts'
import type { Decision, Path } from '../walk/path.ts'

interface Difference {
  readonly when: (facts: ClusterFacts, path: Path) => boolean
  readonly text: string
}

const some = (test: (decision: Decision) => boolean) => (_: ClusterFacts, path: Path) => path.decisions.some(test)
const refused = ({ outcomes }: Decision): boolean => outcomes.some(({ verdict }) => verdict === 'reject')

/**
 * Where the proxies that Kubernetes clusters have do different things with one packet: kube-proxy's modes (iptables,
 * IPVS, nftables), and the eBPF programs that stand in for it.
 */
const DIFFERENCES: readonly Difference[] = [
  {
    when: ({ services }, { target }) =>
      isLoopback(target.address) &&
      services.some(({ spec }) => spec?.ports?.some((one) => one.nodePort === target.port)),
    text: 'a node port at 127.0.0.1 of a node: iptables answers there as well (--iptables-localhost-nodeports), the others do not',
  },
  {
    when: some(({ claimed }) => claimed?.frontend.kind === 'node-port'),
    text: 'at which of its addresses a node answers for node ports: nftables at its primary one alone, iptables and IPVS at all, if --nodeport-addresses does not say otherwise',
  },
  {
    when: some((decision) => decision.claimed !== undefined && refused(decision)),
    text: 'how a Service without endpoints refuses: kube-proxy by an ICMP error at once; eBPF may drop, so that the client waits',
  },
  {
    when: ({ services }, { decisions, target }) =>
      decisions.some(({ claimed }) => claimed === undefined) &&
      services.some((one) => clusterIpsOf(one).includes(target.address)),
    text: 'a port that a ClusterIP does not serve: nftables refuses; with iptables the packet leaves by the default route, and nobody answers; with IPVS the address is the node’s, and a program of the node on that port answers',
  },
  {
    when: ({ services, network }, { target }) =>
      inCidrs(network.serviceCidrs, target.address) &&
      !services.some((one) => clusterIpsOf(one).includes(target.address)),
    text: 'an address that no Service has: nftables drops it; with the others the packet leaves by the default route',
  },
  {
    when: some(({ claimed }) => claimed?.port.affinitySeconds !== undefined),
    text: 'whom session affinity takes for one client: kube-proxy the address that the node sees; eBPF at the socket the pod itself',
  },
  {
    when: some(({ claimed }) => claimed?.frontend.policy === 'Local' && claimed.frontend.kind !== 'cluster-ip'),
    text: 'whether externalTrafficPolicy Local binds pods and nodes: iptables and nftables spare them (all endpoints); IPVS gives them the endpoints of the node that has some; eBPF may translate on the sender’s own node, so that no other node has a part in it',
  },
  {
    when: some(({ outcomes }) => outcomes.some(({ masqueraded }) => masqueraded)),
    text: 'whose address the backend sees: eBPF may keep the client’s where kube-proxy puts the node’s (direct server return)',
  },
]

/** What the mode of another cluster's proxy decides of the packets that were walked; which it has nobody can see. */
export function modeNotes(facts: ClusterFacts, paths: readonly Path[]): readonly string[] {
  if (!facts.network.foreign) return []
  return DIFFERENCES.filter(({ when }) => paths.some((path) => when(facts, path))).map(
    ({ text }) => `which mode its proxy has, and so ${text}`,
  )
}
