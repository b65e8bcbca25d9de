import type { Pod } from '#api/core/pod/message.ts'
import type { ApiObject } from '#api/resource.ts'
import { successStatus } from '#api/status.ts'
import { timeText } from '#api/time-text.ts'
import { fieldErrorText, notSupported, required } from '#api/validation/field-error.ts'
import { withoutCondition } from '#objects/conditions.ts'
import { badRequest, conflict, failure } from '../errors.ts'
import type { CreatingHandler } from './subresource.ts'

interface BindingBody extends ApiObject {
  readonly target?: { readonly kind?: string; readonly name?: string }
}

/** The answer to a write that has no object to show. */
export const success = (code: number): ApiObject => successStatus(code) as unknown as ApiObject

/** Assigns a pod to a node, once: sets spec.nodeName and the condition PodScheduled; the pod has the binding's labels too. */
export const binding: CreatingHandler = {
  async create(registry, resource, name, body, request) {
    const { target, metadata } = body as BindingBody
    if (metadata?.name !== name) throw badRequest('name in URL does not match name in Binding object')
    refuseTarget(target)
    const refuse = (why: string) => conflict({ ...resource, plural: 'pods/binding' }, name, why)
    await registry.update(
      resource,
      name,
      (current) => {
        const pod = current as unknown as Pod
        if (metadata?.uid && metadata.uid !== pod.metadata?.uid) {
          throw refuse(
            `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${pod.metadata?.uid}`,
          )
        }
        if (pod.metadata?.deletionTimestamp) throw refuse(`pod ${name} is being deleted, cannot be assigned to a host`)
        if (pod.spec?.nodeName)
          throw refuse(`pod ${name} is already assigned to node ${JSON.stringify(pod.spec.nodeName)}`)
        if (pod.spec?.schedulingGates?.length) throw refuse(`pod ${name} has non-empty .spec.schedulingGates`)
        // It has its node: what was kept for it elsewhere is free.
        const { nominatedNodeName: _, ...status } = pod.status ?? {}
        const conditions = withoutCondition(status.conditions, 'PodScheduled')
        const scheduled = {
          type: 'PodScheduled',
          status: 'True',
          lastTransitionTime: timeText(registry.now().getTime()),
        }
        return {
          ...pod,
          metadata: {
            ...pod.metadata,
            labels: mergeMaps(pod.metadata?.labels, metadata?.labels),
            annotations: mergeMaps(pod.metadata?.annotations, metadata?.annotations),
          },
          spec: { ...pod.spec, nodeName: target!.name },
          status: { ...status, conditions: [...conditions, scheduled] },
        } as unknown as ApiObject
      },
      { ...request, subresource: 'binding', keepsOwners: true },
    )
    return success(201)
  },
}

/** Upstream answers these with a 500 that has no reason: only what is Invalid of a kept object has one. */
const refuseTarget = (target: BindingBody['target']): void => {
  const errors = [
    ...(target?.kind && target.kind !== 'Node' ? [notSupported('target.kind', target.kind, ['Node', '<empty>'])] : []),
    ...(target?.name ? [] : [required('target.name', '')]),
  ]
  const texts = errors.map(fieldErrorText)
  if (texts.length > 0) throw failure(500, '', texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`)
}

const mergeMaps = <T extends object>(a: T | undefined, b: T | undefined): T | undefined =>
  b ? ({ ...a, ...b } as T) : a
