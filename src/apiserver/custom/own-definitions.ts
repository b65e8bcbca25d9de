import type { CustomResourceDefinition } from '#api/apiextensions/customresourcedefinition/message.ts'
import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import type { Resource } from '#api/resource.ts'
import type { Registry } from '../registry/registry.ts'

/** Custom resources that a server defines by itself, by the names of their definitions. */
export interface OwnDefinitions {
  readonly names: readonly string[]
  /** Those of these names, valid and complete, with what is said of them once they are served. `now`: milliseconds. */
  load(names: readonly string[], now: number): Promise<readonly CustomResourceDefinition[]>
}

const RESOURCE = customResourceDefinitions as unknown as Resource

/** The names of those that are not there. */
export const missingDefinitions = (registry: Registry, definitions: OwnDefinitions | undefined): readonly string[] =>
  (definitions?.names ?? []).filter((name) => registry.find(RESOURCE, undefined, name) === undefined)

/** Writes those that are not there. Nobody looks whether they are valid: a test has. */
export const seedDefinitions = async (
  registry: Registry,
  { load }: OwnDefinitions,
  missing: readonly string[],
): Promise<void> => {
  if (missing.length === 0) return
  const definitions = await load(missing, registry.now().getTime())
  await registry.seed(definitions.map((object) => ({ resource: RESOURCE, object })))
}
