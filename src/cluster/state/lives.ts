import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeJson } from './state.ts'

/** The starts of a cluster's control plane that found no objects, ISO 8601, oldest first: each after the first had lost them. */
export interface Lives {
  readonly startedAt: readonly string[]
}

export const livesPath = (stateDir: string): string => join(stateDir, 'control-plane-lives.json')

/** What is known of the control plane's starts; none where it has not started yet, or the file is not ours to read. */
export const readLives = (stateDir: string): Lives => {
  try {
    return JSON.parse(readFileSync(livesPath(stateDir), 'utf8')) as Lives
  } catch {
    return { startedAt: [] }
  }
}

/** Notes a start at `now` that found none, and gives all of them. */
export const noteLife = (stateDir: string, now: string): Lives => {
  const lives: Lives = { startedAt: [...readLives(stateDir).startedAt, now] }
  writeJson(livesPath(stateDir), lives)
  return lives
}

/** When the objects were lost for the last time; undefined where they never were. */
export const lostAt = ({ startedAt }: Lives): string | undefined =>
  startedAt.length > 1 ? startedAt.at(-1) : undefined

/** The reason of the Event by which a control plane that came back empty says so. */
export const OBJECTS_LOST = 'ObjectsLost'

/** What that Event says; `ephemeral`: they were in memory alone. */
export const objectsLostMessage = ({ startedAt }: Lives, ephemeral: boolean): string => {
  const why = ephemeral ? 'objects were in memory' : 'the file of its objects was gone'
  return `the control plane ended and was started again (${times(startedAt.length - 1)} so far): ${why}, and all that was applied before ${startedAt.at(-1)} is lost; apply it again`
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)
