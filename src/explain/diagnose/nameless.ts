import { keyOf, splitKey } from '#objects/object-key.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { refOf } from '../cluster/reference.ts'
import type { Destination } from '../resolve/address-destination.ts'
import type { Source } from '../resolve/source.ts'
import type { Cure } from '../trace/cure.ts'
import type { Question } from '../trace/question.ts'
import { ask } from './cure.ts'
import { dnsDown } from './dns-way.ts'

const AS_ITSELF = /^(?:svc|services?)\//i

/**
 * The question by the name of the Service, where a pod asks for it as itself (`svc/web`) and gets no answer from the DNS: its
 * program, which knows the name alone, reaches nobody.
 */
export function namelessOf(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  { byName, service, targets: [target] }: Destination,
): Cure | undefined {
  if (byName || service === undefined || target === undefined) return undefined
  if (source.pod === undefined || !AS_ITSELF.test(question.to)) return undefined
  const down = dnsDown(facts, question, source)
  if (down === undefined || down.doubt) return undefined
  const { namespace = '', name } = splitKey(keyOf(service))
  const effect = { code: 'ask-service-by-name', service: refOf('Service', service) } as const
  return ask(question, effect, `${name}.${namespace}:${target.port}`)
}
