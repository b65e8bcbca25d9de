import { isDeepStrictEqual } from 'node:util'
import type { Attributes } from '../../webhooks/attributes.ts'
import type { Question } from './hooks.ts'

/** When in a write somebody is asked. */
type AskedAt = 'mutating' | 'mutating again' | 'validating'

/** Thrown within a transaction, which then comes to nothing: first somebody is to be asked, outside of it. */
export class Unanswered extends Error {
  readonly code = 'UNANSWERED'
  readonly at: AskedAt
  readonly attributes: Attributes
  readonly question: Question<unknown>

  constructor(at: AskedAt, attributes: Attributes, question: Question<unknown>) {
    super('somebody has a say in this write, and has not been asked yet')
    this.at = at
    this.attributes = attributes
    this.question = question
  }
}

/**
 * What others have said of one write, which is tried until nobody is left to be asked. What they said of the same
 * object, as it is and as it was, holds; where something has changed meanwhile they are asked again.
 */
export class Answers {
  readonly #known: { readonly at: AskedAt; readonly attributes: Attributes; readonly answer: unknown }[] = []
  #next = 0

  /** At the beginning of each try. */
  begin(): void {
    this.#next = 0
  }

  /** The answer to a question, which comes in the same order in each try. Throws Unanswered where there is none yet. */
  to<T>(at: AskedAt, attributes: Attributes, question: Question<T>): T {
    const known = this.#known[this.#next]
    if (known?.at === at && isSame(known.attributes, attributes)) {
      this.#next++
      return known.answer as T
    }
    this.#known.length = Math.min(this.#known.length, this.#next)
    throw new Unanswered(at, attributes, question)
  }

  add({ at, attributes }: Unanswered, answer: unknown): void {
    this.#known.push({ at, attributes, answer })
  }
}

const isSame = (a: Attributes, b: Attributes): boolean =>
  a.operation === b.operation &&
  a.name === b.name &&
  (a.oldObject === b.oldObject || isDeepStrictEqual(a.oldObject, b.oldObject)) &&
  isDeepStrictEqual(a.object, b.object)
