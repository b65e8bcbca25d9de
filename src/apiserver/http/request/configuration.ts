import { hasDoubledMembers, parseJson } from '#schema/json.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '#schema/json-value.ts'
import { badRequest } from '../../errors.ts'
import type { FieldValidation } from '../../machinery/machinery.ts'
import { parseYaml } from './body.ts'

interface ReadConfiguration {
  readonly config: JsonObject
  /** What of it is only to be warned of. */
  readonly warnings: readonly string[]
}

/**
 * What is to be applied, as YAML or JSON. Throws ApiError 400: it is none, or says something twice where that is
 * refused.
 */
export const readConfiguration = async (text: string, validation: FieldValidation): Promise<ReadConfiguration> => {
  const { value, duplicates } = plainJson(text) ?? (await parseYaml(text, 'error decoding YAML: '))
  if (value !== null && !isJsonObject(value)) {
    const what = Array.isArray(value) ? 'array' : typeof value
    const why = `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${what} into Go value of type map[string]interface {}`
    throw badRequest(`error decoding YAML: ${why}`)
  }
  const config = value ?? {}
  if (duplicates.length === 0 || validation === 'Ignore') return { config, warnings: [] }
  const problem = `error converting YAML to JSON: yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`
  if (validation === 'Strict') throw badRequest(`error strict decoding YAML: ${problem}`)
  return { config, warnings: [problem] }
}

/** Most programs send JSON, which is read faster by far; undefined for what is none, or must be looked at closely. */
const plainJson = (text: string): { readonly value: JsonValue; readonly duplicates: readonly string[] } | undefined => {
  if (text[0] !== '{') return undefined
  try {
    const value = parseJson(text) as JsonValue
    return hasDoubledMembers(text, value) ? undefined : { value, duplicates: [] }
  } catch {
    // The reader of YAML says what is wrong.
    return undefined
  }
}
