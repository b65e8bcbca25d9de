import type { Element } from '#dataplane/nftables/rule.ts'
import { POLICY_RULESET } from '#dataplane/policy/ruleset.ts'

/** What is to be written of one key. */
export interface PolicyEntry {
  readonly key: string
  readonly elements: readonly Element[]
}

export const isOnlyText = ({ elements: [first] }: PolicyEntry): boolean =>
  first !== undefined && POLICY_RULESET.sets.layout(first.family, first.set).onlyText
/** Whether it may be written at once: not by words beside bytes, and no more than `most` elements. */
export const isForOneTransaction = (entries: readonly PolicyEntry[], most: number): boolean =>
  entries.length === 1 ||
  (!entries.some(isOnlyText) && entries.reduce((sum, { elements }) => sum + elements.length, 0) < most)
/** Alone, they close a pod: nothing is said of whom it may talk with. */
export const isClosing = ({ set }: Element): boolean => set.startsWith('policed')
export const isOfPod = ({ set }: Element): boolean => set !== 'identities' && set !== 'cells'
export const isDrop = ({ data }: Element): boolean => data?.[0] === 'drop'
