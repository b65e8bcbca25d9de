import type { LabelSelector } from '#api/meta/label-selector.ts'
import type { ApiObject } from '#api/resource.ts'
import { formatLabelSelector } from '#api/selectors/label-selector.ts'
import { requirementsOf } from '#objects/label-selector.ts'
import { invalid } from '../errors.ts'
import type { SubresourceHandler } from './subresource.ts'

interface Scalable extends ApiObject {
  readonly spec?: { readonly replicas?: number; readonly selector?: LabelSelector }
  readonly status?: { readonly replicas?: number }
}

interface Scale extends ApiObject {
  readonly spec?: { readonly replicas?: number }
}

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

export const scale: SubresourceHandler = {
  get: (registry, resource, namespace, name) => scaleOf(registry.get(resource, namespace, name) as Scalable),
  async update(registry, resource, name, change, request) {
    const { subresource: _, ...main } = request
    const object = await registry.update(
      resource,
      name,
      (current) => {
        const wanted = change(scaleOf(current as Scalable)) as Scale
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
        const { resourceVersion } = wanted.metadata ?? {}
        const spec = { ...(current as Scalable).spec, replicas }
        return { ...current, metadata: { ...current.metadata, resourceVersion }, spec } as ApiObject
      },
      main,
    )
    return scaleOf(object as Scalable)
  },
}
