import type { LimitRange } from '#api/core/limitrange/message.ts'
import { limitRanges } from '#api/core/limitrange/resource.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { type ApiObject, isSame } from '#api/resource.ts'
import { forbidden } from '../../errors.ts'
import { type Admission, type CreateAdmission, nameOf } from '../admission.ts'
import { claimBreaches, podBreaches, withDefaultLimits } from './pod-limits.ts'

const rangesOf = ({ reader, object }: CreateAdmission): readonly LimitRange[] =>
  reader.all(limitRanges, object.metadata?.namespace) as readonly LimitRange[]

/** Refuses with all that the first LimitRange has against it. */
const refuse = (
  request: CreateAdmission,
  breachesOf: (object: ApiObject, range: LimitRange) => readonly string[],
): void => {
  const { resource, object } = request
  for (const range of rangesOf(request)) {
    const breaches = [...new Set(breachesOf(object, range))]
    if (breaches.length === 0) continue
    const why = breaches.length === 1 ? breaches[0]! : `[${breaches.join(', ')}]`
    throw forbidden(resource, nameOf(object), why)
  }
}

const podRefusal = (request: CreateAdmission): void =>
  refuse(request, (object, range) => podBreaches(object as Pod, range))
const claimRefusal = (request: CreateAdmission): void =>
  refuse(request, (object, range) => claimBreaches(object as PersistentVolumeClaim, range))

/** Gives containers what the LimitRanges of their namespace say that they have, and refuses what is past their bounds. */
export const limitRanger: Admission = {
  create(request) {
    const { resource, object } = request
    return isSame(resource, pods) ? rangesOf(request).reduce(withDefaultLimits, object as Pod) : object
  },
  check(request) {
    if (isSame(request.resource, pods)) podRefusal(request)
    else if (isSame(request.resource, persistentVolumeClaims)) claimRefusal(request)
  },
  /** Of a pod, containers only change where they are resized. */
  checkUpdate(request) {
    const { resource, subresource, previous } = request
    if (previous.metadata?.deletionTimestamp) return
    if (isSame(resource, pods)) {
      if (subresource === 'resize') podRefusal(request)
    } else if (isSame(resource, persistentVolumeClaims) && subresource === '') claimRefusal(request)
  },
}
