/**
 * Of the tests that stdin names, a line each as `ROOM PATH`, prints those that what has changed can make fail, and says how
 * many that are.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { affectedTests } from './affected-tests.ts'
import { changesOf } from './changes.ts'

const top = join(import.meta.dirname, '../..')
const lines = readFileSync(0, 'utf8').trim().split('\n')
const changes = changesOf(top)
if (changes) {
  const files = new Map(
    globSync('{src,script}/**/*.ts', { cwd: top }).map((path) => [path, readFileSync(join(top, path), 'utf8')]),
  )
  const pathOf = (line: string): string => line.slice(line.indexOf(' ') + 1)
  const affected = new Set(affectedTests(files, lines.map(pathOf), changes.paths))
  console.error(`${affected.size} of ${lines.length} files of tests load what has changed since ${changes.since}`)
  for (const line of lines) if (affected.has(pathOf(line))) console.log(line)
} else {
  console.error('git does not say what has changed: all tests are run')
  for (const line of lines) console.log(line)
}
