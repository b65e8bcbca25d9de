import type { Service } from '#api/core/service/message.ts'
import { labelsBelow } from '#names/dns-name.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { find } from '../cluster/lookup.ts'
import type { Question } from '../trace/question.ts'
import type { Found, NameDeadEnd } from './dead-end.ts'
import { resolverOf } from './resolver.ts'
import type { Source } from './source.ts'
import { zoneAddresses } from './zone-answer.ts'

export type NameAnswer =
  | { readonly kind: 'service'; readonly fullName: string; readonly service: Service }
  | { readonly kind: 'addresses'; readonly fullName: string; readonly addresses: readonly string[] }
  | { readonly kind: 'nothing'; readonly deadEnd: NameDeadEnd }

/**
 * A name as the sender's resolver finds it: with its search list where it has fewer dots than its `ndots`, or as it
 * stands where it ends in a dot. Kubernetes DNS specification 1.1.0.
 */
export function resolveName(facts: ClusterFacts, question: Question, source: Source, name: string): NameAnswer {
  const namespace = source.pod?.metadata?.namespace ?? question.namespace ?? 'default'
  const absolute = name.endsWith('.')
  const bare = absolute ? name.slice(0, -1) : name
  const resolver = resolverOf(facts, source)
  const domain = facts.network.clusterDomain
  const all = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain]
  const searched = (resolver.asksCluster ? resolver.searches : all).map((suffix) => `${bare}.${suffix}`)
  const enough = bare.split('.').length > resolver.ndots
  const tried = absolute ? [bare] : enough ? [bare, ...searched] : [...searched, bare]
  for (const fullName of tried) {
    const answer = lookUp(facts, fullName)
    if (answer === undefined) continue
    return resolver.asksCluster
      ? { ...answer, fullName }
      : { kind: 'nothing', deadEnd: { kind: 'dns-not-asked', name: bare, found: answer, other: resolver.other } }
  }
  const whole = absolute ? undefined : all.map((suffix) => `${bare}.${suffix}`).find((one) => lookUp(facts, one))
  return {
    kind: 'nothing',
    deadEnd:
      whole === undefined
        ? { kind: 'name-unknown', name: bare, namespace }
        : { kind: 'name-too-short', name: bare, fullName: whole, searches: resolver.searches },
  }
}

function lookUp(facts: ClusterFacts, fullName: string): Found | undefined {
  const labels = labelsBelow(fullName, facts.network.clusterDomain)
  const [zone, namespace, name, host] = [...(labels ?? [])].reverse()
  // A Service's own name, also one that has no addresses (yet): why it has none is told of the Service.
  const service = zone === 'svc' && host === undefined && name ? find(facts.services, name, namespace) : undefined
  if (service !== undefined) return { kind: 'service', service }
  const addresses = zoneAddresses(facts, fullName) ?? []
  return addresses.length > 0 ? { kind: 'addresses', addresses } : undefined
}
