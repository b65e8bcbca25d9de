import type { ControllerRevision } from '#api/apps/controllerrevision/message.ts'
import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { isSameState, nextRevision, REVISION_LABEL, stateOf } from '../revisions/desired-state.ts'
import { templateHash } from '../values/template-hash.ts'

/** The name of a state among the pods of its set: a label of the ControllerRevision, else its name. */
export const hashOf = ({ metadata }: ControllerRevision): string =>
  metadata?.labels?.[REVISION_LABEL] ?? metadata?.name ?? ''

interface Past {
  /** States that are the present template's; the last is kept. */
  readonly same: readonly ControllerRevision[]
  /** The others, the oldest first. */
  readonly old: readonly ControllerRevision[]
  /** The number of the present one: it is the newest. */
  readonly number: number
}

/** `revisions`: the oldest first. */
export const pastOf = (set: DaemonSet, revisions: readonly ControllerRevision[]): Past => {
  const state = stateOf(set.spec?.template)
  const same = revisions.filter(({ data }) => isSameState(data, state))
  const old = revisions.filter((revision) => !same.includes(revision))
  return { same, old, number: nextRevision(old) }
}

/** The present template as it is kept. */
export const makeRevision = (set: DaemonSet, number: number): ControllerRevision => {
  const { name, namespace, annotations } = set.metadata ?? {}
  const template = set.spec?.template ?? {}
  const hash = templateHash(template, set.status?.collisionCount)
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...template.metadata?.labels, [REVISION_LABEL]: hash },
      ...(annotations ? { annotations } : {}),
      ownerReferences: [controllerReference(set)],
    },
    data: stateOf(template),
    revision: number,
  }
}

/** States beyond revisionHistoryLimit of which there is no pod any more, the oldest first. */
export const surplusHistory = (
  set: DaemonSet,
  old: readonly ControllerRevision[],
  pods: readonly Pod[],
): readonly ControllerRevision[] => {
  const excess = old.length - (set.spec?.revisionHistoryLimit ?? 10)
  const live = new Set(pods.map(({ metadata }) => metadata?.labels?.[REVISION_LABEL]))
  return excess <= 0 ? [] : old.filter((revision) => !live.has(hashOf(revision))).slice(0, excess)
}
