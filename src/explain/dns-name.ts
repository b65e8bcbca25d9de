import type { Service } from '#api/core-v1.ts'
import type { Finding, Question } from './explanation.ts'
import type { ClusterFacts } from './facts.ts'
import { addressText, find, podAt, slicesOf } from './lookup.ts'
import { nameUnknown } from './reasons/name.ts'
import type { Source } from './source.ts'

export type NameAnswer =
  | { readonly kind: 'service'; readonly fullName: string; readonly service: Service }
  | { readonly kind: 'addresses'; readonly fullName: string; readonly addresses: readonly string[] }
  | { readonly kind: 'nothing'; readonly finding: Finding }

/**
 * A name as a pod's resolver finds it: with the search list of its namespace (`ndots:5`), or as it stands where it ends in a dot. Kubernetes DNS
 * specification 1.1.0.
 */
export function resolveName(facts: ClusterFacts, question: Question, source: Source, name: string): NameAnswer {
  const domain = facts.network.clusterDomain
  const namespace = source.pod?.metadata?.namespace ?? question.namespace
  const absolute = name.endsWith('.')
  const bare = absolute ? name.slice(0, -1) : name
  const searched = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain].map((suffix) => `${bare}.${suffix}`)
  const tried = absolute ? [bare] : bare.split('.').length > 5 ? [bare, ...searched] : [...searched, bare]
  for (const fullName of tried) {
    const answer = lookUp(facts, fullName)
    if (answer !== undefined) return { ...answer, fullName }
  }
  return { kind: 'nothing', finding: nameUnknown(facts, question, bare, namespace) }
}

type Found =
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }

function lookUp(facts: ClusterFacts, fullName: string): Found | undefined {
  const suffix = `.${facts.network.clusterDomain}`
  if (!fullName.endsWith(suffix)) return undefined
  const [zone, namespace, name, host, ...more] = fullName.slice(0, -suffix.length).split('.').reverse()
  if (more.length > 0 || namespace === undefined || name === undefined) return undefined
  if (zone === 'pod') {
    const address = host === undefined ? dashed(name) : undefined
    const pod = address === undefined ? undefined : podAt(facts, address)
    return address !== undefined && pod?.metadata?.namespace === namespace
      ? { kind: 'addresses', addresses: [address] }
      : undefined
  }
  const service = zone === 'svc' ? find(facts.services, name, namespace) : undefined
  if (service === undefined) return undefined
  if (host === undefined) return { kind: 'service', service }
  const addresses = slicesOf(facts, service)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ hostname, addresses }) => hostname === host || (!hostname && addresses?.[0] === dashed(host)))
    .flatMap((endpoint) => endpoint.addresses ?? [])
  return addresses.length > 0 ? { kind: 'addresses', addresses } : undefined
}

/** `10-244-1-5` → `10.244.1.5`, `fd00--5` → `fd00::5`. */
const dashed = (label: string): string | undefined =>
  addressText(label.replaceAll('-', '.')) ?? addressText(label.replaceAll('-', ':'))
