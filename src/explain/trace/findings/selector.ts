import type { ObjectRef } from '../reference.ts'

/* Reasons of Services that select no pod. */

type Labels = Readonly<Record<string, string>>

/** Pods that have labels in common, the first three by reference. */
export interface Labelled {
  readonly labels: Labels
  readonly count: number
  readonly pods: readonly ObjectRef[]
}

/** The selector matches no pod that lives. */
export interface SelectorMatchesNothing {
  readonly reason: 'selector-matches-nothing'
  readonly service: ObjectRef
  readonly selector: Labels
  /** Pods that it matches, and that have ended. */
  readonly ended: readonly ObjectRef[]
  /** Pods of other namespaces that have these labels, three at most. */
  readonly elsewhere: readonly ObjectRef[]
  /** What the nearest pods are labelled. */
  readonly near: readonly Labelled[]
}
