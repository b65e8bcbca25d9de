import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { clusterIpsOf, familyOfText } from '../cluster/lookup.ts'
import type { Target } from '../resolve/address-destination.ts'
import { type Source, sourceAddress } from '../resolve/source.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import { ask } from './cure.ts'
import { familyMissing } from './reasons/frontend.ts'

/** The sender lacks the family of what it asks. */
export function noSource(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  { address }: Target,
  service: Service | undefined,
): Finding {
  const own = service === undefined ? [] : clusterIpsOf(service)
  if (service !== undefined && own.length > 0 && !own.some((one) => sourceAddress(source, familyOfText(one))))
    return familyMissing(facts, { ...question, family: undefined }, source, service, own)
  const wanted = familyOfText(address)
  const family = question.family === wanted ? undefined : question.family
  const byName = question.family === wanted && !/^\[|^[\d.:]+$/.test(question.to)
  return {
    reason: 'family-missing',
    family: wanted,
    of: 'sender',
    sender: source.sender,
    address,
    has: source.addresses.filter((one) => familyOfText(one) !== wanted),
    cures: byName ? [ask({ ...question, family }, { code: 'ask-own-family' }, question.to)] : [],
  }
}
