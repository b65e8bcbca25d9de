import type { ObjectMeta } from '#api/meta/object-meta.ts'
import type { ApiObject } from '#api/resource.ts'
import type { Draft } from '#schema/defaulting.ts'
import { jsonEqual } from '#schema/json-value.ts'
import { own } from '#schema/own.ts'
import type { Kind } from './kind.ts'

interface Loose {
  metadata?: Draft<ObjectMeta>
  spec?: unknown
  status?: unknown
}

/** A plain write cannot touch the status of a kind that has a path for it. */
const hasStatus = ({ subresources }: Kind): boolean => subresources.status !== undefined

/**
 * What the registry does to a decoded and defaulted object before it is validated and created, in place: what only the
 * system sets is dropped (status, deletion), the generation starts at 1. uid, creationTimestamp, resourceVersion, a
 * generated name and a Service's addresses and node ports are the API server's.
 */
export const prepareForCreate = (kind: Kind, object: ApiObject): void => {
  const loose = object as Loose
  loose.metadata ??= {}
  const { metadata } = loose
  delete metadata.deletionTimestamp
  delete metadata.deletionGracePeriodSeconds
  delete metadata.selfLink
  delete metadata.generation
  if (hasStatus(kind) && !kind.isBornWithStatus) loose.status = {}
  if (kind.generation) metadata.generation = 1
  kind.prepare?.create?.(object as Draft<ApiObject>)
}

/**
 * What the registry does before an update is validated, in place: system metadata is carried over, a plain update keeps
 * the old status, a status update keeps the old spec, a part's what is not the part's, and the generation counts a
 * changed wish.
 */
export const prepareForUpdate = (kind: Kind, object: ApiObject, old: ApiObject, part = ''): void => {
  const loose = object as Loose
  const before = old as Loose
  loose.metadata ??= {}
  carryMetadata(loose.metadata, before.metadata ?? {}, kind.isConditional === true)
  if (part === 'status') {
    if (before.spec === undefined) delete loose.spec
    else loose.spec = before.spec
    kind.prepare?.status?.(object as Draft<ApiObject>, old)
    return
  }
  const { prepare, writesStatus } = own(kind.parts, part) ?? {}
  if (hasStatus(kind) && !writesStatus) {
    if (before.status === undefined) delete loose.status
    else loose.status = before.status
  }
  if (prepare) prepare(object as Draft<ApiObject>, old)
  else kind.prepare?.update?.(object as Draft<ApiObject>, old)
  if (kind.generation && !jsonEqual(kind.generation(object) ?? {}, kind.generation(old) ?? {}))
    loose.metadata.generation = (before.metadata?.generation ?? 0) + 1
}

const carryMetadata = (metadata: Draft<ObjectMeta>, old: ObjectMeta, conditional: boolean): void => {
  if (old.generation === undefined) delete metadata.generation
  else metadata.generation = old.generation
  const keys = ['uid', 'creationTimestamp', 'deletionTimestamp'] as const
  for (const key of keys) if (!metadata[key] && old[key]) metadata[key] = old[key]
  if (!metadata.resourceVersion && !conditional && old.resourceVersion) metadata.resourceVersion = old.resourceVersion
  // Deletion is never taken back by an update, and its grace period is not changed by one.
  if (old.deletionTimestamp) metadata.deletionTimestamp = old.deletionTimestamp
  else delete metadata.deletionTimestamp
  if (old.deletionGracePeriodSeconds !== undefined)
    metadata.deletionGracePeriodSeconds ??= old.deletionGracePeriodSeconds
  delete metadata.selfLink
}
