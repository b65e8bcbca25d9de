import { cidrSize } from '#net/cidr.ts'
import type { Protocol } from '#net/port-protocol.ts'
import type { PolicyPod } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'
import { clusterIpsOf, familyOfText } from '../../../cluster/lookup.ts'
import { closedDns, dnsEndpoints } from '../../../policies/dns.ts'
import { isInBlock, type Near, nearestRule } from '../../../policies/nearest.ts'
import { podRef, policyRef, wordOf } from '../../../policies/word.ts'
import { clusterDnsOf } from '../../../resolve/resolver.ts'
import type { PolicyFinding } from '../../../trace/policies/check.ts'
import { ledBy } from '../behind-service.ts'
import { dnsFinding } from '../dns-forgotten.ts'
import { podsOf } from '../meant.ts'
import { nameWord, selectorOfPolicy } from '../own-policy.ts'
import { type Block, isOfServices } from './cluster-ips.ts'
import type { Check, Scope } from './scope.ts'

/** Pods that may ask others, which have names, and may not ask the DNS for them. */
export const forgottenDns: Check = (scope) => {
  const { facts, view, namespace } = scope
  const asking = new Set(view.policies.filter((policy) => mayAsk(scope, policy)))
  const pods = view.pods.filter(
    (pod) =>
      (namespace === undefined || pod.namespace === namespace) &&
      isolating(view.policiesOf(pod)).some((policy) => asking.has(policy)),
  )
  // What policies see alike is looked at once.
  const groups = Map.groupBy(pods, (pod) =>
    JSON.stringify([
      pod.namespace,
      Object.entries(pod.labels).sort(),
      pod.addresses.map(({ address }) => address.family),
    ]),
  )
  const found = [...groups.values()].flatMap((alike) => {
    const [pod] = alike as [PolicyPod]
    // What an administrator denies nobody has forgotten, and no other policy lets it pass.
    const protocols = closedDns(facts, podRef(pod), ({ passes, by }) => !passes && by === undefined)
    return protocols.length === 0 ? [] : [{ pods: alike, protocols, policies: isolating(view.policiesOf(pod)) }]
  })
  const [endpoint] = dnsEndpoints(facts)
  if (endpoint === undefined) return []
  return covering(scope, found).map(({ policy, groups }): PolicyFinding => {
    const { namespace, name } = policyRef(policy)
    const pods = groups.flatMap((one) => one.pods)
    const subject = selectorOfPolicy(view, policy)
    return dnsFinding(view, {
      pods: pods.map(podRef),
      policies: [...new Set(groups.flatMap((one) => one.policies))].map(policyRef),
      protocols: [...new Set(groups.flatMap((one) => one.protocols))],
      nearest: nearestTo(scope, pods[0] as PolicyPod, endpoint),
      endpoint,
      selector: undefined,
      own: {
        name: Object.keys(subject).length === 0 ? 'allow-dns' : `allow-dns-${whose(name)}`,
        namespace: namespace ?? '',
        subject,
      },
    })
  })
}

/** Of what another cure made, as allow-egress-web-to-db-8080, whom it is about. */
const whose = (name: string): string => nameWord(/^allow-egress-(.+)-to-/.exec(name)?.[1] ?? name)

interface Forgetful {
  readonly pods: readonly PolicyPod[]
  readonly protocols: readonly Protocol[]
  /** That isolate them. */
  readonly policies: readonly Policy[]
}

interface Covered {
  readonly policy: Policy
  readonly groups: readonly Forgetful[]
}

/** Few policies whose pods are all of these: what selects as one of them does needs no second for those that it selects too. */
function covering(scope: Scope, groups: readonly Forgetful[]): readonly Covered[] {
  const covered: Covered[] = []
  let open = groups
  while (open.length > 0) {
    const [best] = [...new Set(open.flatMap(({ policies }) => policies))]
      .map((policy) => ({
        policy,
        groups: open.filter(({ policies }) => policies.includes(policy)),
        selected: podsOf(scope, policy.subject).length,
      }))
      .sort((left, right) => right.groups.length - left.groups.length || left.selected - right.selected)
    if (best === undefined) break
    covered.push(best)
    open = open.filter((one) => !best.groups.includes(one))
  }
  return covered
}

/** The rule of a pod that comes nearest to letting DNS pass. */
function nearestTo(
  { facts, view }: Scope,
  { addresses }: PolicyPod,
  { address, port, protocol }: ReturnType<typeof dnsEndpoints>[number],
): Near | undefined {
  const family = familyOfText(address)
  const source = addresses.find(({ text }) => familyOfText(text) === family)
  const word = source && view.word('egress', source.text, address, { protocol, port })
  if (word === undefined || word.passes) return undefined
  const service = clusterDnsOf(facts)
  return nearestRule(view, word, wordOf(view, word).other, service && ledBy(facts, service, word.asked))
}

const isolating = (policies: readonly Policy[]): readonly Policy[] =>
  policies.filter(({ kind, rules }) => kind === 'NetworkPolicy' && rules.egress !== undefined)

/** What lets nobody be asked, or addresses alone, may do without names. */
const mayAsk = (scope: Scope, { rules }: Policy): boolean =>
  (rules.egress ?? []).some(
    ({ peers }) =>
      peers === undefined ||
      peers.some((peer) => peer.kind === 'pods' || (peer.kind === 'block' && isOfNames(scope, peer))),
  )

/** A range in which pods are, or Services among others, is asked by names; one address is meant as such. */
const isOfNames = ({ facts, view }: Scope, peer: Block): boolean =>
  peer.block.prefix === 0 ||
  (cidrSize(peer.block) > 1n &&
    !isOfServices(facts, peer) &&
    (view.pods.some(({ addresses }) => addresses.some(({ text }) => isInBlock(peer, text))) ||
      facts.services.some((one) => clusterIpsOf(one).some((text) => isInBlock(peer, text)))))
