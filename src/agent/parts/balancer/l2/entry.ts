import type { PlannedAddress } from '#pools/announcement-plan.ts'

/** An address, and how it stands with it. */
export interface Entry {
  planned: PlannedAddress
  /** Who may answer and takes part; what follows is computed from it, and not again while it is the same. */
  fit: readonly string[] | undefined
  place: number
  amFit: boolean
  hasFit: boolean
  isHolderFit: boolean
  holder: string | undefined
  since: number
  askedSince: number | undefined
  askedAt: number
  heardAt: number | undefined
  heardFrom: string | undefined
  unheardTakes: number
  /** It was taken from this node while it answered: others did not hear it. */
  isUnheard: boolean
  /** Since when it is answered for; undefined: it is not. */
  answeredSince: number | undefined
  told: number
  isWriting: boolean
  retryAt: number
  /** The API could not be asked who has it, and on the link nobody did: the holder that was told then. */
  ownWord: { readonly holder: string | undefined } | undefined
  conflict: { readonly mac: string; readonly at: number } | undefined
}

export const newEntry = (planned: PlannedAddress, now: number): Entry => ({
  planned,
  fit: undefined,
  place: 0,
  amFit: false,
  hasFit: false,
  isHolderFit: false,
  holder: undefined,
  since: now,
  askedSince: undefined,
  askedAt: 0,
  heardAt: undefined,
  heardFrom: undefined,
  unheardTakes: 0,
  isUnheard: false,
  answeredSince: undefined,
  told: 0,
  isWriting: false,
  retryAt: 0,
  ownWord: undefined,
  conflict: undefined,
})

/** What was not heard because this process did not listen has not been silent. */
export const excuse = (entry: Entry, late: number): void => {
  if (entry.askedSince !== undefined) entry.askedSince += late
  if (entry.heardAt !== undefined) entry.heardAt += late
}
