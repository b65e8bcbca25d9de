import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const MODULE = join(import.meta.dirname, 'tune-for-serving.ts')

/** The priorities of a program's threads, by their names: `nice` is the 19th of what `stat` says, the 17th after the name. */
const PROGRAM = `
import { readdirSync, readFileSync } from 'node:fs'
import { tuneForServing } from ${JSON.stringify(MODULE)}
tuneForServing()
const threads = readdirSync('/proc/self/task').map((task) => {
  const [, name, rest] = /\\((.*)\\) (.*)/.exec(readFileSync('/proc/self/task/' + task + '/stat', 'utf8'))
  return { name, nice: Number(rest.split(' ')[16]) }
})
console.log(JSON.stringify(threads))
`

test('the threads that collect and compile come after the one that runs the program', () => {
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], { encoding: 'utf8' })
  const threads = JSON.parse(said) as readonly { readonly name: string; readonly nice: number }[]
  const [background, others] = [
    threads.filter(({ name }) => name === 'V8Worker'),
    threads.filter(({ name }) => name !== 'V8Worker'),
  ]
  assert.ok(background.length > 0, said)
  assert.deepEqual(new Set(background.map(({ nice }) => nice)), new Set([10]))
  assert.deepEqual(new Set(others.map(({ nice }) => nice)), new Set([0]))
})
