import type { Service } from '#api/core-v1.ts'
import { ask, patch } from '../cure.ts'
import type { Cure, Finding, Question } from '../explanation.ts'
import type { ClusterFacts } from '../facts.ts'
import { isHeadless } from '../lookup.ts'
import { listed, nameOf } from '../names.ts'
import { unlikeness } from '../nearest.ts'
import { otherNamespace } from './service-name.ts'

/** `web.shop.svc.cluster.local` */
const fullName = ({ metadata }: Service, domain: string): string =>
  `${metadata?.name}.${metadata?.namespace}.svc.${domain}`

/** How far what was asked is from a Service's name, however much of it was written. */
function farness(asked: string, service: Service, domain: string, namespace: string): number {
  const { name = '', namespace: own = '' } = service.metadata ?? {}
  const forms = [`${name}.${own}`, `${name}.${own}.svc`, fullName(service, domain)]
  // The bare name means the sender's namespace; elsewhere it is farther.
  return Math.min(
    ...forms.map((form) => unlikeness(asked, form)),
    unlikeness(asked, name) + (own === namespace ? 0 : 0.2),
  )
}

function nearestServices(facts: ClusterFacts, asked: string, namespace: string): readonly Service[] {
  const { clusterDomain } = facts.network
  return facts.services
    .map((service) => ({ service, far: farness(asked, service, clusterDomain, namespace) }))
    .filter(({ far }) => far <= 0.5)
    .sort((a, b) => a.far - b.far || (nameOf(a.service) < nameOf(b.service) ? -1 : 1))
    .slice(0, 3)
    .map(({ service }) => service)
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
  const near = nearestServices(facts, asked, namespace)
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
    cures: near.map((one) => ask(question, `ask ${nameOf(one)} by its name`, to(one))),
  }
}

/** An ExternalName Service whose name leads to nothing in the cluster. */
export function externalName(facts: ClusterFacts, question: Question, service: Service, target: string): Finding {
  const { clusterDomain, egress } = facts.network
  const inCluster = target.endsWith(`.${clusterDomain}`) || !target.includes('.')
  if (!inCluster)
    return {
      reason: 'external-name',
      message: `Service ${nameOf(service)} is an ExternalName: DNS answers with the name ${target}, and no packet passes a Service`,
      details: [
        egress
          ? 'whether it answers depends on the machine’s resolver and on the way there'
          : 'the cluster was started without --egress, so that name is not resolved and nothing is let out',
      ],
      cures: [],
    }
  const near = nearestServices(facts, target, service.metadata?.namespace ?? '').filter((one) => one !== service)
  const cures = near.slice(0, 2).map((one): Cure => {
    const externalName = fullName(one, clusterDomain)
    return patch(`lead it to ${nameOf(one)}${isHeadless(one) ? ' (headless)' : ''}`, 'service', service, {
      spec: { externalName },
    })
  })
  return {
    reason: 'external-name',
    message: `Service ${nameOf(service)} is an ExternalName of ${target}, which nothing in the cluster has (NXDOMAIN)`,
    cures: [
      ...cures,
      ...near
        .slice(0, 1)
        .map((one) => ask(question, 'or ask that Service itself', `svc/${nameOf(one)}${portOf(question)}`)),
    ],
  }
}
