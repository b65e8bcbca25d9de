import type { ClusterFacts } from '../cluster/facts.ts'
import { familyOfText } from '../cluster/lookup.ts'
import type { Question } from '../trace/question.ts'
import { type Source, sourceAddress } from './source.ts'

/** A question, by whom, and what is known. */
export interface Query {
  readonly facts: ClusterFacts
  readonly question: Question
  readonly source: Source
}

/** The address of the family asked for; else the first of a family that the sender has. */
export function ofFamily(addresses: readonly string[], { question: { family }, source }: Query): string | undefined {
  return addresses.find((address) => {
    const own = familyOfText(address)
    return family === undefined ? sourceAddress(source, own) !== undefined : own === family
  })
}
