import type { Element } from '#dataplane/nftables/rule.ts'

/** What is to be written of one key. */
export interface PolicyEntry {
  readonly key: string
  readonly elements: readonly Element[]
}

/** Alone, they close a pod: nothing is said of whom it may talk with. */
export const isClosing = ({ set }: Element): boolean => set.startsWith('policed')
export const isOfPod = ({ set }: Element): boolean => set !== 'identities' && set !== 'cells'
export const isDrop = ({ data }: Element): boolean => data?.[0] === 'drop'
