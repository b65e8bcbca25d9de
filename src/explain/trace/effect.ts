/** What a cure does, as a code with its facts. */
export type Effect =
  | { readonly code: 'scale-to-one' }
  /** Goes with the last cure that has no code yet. */
  | { readonly code: 'told'; readonly text: string }
