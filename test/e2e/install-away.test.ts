import { before } from 'node:test'
import { shellOn } from './cni-node.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'
import { loadImage } from './installed-image.ts'

const NAME = 'installed-away'
const cluster = withCluster(NAME, ['--nodes', '1', '--without', 'proxy,dns,network', '--allow-host-access'])
const { kubectl } = cluster
const on = async (script: string): Promise<string> => (await shellOn(cluster.kubeconfig, NAME)('node-1', script)).stdout
const env = { KUBECONFIG: cluster.kubeconfig }

/** What is known is on the disk a minute after it has changed. */
const skip = process.env.FAIRLEAD_LONG === '1' ? undefined : 'two minutes: script/test --long'

const WEB = `
apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web } }
spec:
  hostNetwork: true
  tolerations: [{ operator: Exists }]
  containers: [{ name: c, image: fairlead/echo, args: [--http-port=8080] }]
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { clusterIP: 10.96.0.80, selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
`
const asked = () => on('curl -s -o /dev/null -m 2 -w %{http_code} http://10.96.0.80/hostname')
const answers = (limitMs?: number) =>
  eventually('the Service answers', async () => (await asked()) === '200' || undefined, ...(limitMs ? [limitMs] : []))
/** Processes of the node's agent, by their program. */
const agents = async (): Promise<readonly number[]> =>
  (await run('sh', ['-c', 'grep -lz "^/opt/fairlead/node.mjs$" /proc/[0-9]*/cmdline 2>/dev/null'])).stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((path) => Number(path.split('/')[2]))

before(async () => {
  if (skip !== undefined) return
  await loadImage()
  const { status, stderr } = await run(FAIRLEAD, ['install', '--parts', 'proxy'], { env, timeoutMs: 120_000 })
  if (status !== 0) throw new Error(stderr)
  await kubectl.apply(WEB)
  await kubectl('wait', 'pod/web', '--for=condition=Ready', '--timeout=60s')
})

claim(
  'while no API server answers an agent that starts anew knows what the last one knew, and writes it where the kernel has lost it',
  async (assert) => {
    await answers()
    // What it knows is on the disk within seconds.
    await eventually(
      'the cache is written',
      async () => (await on('ls /var/lib/fairlead/node/cache')).includes('endpointslices') || undefined,
      60_000,
    )
    const status = JSON.parse((await run(FAIRLEAD, ['status', '--name', NAME, '-o', 'json'], { env })).stdout)
    const { pid } = status.processes.find((one: { readonly role: string }) => one.role === 'control-plane')
    process.kill(pid, 'SIGSTOP')
    try {
      const [agent] = await agents()
      assert.ok(agent)
      process.kill(agent!, 'SIGKILL')
      await eventually('another agent runs', async () => {
        const [now] = await agents()
        return (now !== undefined && now !== agent) || undefined
      })
      assert.equal(await asked(), '200', 'what the kernel holds goes on')
      await on('nft delete table ip fairlead')
      assert.notEqual(await asked(), '200')
      await answers(60_000)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  },
  { timeout: 240_000, skip },
)

claim(
  'when it answers again, its word counts',
  async (assert) => {
    await kubectl('create', 'service', 'clusterip', 'more', '--tcp=80:8080', '--clusterip=10.96.0.81')
    await kubectl('set', 'selector', 'service', 'more', 'app=web')
    await eventually(
      'a new Service answers',
      async () =>
        (await on('curl -s -o /dev/null -m 2 -w %{http_code} http://10.96.0.81/hostname')) === '200' || undefined,
      60_000,
    )
    await kubectl('delete', 'service', 'more')
    await eventually(
      'and is gone when it is deleted',
      async () =>
        (await on('curl -s -o /dev/null -m 2 -w %{http_code} http://10.96.0.81/hostname')) === '000' || undefined,
    )
    assert.equal(await asked(), '200')
  },
  { skip },
)
