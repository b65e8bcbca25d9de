import type { ApiObject } from '#api/resource.ts'
import type { Column } from '#api/table/column.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { type SchemaTools, type Structural, structuralOf } from '#schema/structural/structural.ts'
import type { CustomResourceDefinition } from '../customresourcedefinition/message.ts'
import { customColumns } from './columns.ts'
import type { ScalePaths } from './scale.ts'
import { compareVersions } from './version-order.ts'

/** A version of a definition, ready to serve. */
export interface CustomVersion {
  readonly name: string
  /** `lab.example/v1`. */
  readonly apiVersion: string
  readonly isServed: boolean
  readonly isStorage: boolean
  readonly schema: JsonSchema | undefined
  /** Compiled when it is first asked for, as `columns` are: of what a start serves, most is never asked for. */
  readonly node: Structural | undefined
  readonly hasStatus: boolean
  readonly scale: ScalePaths | undefined
  readonly columns: readonly Column<ApiObject>[]
  /** Paths that objects can be selected by: `.spec.mode`. */
  readonly selectable: readonly string[]
  /** What is said to who asks for it. */
  readonly deprecation: string | undefined
}

type Version = NonNullable<CustomResourceDefinition['spec']['versions']>[number]

/** What is said of a deprecated version, where its definition has no words of its own. */
const deprecationOf = ({ spec }: CustomResourceDefinition, version: Version): string | undefined => {
  if (!version.deprecated) return undefined
  if (version.deprecationWarning !== undefined) return version.deprecationWarning
  const { kind } = spec.names
  const [better] = (spec.versions ?? [])
    .filter(({ name, served, deprecated }) => served && !deprecated && compareVersions(name, version.name) < 0)
    .map(({ name }) => name)
    .sort(compareVersions)
  const use = better === undefined ? '' : `; use ${spec.group}/${better} ${kind}`
  return `${spec.group}/${version.name} ${kind} is deprecated${use}`
}

/** What is made when it is first asked for. */
const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/**
 * The versions of a definition. Asking for `node` throws StructuralError where a version has a schema that its checks
 * would have refused.
 */
export const customVersions = (definition: CustomResourceDefinition, tools: SchemaTools): readonly CustomVersion[] =>
  (definition.spec.versions ?? []).map((version) => {
    const schema = version.schema?.openAPIV3Schema as JsonSchema | undefined
    const node = once(() => schema && structuralOf(schema, tools))
    const columns = once(() => customColumns(version.additionalPrinterColumns))
    return {
      name: version.name,
      apiVersion: `${definition.spec.group}/${version.name}`,
      isServed: version.served,
      isStorage: version.storage,
      schema,
      get node() {
        return node()
      },
      hasStatus: version.subresources?.status !== undefined,
      scale: version.subresources?.scale,
      get columns() {
        return columns()
      },
      selectable: (version.selectableFields ?? []).map(({ jsonPath }) => jsonPath),
      deprecation: deprecationOf(definition, version),
    }
  })
