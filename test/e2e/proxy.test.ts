import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { parse } from 'yaml'
import type { Pod } from '#api/core/pod/message.ts'
import { ask, CLIENT, deployment, service } from './echo.ts'
import { claim, eventually, withCluster } from './harness.ts'
import { kubectlBinaries, kubectlOf } from './kubectl-binaries.ts'

const cluster = withCluster('proxy')
const { kubectl } = cluster
const SERVICES = '/api/v1/namespaces/default/services'
const PODS = '/api/v1/namespaces/default/pods'
const raw = (path: string): Promise<string> => kubectl('get', '--raw', path)

const backends = async (): Promise<readonly string[]> => {
  await kubectl.apply(
    deployment('web', { replicas: 3 }) + service('web', 'ports: [{name: http, port: 80, targetPort: 8080}]'),
  )
  await kubectl('rollout', 'status', 'deployment/web', '--timeout=30s')
  const { items } = await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=web')
  return items.map(({ metadata }) => metadata!.name!)
}

/** A WebSocket to the API server, as its administrator. */
const webSocket = (path: string, protocol: string): WebSocket => {
  const config = parse(readFileSync(cluster.kubeconfig, 'utf8')) as any
  const pem = (data: string): Buffer => Buffer.from(data, 'base64')
  const { user } = config.users[0]
  return new WebSocket(`${config.clusters[0].cluster.server.replace('https', 'wss')}${path}`, [protocol], {
    ca: pem(config.clusters[0].cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  })
}

claim('pods and Services on every node answer through the API server, by name, number and scheme', async (assert) => {
  const names = await backends()
  const seen = new Set<string>()
  for (const port of ['', ':80', ':http']) seen.add(await raw(`${SERVICES}/web${port}/proxy/hostname`))
  for (const name of seen) assert.ok(names.includes(name), name)
  for (const name of names) assert.equal(await raw(`${PODS}/${name}:8080/proxy/hostname`), name)
  const refused = await kubectl.try('get', '--raw', `${PODS}/${names[0]}:9/proxy/`)
  assert.match(refused.stderr, /ServiceUnavailable.*error trying to reach service: connect .*:9: connection refused/)
})

claim('kubectl proxy leads a browser to a Service, from its address without a slash on', async (assert) => {
  const names = await backends()
  const proxy = kubectlOf(kubectlBinaries().at(-1)!, () => cluster.kubeconfig, 'default').follow('proxy', '--port=0')
  try {
    const [, port] = await proxy.until(/127\.0\.0\.1:(\d+)/)
    const address = `http://127.0.0.1:${port}${SERVICES}/web:80/proxy`
    const { stdout } = await cluster.onHost('curl', '-sLm5', '-w', ' %{http_code} %{num_redirects}', address)
    assert.match(stdout, / 200 1$/)
    const echoed = await cluster.onHost('curl', '-sm5', '-X', 'POST', '-d', 'x', `${address}/echo?msg=words`)
    assert.equal(echoed.stdout, 'words')
    assert.ok(names.includes(await ask('127.0.0.1', Number(port), `${SERVICES}/web:80/proxy/hostname`)))
  } finally {
    await proxy.stop()
  }
})

claim(
  'a node shows its pods, its kubelet’s and its proxy’s health, and what it does not serve by name',
  async (assert) => {
    await backends()
    for (const node of ['node-1', 'node-2', 'node-3']) {
      const own = JSON.parse(await raw(`/api/v1/nodes/${node}/proxy/pods`)) as { items: Pod[] }
      const all = await cluster.json<{ items: Pod[] }>('get', 'pods', '-A', '--field-selector', `spec.nodeName=${node}`)
      const namesOf = ({ items }: { items: Pod[] }) => items.map(({ metadata }) => metadata?.name).sort()
      assert.deepEqual(namesOf(own), namesOf(all), node)
      assert.equal(await raw(`/api/v1/nodes/${node}/proxy/healthz`), 'ok')
      assert.match(await raw(`/api/v1/nodes/${node}:10256/proxy/healthz`), /"nodeEligible":true/)
    }
    const unknown = await kubectl.try('get', '--raw', '/api/v1/nodes/node-1/proxy/nothing')
    assert.match(unknown.stderr, /NotFound.*the kubelet has nothing at \/nothing: it serves/)
  },
)

claim('a WebSocket forwards ports by channels, as the client libraries do', async (assert) => {
  const [name] = await backends()
  const socket = webSocket(`${PODS}/${name}/portforward?ports=8080&ports=9`, 'v4.channel.k8s.io')
  const channels: Record<number, string> = {}
  socket.on('message', (data: Buffer) => {
    channels[data[0]!] = (channels[data[0]!] ?? '') + data.subarray(1).toString('latin1')
  })
  await once(socket, 'open')
  assert.equal(socket.protocol, 'v4.channel.k8s.io')
  socket.send(Buffer.from('\0GET /hostname HTTP/1.0\r\n\r\n'))
  await once(socket, 'close')
  assert.match(channels[0]!, new RegExp(`^\\x90\\x1fHTTP/1\\.[01] 200 OK\\r\\n[\\s\\S]*\\r\\n\\r\\n${name}$`))
  assert.equal(channels[1], '\x90\x1f')
  assert.equal(channels[3]!.slice(0, 2), '\t\0')
  assert.match(channels[3]!.slice(2), /^error forwarding port 9: .*connect: connection refused/)
})

claim('a pod’s ServiceAccount is led to no pod, no Service and no node', async (assert) => {
  await kubectl.apply(CLIENT)
  await kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s')
  const script = `cd /var/run/secrets/kubernetes.io/serviceaccount
for path in ${SERVICES}/web:80/proxy/ ${PODS}/client/proxy/ /api/v1/nodes/node-1/proxy/pods ${PODS}/client/attach ${PODS}/client/portforward
do curl -s -o /dev/null -w '%{http_code} ' --cacert ca.crt -H "Authorization: Bearer $(cat token)" https://kubernetes.default.svc$path; done`
  assert.equal((await cluster.inPod('client', 'sh', '-c', script)).stdout, '403 403 403 403 403 ')
})

for (const binary of kubectlBinaries()) {
  // What came before asks for a form of the part that Kubernetes has no more either.
  if (binary.minor < 22) continue
  claim(
    `kubectl 1.${binary.minor} debug adds a container that sees what another one of the pod runs`,
    async (assert) => {
      await kubectl.apply(CLIENT)
      await kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s')
      const k = kubectlOf(binary, () => cluster.kubeconfig, 'default')
      const name = `look-${binary.minor}`
      const look = ['--', 'sh', '-c', "tr '\\0' ' ' </proc/1/cmdline"]
      await k('debug', 'client', '--image=fairlead/host', '--target=shell', `--container=${name}`, ...look)
      const log = await eventually('the container has looked', async () => {
        const { status } = await cluster.json<Pod>('get', 'pod', 'client')
        const ended = status?.ephemeralContainerStatuses?.find((one) => one.name === name)?.state?.terminated
        return ended && (await k('logs', 'client', '-c', name))
      })
      assert.match(log, /^sleep infinity /)
    },
  )
}

claim(
  'kubectl debug of a node names what a node’s pod would need, kubectl top what nodes and pods use',
  async (assert) => {
    await kubectl('debug', 'node/node-1', '--image=fairlead/host')
    const { items } = await cluster.json<{ items: Pod[] }>('get', 'pods')
    const { name } = items.find(({ metadata }) => metadata?.name?.startsWith('node-debugger-'))!.metadata!
    const reason = await eventually('the pod says why', async () => {
      const { status } = await cluster.json<Pod>('get', 'pod', name!)
      return status?.containerStatuses?.[0]?.state?.waiting?.message
    })
    assert.match(
      reason,
      /spec\.hostPID: pods of this cluster have nothing of the machine itself: .*--allow-host-access/,
    )
    await kubectl('delete', 'pod', name!, '--now')
    assert.match(await kubectl('top', 'nodes'), /^NAME .*\nnode-1 +\d+m +\d+% +\d+Mi +\d+%/)
    // A pod that has just come is known from the second look on.
    await eventually('pods are told with their containers', async () => {
      const { stdout } = await kubectl.try('top', 'pods', '--containers')
      return /^web-\S+ +\S+ +\d+m +\d+Mi/m.test(stdout) || undefined
    })
  },
)

claim('a refused WebSocket is told by a Status', async (assert) => {
  const socket = webSocket(`${PODS}/none/proxy/`, 'chat')
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  assert.equal(JSON.parse(text).message, 'pods "none" not found')
})
