import type { ControllerRevision } from '#api/apps/controllerrevision/message.ts'
import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { isSameState, nextRevision, stateHash, stateOf } from '../revisions/desired-state.ts'
import { revisionOf } from './desired-pod.ts'

const HASH_LABEL = 'controller.kubernetes.io/hash'
/** Bytes of a set's name that its revisions' names begin with. */
const LONGEST_PREFIX = 223

/** What has to become of a set's history for its template to be the newest state. */
type Newest =
  | { readonly kind: 'there'; readonly revision: ControllerRevision }
  /** The set has gone back to it. */
  | { readonly kind: 'raise'; readonly revision: ControllerRevision; readonly number: number }
  | { readonly kind: 'make'; readonly revision: ControllerRevision }

/** `revisions`: the oldest first. `collisionCount`: names that were taken, and are not tried again. */
export const newestOf = (
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
  collisionCount: number,
): Newest => {
  const state = stateOf(set.spec?.template)
  const last = revisions.at(-1)
  if (last && isSameState(last.data, state)) return { kind: 'there', revision: last }
  const number = nextRevision(revisions)
  const former = revisions.findLast(({ data }) => isSameState(data, state))
  return former
    ? { kind: 'raise', revision: former, number }
    : { kind: 'make', revision: makeRevision(set, state, number, collisionCount) }
}

const makeRevision = (
  set: StatefulSet,
  state: { readonly [key: string]: unknown },
  number: number,
  collisionCount: number,
): ControllerRevision => {
  const { name = '', namespace, annotations } = set.metadata ?? {}
  const hash = stateHash(state, collisionCount)
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name.slice(0, LONGEST_PREFIX)}-${hash}`,
      namespace,
      labels: { ...set.spec?.template?.metadata?.labels, [HASH_LABEL]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(set)],
    },
    data: state,
    revision: number,
  }
}

/** States beyond revisionHistoryLimit that nothing is made from any more, the oldest first. */
export const surplusRevisions = (
  set: StatefulSet,
  revisions: readonly ControllerRevision[],
  pods: readonly Pod[],
  live: readonly string[],
): readonly ControllerRevision[] => {
  const limit = set.spec?.revisionHistoryLimit ?? 10
  const used = new Set([...live, ...pods.map(revisionOf)])
  const past = revisions.filter(({ metadata }) => !used.has(metadata?.name ?? ''))
  return limit < 0 ? [] : past.slice(0, Math.max(0, past.length - limit))
}
