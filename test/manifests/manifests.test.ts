import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { ask } from '../e2e/echo.ts'
import { EXAMPLES, eventually, FAIRLEAD, run } from '../e2e/harness.ts'
import type { Status } from '../e2e/scratch.ts'
import { applications } from './applications.ts'
import { kindsOfServices } from './kinds-of-services.ts'
import { stateful } from './stateful.ts'
import { tutorials } from './tutorials.ts'
import { workloads } from './workloads.ts'
import { post, withWorld } from './world.ts'

/* Manifests of the world, unchanged, in one cluster: whoever has it beside others has no other way. */

const world = withWorld('manifests')
const { cluster, manifest, nodeAddresses } = world

// Two at a time: each waits as much as it computes. The first of them waits for the next minute.
describe('manifests side by side', { concurrency: 2 }, () => {
  for (const several of [workloads, applications, stateful, kindsOfServices, tutorials]) several(world)
})

test('the example of an own image: the lines at its top make the image of a folder, apply it, and get an answer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-site-'))
  try {
    const text = readFileSync(join(EXAMPLES, 'own-image', 'site.yaml'), 'utf8').replaceAll('/tmp/site', folder)
    const commands = [...text.matchAll(/^# {3}(.*)$/gm)].map(([, command]) => command).join('\n')
    const env = { KUBECONFIG: cluster.kubeconfig, NO_PROXY: '*' }
    const outcome = await run('sh', ['-ec', `cd ${join(EXAMPLES, '..')}\n${commands}`], { env })
    assert.equal(outcome.status, 0, outcome.stderr)
    assert.match(outcome.stdout, /^site:1\s/m)
    assert.match(outcome.stdout, /<h1>From an image of your own<\/h1>\s*$/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

// Alone: it ends the cluster's processes.
manifest(
  'apps/voting-app.yaml',
  'an application goes on over the end of the agents’ process, and over stop and up with all that it has counted',
  async (app) => {
    await app.allReady()
    const node = nodeAddresses()[0]!
    const fairlead = async (...words: readonly string[]): Promise<string> => {
      const { status, stdout, stderr } = await run(FAIRLEAD, words, { env: { KUBECONFIG: cluster.kubeconfig } })
      assert.equal(status, 0, stderr)
      return stdout
    }
    const counted = (wanted: string): Promise<unknown> =>
      eventually(`the result is ${wanted}`, async () => (await ask(node, 31001, '/')).trim() === wanted)
    await post(`http://${node}:31000/`, { voter: 'ann', vote: 'a' })
    await counted('{"a": 1}')

    const { processes } = JSON.parse(await fairlead('status', cluster.name, '-o', 'json')) as Status
    process.kill(processes.find(({ role }) => role === 'agent-host')!.pid, 'SIGKILL')
    await post(`http://${node}:31000/`, { voter: 'bob', vote: 'b' })
    await counted('{"a": 1, "b": 1}')
    // Its successor knows the images too.
    await app.kubectl('delete', 'pods', '-l', 'app=vote', '--now')
    await app.allReady()

    await fairlead('stop', cluster.name)
    await fairlead('up', cluster.name)
    await eventually('a vote is taken again', async () =>
      (await post(`http://${node}:31000/`, { voter: 'eve', vote: 'b' })).includes('Processed'),
    )
    await counted('{"a": 1, "b": 2}')
    const { items } = await app.json<{ items: Pod[] }>('get', 'pods')
    assert.ok(items.every(({ status }) => status!.containerStatuses![0]!.restartCount >= 1))
  },
)
