import type { PatchType } from '#client/client.ts'
import { formatProblem, JsonError, parseFreeJson } from '#schema/json.ts'
import { badRequest } from '../errors.ts'
import type { FieldValidation, Patch } from './machinery.ts'

/** Reads the text of a patch. Throws ApiError 400 in Kubernetes' words. */
export const readPatchText = (type: PatchType, text: string, validation: FieldValidation): Patch => {
  // Where nobody asks about its fields, a JSON or merge patch is read by the library alone that applies it.
  const isChecked = validation !== 'Ignore'
  const prefix = type !== 'strategic' && isChecked ? 'error decoding patch: ' : ''
  const refuse = (why: string) => badRequest(type === 'merge' && !isChecked ? 'Invalid JSON Patch' : prefix + why)
  const { value, problems } = read(text, refuse)
  if (type !== 'json') {
    const isArray = Array.isArray(value)
    if (type === 'merge' && value === null) throw badRequest('Invalid JSON Patch')
    if (value !== null && (typeof value !== 'object' || (isArray && (isChecked || type === 'strategic'))))
      throw refuse(mismatch(value, 'map[string]interface {}'))
    return { type, value, problems: isChecked ? problems : [] }
  }
  if (!isChecked) return { type, value, problems: [] }
  const unknown = operationProblems(value, (why) => refuse(why))
  return { type, value, problems: [...unknown, ...problems].map((problem) => `json patch ${problem}`) }
}

const read = (text: string, refuse: (why: string) => Error) => {
  try {
    const { value, problems } = parseFreeJson(text)
    return { value, problems: problems.map(formatProblem) }
  } catch (error) {
    if (error instanceof JsonError) throw refuse(error.message)
    throw error
  }
}

const jsonType = (value: unknown): string =>
  Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value

const mismatch = (value: unknown, type: string): string =>
  `json: cannot unmarshal ${jsonType(value)} into Go value of type ${type}`

const OPERATION = 'handlers.jsonPatchOp'
const TEXTS = ['op', 'path', 'from']

/** The members of operations that no operation has. Throws where they are no operations. */
const operationProblems = (patch: unknown, refuse: (why: string) => Error): readonly string[] => {
  if (patch === null) return []
  if (!Array.isArray(patch)) throw refuse(mismatch(patch, `[]${OPERATION}`))
  const unknown: string[] = []
  for (const [index, operation] of patch.entries()) {
    if (operation === null) continue
    if (typeof operation !== 'object' || Array.isArray(operation)) throw refuse(mismatch(operation, OPERATION))
    for (const [name, value] of Object.entries(operation)) {
      if (TEXTS.includes(name)) {
        if (value !== null && typeof value !== 'string')
          throw refuse(
            `json: cannot unmarshal ${jsonType(value)} into Go struct field jsonPatchOp.${name} of type string`,
          )
      } else if (name !== 'value') unknown.push(`unknown field "[${index}].${name}"`)
    }
  }
  return unknown
}
