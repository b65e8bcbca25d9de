import type { ApiObject, Resource } from '#api/resource.ts'
import { objectKey } from '#objects/object-key.ts'

/** Objects by name: all that authentication and admission have of storage. */
export interface Reader {
  /** The object as it stands; `namespace` counts for nothing where the resource has none. */
  find(resource: ReadResource, namespace: string | undefined, name: string): ApiObject | undefined
}

export type ReadResource = Pick<Resource, 'group' | 'version' | 'plural' | 'namespaced'>

/** The key of an object in its collection. */
export const keyIn = (
  { namespaced }: Pick<Resource, 'namespaced'>,
  namespace: string | undefined,
  name: string,
): string => objectKey(namespaced ? namespace : undefined, name)
