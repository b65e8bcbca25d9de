import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { EXAMPLES, run, withCluster } from './harness.ts'

const cluster = withCluster('robust', ['--nodes', '1'])

const ask = (method: string, path: string, body: object): Promise<number> =>
  new Promise((resolve, reject) => {
    const options = { socketPath: `/var/lib/fairlead/${cluster.name}/api.sock`, method, path }
    const sent = request({ ...options, headers: { 'content-type': 'application/json' } }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode!))
    })
    sent.on('error', reject).end(JSON.stringify(body))
  })

/** Changes where the control plane has been started anew: it makes this namespace once. */
const life = (): Promise<string> => cluster.kubectl('get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}')

test('kubectl prints the warning of a field that was pasted with smart quotes, and the control plane lives', async () => {
  const before = await life()
  const manifest = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pasted}\n“data”: {a: b}\n'
  const env = { KUBECONFIG: cluster.kubeconfig }
  const { status, stderr } = await run('kubectl', ['create', '--validate=warn', '-f', '-'], { env, input: manifest })
  assert.equal(status, 0, stderr)
  assert.match(stderr, /Warning: unknown field "“data”"/)
  assert.equal(await life(), before)
})

const skip = process.env.FAIRLEAD_LONG === '1' ? false : 'takes most of a minute: script/test --long runs it'
test('rewriting one object of 900 KB 400 times leaves the control plane below 400 MB, and alive', {
  skip,
}, async () => {
  const before = await life()
  const path = '/api/v1/namespaces/default/configmaps'
  const object = (round: number) => ({ metadata: { name: 'large' }, data: { text: `${round} ${'x'.repeat(900_000)}` } })
  assert.equal(await ask('POST', path, object(0)), 201)
  for (let round = 1; round <= 400; round++) assert.equal(await ask('PUT', `${path}/large`, object(round)), 200)
  const metrics = await cluster.kubectl('get', '--raw', '/metrics')
  const octets = Number(/process_resident_memory_bytes (\d+)/.exec(metrics)?.[1])
  assert.ok(octets > 0 && octets < 400e6, `${octets}`)
  assert.equal(await life(), before)
  // And it still does what it is there for.
  await cluster.kubectl('apply', '-f', `${EXAMPLES}/myapp.yaml`)
})
