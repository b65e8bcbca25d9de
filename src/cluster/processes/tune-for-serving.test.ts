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

/** Collections of the whole heap, while a thousand connections and a half come that have 64 KiB each. */
const CONNECTIONS = `
import { PerformanceObserver, constants } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { tuneForServing } from ${JSON.stringify(MODULE)}
if (process.argv.at(-1) === 'tuned') tuneForServing()
let whole = 0
const count = (list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) whole++
}
new PerformanceObserver(count).observe({ entryTypes: ['gc'] })
const buffers = []
while (buffers.length < 1500) {
  buffers.push(Buffer.allocUnsafeSlow(64 * 1024))
  if (buffers.length % 50 === 0) await setTimeout(5)
}
await setTimeout(200)
console.log(JSON.stringify({ whole, held: buffers.length }))
`

test('connections that come do not make it collect the whole heap by themselves', () => {
  const collections = (how: string): number => {
    const said = execFileSync(process.execPath, ['--input-type=module', '--eval', CONNECTIONS, how], {
      encoding: 'utf8',
    })
    return (JSON.parse(said) as { readonly whole: number }).whole
  }
  assert.ok(collections('as it is') > 0)
  assert.equal(collections('tuned'), 0)
})
