import type { ApiObject } from '#api/resource.ts'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { validateAnnotations } from '#api/validation/metadata.ts'
import { checkLabels } from '#api/validation/names.ts'
import { isJsonObject, type JsonObject } from '#schema/json-value.ts'

/** What is wrong with what a webhook has answered; the message is Kubernetes'. */
export class ConversionFault extends Error {
  readonly code = 'CONVERSION_FAULT'
  constructor(message: string) {
    super(message)
    this.name = 'ConversionFault'
  }
}

const GROUP = 'apiextensions.k8s.io'
const UNDERSTOOD = ['v1', 'v1beta1']

/** The version of the question, the first of those that are understood on both sides. Throws ConversionFault. */
export const reviewVersion = (versions: readonly string[]): string => {
  const found = versions.find((version) => UNDERSTOOD.includes(version))
  if (found === undefined) throw new ConversionFault('no supported conversion review versions')
  return found
}

export const reviewOf = (version: string, uid: string, desiredAPIVersion: string, objects: readonly ApiObject[]) => ({
  kind: 'ConversionReview',
  apiVersion: `${GROUP}/${version}`,
  request: { uid, desiredAPIVersion, objects },
})

const groupVersionKind = (kind: unknown, apiVersion: unknown): string => {
  const [version = '', group = ''] = String(apiVersion ?? '')
    .split('/')
    .reverse()
  return `${group}/${version}, Kind=${kind ?? ''}`
}

/** The objects of an answer, as they are. Throws ConversionFault where it is no answer to the question, or says no. */
export const answeredObjects = (version: string, uid: string, answer: JsonObject): readonly unknown[] => {
  const { kind, apiVersion, response } = answer
  if (version === 'v1' && (kind !== 'ConversionReview' || apiVersion !== `${GROUP}/v1`)) {
    const wanted = groupVersionKind('ConversionReview', `${GROUP}/v1`)
    throw new ConversionFault(`expected webhook response of ${wanted}, got ${groupVersionKind(kind, apiVersion)}`)
  }
  if (!isJsonObject(response)) throw new ConversionFault('no response provided')
  if (version === 'v1' && response.uid !== uid)
    throw new ConversionFault(
      `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(String(response.uid ?? ''))}`,
    )
  const result = isJsonObject(response.result) ? response.result : {}
  if (result.status !== 'Success') {
    const { message } = result
    if (typeof message === 'string' && message !== '') throw new ConversionFault(message)
    throw new ConversionFault(`response.result.status was '${result.status ?? ''}', not 'Success'`)
  }
  return Array.isArray(response.convertedObjects) ? response.convertedObjects : []
}

const GO_TYPES: { readonly [type: string]: string } = { string: 'string', boolean: 'bool', number: 'int64' }

const goType = (value: unknown): string => {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  return GO_TYPES[typeof value] ?? 'map[string]interface {}'
}

const versionOf = (apiVersion: unknown): string => (typeof apiVersion === 'string' ? apiVersion : '')

/**
 * An object as a webhook has converted it: labels and annotations are its own, all other metadata is that of the object
 * that was given. Throws ConversionFault.
 */
export const checkedObject = (given: ApiObject, converted: unknown, apiVersion: string, where: string): JsonObject => {
  const invalid = (why: string): ConversionFault => new ConversionFault(`returned invalid ${where}: ${why}`)
  if (!isJsonObject(converted)) throw invalid('no JSON object')
  const version = versionOf(converted.apiVersion)
  if (version !== apiVersion) throw invalid(`invalid groupVersion (expected ${apiVersion}, received ${version})`)
  if (converted.kind !== given.kind)
    throw invalid(`invalid kind (expected ${given.kind}, received ${converted.kind ?? ''})`)
  const metadata = isJsonObject(converted.metadata) ? converted.metadata : {}
  for (const [name, word] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [is, was] = [metadata[name] ?? '', given.metadata?.[name] ?? '']
    if (is !== was) throw invalid(`must have the same ${word}: ${was} != ${is}`)
  }
  if (converted.metadata === undefined)
    throw new ConversionFault('returned invalid metadata: missing metadata in converted object')
  return { ...converted, metadata: restored(given, metadata) }
}

const restored = (given: ApiObject, metadata: JsonObject): JsonObject => {
  const fault = (why: string): ConversionFault => new ConversionFault(`returned invalid metadata: ${why}`)
  const { labels: _, annotations: __, ...rest } = (given.metadata ?? {}) as JsonObject
  const own: { [name: string]: JsonObject } = {}
  for (const name of ['labels', 'annotations'] as const) {
    const words = metadata[name]
    if (words === undefined || words === null) continue
    if (!isJsonObject(words)) throw fault(`invalid metadata.${name} of type ${goType(words)} in converted object`)
    for (const [key, value] of Object.entries(words))
      if (typeof value !== 'string')
        throw fault(`metadata.${name}[${key}] must be a string, but is ${goType(value)} in converted object`)
    const texts = words as { readonly [key: string]: string }
    const check =
      name === 'labels' ? checkLabels(texts, 'metadata.labels') : validateAnnotations(texts, 'metadata.annotation')
    if (check.length > 0) throw fault(check.map(fieldErrorText).join(', '))
    own[name] = words
  }
  return { ...rest, ...own }
}
