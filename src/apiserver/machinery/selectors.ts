import type { Kind } from '#api/catalogue/kind.ts'
import type { ApiObject } from '#api/resource.ts'
import { matchesFields, parseFieldSelector } from '#api/selectors/field-selector.ts'
import { parseLabelSelector } from '#api/selectors/label-selector.ts'
import { matchesLabels } from '#objects/label-requirement.ts'
import { SelectorError } from '#objects/selector-error.ts'
import { badRequest } from '../errors.ts'

const parsed = <T>(parse: () => T): T => {
  try {
    return parse()
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message)
    throw error
  }
}

/** Each is asked of each object: far more than anybody writes, and few enough for a large collection. */
const MOST_REQUIREMENTS = 1000

const checkNumber = (count: number): void => {
  if (count > MOST_REQUIREMENTS)
    throw badRequest(`a selector has at most ${MOST_REQUIREMENTS} requirements, not ${count}`)
}

/** The predicate of a `labelSelector` parameter; throws ApiError 400. */
export const labelSelector = (text: string): ((object: ApiObject) => boolean) => {
  const requirements = parsed(() => parseLabelSelector(text))
  checkNumber(requirements.length)
  return (object) => matchesLabels(requirements, object.metadata?.labels)
}

/**
 * The predicate of a `fieldSelector` parameter; throws ApiError 400, also for a field that the kind cannot be selected
 * by.
 */
export const fieldSelector = (kind: Kind, text: string): ((object: ApiObject) => boolean) => {
  const requirements = parsed(() => parseFieldSelector(kind, text))
  checkNumber(requirements.length)
  return (object) => matchesFields(kind, requirements, object)
}
