import type { Service } from '#api/core/service/message.ts'
import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { nearest, unlikeness } from '../../cluster/nearest.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { ask, look } from '../cure.ts'

const suffix = (port: string | undefined): string => (port === undefined ? '' : `:${port}`)

/** `svc/NAME` that is not there: another namespace has it, or a name near to it is meant. */
export function serviceUnknown(
  facts: ClusterFacts,
  question: Question,
  { namespace, name, port }: { readonly namespace: string; readonly name: string; readonly port?: string },
): Finding {
  const elsewhere = facts.services.filter(({ metadata }) => metadata?.name === name)
  if (elsewhere.length > 0)
    return otherNamespace(question, name, namespace, elsewhere, (one) => `svc/${keyOf(one)}${suffix(port)}`)
  const own = facts.services.filter(({ metadata }) => metadata?.namespace === namespace)
  const near = nearest(
    name,
    own.map(({ metadata }) => metadata?.name ?? ''),
  )
  const others = own.map(({ metadata }) => metadata?.name ?? '').sort()
  const service = { kind: 'Service', namespace, name }
  const noNamespace = facts.namespaces.length > 0 && !facts.namespaces.includes(namespace)
  return {
    reason: 'service-unknown',
    service,
    ...(noNamespace
      ? { namespaces: facts.namespaces }
      : near.length === 0 && others.length > 0 && { others: others.slice(0, 10) }),
    cures:
      near.length > 0
        ? near.map((one) => {
            const effect = { code: 'ask-service', service: { kind: 'Service', name: one } } as const
            return ask(question, effect, `svc/${namespace}/${one}${suffix(port)}`)
          })
        : [look({ code: 'show-all-services' }, 'kubectl', 'get', 'services', '-A')],
  }
}

/** `to`: how a Service of that name is asked. */
export function otherNamespace(
  question: Question,
  name: string,
  namespace: string,
  found: readonly Service[],
  to: (service: Service) => string,
): Finding {
  const far = ({ metadata }: Service) => unlikeness(namespace, metadata?.namespace ?? '')
  const nearestFirst = found.toSorted((one, other) => far(one) - far(other))
  return {
    reason: 'other-namespace',
    service: { kind: 'Service', namespace, name },
    namespaces: found.map(({ metadata }) => metadata?.namespace ?? '').sort(),
    cures: nearestFirst
      .slice(0, 3)
      .map((one) => ask(question, { code: 'name-namespace', namespace: one.metadata?.namespace ?? '' }, to(one))),
  }
}
