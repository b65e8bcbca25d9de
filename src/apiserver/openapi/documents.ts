import type { Kind } from '#api/catalogue/kind.ts'
import { builtInKinds } from '#api/kinds.ts'
import { groupVersion } from '#api/resource.ts'

/** All kinds in one document of version 2, as JSON or as gnostic's protobuf; else the group version's path: `apis/apps/v1`. */
export type DocumentName = 'v2' | 'v2 protobuf' | `api/${string}` | `apis/${string}`

/** Where version 3 has the document of a kind's group version, under `/openapi/v3/`. */
export const pathOf = ({ resource }: Kind): DocumentName =>
  resource.group === '' ? `api/${resource.version}` : `apis/${groupVersion(resource)}`

/** Those of the kinds that a document tells of, in their order. */
export const kindsOf = (name: DocumentName, kinds: readonly Kind[]): readonly Kind[] =>
  name === 'v2' || name === 'v2 protobuf' ? kinds : kinds.filter((kind) => pathOf(kind) === name)

/** Each document of these kinds. */
export const namesOf = (kinds: readonly Kind[]): readonly DocumentName[] => [
  ...new Set<DocumentName>([...kinds.map(pathOf), 'v2', 'v2 protobuf']),
]

export const isSame = (one: readonly Kind[], other: readonly Kind[]): boolean =>
  one.length === other.length && one.every((kind, index) => kind === other[index])

const BUILT_IN: ReadonlySet<Kind> = new Set(builtInKinds)

/** Whether every server of a build has it. */
export const isBuiltIn = (kind: Kind): boolean => BUILT_IN.has(kind)

/** Whether the document of these kinds tells of what every server has, and of nothing else. */
export const isAsBuilt = (name: DocumentName, kinds: readonly Kind[]): boolean =>
  isSame(kindsOf(name, kinds), kindsOf(name, builtInKinds))

/**
 * The octets of one of the documents of these kinds: any may describe messages that it has. What makes it, and the
 * descriptions, are loaded when the first is asked for.
 */
export const makeDocument = async (name: DocumentName, kinds: readonly Kind[]): Promise<Uint8Array> => {
  const of = kindsOf(name, kinds)
  const [{ describing }, make] = await Promise.all([
    import('#api/openapi/descriptions.ts'),
    import('#api/openapi/documents.ts'),
  ])
  const describe = await describing(kinds)
  if (name === 'v2 protobuf') return make.openApiV2Protobuf(of, describe)
  return Buffer.from(JSON.stringify(name === 'v2' ? make.openApiV2(of, describe) : make.openApiV3(of, describe)))
}
