import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { kubectlBinaries, kubectlOf } from '../e2e/kubectl-binaries.ts'
import { mixedObjects } from './mixed-objects.ts'
import { type Served, serve, until } from './served.ts'

let served: Served
const folder = mkdtempSync(join(tmpdir(), 'fairlead-mixed-'))
before(async () => {
  served = await serve({ controlled: true })
})
after(async () => {
  await served.close()
  rmSync(folder, { recursive: true, force: true })
})

const binaries = kubectlBinaries()
const chosen = [...new Set([binaries[0]!, binaries.at(-1)!])]
/**
 * What kubectl sends each time, also to a real server: what is never read back, lists that are replaced and have been
 * completed, and all lists of kinds that are newer than it is.
 */
const AGAIN = [
  'secret/typed',
  'pod/full',
  'statefulset.apps/db',
  'cronjob.batch/nightly',
  'poddisruptionbudget.policy/web',
]
/** How much kubectl asks for before it holds itself back. */
const BURST = 10
const listOf = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
const lines = (text: string, word: string): number =>
  text.split('\n').filter((line) => line.endsWith(` ${word}`)).length

for (const binary of chosen)
  test(`kubectl 1.${binary.minor} applies one file of 50 objects, again, on the server’s side, and deletes it`, async () => {
    const name = `mixed${binary.minor}`
    const k = kubectlOf(binary, () => served.kubeconfig, name)
    const path = join(folder, `${name}.json`)
    const items = mixedObjects(name)
    assert.equal(items.length, 50)
    writeFileSync(path, listOf(items))

    const first = await k('apply', '-f', path)
    // The namespace's own ServiceAccount may have been there before it was applied.
    assert.equal(lines(first, 'created') + lines(first, 'configured'), items.length, first)
    // kubectl asks for so many at once and then for five a second.
    const parts = Array.from({ length: items.length / BURST }, (_, part) =>
      items.slice(part * BURST, (part + 1) * BURST),
    )
    const again = (await Promise.all(parts.map((part) => k.apply(listOf(part))))).join('')
    assert.equal(lines(again, 'unchanged') + lines(again, 'configured'), items.length, again)
    const changed = again.split('\n').flatMap((line) => (line.endsWith(' configured') ? [line.split(' ')[0]!] : []))
    assert.deepEqual(
      changed.filter((line) => !AGAIN.includes(line)),
      [],
      again,
    )
    // What was completed in a list that is owned as a whole is a conflict with who applied it on the client's side.
    const applied = await k('apply', '--server-side', '--force-conflicts', '-f', path)
    assert.equal(lines(applied, 'serverside-applied'), items.length, applied)
    // The namespace goes first, and may take with it what comes next.
    const gone = await k('delete', '-f', path, '--ignore-not-found', '--wait=false')
    assert.match(gone, /^namespace "\S+" deleted$/m)
    await until('all of it is gone', async () => {
      const left = ['namespace/'.concat(name), 'crd/things.example.com']
      const { status, stdout } = await k.try('get', ...left, '--ignore-not-found', '-o', 'name')
      return status === 0 && stdout === ''
    })
  })
