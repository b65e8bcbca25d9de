import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseImageReference } from '../image-reference.ts'
import { imageStorePaths } from './image-store-folder.ts'
import { localImageSource } from './local-image-source.ts'
import { fakeSkopeo } from './testing/fake-skopeo.ts'

const start = () => {
  const skopeo = fakeSkopeo()
  const localFolder = join(skopeo.folder, 'store')
  const source = localImageSource({ folder: skopeo.folder, localFolder })
  const copies = (): number => skopeo.calls().filter((words) => words.includes('copy')).length
  return {
    ...skopeo,
    copies,
    pull: source.pull!,
    source,
    [Symbol.dispose]: () => {
      rmSync(imageStorePaths(localFolder).links, { recursive: true, force: true })
      skopeo[Symbol.dispose]()
    },
  }
}
const NAME = 'h.io/app:1'

test('who asks for the same at once with the same logins waits for one copy; with another login for its own', async () => {
  using local = start()
  const login = { username: 'me', password: 'x' }
  const pulled = await Promise.all([local.pull(NAME, []), local.pull(NAME, []), local.pull(NAME, [login])])
  assert.equal(local.copies(), 2)
  assert.equal(new Set(pulled.map(({ contentId }) => contentId)).size, 1)
  await local.pull(NAME, [])
  assert.equal(local.copies(), 3, 'what came before is over, and the registry is asked anew')
})

test('a copy that failed is tried anew when it is asked for again', async () => {
  using local = start()
  local.offer(`docker://${NAME}`, { fault: 'dial tcp: i/o timeout' })
  await assert.rejects(local.pull(NAME, []), { code: 'IMAGE_UNREACHABLE' })
  local.offer(`docker://${NAME}`, {})
  assert.equal((await local.pull(NAME, [])).origin, 'registry')
})

test('an image is run as its configuration says, from / where that says nothing, and is found by its name', async () => {
  using local = start()
  const { source } = local
  const config = { Entrypoint: ['/app'], Cmd: ['-v'], Env: ['A=1'], User: '7', StopSignal: 'SIGINT' }
  local.offer(`docker://${NAME}`, { config: JSON.stringify({ config }) })
  assert.equal(await source.resolve(NAME, parseImageReference(NAME)), undefined)
  const { id, contentId, lowerDirs, ...image } = await local.pull(NAME, [])
  assert.deepEqual(image, {
    sizeBytes: 7,
    origin: 'registry',
    access: 'all',
    overlays: [],
    entrypoint: ['/app'],
    cmd: ['-v'],
    env: ['A=1'],
    workingDir: '/',
    user: '7',
    stopSignal: 'SIGINT',
    extraMounts: [],
    tmpfs: [],
  })
  assert.match(id, /^h\.io\/app@sha256:/)
  assert.equal((await source.resolve(NAME, parseImageReference(NAME)))?.contentId, contentId)
  assert.equal(lowerDirs.length, 1)
  assert.deepEqual(source.list(), [{ names: [id, NAME], sizeBytes: 7 }])
})

test('a machine without a folder for images has none, and can get none', async () => {
  const source = localImageSource({ folder: '/none' })
  assert.equal(await source.resolve(NAME, parseImageReference(NAME)), undefined)
  assert.deepEqual([source.list(), source.pull], [[], undefined])
})
