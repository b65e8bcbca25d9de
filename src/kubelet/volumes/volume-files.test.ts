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
