import { jsonEqual } from '#schema/json-value.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import type { CustomResourceDefinition } from '../message.ts'

type Version = NonNullable<CustomResourceDefinition['spec']['versions']>[number]
export type Columns = NonNullable<Version['additionalPrinterColumns']>
export type Subresources = NonNullable<Version['subresources']>
export type SelectableFields = NonNullable<Version['selectableFields']>

/** What a version, or all of them alike, say. */
export interface Parts {
  readonly schema: JsonSchema | undefined
  /** There is a `schema`, perhaps without a schema in it. */
  readonly hasSchema: boolean
  readonly subresources: Subresources | undefined
  readonly columns: Columns
  readonly selectableFields: SelectableFields
}

export interface InternalVersion extends Parts {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated: boolean
  readonly deprecationWarning: string | undefined
}

/**
 * A definition as Kubernetes' checks see it, and name its fields in what they say: what is alike in all versions stands
 * once, above them.
 */
export interface InternalSpec extends Parts {
  readonly versions: readonly InternalVersion[]
}

const NOTHING: Parts = {
  schema: undefined,
  hasSchema: false,
  subresources: undefined,
  columns: [],
  selectableFields: [],
}

const internalVersion = (version: Version): InternalVersion => ({
  name: version.name,
  served: version.served,
  storage: version.storage,
  deprecated: version.deprecated ?? false,
  deprecationWarning: version.deprecationWarning,
  schema: version.schema?.openAPIV3Schema as JsonSchema | undefined,
  hasSchema: version.schema !== undefined,
  subresources: version.subresources,
  columns: version.additionalPrinterColumns ?? [],
  selectableFields: version.selectableFields ?? [],
})

export const internalSpec = (spec: CustomResourceDefinition['spec']): InternalSpec => {
  const versions = (spec.versions ?? []).map(internalVersion)
  const [first] = versions
  if (first === undefined) return { ...NOTHING, versions }
  const isCommon = (part: keyof Parts): boolean =>
    versions.every((one) => jsonEqual(one[part] ?? null, first[part] ?? null))
  const schema = isCommon('schema') && isCommon('hasSchema')
  const subresources = isCommon('subresources')
  const columns = isCommon('columns')
  const selectableFields = isCommon('selectableFields')
  const pick = (from: Parts, isPicked: (common: boolean) => boolean): Parts => ({
    ...(isPicked(schema)
      ? { schema: from.schema, hasSchema: from.hasSchema }
      : { schema: undefined, hasSchema: false }),
    subresources: isPicked(subresources) ? from.subresources : undefined,
    columns: isPicked(columns) ? from.columns : [],
    selectableFields: isPicked(selectableFields) ? from.selectableFields : [],
  })
  return {
    ...pick(first, (common) => common),
    versions: versions.map((version) => ({ ...version, ...pick(version, (common) => !common) })),
  }
}
