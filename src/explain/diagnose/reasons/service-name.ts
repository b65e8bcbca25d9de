import { keyOf } from '#objects/object-key.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'
import { nearest, unlikeness } from '../../cluster/nearest.ts'
import type { Finding } from '../../trace/finding.ts'
import type { Question } from '../../trace/question.ts'
import { listed } from '../../words/text.ts'
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
  return {
    reason: 'service-unknown',
    message: `there is no Service ${name} in namespace ${namespace}`,
    details:
      facts.namespaces.length > 0 && !facts.namespaces.includes(namespace)
        ? [`there is no namespace ${namespace} either; there are ${listed(facts.namespaces)}`]
        : near.length > 0 || others.length === 0
          ? []
          : [`Services there: ${listed(others.slice(0, 10))}`],
    cures:
      near.length > 0
        ? near.map((one) => ask(question, `ask Service ${one}`, `svc/${namespace}/${one}${suffix(port)}`))
        : [look('the Services of all namespaces', 'kubectl', 'get', 'services', '-A')],
  }
}

export function otherNamespace(
  question: Question,
  name: string,
  namespace: string,
  found: readonly { readonly metadata?: { readonly namespace?: string; readonly name?: string } }[],
  to: (service: (typeof found)[number]) => string,
): Finding {
  const namespaces = found.map(({ metadata }) => metadata?.namespace ?? '').sort()
  return {
    reason: 'other-namespace',
    message: `Service ${name} is not in namespace ${namespace}, but in ${listed(namespaces)}; a name without a namespace means the sender’s own, or --namespace`,
    cures: [...found]
      .sort(
        (one, other) =>
          unlikeness(namespace, one.metadata?.namespace ?? '') - unlikeness(namespace, other.metadata?.namespace ?? ''),
      )
      .slice(0, 3)
      .map((one) => ask(question, `name its namespace: ${one.metadata?.namespace}`, to(one))),
  }
}
