import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { RuntimeClass } from '#api/node/runtimeclass/message.ts'
import { runtimeClasses } from '#api/node/runtimeclass/resource.ts'
import { isSame } from '#api/resource.ts'
import { compareQuantities } from '#schema/quantity-sum.ts'
import { forbidden } from '../../errors.ts'
import { type Admission, type CreateAdmission, nameOf } from '../admission.ts'
import { mergeTolerations } from './merge-tolerations.ts'

type Amounts = { readonly [name: string]: string }

const isSameAmount = (a: Amounts, b: Amounts): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([name, amount]) => b[name] !== undefined && compareQuantities(amount, b[name]) === 0)

/** The class that a pod names. Throws ApiError 403 where there is none of that name. */
const classOf = (request: CreateAdmission): RuntimeClass | undefined => {
  const pod = request.object as Pod
  const name = pod.spec?.runtimeClassName
  if (name === undefined) return undefined
  const found = request.reader.find(runtimeClasses, undefined, name) as RuntimeClass | undefined
  if (found === undefined) throw refusal(request, `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`)
  return found
}

const refusal = ({ resource, object }: CreateAdmission, why: string) => forbidden(resource, nameOf(object), why)

const selectorOf = (request: CreateAdmission, asked: Amounts, own: Amounts = {}): Amounts => {
  for (const [key, value] of Object.entries(asked))
    if (own[key] !== undefined && own[key] !== value) {
      const what = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own[key]}`
      throw refusal(request, `conflict: ${what}`)
    }
  return { ...own, ...asked }
}

/** Gives a pod what its RuntimeClass takes beside its containers, and leads it to nodes that have it. */
export const runtimeClass: Admission = {
  create(request) {
    if (!isSame(request.resource, pods)) return request.object
    const pod = request.object as Pod
    const found = classOf(request)
    if (found === undefined) return pod
    const overhead = found.overhead && (found.overhead.podFixed ?? {})
    if (overhead && pod.spec?.overhead !== undefined && !isSameAmount(overhead, pod.spec.overhead))
      throw refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    const { scheduling } = found
    const { nodeSelector, tolerations } = pod.spec ?? {}
    const led: Pod = {
      ...pod,
      spec: {
        ...pod.spec!,
        ...(overhead ? { overhead } : {}),
        ...(scheduling?.nodeSelector
          ? { nodeSelector: selectorOf(request, scheduling.nodeSelector, nodeSelector) }
          : {}),
        ...(scheduling ? { tolerations: mergeTolerations(tolerations, scheduling.tolerations) } : {}),
      },
    }
    return led
  },
  check(request) {
    if (!isSame(request.resource, pods)) return
    const { overhead } = (request.object as Pod).spec ?? {}
    const defined = classOf(request)?.overhead
    if (defined === undefined) {
      if (overhead === undefined) return
      throw refusal(request, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    }
    if (!isSameAmount(defined.podFixed ?? {}, overhead ?? {}))
      throw refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
  },
}
