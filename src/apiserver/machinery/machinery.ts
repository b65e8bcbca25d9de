import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { StatusCause } from '#api/meta/status.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { PatchType } from '#client/client.ts'
import type { MessageClass } from '#schema/schema.ts'

export type FieldValidation = 'Strict' | 'Warn' | 'Ignore'

/** What is patched: a kind, or the kind of one of its parts. */
export type Patched = Pick<Resource, 'group' | 'version' | 'kind' | 'message'>

/** A patch that was read. */
export interface Patch {
  readonly type: PatchType
  /** JSON. */
  readonly value: unknown
  /** What of its text is refused where it is to be strict, and else only warned of. */
  readonly problems: readonly string[]
}

export interface Decoded {
  readonly object: ApiObject
  readonly warnings: readonly string[]
}

/**
 * What the kinds' declarations and their hand-written rules give the server; `create-machinery.ts` binds it to the real functions.
 * Everything here is pure.
 */
export interface Machinery {
  readonly catalogue: Catalogue
  /** The declaration of a kind that may come in a body or go out: also options, reviews, subresources. */
  messageOf(apiVersion: string, kind: string): MessageClass<unknown> | undefined
  /**
   * Strict about types (400), about unknown and doubled fields as `validation` says. `text` is JSON; YAML has become
   * JSON before. `value`: what the text was parsed to, if it was.
   */
  decodeJson(message: MessageClass<unknown>, text: string, validation: FieldValidation, value?: unknown): Decoded
  /** The same for a value that was JSON already, after a patch. */
  decodeValue(message: MessageClass<unknown>, value: unknown, validation: FieldValidation): Decoded
  /** An enveloped protobuf body of this message; throws ApiError 400 on a broken one. */
  decodeProtobuf(message: MessageClass<unknown>, bytes: Uint8Array): Decoded
  /** apiVersion and kind of a protobuf envelope. */
  protobufKind(bytes: Uint8Array): { readonly apiVersion: string; readonly kind: string }
  /** Enveloped. */
  encodeProtobuf(message: MessageClass<unknown>, object: ApiObject): Uint8Array
  /** One frame of a protobuf watch stream, with its length before it; `object` is enveloped already. */
  encodeWatchFrame(type: string, object: Uint8Array): Uint8Array
  /** A new object, with its defaults. */
  complete(resource: Resource, object: ApiObject): ApiObject
  /** What a client may not set is set or dropped, in place: status, generation. */
  prepareForCreate(resource: Resource, object: ApiObject): void
  prepareForUpdate(resource: Resource, next: ApiObject, previous: ApiObject, subresource: string): void
  validateCreate(resource: Resource, object: ApiObject): readonly StatusCause[]
  /** `warn` is told what is wrong and was so before. */
  validateUpdate(
    resource: Resource,
    next: ApiObject,
    previous: ApiObject,
    subresource: string,
    warn: (text: string) => void,
  ): readonly StatusCause[]
  /** Throws ApiError 400 where the selector is malformed or names a field that this kind cannot be selected by. */
  labelSelector(text: string): (object: ApiObject) => boolean
  fieldSelector(resource: Resource, text: string): (object: ApiObject) => boolean
  /** The object after a patch; throws ApiError. */
  patch(patched: Patched, current: ApiObject, patch: Patch, validation: FieldValidation): Decoded
  /** What a patch cannot do as it was meant, though it can be applied. */
  patchWarnings(patched: Patched, type: PatchType, patch: unknown): readonly string[]
  /** What Kubernetes warns of in a Warning header when such an object is written. `isNew`: it was not there before. */
  warningsFor(resource: Resource, object: ApiObject, isNew?: boolean): readonly string[]
}
