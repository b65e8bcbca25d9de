import type { ApiObject } from '#api/resource.ts'
import type { FieldProblem } from '#schema/json.ts'
import { decodeJson, decodeJsonText, formatProblem, JsonError } from '#schema/json.ts'
import { decodeProtobuf as decodeMessage, ProtobufError, unwrapUnknown } from '#schema/protobuf.ts'
import type { MessageClass } from '#schema/schema.ts'
import { badRequest } from '../errors.ts'
import type { Decoded, FieldValidation, Machinery } from './machinery.ts'

/** `Service in version "v1" cannot be handled as a Service: …`, Kubernetes' frame for a body that does not decode. */
const cannotBeHandled = (message: MessageClass<unknown>, why: string) => {
  const [apiVersion = '', kind = message.messageName] = message.gvk ?? []
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${why}`)
}

const decode = (
  message: MessageClass<unknown>,
  validation: FieldValidation,
  read: () => { readonly object: unknown; readonly problems: readonly FieldProblem[] },
): Decoded => {
  let result: ReturnType<typeof read>
  try {
    result = read()
  } catch (error) {
    if (error instanceof JsonError) throw cannotBeHandled(message, error.message)
    throw error
  }
  const texts = validation === 'Ignore' ? [] : result.problems.map(formatProblem)
  if (validation === 'Strict' && texts.length > 0) {
    throw cannotBeHandled(message, `strict decoding error: ${texts.join(', ')}`)
  }
  return { object: result.object as ApiObject, warnings: texts }
}

/**
 * A JSON body as a message of a kind. Throws ApiError 400; unknown fields are refused, warned of or dropped as
 * `validation` says.
 */
export const decodeText: Machinery['decodeJson'] = (message, text, validation, value): Decoded =>
  decode(message, validation, () => decodeJsonText(message, text, value))

/** As decodeText(), of JSON that is parsed already. */
export const decodeParsed = (message: MessageClass<unknown>, value: unknown, validation: FieldValidation): Decoded =>
  decode(message, validation, () => decodeJson(message, value))

/**
 * An enveloped protobuf body. Its unknown fields have no names to be strict about: they are warned of by message and
 * number.
 */
export const decodeEnveloped = (message: MessageClass<unknown>, bytes: Uint8Array): Decoded => {
  try {
    const { object, unknown } = decodeMessage(message, unwrapUnknown(bytes).raw)
    return {
      object: object as ApiObject,
      warnings: unknown.map((field) => `unknown field number ${field.number} of ${field.message} was dropped`),
    }
  } catch (error) {
    if (error instanceof ProtobufError) throw cannotBeHandled(message, error.message)
    throw error
  }
}

/** Which kind an enveloped protobuf body says it is (runtime.Unknown). Throws ApiError 400. */
export const envelopeKind = (bytes: Uint8Array): { readonly apiVersion: string; readonly kind: string } => {
  try {
    return unwrapUnknown(bytes)
  } catch (error) {
    if (error instanceof ProtobufError) throw badRequest(error.message)
    throw error
  }
}
