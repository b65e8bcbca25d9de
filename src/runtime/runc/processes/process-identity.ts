import { readdirSync, readFileSync } from 'node:fs'
import { isGone } from './is-gone.ts'

/** A process, safe against reuse of its number: the kernel's start time is part of it. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot, field 22 of /proc/PID/stat. */
  readonly startTime: string
}

/**
 * The process that has this number now; undefined where none has, or it is a zombie. One whose first thread alone has
 * ended is none: until the others have, it holds what it had open, ports among it. Throws where it cannot be looked at, as
 * with too many open files; so do the others here.
 */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) < 2)) return undefined
    return { pid, startTime: fields[19]! }
  } catch (error) {
    if (!isGone(error)) throw error
    return undefined
  }
}

/** Whether this very process lives: another that was given its id has a later start. */
export function isAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.startTime === identity.startTime
}

/** Sends a signal to this very process; false where it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals | number): boolean {
  return isAlive(identity) && signalNumber(identity.pid, signal)
}

/** False where there is no such process. */
export function signalNumber(pid: number, signal: NodeJS.Signals | number): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** The process and all that descend from it, itself first, as the kernel lists them now. */
export function processTree(pid: number): readonly number[] {
  const found = [pid]
  for (const parent of found) {
    try {
      // Children stand with the thread that started them, and any of Go's threads does.
      for (const thread of readdirSync(`/proc/${parent}/task`)) {
        const children = readFileSync(`/proc/${parent}/task/${thread}/children`, 'latin1')
        found.push(...children.split(' ').filter(Boolean).map(Number))
      }
    } catch (error) {
      if (!isGone(error)) throw error
      // Gone meanwhile, or a kernel without CONFIG_PROC_CHILDREN: the process alone then.
    }
  }
  return found
}

/**
 * True where process `pid` runs `program` with `argument` among its arguments: tells our conmon from a stranger with
 * its number.
 */
export function runsWith(pid: number, program: string, argument: string): boolean {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return (args[0]?.endsWith(program) ?? false) && args.includes(argument)
  } catch (error) {
    if (!isGone(error)) throw error
    return false
  }
}
