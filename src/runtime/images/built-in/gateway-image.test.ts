import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createImageStore } from '../image-store.ts'

const folderFor = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'images-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('a machine without HAProxy is told what to install, each time a pod asks', async (t) => {
  const store = createImageStore({ folder: folderFor(t), haproxy: '/nonexistent/haproxy' })
  for (let times = 0; times < 2; times++)
    await assert.rejects(store.resolve('fairlead/gateway'), {
      code: 'IMAGE_UNAVAILABLE',
      message: /haproxy is missing: apt-get install haproxy/,
    })
})

test('the image of the gateways has a proxy, its libraries, what drives it and a shell, and runs as nobody in particular', async (t) => {
  // Any program will do as the proxy: what it is linked with comes along.
  const store = createImageStore({ folder: folderFor(t), haproxy: '/bin/tar' })
  const image = await store.resolve('fairlead/gateway:v1')
  const [root] = image.lowerDirs
  for (const path of ['bin/haproxy', 'bin/busybox', 'bin/sh', 'fairlead/lua/gateway.lua', 'run/gateway', 'etc/passwd'])
    assert.ok(existsSync(join(root!, path)), path)
  assert.ok(statSync(join(root!, 'bin/haproxy')).mode & 0o001, 'others may run it')
  assert.match(readFileSync(join(root!, 'fairlead/entry'), 'utf8'), /exec haproxy -W -S unix@master\.sock/)
  assert.deepEqual([image.user, image.stopSignal], ['65532:65532', 'SIGUSR1'])
  assert.deepEqual(image.extraMounts[0], { source: process.execPath, destination: '/bin/node', readOnly: true })
  assert.equal((await store.resolve('fairlead/gateway')).id, image.id)
})
