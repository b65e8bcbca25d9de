import { join } from 'node:path'
import { removeFolder } from '#runtime/folders/remove-folder.ts'
import type { KubeletContext } from '../context.ts'
import type { FoundContainer } from './container-adoption.ts'

/** Takes away what a pod had on the node's disk. What is mounted there goes first: it would be emptied, not removed. */
const removePodDir = async (
  { stateDir, mounter }: Pick<KubeletContext, 'stateDir' | 'mounter'>,
  uid: string,
): Promise<void> => {
  const dir = join(stateDir, 'pods', uid)
  mounter.unmountBelow(dir)
  await removeFolder(dir)
}

/** Ends and removes what is here of a pod that the API does not know any more. Never rejects. */
export const removeOrphan = async (
  context: Pick<KubeletContext, 'stateDir' | 'mounter' | 'runtime' | 'network' | 'log'>,
  uid: string,
  found: readonly FoundContainer[],
): Promise<void> => {
  const { runtime, network, log } = context
  try {
    for (const { record } of found) {
      if (record.status.state === 'running') await runtime.stop(record.id, 0)
      await runtime.remove(record.id)
    }
    await network.detach(uid)
    await removePodDir(context, uid)
  } catch (error) {
    log(`what is left of pod ${uid} cannot be removed`, error)
  }
}
