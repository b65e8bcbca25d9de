import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { ResourceObject } from '#api/resource.ts'
import { isAlreadyExists } from '#client/client.ts'
import { SYSTEM, SYSTEM_MANAGER } from './access/caller.ts'
import type { Registry } from './registry/registry.ts'

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
