import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const IMPORT = `import { survive } from ${JSON.stringify(new URL('./last-defence.ts', import.meta.url).href)}`

const ended = (program: string): { readonly status: number | null; readonly stdout: string } =>
  spawnSync(process.execPath, ['--input-type=module', '--eval', `${IMPORT}\n${program}`], { encoding: 'utf8' })

test('an error that nobody caught is told with its stack, and the process goes on', () => {
  const program = `
    survive((message) => console.log(message))
    setTimeout(() => { throw new Error('in a timer') })
    process.nextTick(() => { throw new Error('in a microtask') })
    Promise.reject(new Error('a promise'))
    Promise.reject('no error at all')
    setTimeout(() => console.log('alive'), 20)
  `
  const { status, stdout } = ended(program)
  assert.equal(status, 0)
  for (const word of ['in a timer', 'in a microtask', 'a promise'])
    assert.match(stdout, new RegExp(`Error: ${word}\\n    at `))
  assert.match(stdout, /rejected, and nobody caught it: no error at all/)
  assert.match(stdout, /alive\n$/)
})

test('the process goes on also where the log cannot be written', () => {
  const program = `
    survive(() => { throw new Error('no space left on device') })
    setTimeout(() => { throw new Error('in a timer') })
    Promise.reject(new Error('a promise'))
    setTimeout(() => console.log('alive'), 20)
  `
  assert.deepEqual([ended(program).status, ended(program).stdout], [0, 'alive\n'])
})
