import { Scale as ScaleMessage } from '#api/autoscaling/scale/message.ts'
import { type Scaling, storedKind } from '#api/catalogue/kind.ts'
import { scalingOf } from '#api/catalogue/scaling.ts'
import { type ApiObject, groupVersion, type Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import type { OwnedKind } from '#schema/apply/owners/owned-kind.ts'
import type { ManagedFieldsEntry } from '#schema/apply/owners/owners.ts'
import { entriesAfterScale, type ReplicasPaths, replicasPath, scaleEntries } from '#schema/apply/owners/scale-owners.ts'
import { internalError, invalid } from '../errors.ts'
import { managedFieldsAfter, partKind, withManagedFields } from '../registry/ownership.ts'
import type { Registry } from '../registry/registry.ts'
import type { WriteRequest } from '../registry/request.ts'
import type { SubresourceHandler } from './subresource.ts'

type Entries = readonly ManagedFieldsEntry[] | undefined

interface Scale extends ApiObject {
  readonly spec?: { readonly replicas?: number }
}

/** A Scale as it is written: its owners are those of the number of replicas. */
const SCALE_KIND: OwnedKind = partKind(ScaleMessage, 'scale')

const scalingIn = (registry: Registry, resource: Resource): Scaling =>
  scalingOf(registry.machinery.catalogue.of(resource))

/** Of every version in which the objects are served: owners may have written in any. */
const pathsOf = ({ machinery }: Registry, resource: Resource): ReplicasPaths => {
  const { catalogue } = machinery
  const kind = catalogue.of(resource)
  const versions = kind.form === undefined ? [kind] : catalogue.formsOf(storedKind(kind))
  return new Map(versions.map((version) => [groupVersion(version.resource), replicasPath(scalingOf(version).path)]))
}

const scaleOf = (scaling: Scaling, object: ApiObject): ApiObject => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata ?? {}
  const { replicas, current, selector } = scaling.read(object)
  if (replicas === undefined)
    throw internalError(
      new Error(`the spec replicas field ${JSON.stringify(`.${scaling.path.join('.')}`)} does not exist`),
    )
  const scale = {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas ? { replicas } : {},
    status: { replicas: current, ...(selector ? { selector } : {}) },
  }
  return scale as unknown as ApiObject
}

/** As others are told of a change of an object's scale. */
const partView = (scaling: Scaling): NonNullable<WriteRequest['part']> => ({
  kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
  subresource: 'scale',
  show: (object) => scaleOf(scaling, object),
  take: (object, part) => scaling.write(object, (part as Scale).spec?.replicas ?? 0),
})

const withOwners = (registry: Registry, previous: ApiObject, next: ApiObject, { manager = '' }: WriteRequest) => {
  const ownership = { previous, next, given: undefined, manager, now: timeText(registry.now().getTime()) }
  return withManagedFields(next, managedFieldsAfter(SCALE_KIND, ownership))
}

export const scale: SubresourceHandler = {
  get: (registry, resource, namespace, name) =>
    scaleOf(scalingIn(registry, resource), registry.get(resource, namespace, name)),
  async update(registry, resource, name, change, request) {
    const { subresource: _, ...main } = request
    const paths = pathsOf(registry, resource)
    const scaling = scalingIn(registry, resource)
    const object = await registry.update(
      resource,
      name,
      (current) => {
        const entries = current.metadata?.managedFields as Entries
        const before = withManagedFields(scaleOf(scaling, current), scaleEntries(entries, paths) as never)
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
        const { metadata, ...rest } = scaling.write(current, replicas)
        // Who does not say from which version scales the one that there is.
        const resourceVersion = wanted.metadata?.resourceVersion || metadata?.resourceVersion
        return withManagedFields({ ...rest, metadata: { ...metadata, resourceVersion } } as ApiObject, managedFields)
      },
      { ...main, keepsOwners: true, part: partView(scaling) },
    )
    return scaleOf(scaling, object)
  },
}
