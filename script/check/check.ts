import type { Tree } from './tree.ts'

/** What is wrong. */
export interface Fault {
  /** What an exception names: a path, or a path and what stands in it. */
  readonly subject: string
  /** What is wrong with it, and the way out. */
  readonly message: string
}

/** A habit that is kept by machine. */
export interface Check {
  /** Its name in exceptions.json and before its faults. */
  readonly name: string
  readonly find: (tree: Tree) => readonly Fault[]
}
