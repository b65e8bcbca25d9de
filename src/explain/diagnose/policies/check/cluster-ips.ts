import type { Service } from '#api/core/service/message.ts'
import { cidrSize, containsAddress, containsCidr, formatCidr, tryParseCidr } from '#net/cidr.ts'
import { heldAddress, type Peer } from '#policy/peer.ts'
import { DIRECTIONS, type Direction, type Policy, type Rule } from '#policy/rule.ts'
import { holds } from '#policy/traffic.ts'
import type { ClusterFacts } from '../../../cluster/facts.ts'
import { clusterIpsOf, slicesOf } from '../../../cluster/lookup.ts'
import { refOf } from '../../../cluster/reference.ts'
import { peersOfRule } from '../../../policies/rule-parts.ts'
import { policyRef } from '../../../policies/word.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { ledPorts, meanEndpoints } from '../behind-service.ts'
import { showPolicy } from '../cures.ts'
import { podsOf } from '../meant.ts'
import { type Check, policiesIn, type Scope } from './scope.ts'

export type Block = Peer & { readonly kind: 'block' }

/** Ranges of rules that are the ClusterIP of a Service, or of the range that these are taken from: policies see neither. */
export const clusterIps: Check = (scope) =>
  policiesIn(scope).flatMap((policy) => {
    if (podsOf(scope, policy.subject).length === 0) return []
    const object = scope.view.objectOf(policy)
    return DIRECTIONS.flatMap((direction) =>
      (policy.rules[direction] ?? []).flatMap((rule) =>
        (peersOfRule(policy, object, direction, rule.path) ?? []).flatMap(({ path, peers }) =>
          peers.flatMap((peer) =>
            peer.kind === 'block' ? (clusterIp(scope, { policy, direction, rule, path }, peer) ?? []) : [],
          ),
        ),
      ),
    )
  })

interface Place {
  readonly policy: Policy
  readonly direction: Direction
  readonly rule: Rule
  readonly path: string
}

function clusterIp(scope: Scope, place: Place, { block }: Block): PolicyFinding | undefined {
  const { facts } = scope
  const { policy, direction, path } = place
  const service = cidrSize(block) === 1n ? serviceAt(scope, block) : undefined
  if ((service === undefined && !isOfServices(facts, { block })) || (service && isOpenAnyway(scope, place, service)))
    return undefined
  const mended = service && direction === 'egress' ? meanEndpoints(facts, scope.view, place, service) : undefined
  return {
    reason: 'peer-is-cluster-ip',
    policy: policyRef(policy),
    path,
    range: formatCidr(block),
    ...(service && { service: refOf('Service', service) }),
    cures: [mended ?? showPolicy(policy)],
  }
}

/** Whether all of a range is of that from which ClusterIPs are taken. */
export const isOfServices = ({ network }: ClusterFacts, { block }: Pick<Block, 'block'>): boolean =>
  network.serviceCidrs.some((text) => {
    const range = tryParseCidr(text)
    return range !== undefined && containsCidr(range, block)
  })

const serviceAt = ({ facts }: Scope, block: Block['block']): Service | undefined =>
  facts.services.find((one) =>
    clusterIpsOf(one).some((text) => {
      const held = heldAddress(text)
      return held !== undefined && containsAddress(block, held.address)
    }),
  )

/** Whoever writes both, as for proxies that see ClusterIPs, may ask who is behind it by another peer. */
const isOpenAnyway = ({ facts, view }: Scope, { policy, direction, rule }: Place, service: Service): boolean => {
  const [pod] = podsOf({ view }, policy.subject)
  if (direction === 'ingress' || pod === undefined) return false
  const asked = ledPorts(facts, service).filter(({ protocol, port, target }) =>
    [port, target].some((one) => holds(rule.traffic, protocol, one)),
  )
  const words = slicesOf(facts, service)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .flatMap(({ addresses }) => addresses ?? [])
    .flatMap((address) =>
      asked.flatMap(({ protocol, target }) =>
        pod.addresses.flatMap(({ text }) =>
          text.includes(':') === address.includes(':')
            ? (view.word('egress', text, address, { protocol, port: target }) ?? [])
            : [],
        ),
      ),
    )
  return words.length > 0 && words.every(({ passes }) => passes)
}
