export type StorageErrorCode =
  /** A text that is no revision. */
  | 'REVISION_INVALID'
  /** A revision still to come: `asked` is past `held`, the latest. */
  | 'REVISION_AHEAD'
  /** What came after revision `asked` is forgotten: `held` is the oldest that can be resumed from. */
  | 'REVISION_COMPACTED'
  /** A token that was not given out here, or a list that means nothing: a token with a revision, a text for one. */
  | 'CONTINUE_INVALID'
  /** The state that a page shows, at revision `asked`, is forgotten: `held` is the oldest that is known. */
  | 'CONTINUE_COMPACTED'
  /** The journal did not take a batch: nothing of it has happened. `cause` is what the journal said. */
  | 'JOURNAL_FAILED'
  /** The same, for there is no room on its disk. */
  | 'JOURNAL_FULL'
  /** A batch is on its way for long, and too many wait for it already. Nothing of this one has happened. */
  | 'JOURNAL_STALLED'

interface Facts {
  readonly asked?: number
  readonly held?: number
  readonly continue?: string
  readonly cause?: unknown
}

/** What storage cannot do, in the words that Kubernetes' clients know. Which answer it becomes is the registry's. */
export class StorageError extends Error {
  readonly code: StorageErrorCode
  /** The revision that was asked for, and the one that it failed by; 0 where the fault is of another kind. */
  readonly asked: number
  readonly held: number
  /** The token by which a list may go on with what is there now. */
  readonly continue: string

  constructor(code: StorageErrorCode, message: string, facts: Facts = {}) {
    const { asked = 0, held = 0, continue: token = '', cause } = facts
    super(message, { cause })
    this.name = 'StorageError'
    this.code = code
    this.asked = asked
    this.held = held
    this.continue = token
  }
}
