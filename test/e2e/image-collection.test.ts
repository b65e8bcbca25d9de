import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Event } from '#api/core/event/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { findCondition } from '#objects/conditions.ts'
import { busyboxLayer, dockerArchive, layer, writeLayout } from '../images/make-image.ts'
import { push, startRegistry } from '../images/registry.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const MI = 2 ** 20
const folder = mkdtempSync(join(tmpdir(), 'fairlead-collected-'))
const state = join(folder, 'state')
mkdirSync(state)
// A disk of its own, which may be filled.
execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=0700', 'fairlead', state])
process.env.FAIRLEAD_STATE = state
const cluster = withCluster('collected', ['--nodes', '1'])
after(() => {
  execFileSync('umount', ['-l', state])
  rmSync(folder, { recursive: true })
})
const { kubectl } = cluster

const pod = (name: string, image: string, command: readonly string[], restartPolicy = 'Always'): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { terminationGracePeriodSeconds: 0, restartPolicy, containers: [{ name: 'c', image, command }] },
  })
/** As if every image had come an hour ago. */
const makeOld = (): void => {
  const references = join(state, '.images/references')
  for (const file of readdirSync(references)) {
    const kept = JSON.parse(readFileSync(join(references, file), 'utf8'))
    kept.image.keptAt = new Date(Date.now() - 3_600_000).toISOString()
    writeFileSync(join(references, file), JSON.stringify(kept))
  }
}

claim(
  'where the disk is full, images that pods fetched and nobody uses go; those in use and those brought by hand stay, and so do pods',
  async (assert) => {
    const registry = await startRegistry(join(folder, 'registry'), 5014)
    try {
      const config = { Cmd: ['sleep', '1000'], Env: ['PATH=/bin'] }
      for (const [name, size] of [
        ['spare', 40 * MI],
        ['used', 1],
      ] as const) {
        const layout = join(folder, name)
        const data = Buffer.alloc(size, 'x')
        writeLayout(layout, [{ layers: [busyboxLayer('gzip'), layer([{ name: `of-${name}`, data }], 'gzip')], config }])
        push(`oci:${layout}`, `docker://${registry.address}/${name}:1`)
      }
      writeFileSync(
        join(folder, 'brought.tar'),
        dockerArchive([{ tags: ['brought:1'], layers: [layer([{ name: 'b' }])] }]),
      )
      assert.equal((await run(FAIRLEAD, ['image', 'load', join(folder, 'brought.tar')])).status, 0)
      await kubectl.apply(pod('once', `${registry.address}/spare:1`, ['true'], 'Never'))
      await kubectl.apply(pod('running', `${registry.address}/used:1`, ['sleep', '1000']))
      await kubectl('wait', '--for=condition=Ready', 'pod/running')
      await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/once')
    } finally {
      await registry.stop()
    }
    await kubectl('delete', 'pod', 'once')
    const listed = async (): Promise<string> => (await run(FAIRLEAD, ['image', 'ls'])).stdout
    for (const name of [/spare:1 /, /used:1 /, /^brought:1 /m]) assert.match(await listed(), name)
    makeOld()
    const { bavail, bsize } = statfsSync(state)
    execFileSync('fallocate', ['-l', String(bavail * bsize - 2 * MI), join(state, 'filler')])
    const left = await eventually(
      'the spare image goes',
      async () => {
        const now = await listed()
        return /spare:1/.test(now) ? undefined : now
      },
      60_000,
    )
    assert.match(left, /used:1 /)
    assert.match(left, /^brought:1 /m)
    const told = await eventually('the node is told', async () => {
      const { items } = await cluster.json<{ items: readonly Event[] }>('get', 'events')
      return items.find(({ reason }) => reason === 'FreeDiskSpaceFailed')
    })
    assert.equal(told.involvedObject?.name, 'node-1')
    assert.match(
      told.message ?? '',
      /^Insufficient free disk space on the node's image filesystem \((?:99|100)% of 400\.0 MiB used\)\. Failed to free sufficient space by deleting unused images \(freed 4\d{7} bytes\)\./,
    )
    await eventually(
      'the disk is well again',
      async () =>
        findCondition((await cluster.json<Node>('get', 'node', 'node-1')).status?.conditions, 'DiskPressure')
          ?.status === 'False',
      30_000,
    )
    assert.equal((await cluster.json<Pod>('get', 'pod', 'running')).status?.phase, 'Running')
  },
)
