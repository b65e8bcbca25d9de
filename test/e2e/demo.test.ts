import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { claim, run } from './harness.ts'

const DEMO = join(import.meta.dirname, '..', '..', 'script', 'demo')
const STATE = '/var/lib/fairlead'
const home = mkdtempSync(join(tmpdir(), 'fairlead-demo-'))
const kubeconfig = join(home, '.kube', 'config')
const env = { HOME: home, KUBECONFIG: '' }

/** Command lines of a cluster's processes, in this mount namespace: other runs of the tests have their own. */
const processesOfOurs = (): readonly string[] =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        if (readlinkSync(`/proc/${pid}/ns/mnt`) !== readlinkSync('/proc/self/ns/mnt')) return []
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return command.includes(`${STATE}/fairlead`) ? [command] : []
      } catch {
        // It ended meanwhile.
        return []
      }
    })

after(async () => {
  const { status } = await run(DEMO, ['--down'], { env })
  rmSync(home, { recursive: true, force: true })
  if (status !== 0) throw new Error('script/demo --down failed')
})

claim(
  'script/demo shows every kind of Service with its real answers and leaves the cluster up',
  async (assert) => {
    const { status, stdout, stderr } = await run(DEMO, [], { env, timeoutMs: 240_000 })
    assert.equal(status, 0, `${stdout}${stderr}`)
    const titles = stdout.match(/^\d+\. .+$/gm) ?? []
    for (const word of [
      'NAT',
      'ClusterIP',
      'NodePort',
      'Several ports',
      'LoadBalancer',
      'Local',
      'Headless',
      'ExternalName',
      'affinity',
      'Environment',
      'expose',
      'describe',
      'rolling restart',
      'nothing',
    ])
      assert.ok(
        titles.some((title) => title.includes(word)),
        `a step about ${word}`,
      )
    assert.equal(stdout.match(/^ {2}✓ /gm)?.length, titles.length)
    assert.doesNotMatch(stdout, /✗/)
    assert.match(stdout, new RegExp(`All ${titles.length} steps answered`))
    // What it says to try next works as it stands there.
    const next = stdout.slice(stdout.indexOf('Some things to try'))
    const curl = /^ {2}(curl \S+)/m.exec(next)?.[1]
    assert.match((await run('sh', ['-c', `${curl} -sm5`], { env })).stdout, /^myapp-/)
    assert.match((await run('kubectl', ['get', 'svc'], { env })).stdout, /^myapp-service +NodePort/m)
    assert.ok(processesOfOurs().length > 0)
  },
  { timeout: 300_000 },
)

claim('script/demo refuses to start over a cluster that runs, and its status says so', async (assert) => {
  const { status, stdout } = await run(DEMO, [], { env })
  assert.equal(status, 1)
  assert.match(stdout, /is running/)
  assert.equal((await run('kubectl', ['get', 'nodes'], { env })).status, 0)
})

claim('script/demo --down leaves nothing behind, and has nothing to do the second time', async (assert) => {
  const { status, stdout, stderr } = await run(DEMO, ['--down'], { env })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /is gone/)
  assert.equal((await run('ip', ['netns', 'list'])).stdout, '')
  assert.deepEqual(
    (await run('ip', ['-brief', 'link', 'show'])).stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s/)[0]),
    ['lo'],
  )
  assert.equal((await run('nft', ['list', 'tables'])).stdout, '')
  assert.equal((await run('ip', ['route', 'show'])).stdout, '')
  assert.deepEqual(readdirSync(STATE), [])
  assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'utf8'), / \/var\/lib\/fairlead\//)
  assert.deepEqual(processesOfOurs(), [])
  assert.ok(!existsSync(kubeconfig) || !readFileSync(kubeconfig, 'utf8').includes('fairlead-fairlead'))
  assert.match((await run(DEMO, ['--down'], { env })).stdout, /nothing to take down/)
})

claim('script/demo names its usage when it is given what it does not know', async (assert) => {
  const { status, stderr } = await run(DEMO, ['--up'], { env })
  assert.equal(status, 2)
  assert.match(stderr, /usage: script\/demo \[--down\]/)
})
