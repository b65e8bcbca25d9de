/**
 * Objects must be converted by somebody else before they can be read or written in a form. Nothing of what was begun is
 * left; `resolve` has them converted, and then it can be begun anew.
 */
export class ConversionNeeded extends Error {
  readonly code = 'CONVERSION_NEEDED'
  readonly resolve: () => Promise<void>

  constructor(resolve: () => Promise<void>) {
    super('objects must be converted first')
    this.name = 'ConversionNeeded'
    this.resolve = resolve
  }
}

/** Each is a question: what came of others' writes meanwhile may need another one. */
const ATTEMPTS = 16

/** What `attempt` gives, once all that it needs is converted. */
export const whenConverted = <T>(attempt: () => T | Promise<T>): T | Promise<T> => {
  try {
    const answer = attempt()
    return answer instanceof Promise ? answer.catch((error: unknown) => again(error, attempt)) : answer
  } catch (error) {
    return again(error, attempt)
  }
}

const again = async <T>(first: unknown, attempt: () => T | Promise<T>): Promise<T> => {
  let error = first
  for (let count = 1; ; count++) {
    if (!(error instanceof ConversionNeeded) || count > ATTEMPTS) throw error
    await error.resolve()
    try {
      return await attempt()
    } catch (next) {
      error = next
    }
  }
}
