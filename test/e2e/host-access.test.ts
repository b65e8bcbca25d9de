import { claim, eventually, FAIRLEAD, run, withCluster } from './harness.ts'

const closed = withCluster('closed', ['--nodes', '1'])

const WAYS: Readonly<Record<string, { readonly spec: string; readonly container?: string; readonly field: string }>> = {
  path: { spec: 'volumes: [{ name: v, hostPath: { path: / } }]', field: 'spec.volumes[v].hostPath' },
  pid: { spec: 'hostPID: true', field: 'spec.hostPID' },
  ipc: { spec: 'hostIPC: true', field: 'spec.hostIPC' },
  all: {
    spec: '',
    container: ', securityContext: { privileged: true }',
    field: 'spec.containers[c].securityContext.privileged',
  },
  admin: {
    spec: '',
    container: ', securityContext: { capabilities: { add: [SYS_ADMIN] } }',
    field: 'spec.containers[c].securityContext.capabilities.add[SYS_ADMIN]',
  },
}

const podYaml = (name: string, spec: string, container = ''): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 0
  ${spec}
  containers: [{ name: c, image: fairlead/echo${container} }]
---`

claim(
  'a pod that asks for something of the machine is held, and its status and an Event name field and way out',
  async (assert) => {
    await closed.kubectl.apply(
      Object.entries(WAYS)
        .map(([name, { spec, container }]) => podYaml(name, spec, container))
        .join(''),
    )
    for (const [name, { field }] of Object.entries(WAYS)) {
      const waiting = await eventually(`${name} is held`, () =>
        closed.kubectl('get', 'pod', name, '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.message}'),
      )
      assert.equal(waiting.startsWith(`${field}: `), true, waiting)
      assert.match(waiting, /fairlead up --allow-host-access/)
      const told = await eventually(`an Event of ${name}`, () =>
        closed.kubectl(
          'get',
          'events',
          '--field-selector',
          `involvedObject.name=${name},reason=Unsupported`,
          '-o',
          'name',
        ),
      )
      assert.match(told, /^event\//)
    }
  },
)

claim('the node’s network is the cluster’s own: hostNetwork asks for nothing of the machine', async (assert) => {
  await closed.kubectl.apply(podYaml('network', 'hostNetwork: true'))
  await closed.kubectl('wait', 'pod/network', '--for=condition=Ready', '--timeout=30s')
  const links = (await closed.inPod('network', 'ls', '/sys/class/net')).stdout
  assert.equal(links.includes('eth0'), true)
})

claim('what a cluster was started with it is brought back with, and another word is refused', async (assert) => {
  const env = { KUBECONFIG: closed.kubeconfig }
  const fairlead = (...args: readonly string[]) => run(FAIRLEAD, args, { env })
  assert.equal((await fairlead('stop', closed.name)).status, 0)
  const refused = await fairlead('up', closed.name, '--allow-host-access')
  assert.equal(refused.status, 1)
  assert.match(refused.stderr, /has --allow-host-access false, not true/)
  assert.equal((await fairlead('up', closed.name)).status, 0)
  const waiting = await eventually('it is held as before', () =>
    closed.kubectl('get', 'pod', 'pid', '-o', 'jsonpath={.status.containerStatuses[0].state.waiting.reason}'),
  )
  assert.equal(waiting, 'Unsupported')
})
