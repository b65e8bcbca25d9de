import { Scale as ScaleMessage } from '#api/autoscaling/scale/message.ts'
import type { LabelSelector } from '#api/meta/label-selector.ts'
import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { formatLabelSelector } from '#api/selectors/label-selector.ts'
import { timeText } from '#api/time-text.ts'
import { requirementsOf } from '#objects/label-selector.ts'
import type { OwnedKind } from '#schema/apply/owners/owned-kind.ts'
import type { ManagedFieldsEntry } from '#schema/apply/owners/owners.ts'
import { entriesAfterScale, type ReplicasPaths, replicasPath, scaleEntries } from '#schema/apply/owners/scale-owners.ts'
import { invalid } from '../errors.ts'
import { managedFieldsAfter, partKind, withManagedFields } from '../registry/ownership.ts'
import type { Registry } from '../registry/registry.ts'
import type { WriteRequest } from '../registry/request.ts'
import type { SubresourceHandler } from './subresource.ts'

interface Scalable extends ApiObject {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector }
  readonly status?: { readonly replicas?: number }
}

type Entries = readonly ManagedFieldsEntry[] | undefined

interface Scale extends ApiObject {
  readonly spec?: { readonly replicas?: number }
}

/** A Scale as it is written: its owners are those of the number of replicas. */
const SCALE_KIND: OwnedKind = partKind(ScaleMessage, 'scale')

const pathsOf = (resource: Resource): ReplicasPaths =>
  new Map([[groupVersion(resource), replicasPath(['spec', 'replicas'])]])

const scaleOf = (object: Scalable): ApiObject => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {}
  const selector = formatLabelSelector(requirementsOf(object.spec?.selector) ?? [])
  const scale = {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: object.spec?.replicas ? { replicas: object.spec.replicas } : {},
    status: { replicas: object.status?.replicas ?? 0, ...(selector ? { selector } : {}) },
  }
  return scale as unknown as ApiObject
}

const withOwners = (registry: Registry, previous: ApiObject, next: ApiObject, { manager = '' }: WriteRequest) => {
  const ownership = { previous, next, given: undefined, manager, now: timeText(registry.now().getTime()) }
  return withManagedFields(next, managedFieldsAfter(SCALE_KIND, ownership))
}

export const scale: SubresourceHandler = {
  get: (registry, resource, namespace, name) => scaleOf(registry.get(resource, namespace, name) as Scalable),
  async update(registry, resource, name, change, request) {
    const { subresource: _, ...main } = request
    const paths = pathsOf(resource)
    const object = await registry.update(
      resource,
      name,
      (current) => {
        const entries = current.metadata?.managedFields as Entries
        const before = withManagedFields(scaleOf(current as Scalable), scaleEntries(entries, paths) as never)
        const wanted = change(before) as Scale
        const replicas = wanted.spec?.replicas ?? 0
        if (!Number.isInteger(replicas) || replicas < 0) {
          throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [
            {
              reason: 'FieldValueInvalid',
              message: `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`,
              field: 'spec.replicas',
            },
          ])
        }
        const owned = request.keepsOwners ? wanted : withOwners(registry, before, wanted, request)
        const scaled = owned.metadata?.managedFields as Entries
        const managedFields = entriesAfterScale(entries, scaled, paths, groupVersion(resource)) as never
        const { resourceVersion } = wanted.metadata ?? {}
        const spec = { ...(current as Scalable).spec, replicas }
        return withManagedFields(
          { ...current, metadata: { ...current.metadata, resourceVersion }, spec } as ApiObject,
          managedFields,
        )
      },
      { ...main, keepsOwners: true },
    )
    return scaleOf(object as Scalable)
  },
}
