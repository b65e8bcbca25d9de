import type { Catalogue } from '#api/catalogue/catalogue.ts'
import { DEFAULT_CLASS_ANNOTATION } from '#api/networking/ingressclass/default-class.ts'
import type { ApiObject, ResourceObject } from '#api/resource.ts'
import { isAlreadyExists } from '#client/client.ts'
import { SYSTEM, SYSTEM_MANAGER } from './access/caller.ts'
import type { Registry } from './registry/registry.ts'

/** What a new cluster begins with. */
export interface FirstObject extends ResourceObject {
  /** The definition that it came with: a cluster that stands from before gets it together with that one. */
  readonly cameWith?: string
}

/**
 * Those that this start is to make. Of a cluster that stands already (`isNew` false) they take no default from anybody;
 * `missing` are the definitions that it lacks yet.
 */
export const dueObjects = (
  objects: readonly FirstObject[],
  isNew: boolean,
  missing: readonly string[],
  registry: Pick<Registry, 'all'>,
): readonly ResourceObject[] => {
  if (isNew) return objects
  return objects
    .filter(({ cameWith }) => cameWith !== undefined && missing.includes(cameWith))
    .map((one) => (isDefault(one.object) && registry.all(one.resource).some(isDefault) ? withoutDefault(one) : one))
}

const isDefault = ({ metadata }: ApiObject): boolean => metadata?.annotations?.[DEFAULT_CLASS_ANNOTATION] === 'true'
const withoutDefault = ({ resource, object }: ResourceObject): ResourceObject => {
  const { [DEFAULT_CLASS_ANNOTATION]: _, ...annotations } = object.metadata?.annotations ?? {}
  return { resource, object: { ...object, metadata: { ...object.metadata, annotations } } }
}

/** Makes those that no earlier life has made. */
export const createMissing = async (registry: Registry, objects: readonly ResourceObject[]): Promise<void> => {
  const write = ({ resource, object }: ResourceObject): Promise<unknown> =>
    registry.create(resource, object, { caller: SYSTEM, manager: SYSTEM_MANAGER }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error
    })
  await Promise.all(objects.map(write))
}

/** Those of kinds that are there before anything is defined, and custom resources. */
export const byOrigin = (
  objects: readonly ResourceObject[],
  catalogue: Catalogue,
): readonly [builtIn: readonly ResourceObject[], custom: readonly ResourceObject[]] => {
  const isBuiltIn = ({ resource }: ResourceObject): boolean => catalogue.find(resource) !== undefined
  return [objects.filter(isBuiltIn), objects.filter((one) => !isBuiltIn(one))]
}
