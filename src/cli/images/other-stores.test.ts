import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { exportImage } from './other-stores.ts'

/** A machine on which only these programs are installed, each a few lines of shell. */
const machine = (programs: Readonly<Record<string, string>>) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-stores-'))
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} $*" >> ${folder}/log\n${text}\n`, { mode: 0o755 })
  const before = process.env.PATH
  process.env.PATH = folder
  return {
    folder,
    log: () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n'),
    [Symbol.dispose]() {
      process.env.PATH = before
      rmSync(folder, { recursive: true })
    },
  }
}
const REFUSES = 'echo "no such image" >&2; exit 1'
const { signal } = new AbortController()

test('whoever is installed is asked, one after the other, until one has the image', async () => {
  using here = machine({ docker: REFUSES, podman: 'for last; do :; done; echo "$last" > "$4"' })
  const archive = await exportImage('app:1', { from: undefined, folder: here.folder, signal })
  assert.equal(readFileSync(archive, 'utf8'), 'app:1\n')
  assert.deepEqual(here.log(), [
    `docker save --output ${archive} app:1`,
    `podman save --quiet --output ${archive} app:1`,
  ])
})

test('containerd is asked for the whole name, in each of the two namespaces that people use', async () => {
  using here = machine({ ctr: REFUSES })
  await assert.rejects(exportImage('app:1', { from: 'containerd', folder: here.folder, signal }), {
    code: 'IMAGE_UNKNOWN',
    hint: 'containerd: no such image',
  })
  const log = here.log()
  assert.match(
    log[0] ?? '',
    /^ctr --namespace k8s\.io images export --platform linux\/\w+ \S+ docker\.io\/library\/app:1$/,
  )
  assert.match(log[1] ?? '', /^ctr --namespace default images export/)
})

test('where nobody is installed, it is said who would have been asked; what is no name is refused', async () => {
  using here = machine({})
  const ask = (name: string) => exportImage(name, { from: undefined, folder: here.folder, signal })
  await assert.rejects(ask('app:1'), { code: 'IMAGE_UNKNOWN', hint: /none of docker, podman, containerd is installed/ })
  await assert.rejects(ask('No Name'), { code: 'IMAGE_INVALID' })
})
