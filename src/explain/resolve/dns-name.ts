import type { Service } from '#api/core/service/message.ts'
import { foldName, labelsBelow } from '#names/dns-name.ts'
import { clusterSearches } from '#names/pod-resolver.ts'
import { type Resolution, resolve } from '#names/resolve.ts'
import { formatBytes } from '#net/ip-address.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { find } from '../cluster/lookup.ts'
import type { Question } from '../trace/question.ts'
import type { Found, NameDeadEnd } from './dead-end.ts'
import { askDns } from './facts-zone.ts'
import { resolverOf } from './resolver.ts'
import type { Source } from './source.ts'

type NameAnswer =
  | { readonly kind: 'service'; readonly fullName: string; readonly service: Service }
  | { readonly kind: 'addresses'; readonly fullName: string; readonly addresses: readonly string[] }
  | { readonly kind: 'nothing'; readonly deadEnd: NameDeadEnd }

/** A name as the sender's resolver finds it: what the cluster's DNS answers to the questions that it asks. */
export function resolveName(facts: ClusterFacts, question: Question, source: Source, name: string): NameAnswer {
  const namespace = source.pod?.metadata?.namespace ?? question.namespace ?? 'default'
  const bare = name.replace(/\.$/, '')
  const { asksCluster, other, conf } = resolverOf(facts, source)
  const ours = clusterSearches(namespace, facts.network.clusterDomain)
  const asking = asksCluster ? conf : { ...conf, searches: ours }
  const answer = askDns(facts)
  const resolution = resolve(name, asking, answer)
  const found = meaning(facts, resolution) ?? firstService(facts, resolution.asked)
  if (found !== undefined)
    return asksCluster ? found : { kind: 'nothing', deadEnd: { kind: 'dns-not-asked', name: bare, found, other } }
  const whole = resolve(name, { ...conf, searches: ours }, answer).name
  const { refused } = resolution
  return {
    kind: 'nothing',
    deadEnd:
      whole === undefined
        ? { kind: 'name-unknown', name: bare, namespace }
        : { kind: 'name-too-short', name: bare, fullName: whole, searches: conf.searches, ...(refused && { refused }) },
  }
}

type Named = Found & { readonly fullName: string }

/** The Service whose own name was found, or the addresses of a name below one, or of a pod's. */
function meaning(facts: ClusterFacts, { name: fullName, addresses }: Resolution): Named | undefined {
  if (fullName === undefined) return undefined
  const service = serviceNamed(facts, fullName)
  if (service !== undefined) return { kind: 'service', service, fullName }
  return addresses.length > 0 ? { kind: 'addresses', addresses: addresses.map(formatBytes), fullName } : undefined
}

/** Where no name is found: a Service that has one as soon as it has addresses; why it has none is told of the Service. */
function firstService(facts: ClusterFacts, asked: readonly string[]): Named | undefined {
  for (const fullName of asked) {
    const service = serviceNamed(facts, fullName)
    if (service !== undefined) return { kind: 'service', service, fullName }
  }
  return undefined
}

function serviceNamed(facts: ClusterFacts, fullName: string): Service | undefined {
  const [kind, namespace, name, host] = [
    ...(labelsBelow(foldName(fullName), facts.network.clusterDomain) ?? []),
  ].reverse()
  return kind === 'svc' && host === undefined && name ? find(facts.services, name, namespace) : undefined
}
