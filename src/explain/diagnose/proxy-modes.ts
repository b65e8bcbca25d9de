import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, inCidrs, isLoopback, nodePortAt } from '../cluster/lookup.ts'
import type { ProxyModeMatter, Unseen } from '../trace/unseen.ts'
import type { Decision } from '../walk/decision.ts'
import type { Path } from '../walk/path.ts'

interface Difference {
  readonly when: (facts: ClusterFacts, path: Path) => boolean
  readonly about: ProxyModeMatter
}

const some = (test: (decision: Decision) => boolean) => (_: ClusterFacts, path: Path) => path.decisions.some(test)
const refused = ({ outcomes }: Decision): boolean => outcomes.some(({ verdict }) => verdict === 'reject')

/**
 * Where the proxies that Kubernetes clusters have do different things with one packet: kube-proxy's modes (iptables,
 * IPVS, nftables), and the eBPF programs that stand in for it.
 */
const DIFFERENCES: readonly Difference[] = [
  {
    when: ({ services }, { target, protocol }) =>
      isLoopback(target.address) && services.some((one) => nodePortAt(one, target.port, protocol) !== undefined),
    about: 'node-port-at-localhost',
  },
  {
    when: some(({ claimed }) => claimed?.frontend.kind === 'node-port'),
    about: 'node-port-addresses',
  },
  {
    when: some((decision) => decision.claimed !== undefined && refused(decision)),
    about: 'refusal',
  },
  {
    when: ({ services }, { decisions, target }) =>
      decisions.some(({ claimed }) => claimed === undefined) &&
      services.some((one) => clusterIpsOf(one).includes(target.address)),
    about: 'port-not-served',
  },
  {
    when: ({ services, network }, { target }) =>
      inCidrs(network.serviceCidrs, target.address) &&
      !services.some((one) => clusterIpsOf(one).includes(target.address)),
    about: 'address-unassigned',
  },
  {
    when: some(({ claimed }) => claimed?.port.affinitySeconds !== undefined),
    about: 'affinity-client',
  },
  {
    when: some(({ claimed }) => claimed?.frontend.policy === 'Local' && claimed.frontend.kind !== 'cluster-ip'),
    about: 'policy-local',
  },
  {
    when: some(({ outcomes }) => outcomes.some(({ masqueraded }) => masqueraded)),
    about: 'source-seen',
  },
]

/** What the mode of another cluster's proxy decides of the packets that were walked; which it has nobody can see. */
export function proxyModes(facts: ClusterFacts, paths: readonly Path[]): readonly Unseen[] {
  if (!facts.network.foreign) return []
  return DIFFERENCES.filter(({ when }) => paths.some((path) => when(facts, path))).map(({ about }) => ({
    code: 'proxy-mode',
    about,
  }))
}
