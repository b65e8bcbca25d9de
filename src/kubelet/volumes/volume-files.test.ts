import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { volumeFiles } from './volume-files.ts'

/** Mode and owner of the token in a volume of a pod with these settings. */
const tokenOf = async (podUser: object, ...users: (number | undefined)[]): Promise<string> => {
  const pod = {
    spec: {
      securityContext: podUser,
      containers: users.map((runAsUser) => (runAsUser === undefined ? {} : { securityContext: { runAsUser } })),
    },
  } as unknown as Pod
  const volume = { name: 'v', projected: { defaultMode: 0o644, sources: [{ serviceAccountToken: { path: 'token' } }] } }
  const files = await volumeFiles(pod, volume as never, {} as never, {} as never, async () => 'token')
  const { mode, owner } = files.get('token')!
  return `${mode.toString(8)} ${owner ?? 'root'}`
}

test('a token is for the user of its pod, where all containers have one, and for its group', async () => {
  assert.equal(await tokenOf({}, undefined), '644 root')
  assert.equal(await tokenOf({ runAsUser: 1000 }, undefined, undefined), '600 1000')
  assert.equal(await tokenOf({ runAsUser: 1000 }, undefined, 1001), '644 root')
  assert.equal(await tokenOf({}, 1000, 1000), '600 1000')
  assert.equal(await tokenOf({}, 1000, undefined), '644 root')
  assert.equal(await tokenOf({ fsGroup: 10_000 }, undefined), '600 root')
  assert.equal(await tokenOf({ fsGroup: 10_000, runAsUser: 1000 }, undefined), '600 1000')
})

test('a path that no file can have in the volume is refused by its name, before anything is written', async () => {
  const filesAt = (...paths: string[]) => {
    const configMap = { name: 'c', items: paths.map((path) => ({ key: 'k', path })) }
    const references = { configMap: async () => ({ data: { k: 'x' } }), secret: async () => undefined }
    return volumeFiles({} as Pod, { name: 'v', configMap } as never, {} as never, references as never, async () => '')
  }
  for (const paths of [
    ['a', 'a/b/c'],
    ['a/b/c', './a//b'],
  ]) {
    const message = /^volume "v": path "a(\/b)?" is a file, and the folder of "a\/b\/c": give one of them another/
    await assert.rejects(filesAt(...paths), { code: 'VOLUME_INVALID', message })
  }
  for (const path of ['x'.repeat(256), 'é'.repeat(128), 'x/'.repeat(2000)])
    await assert.rejects(filesAt(path), {
      code: 'VOLUME_INVALID',
      message: /^volume "v": path "[xé/]+" is too long/,
    })
  assert.deepEqual([...(await filesAt('a', 'ab/c', 'x'.repeat(255))).keys()], ['a', 'ab/c', 'x'.repeat(255)])
})

test('files have the mode of their item, else of their volume, else 644, whatever they come from', async () => {
  const pod = { metadata: { name: 'web' }, spec: { containers: [] } } as unknown as Pod
  const object = { metadata: {}, data: { a: 'QQ==', b: 'Qg==' } }
  const references = { configMap: async () => object, secret: async () => object }
  const modes = async (volume: object) => {
    const files = await volumeFiles(
      pod,
      { name: 'v', ...volume } as never,
      {} as never,
      references as never,
      async () => '',
    )
    return [...files].map(([path, { mode }]) => `${path} ${mode.toString(8)}`).sort()
  }
  const items = [
    { key: 'a', path: 'a', mode: 0o400 },
    { key: 'b', path: 'b' },
  ]
  const fieldRef = { fieldPath: 'metadata.name' }
  const fields = [
    { path: 'a', mode: 0o400, fieldRef },
    { path: 'b', fieldRef },
  ]
  const sources = (defaultMode?: number) => {
    const mode = defaultMode === undefined ? {} : { defaultMode }
    return [
      { configMap: { name: 'x', items, ...mode } },
      { secret: { secretName: 'x', items, ...mode } },
      { downwardAPI: { items: fields, ...mode } },
      { projected: { sources: [{ configMap: { name: 'x', items } }], ...mode } },
      { projected: { sources: [{ secret: { name: 'x', items } }], ...mode } },
      { projected: { sources: [{ downwardAPI: { items: fields } }], ...mode } },
    ]
  }
  for (const volume of sources()) assert.deepEqual(await modes(volume), ['a 400', 'b 644'], JSON.stringify(volume))
  for (const volume of sources(0o600)) assert.deepEqual(await modes(volume), ['a 400', 'b 600'], JSON.stringify(volume))
})
