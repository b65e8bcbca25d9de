import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** Of `setpriority(2)`: about a tenth of what a thread of priority 0 beside it gets. */
const NICE = 10
const TASKS = '/proc/self/task'

/**
 * V8 collects garbage and compiles in threads beside the one that runs the program, as many as would fill a small machine
 * while who asks for something waits. From now on they take what processors have left; a thread they start later has its
 * starter's priority. What cannot be done is left as it is.
 */
export const putBackgroundThreadsBehind = (): void => {
  for (const task of readdirSync(TASKS)) {
    try {
      if (readFileSync(`${TASKS}/${task}/comm`, 'utf8').trim() === 'V8Worker') setPriority(Number(task), NICE)
    } catch {
      // The thread has ended, or this is not allowed here: then it is as quick as it was.
    }
  }
}
