import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { SqliteJournal } from '#apiserver/storage/sqlite/sqlite-journal.ts'
import { objectOf } from '#apiserver/storage/unread-object.ts'
import { startTestServer } from '#apiserver/testing/test-server.ts'
import { ApiError, isAlreadyExists } from '#client/client.ts'
import { createUnixClient } from '#client/unix-client.ts'

if (process.env.FAIRLEAD_ISOLATED !== '1') throw new Error('what mounts runs under script/isolated')

const scope = { namespace: 'default' }
const mapOf = (name: string, size: number) =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { value: 'x'.repeat(size) } }) as const

for (const [who, threadAfter] of [
  ['its own thread', 1 << 30],
  ['a thread for it', 0],
] as const)
  test(`a disk that is full is a 507 for who writes, through ${who}; reads and watches go on, and with room so do writes`, async (t) => {
    const disk = mkdtempSync(join(tmpdir(), 'fairlead-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'none', disk])
    const path = join(disk, 'objects.db')
    const options = { path, firstRevision: 100, threadAfter }
    const journal = new SqliteJournal(options)
    const server = await startTestServer({ journal })
    const client = createUnixClient(server.socketPath)
    t.after(async () => {
      watch.stop()
      client.close()
      await server.close()
      await journal.close()
      execFileSync('umount', [disk])
      rmSync(disk, { recursive: true })
    })
    await client.create(configMaps, mapOf('before', 10), scope)
    const seen: string[] = []
    const { resourceVersion } = await client.list(configMaps)
    const watch = client.watch(configMaps, { resourceVersion }, (event) => {
      if (event.type !== 'BOOKMARK') seen.push(event.object.metadata!.name!)
    })

    const { bavail, bsize } = statfsSync(disk)
    writeFileSync(join(disk, 'filler'), Buffer.alloc(bavail * bsize - 64 * 1024))
    const answered: string[] = []
    let refusal: ApiError | undefined
    for (let count = 0; refusal === undefined && count < 100; count++) {
      const name = `during-${count}`
      try {
        await client.create(configMaps, mapOf(name, 8000), scope)
        answered.push(name)
      } catch (error) {
        assert.ok(error instanceof ApiError, String(error))
        refusal = error
      }
    }
    const { code, reason, message = '' } = refusal!.status
    assert.deepEqual([code, reason], [507, 'InsufficientStorage'])
    assert.match(message, /nothing has changed: the disk of \S+objects\.db is full; free some space there/)
    const names = async () => (await client.list(configMaps, scope)).items.map(({ metadata }) => metadata!.name!)
    assert.deepEqual((await names()).toSorted(), ['before', ...answered].toSorted(), 'what was answered is read')

    rmSync(join(disk, 'filler'))
    await client.create(configMaps, mapOf('after', 8000), scope)
    await assert.rejects(client.create(configMaps, mapOf('before', 1), scope), isAlreadyExists)
    for (let turn = 0; turn < 1000 && !seen.includes('after'); turn++) await new Promise((go) => setTimeout(go, 1))
    assert.deepEqual(seen, [...answered, 'after'], 'a watch has missed nothing, and tells of nothing that was refused')

    const again = new SqliteJournal(options)
    const kept = new Set([...again.load().changes].map(({ object }) => objectOf(object).metadata!.name))
    for (const name of ['before', ...answered, 'after']) assert.ok(kept.has(name), `${name} lasts`)
    assert.ok(!kept.has(`during-${answered.length}`), 'what was refused is not there')
    await again.close()
  })
