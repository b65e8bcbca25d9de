import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { selectsAny } from '../policy/changes.ts'
import { type BenchCluster, HERE } from '../policy/cluster.ts'
import { PolicySets } from './policy-sets.ts'

/**
 * The layout that kube-router and Calico document for iptables: a chain for each pod of the node and direction, a chain for
 * each policy and direction, an ipset for whoever a selector picks. Written anew from these descriptions, in the better of
 * the two ways wherever they differ: as Calico, chains are made only of policies that select a pod of this node, and one set
 * serves all rules with the same selector; as kube-router, blocks with their exceptions are sets too.
 */
export type Family = 'IPv4' | 'IPv6'
export const RIVAL_FAMILIES: readonly Family[] = ['IPv4', 'IPv6']

type Spec = NonNullable<NetworkPolicy['spec']>
type Rule = { readonly peers: Peers; readonly ports: Ports }
type Peers = NonNullable<NonNullable<Spec['ingress']>[0]['from']> | undefined
type Ports = NonNullable<NonNullable<Spec['ingress']>[0]['ports']> | undefined
type Direction = 'in' | 'out'
const DIRECTIONS: readonly Direction[] = ['in', 'out']

const ACCEPTED = '0x10000/0x10000'
/** What one multiport match holds, a range counting twice. */
const MULTIPORT = 15

export class ChainPerPolicy {
  readonly sets: PolicySets
  readonly #local: readonly Pod[]
  readonly #policies: readonly NetworkPolicy[]

  constructor(cluster: BenchCluster) {
    this.sets = new PolicySets(cluster)
    this.#local = cluster.pods.filter(({ spec }) => spec?.nodeName === HERE)
    this.#policies = cluster.policies.filter((policy) => selectsAny(policy, this.#local))
    for (const family of RIVAL_FAMILIES) this.render(family)
  }

  /** All of the table, as iptables-restore reads it. */
  render(family: Family): string {
    const chains: string[] = []
    const rules: string[] = []
    for (const policy of this.#policies) {
      chains.push(...chainsOf(policy).map((chain) => `:${chain} - [0:0]`))
      rules.push(...this.#policyRules(policy, family))
    }
    for (const pod of this.#local) this.#renderPod(pod, chains, rules)
    return `*filter
:FORWARD ACCEPT [0:0]
:RIVAL - [0:0]
${chains.join('\n')}
-A FORWARD -j RIVAL
-A RIVAL -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
${this.#dispatch(family, 'out')}
${this.#dispatch(family, 'in')}
${rules.join('\n')}
COMMIT
`
  }

  /** One policy that has changed, as Calico writes it with --noflush: its chains anew. */
  renderPolicy(policy: NetworkPolicy, family: Family): string {
    const chains = chainsOf(policy).map((chain) => `:${chain} - [0:0]`)
    return `*filter\n${chains.join('\n')}\n${this.#policyRules(policy, family).join('\n')}\nCOMMIT\n`
  }

  /** The same, in all that is written again with it. */
  replace(policy: NetworkPolicy): void {
    const at = this.#policies.findIndex((one) => policyName(one) === policyName(policy))
    if (at >= 0) (this.#policies as NetworkPolicy[])[at] = policy
  }

  /** Egress is judged before ingress: a packet that leaves one pod for another passes both. */
  #dispatch(family: Family, direction: Direction): string {
    return this.#local
      .map(
        (pod) => `-A RIVAL -${direction === 'in' ? 'd' : 's'} ${addressOf(pod, family)} -j ${podChain(pod, direction)}`,
      )
      .join('\n')
  }

  #renderPod(pod: Pod, chains: string[], rules: string[]): void {
    for (const direction of DIRECTIONS) {
      const chain = podChain(pod, direction)
      chains.push(`:${chain} - [0:0]`)
      const policies = this.#policies.filter((one) => hasDirection(one, direction) && selectsAny(one, [pod]))
      if (policies.length === 0) continue
      rules.push(`-A ${chain} -j MARK --set-xmark 0x0/0x10000`)
      for (const policy of policies) {
        rules.push(`-A ${chain} -j ${policyChain(policy, direction)}`)
        rules.push(`-A ${chain} -m mark --mark ${ACCEPTED} -j RETURN`)
      }
      rules.push(`-A ${chain} -j DROP`)
    }
  }

  #policyRules(policy: NetworkPolicy, family: Family): readonly string[] {
    const { spec, metadata } = policy
    const all = (direction: Direction, rules: readonly Rule[]) =>
      rules.flatMap(({ peers, ports }) => {
        const chain = policyChain(policy, direction)
        const side = direction === 'in' ? 'src' : 'dst'
        const sets = peers?.map((peer) => this.sets.ofPeer(peer, metadata?.namespace ?? '', family))
        const whose = sets?.map((set) => (set === undefined ? undefined : `-m set --match-set ${set} ${side}`)) ?? ['']
        return whose.flatMap((match) =>
          match === undefined
            ? []
            : this.#portMatches(ports, family).flatMap((port) => [
                `-A ${chain} ${[match, port].filter(Boolean).join(' ')} -j MARK --set-xmark ${ACCEPTED}`,
                `-A ${chain} -m mark --mark ${ACCEPTED} -j RETURN`,
              ]),
        )
      })
    return [
      ...all(
        'in',
        (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports })),
      ),
      ...all(
        'out',
        (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports })),
      ),
    ]
  }

  /** A match for each protocol's numbers together, and one for each name: a set of the pods' addresses with that port. */
  #portMatches(ports: Ports, family: Family): readonly string[] {
    if (ports === undefined || ports.length === 0) return ['']
    const numbers = new Map<string, string[]>()
    const names: string[] = []
    for (const { protocol = 'TCP', port, endPort } of ports) {
      const lower = protocol.toLowerCase()
      if (typeof port === 'string') {
        names.push(`-p ${lower} -m set --match-set ${this.sets.ofName(port, protocol, family)} dst,dst`)
        continue
      }
      const text = endPort === undefined ? `${port}` : `${port}:${endPort}`
      const known = numbers.get(lower)
      if (known === undefined) numbers.set(lower, [text])
      else known.push(text)
    }
    const matches = [...numbers].map(([protocol, all]) => {
      if (all.length > MULTIPORT / 2) throw new Error('the rival writes no more ports than one match holds')
      return `-p ${protocol} -m multiport --dports ${all.join(',')}`
    })
    return [...matches, ...names]
  }
}

const policyName = ({ metadata }: NetworkPolicy): string => `${metadata?.namespace}/${metadata?.name}`
const hasDirection = ({ spec }: NetworkPolicy, direction: Direction): boolean =>
  spec?.policyTypes?.includes(direction === 'in' ? 'Ingress' : 'Egress') === true
const chainsOf = (policy: NetworkPolicy): readonly string[] =>
  DIRECTIONS.filter((one) => hasDirection(policy, one)).map((one) => policyChain(policy, one))
/** A chain's name has at most 28 letters. */
const policyChain = ({ metadata }: NetworkPolicy, direction: Direction): string =>
  `P-${direction}-${metadata?.uid?.replace('policy-', '')}`
const podChain = ({ metadata }: Pod, direction: Direction): string =>
  `W-${direction}-${metadata?.uid?.replace('uid-', '')}`
export const addressOf = ({ status }: Pod, family: Family): string =>
  status?.podIPs?.[family === 'IPv4' ? 0 : 1]?.ip as string
