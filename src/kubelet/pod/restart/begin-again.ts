import type { Pod } from '#api/core/pod/message.ts'
import { findCondition } from '#objects/conditions.ts'
import { type ContainerEntry, isAwaited, isTakenAway, statusesOf, takenAway } from '../../container/container-entry.ts'
import { restarts } from '../../container/plan/restart-policy.ts'

type Entries = readonly ContainerEntry[]

const goesAgain = (entry: ContainerEntry): void => {
  entry.anew = true
  entry.hold = undefined
  entry.backOffUntil = undefined
  delete entry.again
}

/**
 * The pod has another sandbox: what ended with the one before goes again, if its policy has it so, and all init
 * containers, from the first on.
 */
export const beginAgain = ({ spec }: Pod, entries: Entries): void => {
  for (const entry of entries) {
    const { phase, role, container } = entry
    if (role === 'ephemeral' || phase.phase !== 'exited') continue
    if (role !== 'main' || restarts(spec!, container, role, phase.exitCode, entry.again)) goesAgain(entry)
    else entry.kept = true
  }
}

/** All of the pod goes again, whatever its policy, and not before `due`: how each ended is nobody's business any more. */
export const beginAllAgain = (entries: Entries, due: number): void => {
  for (const entry of entries) {
    if (entry.role === 'ephemeral' || entry.phase.phase !== 'exited') continue
    goesAgain(entry)
    entry.phase = takenAway
    entry.notBefore = due
  }
}

/**
 * An earlier process of ours may have ended while the pod began again. Its status says which containers were taken away for
 * that, or that it is not initialized, and since when: what ended before that is still to go again.
 */
export const goOnAgain = (pod: Pod, entries: Entries): void => {
  const { spec, status } = pod
  const awaited = new Map(statusesOf(pod).flatMap((one) => (isAwaited(one) ? [[one.name, one.restartCount]] : [])))
  for (const entry of entries) {
    if (entry.phase.phase !== 'exited' || awaited.get(entry.container.name) !== entry.attempt + 1) continue
    goesAgain(entry)
    entry.phase = takenAway
  }
  const initialized = findCondition(status?.conditions, 'Initialized')
  if (initialized?.status !== 'False') return
  const since = initialized.lastTransitionTime ?? ''
  for (const entry of entries) {
    const { phase, role, container } = entry
    if (role === 'ephemeral' || phase.phase !== 'exited') continue
    if (role !== 'main') {
      if (phase.finishedAt < since) goesAgain(entry)
    } else if (isTakenAway(phase) || restarts(spec!, container, role, phase.exitCode)) goesAgain(entry)
    else entry.kept = true
  }
}
