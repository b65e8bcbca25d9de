import { readFileSync, rmSync } from 'node:fs'
import { statePaths, writeJson } from './state.ts'

/** Why the control plane did not start, the last time that it tried. */
interface ControlPlaneFault {
  /** Of an error that has one. */
  readonly code?: string
  readonly message: string
}

/** Notes it, for `up` and `status`, where the disk lets us. */
export const noteFault = (stateDir: string, error: unknown): void => {
  const { code, message } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  try {
    writeJson(statePaths(stateDir).controlPlaneFault, { code, message } satisfies ControlPlaneFault)
  } catch {
    // The log has it all the same.
  }
}

/** It serves. */
export const clearFault = (stateDir: string): void => rmSync(statePaths(stateDir).controlPlaneFault, { force: true })

/** Undefined where it serves, is on its way, or what is noted is not ours to read. */
export const readFault = (stateDir: string): ControlPlaneFault | undefined => {
  try {
    return JSON.parse(readFileSync(statePaths(stateDir).controlPlaneFault, 'utf8')) as ControlPlaneFault
  } catch {
    return undefined
  }
}

/** What is to be done where the objects cannot be read; undefined where the fault is another. */
export const unreadableHint = ({ code }: ControlPlaneFault, name: string): string | undefined => {
  const aside = `begin without these objects, with the file set aside: fairlead up ${name} --set-aside`
  switch (code) {
    case 'DATABASE_DAMAGED':
    case 'DATABASE_FOREIGN':
      return `put a copy of the file in its place; or ${aside}`
    case 'DATABASE_NEWER':
      return `use that Fairlead; or ${aside}`
    case 'DATABASE_IN_USE':
      return 'end that process: fuser on the file tells which it is'
    case 'DATABASE_UNUSABLE':
      return 'free some space on its disk, or mend it; the objects are there'
    default:
      return undefined
  }
}
