import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { lookup } from 'node:dns/promises'
import { join } from 'node:path'
import { test } from 'node:test'

/** A program that leaves while a thread works that nothing can stop, and is said to look for a name. */
const leaving = (resources: readonly string[], status: number) =>
  new Promise<readonly [unknown, string, string, number]>((done) => {
    const began = performance.now()
    const program = `
      import { pbkdf2 } from 'node:crypto'
      import { leave } from ${JSON.stringify(join(import.meta.dirname, 'leave.ts'))}
      process.getActiveResourcesInfo = () => ${JSON.stringify(resources)}
      pbkdf2('a', 'b', 3_000_000, 64, 'sha512', () => undefined)
      setTimeout(() => {
        console.log('said')
        leave(${status})
      }, 20)`
    execFile(process.execPath, ['--input-type=module', '-e', program], (error, stdout, stderr) =>
      done([error?.code ?? error?.signal ?? 0, stdout, stderr, performance.now() - began]),
    )
  })

test('a program ends with its status while a name is still looked for, and waits for no thread', async () => {
  const [status, out, err, took] = await leaving(['GetAddrInfoReqWrap'], 28)
  assert.deepEqual([status, out, err], [28, 'said\n', ''])
  // The same thread where nothing is looked for: Node.js waits for it.
  const [other, , , waited] = await leaving([], 3)
  assert.equal(other, 3)
  assert.ok(took < waited, `${took} ms, ${waited} ms`)
})

test('a name that is looked for is seen by the name that Node.js has for it', async () => {
  const looking = lookup('nobody.invalid').catch(() => undefined)
  assert.ok(process.getActiveResourcesInfo().includes('GetAddrInfoReqWrap'))
  await looking
})
