import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { find } from '../cluster/lookup.ts'
import { nearest } from '../cluster/nearest.ts'
import { refOf } from '../cluster/reference.ts'

type Code = 'SOURCE_UNKNOWN' | 'DESTINATION_MALFORMED'

const nameIn = ({ metadata }: { readonly metadata?: { readonly name?: string } }): string => metadata?.name ?? ''

/** There is no such pod: where one of that name is, or what the name is like. */
export function podUnknown(facts: ClusterFacts, code: Code, namespace: string, name: string): ExplainError {
  const [dotted = '', inNamespace = ''] = name.split('.')
  const elsewhere = facts.pods.find((pod) => nameIn(pod) === name) ?? find(facts.pods, dotted, inNamespace || 'default')
  const own = facts.pods.filter(({ metadata }) => metadata?.namespace === namespace)
  const near = nearest(name, own.map(nameIn))
  return new ExplainError({
    code,
    why: 'pod-unknown',
    pod: { kind: 'Pod', namespace, name },
    ...(elsewhere && { elsewhere: refOf('Pod', elsewhere) }),
    near: own.filter((pod) => near.includes(nameIn(pod))).map((pod) => refOf('Pod', pod)),
  })
}

export const nodeUnknown = (facts: ClusterFacts, code: Code, node: string): ExplainError =>
  new ExplainError({ code, why: 'node-unknown', node, nodes: facts.nodes.map(nameIn).sort() })
