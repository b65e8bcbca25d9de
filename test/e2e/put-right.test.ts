import { CLIENT } from './echo.ts'
import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'
import type { Status } from './scratch.ts'

const cluster = withCluster('put-right', ['--nodes', '1'])

claim('whatever is deleted, the API and DNS stay at their addresses', async (assert) => {
  await cluster.kubectl.apply(CLIENT)
  await cluster.kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s')
  const version = 'https://kubernetes.default.svc/version'
  const reaches = async (): Promise<boolean> =>
    (await cluster.inPod('client', 'curl', '-sk', '--max-time', '3', version)).stdout.includes('gitVersion')
  await eventually('a pod reaches the API by name', reaches)

  await cluster.kubectl('delete', 'services', '--all', '--all-namespaces')
  await cluster.kubectl('delete', 'endpointslices,endpoints', '--all', '--all-namespaces')
  for (const [namespace, name, address] of [
    ['default', 'kubernetes', '10.96.0.1'],
    ['kube-system', 'kube-dns', '10.96.0.10'],
  ] as const) {
    const clusterIP = await eventually(`Service ${name} is there again`, () =>
      cluster.kubectl('get', 'service', name, '-n', namespace, '-o', 'jsonpath={.spec.clusterIP}'),
    )
    assert.equal(clusterIP, address)
  }
  await eventually('a pod reaches the API by name again', reaches)

  for (const namespace of ['default', 'kube-system', 'kube-public']) {
    const refused = await cluster.kubectl.try('delete', 'namespace', namespace)
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /namespaces "[a-z-]+" is forbidden: this namespace may not be deleted/)
  }
  const claims =
    'apiVersion: v1\nkind: Service\nmetadata: {name: thief}\nspec: {externalIPs: [10.96.0.1], ports: [{port: 443}]}\n'
  const stolen = await run('kubectl', ['apply', '-f', '-'], { env: { KUBECONFIG: cluster.kubeconfig }, input: claims })
  assert.equal(stolen.status, 1)
  assert.match(stolen.stderr, /externalIPs\[0\].*reserved for the cluster IP of Service default\/kubernetes/)
})

claim('kubectl cluster-info shows the API and DNS', async (assert) => {
  const info = await cluster.kubectl('cluster-info')
  assert.match(info, /Kubernetes control plane.* is running at/)
  assert.match(info, /CoreDNS.* is running at .*\/api\/v1\/namespaces\/kube-system\/services\/kube-dns:dns\/proxy/)
})

claim('a pod’s status that somebody forges is put right', async (assert) => {
  const shown = (): Promise<string> =>
    cluster.kubectl('get', 'pod', 'client', '-o', 'jsonpath={.status.phase} {.status.podIP} {.status.podIPs[*].ip}')
  const before = await shown()
  assert.match(before, /^Running 10\.244\.\S+ 10\.244\.\S+ fd\S+$/)
  const [, podIP] = before.split(' ')
  for (const status of [
    { podIP: '192.0.2.66', podIPs: [{ ip: '192.0.2.66' }] },
    { phase: 'Failed', reason: 'Forged' },
    { conditions: [{ type: 'Ready', status: 'False' }] },
  ])
    await cluster.kubectl(
      ...['patch', 'pod', 'client', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status })],
    )
  await eventually('the status is true again', async () => (await shown()) === before)
  await cluster.kubectl('wait', '--for=condition=Ready', 'pod/client', '--timeout=20s')
  assert.equal((await cluster.inPod('client', 'hostname', '-I')).stdout.split(' ')[0], podIP)
})

claim('a node keeps its addresses of both families when the agents start again', async (assert) => {
  const addresses = async (): Promise<string> =>
    cluster.kubectl('get', 'node', 'node-1', '-o', 'jsonpath={.status.addresses[*].address}')
  const before = await addresses()
  assert.match(before, /^172\.\S+ fd\S+ node-1$/)
  const leased = (): Promise<string> =>
    cluster.kubectl('get', 'lease', 'node-1', '-n', 'kube-node-lease', '-o', 'jsonpath={.spec.renewTime}')
  const agents = async (): Promise<{ readonly healthy: boolean; readonly pid: number }> => {
    const { stdout } = await run(FAIRLEAD, ['status', '--name', cluster.name, '-o', 'json'])
    const { healthy, processes } = JSON.parse(stdout) as Status
    return { healthy, pid: processes.find(({ role }) => role === 'agent-host')?.pid ?? 0 }
  }
  const { pid } = await agents()
  process.kill(pid, 'SIGKILL')
  const renewed = await leased()
  await eventually('other agents are there', async () => {
    const now = await agents()
    return now.healthy && now.pid !== pid
  })
  // Only a node that has been registered again renews its lease.
  await eventually('the node is registered', async () => (await leased()) !== renewed)
  assert.equal(await addresses(), before)
})

claim('a strategic patch that takes two items for one says so', async (assert) => {
  await cluster.kubectl.apply('apiVersion: v1\nkind: Service\nmetadata: {name: two}\nspec: {ports: [{port: 80}]}\n')
  const ports = '{"spec":{"ports":[{"name":"u","port":80,"protocol":"UDP"},{"name":"t","port":80,"protocol":"TCP"}]}}'
  const { status, stderr } = await cluster.kubectl.try('patch', 'service', 'two', '-p', ports)
  assert.equal(status, 0, stderr)
  assert.match(stderr, /Warning: spec\.ports\[1\]: has the port of spec\.ports\[0\], 80, .*both are taken for one/)
})
