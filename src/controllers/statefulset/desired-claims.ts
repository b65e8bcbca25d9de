import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { ObjectMeta } from '#api/meta/object-meta.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { isWanted, ordinalOf } from './desired-ordinals.ts'

type Reference = NonNullable<ObjectMeta['ownerReferences']>[number]
/** Who a claim may belong to; a pod that is yet to be made has no uid. */
interface Owner {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata?: { readonly name?: string; readonly uid?: string }
}

/** The claims of pod `ordinal`, by the names of their templates. */
export const claimNames = (set: StatefulSet, ordinal: number): ReadonlyMap<string, string> =>
  new Map(
    (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => [
      metadata?.name ?? '',
      `${metadata?.name}-${set.metadata?.name}-${ordinal}`,
    ]),
  )

/** The claims of a pod as they are made. */
export const makeClaims = (set: StatefulSet, ordinal: number): readonly PersistentVolumeClaim[] => {
  const names = claimNames(set, ordinal)
  const claims = (set.spec?.volumeClaimTemplates ?? []).map((template): PersistentVolumeClaim => {
    const labels = { ...template.metadata?.labels, ...set.spec?.selector?.matchLabels }
    return {
      ...template,
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: {
        ...template.metadata,
        name: names.get(template.metadata?.name ?? '')!,
        namespace: set.metadata?.namespace,
        ...(Object.keys(labels).length > 0 ? { labels } : {}),
      },
    }
  })
  return [...new Map(claims.map((claim) => [claim.metadata!.name, claim])).values()]
}

const refersTo = ({ apiVersion, kind, name }: Reference, owner: Owner): boolean =>
  apiVersion === owner.apiVersion && kind === owner.kind && name === owner.metadata?.name

const isOf = ({ uid }: Reference, owner: Owner): boolean => uid === owner.metadata?.uid

const policyOf = ({ spec }: StatefulSet): { readonly whenDeleted: string; readonly whenScaled: string } => ({
  whenDeleted: spec?.persistentVolumeClaimRetentionPolicy?.whenDeleted ?? 'Retain',
  whenScaled: spec?.persistentVolumeClaimRetentionPolicy?.whenScaled ?? 'Retain',
})

/** It names a former object of that name, which is not this one. */
const isStale = (claim: PersistentVolumeClaim, owner: Owner): boolean =>
  (claim.metadata?.ownerReferences ?? []).some((reference) => refersTo(reference, owner) && !isOf(reference, owner))

/** Somebody else manages the claim, where the set's policy says that the set or the pod do. */
export const hasOtherController = (claim: PersistentVolumeClaim, set: StatefulSet, pod: Pod): boolean => {
  const { whenDeleted, whenScaled } = policyOf(set)
  if (whenDeleted === 'Retain' && whenScaled === 'Retain') return false
  return (claim.metadata?.ownerReferences ?? []).some((reference) => {
    const ours = [set, pod].find((owner) => refersTo(reference, owner))
    return ours ? !isOf(reference, ours) : reference.controller === true
  })
}

/** The pod is yet to be made, and a claim of its name is still owned by its predecessor: it goes with that one. */
export const waitsForClaim = (set: StatefulSet, pod: Pod, claims: readonly PersistentVolumeClaim[]): boolean =>
  policyOf(set).whenScaled === 'Delete' && claims.some((claim) => isStale(claim, pod))

/**
 * Who owns the claim by the set's policy, so that it goes with them: the pod once it is not wanted, the set while it is.
 * Undefined where that is so already, or nothing of ours.
 */
export const ownersOfClaim = (
  claim: PersistentVolumeClaim,
  set: StatefulSet,
  pod: Pod,
): readonly Reference[] | undefined => {
  if (isStale(claim, set) || isStale(claim, pod)) return undefined
  const references = claim.metadata?.ownerReferences ?? []
  const others = references.filter((reference) => !refersTo(reference, set) && !refersTo(reference, pod))
  const isOurs = others.length < references.length
  if (hasOtherController(claim, set, pod)) return isOurs ? others : undefined
  const { whenDeleted, whenScaled } = policyOf(set)
  const isScaledDown = !isWanted(set, ordinalOf(pod))
  const owner: Owner | undefined =
    whenScaled === 'Delete' && isScaledDown
      ? pod
      : whenDeleted === 'Delete' && (whenScaled === 'Retain' || !isScaledDown)
        ? set
        : undefined
  const ours = references.filter((reference) => isOf(reference, set) || isOf(reference, pod))
  const isRight =
    ours.every(({ controller }) => controller === true) &&
    (owner ? ours.length === 1 && isOf(ours[0]!, owner) : ours.length === 0)
  return isRight ? undefined : [...others, ...(owner ? [controllerReference(owner)] : [])]
}
