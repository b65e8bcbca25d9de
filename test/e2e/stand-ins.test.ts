// The backend of the Gateway API's conformance tests, by its own name, on a machine that reaches no registry.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Event } from '#api/core/event/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-stand-ins-'))
// A store of its own: nobody has brought the image to it.
process.env.FAIRLEAD_STATE = join(folder, 'state')
const { kubectl, json } = withCluster('stand-ins', ['--nodes', '1'])
after(() => rmSync(folder, { recursive: true }))

const IMAGE = 'gcr.io/k8s-staging-gateway-api/echo-basic:v20260204-monthly-2026.01-60-g28382302'
const field = (name: string, path: string) => ({ name, valueFrom: { fieldRef: { fieldPath: path } } })
const pod = (name: string, env: readonly object[] = []): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'c',
          image: IMAGE,
          env: [field('POD_NAME', 'metadata.name'), field('NAMESPACE', 'metadata.namespace'), ...env],
        },
      ],
    },
  })
const running = (name: string): Promise<Pod> =>
  eventually(`${name} runs`, async () => {
    const found = await json<Pod>('get', 'pod', name)
    return found.status?.phase === 'Running' ? found : undefined
  })

claim(
  'where a registry is out of reach, a built-in image stands in for the conformance backend, and says so',
  async (assert) => {
    await kubectl.apply(pod('web'))
    await kubectl.apply(pod('grpc', [{ name: 'GRPC_ECHO_SERVER', value: '1' }]))
    await running('web')
    await running('grpc')
    const answer = await kubectl('exec', 'web', '--', 'curl', '-s', 'http://127.0.0.1:3000/a?b=c')
    const { path, namespace, pod: name } = JSON.parse(answer)
    assert.deepEqual([path, namespace, name], ['/a?b=c', 'default', 'web'])
    const method = 'gateway_api_conformance.echo_basic.grpcecho.GrpcEcho/Echo'
    const call = await kubectl('exec', 'grpc', '--', 'grpcurl', '-plaintext', '127.0.0.1:3000', method)
    assert.equal(JSON.parse(call).assertions.context.pod, 'grpc')
    assert.equal(await kubectl('exec', 'web', '--', 'id', '-u'), '65532\n')
    const { items } = await json<{ items: readonly Event[] }>('get', 'events')
    const told = items.filter(({ involvedObject }) => involvedObject?.name === 'web').map(({ message }) => message)
    assert.ok(
      told.some((text) => text?.startsWith(`Failed to pull image "${IMAGE}": `)),
      told.join('\n'),
    )
    const standsIn = `Container image "${IMAGE}" is not on this machine: the built-in fairlead/echo gateway-echo stands in for it`
    assert.ok(told.includes(standsIn), told.join('\n'))
    assert.ok(!(await run(FAIRLEAD, ['image', 'ls'])).stdout.includes('echo-basic'))
  },
)

const COREDNS = 'registry.k8s.io/coredns/coredns:v1.12.2'
const dns = (name: string, corefile: string): string => {
  const container = {
    name: 'c',
    image: COREDNS,
    args: ['-conf', '/root/Corefile'],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] } },
    volumeMounts: [{ name: 'conf', mountPath: '/root' }],
  }
  const volumes = [{ name: 'conf', configMap: { name } }]
  const spec = { terminationGracePeriodSeconds: 0, restartPolicy: 'Never', containers: [container], volumes }
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { Corefile: corefile } },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec },
  ]
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
}

claim('so it does for the DNS server of the conformance tests, which reads the same Corefile', async (assert) => {
  await kubectl.apply(dns('dns', '.:53 {\n  forward . 127.0.0.1:5300\n}\nfoo.bar.com:53 {\n  log\n  whoami\n}\n'))
  const { status } = await running('dns')
  await kubectl.try('exec', 'web', '--', 'nslookup', 'foo.bar.com', status!.podIP!)
  await eventually('it is asked', async () => (await kubectl('logs', 'dns')).includes(' foo.bar.com. 1'))
  await kubectl.apply(dns('more', '.:53 {\n  cache 30\n}\n'))
  const refusal = await eventually('what is not here is refused', async () => {
    const { stdout } = await kubectl.try('logs', 'more')
    return stdout.includes('Corefile') && stdout
  })
  assert.match(refusal, /Corefile:2: no plugin cache is here: known are errors, forward, log, whoami/)
})
