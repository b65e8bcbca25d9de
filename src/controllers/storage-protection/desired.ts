import type { PersistentVolume } from '#api/core/persistentvolume/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isTerminal } from '#objects/pod.ts'

/** Whether a pod holds what it uses: on a node, and not over. */
const holds = (pod: Pod): boolean => !!pod.spec?.nodeName && !isTerminal(pod)

/** Whether a claim that is being deleted may go, of which these are the users. */
export const isClaimFree = (users: readonly Pod[]): boolean => !users.some(holds)

/** Whether a volume that is being deleted may go. */
export const isVolumeFree = ({ status }: PersistentVolume): boolean => status?.phase !== 'Bound'
