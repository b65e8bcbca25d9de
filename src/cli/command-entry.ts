import type { Command } from './command.ts'

/** A verb before it is loaded. */
export interface CommandEntry {
  /** Of a verb of a group both words: `image load`. */
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** Verbs that share their first word. */
export interface CommandGroup {
  readonly name: string
  readonly summary: string
  readonly verbs: readonly CommandEntry[]
}

/** What stands in the list of verbs. */
export type CommandListEntry = CommandEntry | CommandGroup

/** The verbs of the list, each with its whole name. */
export const allVerbs = (list: readonly CommandListEntry[]): readonly CommandEntry[] =>
  list.flatMap((entry) => ('verbs' in entry ? entry.verbs : [entry]))
