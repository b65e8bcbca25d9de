import { goJson } from '../../go-format.ts'
import { parseExactly } from '../../json/long-integer.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../json-value.ts'
import { utf8Bytes } from '../../utf8.ts'
import { difference, type FieldSet } from '../sets/field-set.ts'
import { compareValues } from '../values/compare.ts'
import { fieldsOf } from '../values/fields-of.ts'
import { validateValue } from '../values/validate.ts'
import type { OwnedKind } from './owned-kind.ts'

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration'
/** Octets of all annotations together. */
const MOST = 256 * 1024

const annotationsOf = (object: JsonObject): JsonObject | undefined => {
  const metadata = isJsonObject(object.metadata) ? object.metadata : undefined
  return isJsonObject(metadata?.annotations) ? metadata.annotations : undefined
}

/** What `kubectl apply` noted of an object; undefined where it noted nothing. */
export const lastAppliedOf = (object: JsonObject): string | undefined => {
  const text = annotationsOf(object)?.[ANNOTATION]
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** The fields that `kubectl apply` has applied, and that are so still; undefined where that cannot be told. */
export const lastAppliedFields = (kind: OwnedKind, live: JsonObject): FieldSet | undefined => {
  const config = parseObject(lastAppliedOf(live))
  if (config === undefined || config.apiVersion !== kind.apiVersion) return undefined
  if (validateValue(kind.type, live).length > 0 || validateValue(kind.type, config).length > 0) return undefined
  const { added, modified, removed } = compareValues(kind.type, config, live, false)
  return [modified, added, removed].reduce(difference, fieldsOf(kind.type, config))
}

const parseObject = (text: string | undefined): JsonObject | undefined => {
  if (text === undefined) return undefined
  try {
    const value = parseExactly(text) as JsonValue
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The object with a note of this configuration, or without any where it would be too long. */
export const withLastApplied = (object: JsonObject, config: JsonObject): JsonObject => {
  const annotations: { [name: string]: JsonValue } = {
    ...annotationsOf(object),
    [ANNOTATION]: `${goJson(withoutNote(config))}\n`,
  }
  if (octetsOf(annotations) > MOST) delete annotations[ANNOTATION]
  return { ...object, metadata: { ...(object.metadata as JsonObject), annotations } }
}

const withoutNote = (config: JsonObject): JsonObject => {
  const annotations = annotationsOf(config)
  if (annotations === undefined || !Object.hasOwn(annotations, ANNOTATION)) return config
  const { [ANNOTATION]: _, ...rest } = annotations
  return { ...config, metadata: { ...(config.metadata as JsonObject), annotations: rest } }
}

const octetsOf = (annotations: JsonObject): number => {
  let sum = 0
  for (const [name, value] of Object.entries(annotations))
    sum += utf8Bytes(name).length + utf8Bytes(String(value)).length
  return sum
}
