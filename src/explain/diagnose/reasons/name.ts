import type { Service } from '#api/core/service/message.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { clusterIpsOf, find, isHeadless, nodeAddresses } from '../../cluster/lookup.ts'
import { unlikeness } from '../../cluster/nearest.ts'
import type { NameDeadEnd } from '../../resolve/dead-end.ts'
import { type Source, senderOf } from '../../resolve/source.ts'
import type { Cure } from '../../trace/cure.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { otherResolverText } from '../../words/resolver.ts'
import { listed } from '../../words/text.ts'
import { ask, patch } from '../cure.ts'
import { deploymentOf } from './pods.ts'
import { otherNamespace } from './service-name.ts'

/** `web.shop.svc.cluster.local` */
const fullName = ({ metadata }: Service, domain: string): string =>
  `${metadata?.name}.${metadata?.namespace}.svc.${domain}`

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
  { name: asked, fullName: whole, searches }: NameDeadEnd & { kind: 'name-too-short' },
): Finding => ({
  reason: 'dns-name-unknown',
  message: `DNS has no name ${asked} (NXDOMAIN); it has ${whole}, and ${source.name} puts ${searches.length === 0 ? 'nothing' : `only ${listed(searches, 'or')}`} behind a name`,
  details: ['a pod of dnsPolicy ClusterFirst has the search list of its namespace'],
  cures: [ask(question, 'ask the whole name', `${whole}${portOf(question)}`)],
})

/** The name is in the cluster's DNS, and the sender asks somebody else. */
export function dnsNotAsked(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  { name: asked, found, other }: NameDeadEnd & { kind: 'dns-not-asked' },
): Finding {
  const port = portOf(question)
  const cures =
    found.kind === 'service'
      ? [ask(question, 'ask its address, as explain finds it', `svc/${keyOf(found.service)}${port}`)]
      : found.addresses
          .slice(0, 1)
          .map((address) =>
            ask(
              question,
              'ask its address',
              port ? `${address.includes(':') ? `[${address}]` : address}${port}` : address,
            ),
          )
  const { pod } = source
  const owner = pod && deploymentOf(facts, pod)
  if (owner !== undefined)
    cures.push(
      patch('or let its pods ask the cluster’s DNS; new ones take their place', 'deployment', owner, {
        spec: {
          template: { spec: { dnsPolicy: pod?.spec?.hostNetwork ? 'ClusterFirstWithHostNet' : 'ClusterFirst' } },
        },
      }),
    )
  const dns = find(facts.services, 'kube-dns', 'kube-system')
  const servers = dns === undefined ? [] : clusterIpsOf(dns)
  return {
    reason: 'dns-not-asked',
    message: `${otherResolverText(senderOf(source), other)}: ${asked} is ${found.kind === 'service' ? `Service ${keyOf(found.service)}` : listed(found.addresses)} in the cluster’s DNS alone`,
    details: [
      ...(servers.length > 0 ? [`the cluster’s DNS is at ${listed(servers)}`] : []),
      ...(pod !== undefined && owner === undefined
        ? [
            'dnsPolicy cannot be changed in a pod that is there: make it anew with ClusterFirst, or ClusterFirstWithHostNet where it has hostNetwork',
          ]
        : []),
    ],
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
  if (sameName.length > 0 && wrongNamespace)
    return otherNamespace(question, name, second ?? namespace, sameName, to as never)
  const node = find(facts.nodes, asked)
  if (node !== undefined)
    return {
      reason: 'dns-name-unknown',
      message: `DNS has no name ${asked} (NXDOMAIN): it is a node, and nodes have no names there`,
      details: [`${asked} is ${listed(nodeAddresses(node))}`],
      cures: [ask(question, 'ask the node by its address', `node/${asked}${portOf(question)}`)],
    }
  const near = nearestServices(facts, question, asked, namespace)
  const details = [`the shape of a name: SERVICE, SERVICE.NAMESPACE, or SERVICE.NAMESPACE.svc.${clusterDomain}`]
  if (asked.includes('.') && !asked.endsWith(clusterDomain) && near.length === 0)
    details.push(
      egress
        ? 'a name outside of the cluster is asked of the machine’s own resolver; no Service has a part in it'
        : 'a name outside of the cluster is not resolved: the cluster was started without --egress',
    )
  return {
    reason: 'dns-name-unknown',
    message: `DNS has no name ${asked} (NXDOMAIN)${
      near.length > 0
        ? `; the nearest: ${listed(
            near.map((one) => fullName(one, clusterDomain)),
            'or',
          )}`
        : ''
    }`,
    details,
    cures: near.map((one) => ask(question, `ask ${keyOf(one)} by its name`, to(one))),
  }
}

/** An ExternalName Service whose name leads to nothing in the cluster. */
export function externalName(facts: ClusterFacts, question: Question, service: Service, target: string): Finding {
  const { clusterDomain, egress } = facts.network
  const inCluster = target.endsWith(`.${clusterDomain}`) || !target.includes('.')
  if (!inCluster)
    return {
      reason: 'external-name',
      message: `Service ${keyOf(service)} is an ExternalName: DNS answers with the name ${target}, and no packet passes a Service`,
      details: [
        egress
          ? 'whether it answers depends on the machine’s resolver and on the way there'
          : 'the cluster was started without --egress, so that name is not resolved and nothing is let out',
      ],
      cures: [],
    }
  const near = nearestServices(facts, question, target, service.metadata?.namespace ?? '').filter(
    (one) => one !== service,
  )
  const cures = near.slice(0, 2).map((one): Cure => {
    const externalName = fullName(one, clusterDomain)
    return patch(`lead it to ${keyOf(one)}${isHeadless(one) ? ' (headless)' : ''}`, 'service', service, {
      spec: { externalName },
    })
  })
  return {
    reason: 'external-name',
    message: `Service ${keyOf(service)} is an ExternalName of ${target}, which nothing in the cluster has (NXDOMAIN)`,
    cures: [
      ...cures,
      ...near
        .slice(0, 1)
        .map((one) => ask(question, 'or ask that Service itself', `svc/${keyOf(one)}${portOf(question)}`)),
    ],
  }
}
