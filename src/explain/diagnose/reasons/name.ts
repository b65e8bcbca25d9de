import type { Service } from '#api/core/service/message.ts'
import { isHeadless } from '#api/core/service/needs.ts'
import { serviceHost } from '#names/dns-name.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { clusterIpsOf, find, nodeAddresses } from '../../cluster/lookup.ts'
import { unlikeness } from '../../cluster/nearest.ts'
import { refOf } from '../../cluster/reference.ts'
import type { NameDeadEnd } from '../../resolve/dead-end.ts'
import type { Source } from '../../resolve/source.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { ask, or, patch } from '../cure.ts'
import { deploymentOf } from '../pods/owner.ts'
import { otherNamespace } from './service-name.ts'

const fullName = ({ metadata }: Service, domain: string): string =>
  serviceHost(metadata?.namespace ?? '', metadata?.name ?? '', domain)

/** How far what was asked is from a Service's name: by its own labels, not by those that all names end in. */
function farness(asked: string, { metadata }: Service, namespace: string): number {
  const { name = '', namespace: own = '' } = metadata ?? {}
  const [first = '', second] = asked.split('.')
  // The bare name means the sender's namespace; elsewhere it is farther.
  const elsewhere = second === undefined ? (own === namespace ? 0 : 0.2) : unlikeness(second, own) / 2
  return Math.min(unlikeness(first, name) + elsewhere, unlikeness(asked, `${name}.${own}`))
}

/** Those like what was asked; of them the ones that serve the port, where any does. */
function nearestServices(
  facts: ClusterFacts,
  question: Question,
  asked: string,
  namespace: string,
): readonly Service[] {
  const port = portOf(question).slice(1)
  const serves = ({ spec }: Service) => spec?.ports?.some((one) => String(one.port) === port || one.name === port)
  const near = facts.services
    .map((service) => ({ service, far: farness(asked, service, namespace) }))
    .filter(({ far }) => far <= 0.5)
  return (near.some(({ service }) => serves(service)) ? near.filter(({ service }) => serves(service)) : near)
    .sort((a, b) => a.far - b.far || (keyOf(a.service) < keyOf(b.service) ? -1 : 1))
    .slice(0, 3)
    .map(({ service }) => service)
}

/** A name that only a search list would find, and the sender’s has not what it takes. */
export const nameTooShort = (
  question: Question,
  source: Source,
  { name: asked, fullName: whole, searches, refused }: NameDeadEnd & { kind: 'name-too-short' },
): Finding => ({
  reason: 'dns-name-unknown',
  name: asked,
  cause: 'search-list',
  fullName: whole,
  sender: source.sender,
  searches,
  ...(refused && { refused }),
  cures: [ask(question, { code: 'ask-whole-name' }, `${whole}${portOf(question)}`)],
})

/** The name is in the cluster's DNS, and the sender asks somebody else. */
export function dnsNotAsked(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  { name: asked, found, other }: NameDeadEnd & { kind: 'dns-not-asked' },
): Finding {
  const port = portOf(question)
  const cures: Cure[] =
    found.kind === 'service'
      ? [ask(question, { code: 'ask-address', asFound: true }, `svc/${keyOf(found.service)}${port}`)]
      : found.addresses.slice(0, 1).map((address) => {
          const host = address.includes(':') ? `[${address}]` : address
          return ask(question, { code: 'ask-address', asFound: false }, port ? `${host}${port}` : address)
        })
  const { pod } = source
  const owner = pod && deploymentOf(facts, pod)
  if (owner !== undefined) {
    const dnsPolicy = pod?.spec?.hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst'
    const body = { spec: { template: { spec: { dnsPolicy } } } }
    cures.push(or(patch({ code: 'let-pods-ask-dns' }, 'deployment', owner, body)))
  }
  const dns = find(facts.services, 'kube-dns', 'kube-system')
  return {
    reason: 'dns-not-asked',
    name: asked,
    sender: source.sender,
    asks: other,
    servers: dns === undefined ? [] : clusterIpsOf(dns),
    fixed: pod !== undefined && owner === undefined,
    ...(found.kind === 'service' ? { service: refOf('Service', found.service) } : { addresses: found.addresses }),
    cures,
  }
}

const portOf = (question: Question): string => /:([\w-]+)$/.exec(question.to)?.[0] ?? ''

/** A DNS name that nothing has. `namespace`: the one whose search list was used. */
export function nameUnknown(facts: ClusterFacts, question: Question, asked: string, namespace: string): Finding {
  const { clusterDomain, egress } = facts.network
  const to = (service: Service) => `${fullName(service, clusterDomain)}${portOf(question)}`
  const [name = '', second] = asked.split('.')
  const sameName = facts.services.filter(({ metadata }) => metadata?.name === name)
  const wrongNamespace = second === undefined || (second !== 'svc' && asked.split('.').length <= 3)
  if (sameName.length > 0 && wrongNamespace) return otherNamespace(question, name, second ?? namespace, sameName, to)
  const node = find(facts.nodes, asked)
  if (node !== undefined)
    return {
      reason: 'dns-name-unknown',
      name: asked,
      cause: 'node',
      addresses: nodeAddresses(node),
      cures: [ask(question, { code: 'ask-node-by-address' }, `node/${asked}${portOf(question)}`)],
    }
  const near = nearestServices(facts, question, asked, namespace)
  const isOutside = asked.includes('.') && !asked.endsWith(clusterDomain) && near.length === 0
  return {
    reason: 'dns-name-unknown',
    name: asked,
    cause: 'nothing',
    domain: clusterDomain,
    near: near.map((one) => fullName(one, clusterDomain)),
    ...(isOutside && { letOut: egress }),
    cures: near.map((one) => ask(question, { code: 'ask-service-by-name', service: refOf('Service', one) }, to(one))),
  }
}

/** An ExternalName Service whose name leads to nothing in the cluster. */
export function externalName(facts: ClusterFacts, question: Question, service: Service, target: string): Finding {
  const { clusterDomain, egress } = facts.network
  const outside = !target.endsWith(`.${clusterDomain}`) && target.includes('.')
  const finding = {
    reason: 'external-name',
    service: refOf('Service', service),
    target,
    outside,
    letOut: egress,
  } as const
  if (outside) return { ...finding, cures: [] }
  const near = nearestServices(facts, question, target, service.metadata?.namespace ?? '').filter(
    (one) => one !== service,
  )
  const cures: Cure[] = near.slice(0, 2).map((one) => {
    const effect = { code: 'lead-to', service: refOf('Service', one), isHeadless: isHeadless(one) } as const
    return patch(effect, 'service', service, { spec: { externalName: fullName(one, clusterDomain) } })
  })
  const [nearest] = near
  if (nearest !== undefined)
    cures.push(or(ask(question, { code: 'ask-that-service' }, `svc/${keyOf(nearest)}${portOf(question)}`)))
  return { ...finding, cures }
}
