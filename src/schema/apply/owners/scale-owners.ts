import { difference, EMPTY, has, isEmpty, setOf } from '../sets/field-set.ts'
import { fieldElement } from '../sets/path-element.ts'
import { type ManagedFieldsEntry, type Owner, type Owners, readOwners, withFields, writeOwners } from './owners.ts'

/** The version of what a Scale says. */
const SCALE_VERSION = 'autoscaling/v1'
const SCALED = ['spec', 'replicas'].map(fieldElement)

/** Where the number of replicas stands in each version of a kind, as elements of a path; undefined: nowhere. */
export type ReplicasPaths = ReadonlyMap<string, readonly string[] | undefined>

/** Who owns the number of replicas, as the owners of a Scale. */
export const scaleEntries = (
  entries: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
): readonly ManagedFieldsEntry[] | undefined => {
  const owners = new Map<string, Owner>()
  for (const [id, owner] of readOwners(entries)) {
    const path = paths.get(owner.apiVersion)
    if (path !== undefined && has(owner.fields, path))
      owners.set(id, { ...withFields(owner, setOf([SCALED])), apiVersion: SCALE_VERSION })
  }
  return writeOwners(owners)
}

/**
 * The owners of an object after its Scale was written: whose number of replicas is not theirs any more have lost it, and
 * who has it owns it in `apiVersion`, since a time that nobody tells.
 */
export const entriesAfterScale = (
  entries: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
  apiVersion: string,
): readonly ManagedFieldsEntry[] | undefined => {
  const scaleOwners = readOwners(scale)
  const owners = new Map<string, Owner>()
  const before: Owners = readOwners(entries)
  for (const [id, owner] of before) {
    if (!paths.has(owner.apiVersion)) continue
    const path = paths.get(owner.apiVersion)
    if (path === undefined || !has(owner.fields, path) || scaleOwners.delete(id)) {
      owners.set(id, owner)
      continue
    }
    const rest = difference(owner.fields, setOf([path]))
    if (!isEmpty(rest)) owners.set(id, withFields(owner, rest))
  }
  const path = paths.get(apiVersion)
  for (const [id, owner] of scaleOwners) {
    if (!has(owner.fields, SCALED)) continue
    const fields = path === undefined ? EMPTY : setOf([path])
    const { entry: _, ...rest } = owner
    owners.set(id, { ...rest, apiVersion, fields, time: before.get(id)?.time })
  }
  return writeOwners(owners)
}

/** The path of the members of these names. */
export const replicasPath = (names: readonly string[]): readonly string[] => names.map(fieldElement)
