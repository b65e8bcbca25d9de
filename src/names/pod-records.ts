import type { Pod } from '#api/core/pod/message.ts'
import { isTerminal, podAddresses } from '#objects/pod.ts'

/**
 * The addresses of a pod that have names. Those of a pod on its node's network are the node's, and a pod that has ended
 * has given its own back.
 */
export const namedAddresses = (pod: Pod): readonly string[] =>
  pod.spec?.hostNetwork || isTerminal(pod) ? [] : podAddresses(pod)
