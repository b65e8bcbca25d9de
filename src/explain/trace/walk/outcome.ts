import type { PolicyWord } from '../policies/word.ts'
import type { ObjectRef, Socket } from '../reference.ts'

/**
 * `closed`: it is sent there, and nothing listens; `astray`: it answers, and the reply does not arrive; `denied`: policies
 * of either end drop it.
 */
export type OutcomeVerdict = 'deliver' | 'reject' | 'drop' | 'unreachable' | 'closed' | 'astray' | 'denied'

interface Backend extends Socket {
  readonly pod?: ObjectRef
}

/** What may become of the packet at one node. Where several may, the kernel picks. */
export interface PathOutcome {
  /** Which decided; left out where no node met it. */
  readonly node?: string
  readonly verdict: OutcomeVerdict
  /** Of `deliver`: nobody could look whether a program listens there. */
  readonly listensUnknown?: boolean
  /** And nobody says so either: no container declares the port, no Service leads to it. */
  readonly undeclared?: boolean
  /** Who gets it, or would. */
  readonly backend?: Backend
  /** Translated by a Service, not addressed so. */
  readonly translated?: boolean
  readonly masqueraded?: boolean
  /** Of `denied`: the ends that do not let it pass. */
  readonly stops?: readonly PolicyWord[]
  /** The address that the backend sees. */
  readonly sourceSeen?: string
}
