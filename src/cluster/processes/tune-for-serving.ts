import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { setFlagsFromString } from 'node:v8'

/** Of setpriority(2): a thread has about a tenth of what one of priority 0 beside it gets. */
const NICE = 10
const TASKS = '/proc/self/task'

/**
 * From now on who asks for something comes before garbage and compiling (docs/adr/0014, docs/adr/0072). Called once all that
 * is there is loaded: what a start reads stays, and its code is wanted at once.
 */
export const tuneForServing = (): void => {
  // By itself V8 collects the whole heap after every tenth of growth, which changes then wait for. Not on the command line:
  // with such a setting Node.js does not take its own modules from its code cache.
  setFlagsFromString('--heap-growing-percent=50')
  // Threads that help to collect young objects wait longer for a processor than they take, where others use them too.
  setFlagsFromString('--no-parallel-scavenge')
  // By itself V8 also collects it after every 64 MB outside of it, which is what a thousand connections have to read into.
  setFlagsFromString('--external-memory-accounted-in-global-limit')
  putBackgroundThreadsBehind()
}

/**
 * V8 collects and compiles in threads of its own, as many as would fill a small machine. They take what processors have
 * left. What cannot be done is left as it is.
 */
const putBackgroundThreadsBehind = (): void => {
  for (const task of readdirSync(TASKS)) {
    try {
      if (readFileSync(`${TASKS}/${task}/comm`, 'utf8').trim() === 'V8Worker') setPriority(Number(task), NICE)
    } catch {
      // The thread has ended, or this is not allowed here: then it is as quick as it was.
    }
  }
}
