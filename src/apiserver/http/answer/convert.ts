import type { Kind } from '#api/catalogue/kind.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { toTable } from '#api/table/table.ts'
import { type Encoding, negotiate, type Wanted } from '../request/negotiate.ts'

const partials = new WeakMap<object, ApiObject>()

/** `PartialObjectMetadata`: the metadata alone, for clients that need no more. Made once for each stored state. */
export const partialOf = (object: ApiObject, version = 'v1'): ApiObject => {
  let partial = partials.get(object)
  if (!partial) {
    partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata ?? {} }
    partials.set(object, partial)
  }
  return version === 'v1' ? partial : { ...partial, apiVersion: `meta.k8s.io/${version}` }
}

/** A Table has no protobuf form. */
const servesConversion = ({ kind, group, version }: NonNullable<Wanted['as']>, encoding: Encoding): boolean =>
  !(kind === 'Table' && encoding === 'protobuf') &&
  group === 'meta.k8s.io' &&
  (version === 'v1' || version === 'v1beta1') &&
  (kind === 'Table' || kind === 'PartialObjectMetadata' || kind === 'PartialObjectMetadataList')

/**
 * What a client wants to read of a resource: its objects, their metadata, or a Table. Custom resources have no protobuf
 * form. Throws ApiError 406.
 */
export const negotiateRead = (
  accept: string | undefined,
  { message }: Pick<Resource, 'message'>,
  hasProtobuf = message.open === undefined,
): Wanted => negotiate(accept, servesConversion, undefined, (encoding) => encoding !== 'protobuf' || hasProtobuf)

/** What each row of a Table carries of its object. */
type Included = 'None' | 'Metadata' | 'Object'

export const isIncluded = (text: string): text is Included =>
  text === 'None' || text === 'Metadata' || text === 'Object'

interface TableRequest {
  readonly kind: Kind
  readonly version: string
  readonly includeObject: Included
  readonly now: Date
}

/** A `Table` of these objects, in the columns that `kubectl get` prints. */
export const tableOf = (
  request: TableRequest,
  metadata: object,
  objects: readonly ApiObject[],
  columns = true,
): ApiObject => {
  const { kind, version, includeObject, now } = request
  const table = toTable(kind, objects, {
    includeObject,
    version,
    now: now.getTime(),
    metadata,
    columns,
  })
  return table as unknown as ApiObject
}
