import type { Service } from '#api/core/service/message.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import { addressText, familyOfText, slicesOf } from '../cluster/lookup.ts'
import { noEndpoints } from '../diagnose/reasons/endpoints.ts'
import { familyMissing } from '../diagnose/reasons/frontend.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import { type Source, sourceAddress } from './source.ts'

/**
 * What the name of a headless Service gives: the addresses of its ready endpoints, of the family asked for or of one
 * that the sender has.
 */
export function headlessAddresses(
  facts: ClusterFacts,
  question: Question,
  source: Source,
  service: Service,
): { readonly addresses: readonly string[]; readonly finding: Finding | undefined } {
  const ready = slicesOf(facts, service)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses?.flatMap((text) => addressText(text) ?? []) ?? [])
  if (ready.length === 0)
    return { addresses: [], finding: noEndpoints(facts, question, service, service.spec?.ports?.[0], undefined) }
  const wanted = question.family ?? ready.map(familyOfText).find((one) => sourceAddress(source, one) !== undefined)
  const addresses = [...new Set(ready.filter((address) => familyOfText(address) === wanted))].sort()
  return {
    addresses,
    finding: addresses.length > 0 ? undefined : familyMissing(facts, question, source, service, ready),
  }
}
