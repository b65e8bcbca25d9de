import { fieldErrorText } from '#api/validation/field-error.ts'
import { JsonError } from '#schema/json.ts'
import { pruneNulls } from '#schema/structural/defaults.ts'
import { prune } from '#schema/structural/prune.ts'
import { coerceEmbedded } from './embedded.ts'
import type { CustomVersion } from './version.ts'

/**
 * Makes an object what its version's schema knows, in place, and returns the paths of what was unknown. Throws JsonError
 * for metadata of a wrong type inside of it, unless it was stored already.
 */
export const settle = (
  object: { [name: string]: unknown },
  { node }: Pick<CustomVersion, 'node'>,
  isStored: boolean,
): readonly string[] => {
  const unknown = prune(object, node)
  pruneNulls(object, node)
  const coerced = coerceEmbedded(object, node && { ...node, isResource: false }, '', isStored)
  const [error] = coerced.errors
  if (error !== undefined) throw new JsonError('JSON_VALUE', fieldErrorText(error))
  return [...unknown, ...coerced.unknown]
}
