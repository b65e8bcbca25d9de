import type { ApiObject } from '#api/resource.ts'
import { JsonError, parseJson } from '#schema/json.ts'
import type { MessageClass } from '#schema/schema.ts'
import { badRequest, failure, unsupportedMediaType } from '../../errors.ts'
import { goPackage } from '../../go-package.ts'
import type { Decoded, FieldValidation, Machinery } from '../../machinery/machinery.ts'
import type { ReadYaml } from '../yaml/read-yaml.ts'
import { type Exchange, mediaType } from './exchange.ts'
import { readBody } from './read-body.ts'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const ACCEPTED = ['application/json', 'application/yaml', PROTOBUF]

interface Expected {
  readonly apiVersion: string
  readonly kind: string
  readonly message: MessageClass<unknown>
  /** True for options, which every group counts among its own: clients name the group of what they ask for. */
  readonly anyVersion?: boolean
  /** Others that will do. */
  readonly otherVersions?: readonly string[]
}

/** A YAML body; its reader is loaded when the first comes. Throws ApiError 400, or 413 for one that is too much to read. */
export const parseYaml = async (text: string, frame = ''): Promise<ReadYaml> => {
  const { readYaml, YamlError } = await import('../yaml/read-yaml.ts')
  try {
    return readYaml(text)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    if (error.code === 'YAML_TOO_LARGE')
      throw failure(413, 'RequestEntityTooLarge', `the YAML is too large: ${error.message}`)
    throw badRequest(`${frame}error converting YAML to JSON: yaml: ${error.message}`)
  }
}

/** Reads a request's body as the kind that its path takes; undefined for an empty one. Throws 400, 413 or 415. */
export const readObject = async (
  machinery: Machinery,
  exchange: Pick<Exchange, 'request' | 'caller'>,
  expected: Expected,
  validation: FieldValidation,
): Promise<Decoded | undefined> => {
  const type = mediaType(exchange.request)
  const body = await readBody(exchange)
  if (body.length === 0) return undefined
  if (type === PROTOBUF) {
    // Of custom resources only a schema says what they hold, and in which order nobody.
    if (expected.message.open) throw unsupportedMediaType(ACCEPTED.filter((one) => one !== PROTOBUF))
    checkKind(machinery, machinery.protobufKind(body), expected)
    return complete(machinery.decodeProtobuf(expected.message, body), expected)
  }
  const text = body.toString()
  if (type === '' || type === 'application/json' || type === '*/*') {
    const value = parsed(text, body, expected)
    checkKind(machinery, typeMetaOf(value), expected)
    if (isNothing(value, expected)) return complete(machinery.decodeJson(expected.message, '{}', validation), expected)
    return complete(machinery.decodeJson(expected.message, text, validation, value), expected)
  }
  if (type === 'application/yaml' || type === 'text/yaml') {
    const { value, duplicates } = await parseYaml(text)
    if (validation === 'Strict' && duplicates.length > 0) {
      throw badRequest(`strict decoding error: yaml: unmarshal errors:\n  ${duplicates.join('\n  ')}`)
    }
    const json = isNothing(value, expected) ? '{}' : JSON.stringify(value)
    checkKind(machinery, typeMetaOf(value), expected)
    const decoded = complete(machinery.decodeJson(expected.message, json, validation), expected)
    return validation === 'Warn' ? { ...decoded, warnings: [...duplicates, ...decoded.warnings] } : decoded
  }
  throw unsupportedMediaType(ACCEPTED)
}

/** Go reads null as an object of which nothing is said, where its type is known. */
const isNothing = (value: unknown, { message }: Expected): boolean => value === null && message.open === undefined

/** As readObject(); an empty body is a 400 too. */
export const requireObject = async (
  machinery: Machinery,
  exchange: Pick<Exchange, 'request' | 'caller'>,
  expected: Expected,
  validation: FieldValidation,
): Promise<Decoded> => {
  const decoded = await readObject(machinery, exchange, expected, validation)
  if (!decoded) throw badRequest(`the body is empty: a ${expected.kind} of ${expected.apiVersion} is expected`)
  return decoded
}

const complete = (decoded: Decoded, { apiVersion, kind }: Expected): Decoded => ({
  ...decoded,
  object: { ...decoded.object, apiVersion, kind } as ApiObject,
})

/** The value of a JSON text. Throws ApiError 400 in Kubernetes' words. */
const parsed = (text: string, body: Buffer, { kind }: Expected): unknown => {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    const why = `couldn't get version/kind; json parse error: ${error.message}`
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summaryOf(text, body)})`)
  }
}

/** Octets of a body that a refusal shows. */
const SHOWN = 30

const summaryOf = (text: string, body: Buffer): string => {
  const more = body.length > SHOWN ? ' ...' : ''
  return (text[0] === '{' ? body.toString('utf8', 0, SHOWN) : body.toString('hex', 0, SHOWN)) + more
}

interface TypeMeta {
  readonly apiVersion?: unknown
  readonly kind?: unknown
}

const typeMetaOf = (value: unknown): TypeMeta => (typeof value === 'object' && value !== null ? value : {})

const checkKind = (machinery: Machinery, found: TypeMeta, expected: Expected): void => {
  // Both may be left out: the path says what it is.
  const apiVersion = String(found.apiVersion || expected.apiVersion)
  const kind = String(found.kind || expected.kind)
  const isRight =
    apiVersion === expected.apiVersion || expected.anyVersion || expected.otherVersions?.includes(apiVersion)
  if (kind === expected.kind && isRight) return
  const isKnown = machinery.messageOf(apiVersion, kind) !== undefined
  if (kind === expected.kind && isKnown)
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    )
  const version = versionOf(apiVersion)
  const why = isKnown
    ? `converting (${version}.${kind}) to (${packageOf(expected.apiVersion)}.${expected.kind}): unknown conversion`
    : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/api/legacyscheme/scheme.go:30"`
  throw badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: ${why}`)
}

const versionOf = (apiVersion: string): string => apiVersion.slice(apiVersion.indexOf('/') + 1)

const packageOf = (apiVersion: string): string => goPackage(apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/'))))
