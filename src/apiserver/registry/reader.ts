import type { ApiObject, Resource } from '#api/resource.ts'
import { objectKey } from '#objects/object-key.ts'

/** Objects by name: all that authentication and admission have of storage. */
export interface Reader {
  /** The object as it stands; `namespace` counts for nothing where the resource has none. */
  find(resource: ReadResource, namespace: string | undefined, name: string): ApiObject | undefined
  /**
   * All of a namespace, or of the cluster, by name; none of a kind that is not served. One that does not last yet may be
   * missing.
   */
  all(resource: ReadResource, namespace?: string): readonly ApiObject[]
}

export type ReadResource = Pick<Resource, 'group' | 'version' | 'plural' | 'namespaced'>

/** The key of an object in its collection. */
export const keyIn = (
  { namespaced }: Pick<Resource, 'namespaced'>,
  namespace: string | undefined,
  name: string,
): string => objectKey(namespaced ? namespace : undefined, name)
