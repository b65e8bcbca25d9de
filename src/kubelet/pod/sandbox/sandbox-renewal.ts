import type { KubeletContext } from '../../context.ts'
import type { PodContainers } from '../pod-containers.ts'
import type { PodEntry } from '../pod-entry.ts'

/** A restart of the machine, or a hand, has taken something of it. */
export const lacksSandbox = ({ sandbox, holder, pod }: PodEntry): boolean =>
  sandbox === undefined || (pod.spec?.shareProcessNamespace === true && holder === undefined)

/**
 * Ends what runs in a sandbox that is gone, so that all that is to run can go again in another one, init containers first:
 * `anew`. `over`: nothing is to run any more, and what only waited for its end gets no other sandbox for that, and keeps the
 * addresses that it had. Undefined where `isWanted` answers false meanwhile. Never rejects.
 */
export const leaveSandbox = async (
  context: KubeletContext,
  entry: PodEntry,
  containers: PodContainers,
  isWanted: () => boolean,
): Promise<'anew' | 'over' | undefined> => {
  const { pod, uid } = entry
  containers.cutStarts()
  await Promise.all([containers.settle(), entry.leaveSandbox(false)])
  if (!isWanted()) return undefined
  if (!containers.isOver)
    context.record(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')
  await containers.stopAll(pod.spec?.terminationGracePeriodSeconds ?? 30)
  if (!isWanted()) return undefined
  if (containers.isOver) return 'over'
  try {
    const { holder } = entry
    // No more than any other that ends by us.
    entry.holder = undefined
    if (holder !== undefined) await context.runtime.remove(holder)
    await context.network.detach(uid)
    entry.sandbox = undefined
  } catch (error) {
    context.log(`pod ${uid}: its sandbox cannot be taken away, it keeps it`, error)
  }
  if (!isWanted()) return undefined
  containers.beginAgain()
  return 'anew'
}
