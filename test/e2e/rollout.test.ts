import { ask, deployment, service } from './echo.ts'
import { claim, eventually, withCluster } from './harness.ts'

const cluster = withCluster('rollout')
const { kubectl } = cluster

interface Load {
  /** Ends the load; gives how many requests were answered, and what those that were not got. */
  stop(): Promise<{
    readonly answered: number
    readonly failures: readonly string[]
    readonly backends: ReadonlySet<string>
  }>
}

/** Asks through each address in turn, one new connection after the other, each of `workers` by itself. At most 60 s. */
const load = (addresses: readonly string[], port: number, workers: number): Load => {
  const failures: string[] = []
  const backends = new Set<string>()
  let answered = 0
  let stopped = false
  const until = Date.now() + 60_000
  const running = Array.from({ length: workers }, async (_, worker) => {
    for (let round = worker; !stopped && Date.now() < until; round++) {
      const address = addresses[round % addresses.length]!
      try {
        backends.add(await ask(address, port))
        answered++
      } catch (error) {
        failures.push(
          `${new Date().toISOString()} ${address}: ${(error as NodeJS.ErrnoException).code} ${(error as Error).message}`,
        )
      }
    }
  })
  return {
    stop: async () => {
      stopped = true
      await Promise.all(running)
      return { answered, failures, backends }
    },
  }
}

claim(
  'steady load through a NodePort loses no request during a rolling restart, a scale-up and a scale-down',
  async (assert) => {
    await kubectl.apply(
      deployment('steady', { replicas: 3, grace: 10 }) +
        service('steady', 'type: NodePort\nports: [{port: 80, targetPort: 8080, nodePort: 30060}]'),
    )
    await kubectl('rollout', 'status', 'deployment/steady', '--timeout=30s')
    const addresses = cluster.facts.nodes.map((node) => node.addresses[0])
    const steady = load(addresses, 30060, 4)
    await kubectl('rollout', 'restart', 'deployment/steady')
    await kubectl('rollout', 'status', 'deployment/steady', '--timeout=40s')
    await kubectl('scale', 'deployment/steady', '--replicas=6')
    await kubectl('rollout', 'status', 'deployment/steady', '--timeout=40s')
    await kubectl('scale', 'deployment/steady', '--replicas=2')
    await eventually(
      'two pods are left',
      async () => (await kubectl('get', 'pods', '-l', 'app=steady', '-o', 'name')).trim().split('\n').length === 2,
      20_000,
    )
    const { answered, failures, backends } = await steady.stop()
    assert.deepEqual(failures, [])
    assert.ok(answered > 500, `only ${answered} requests were made`)
    // Three before the restart, three after it, three more for the scale-up.
    assert.ok(backends.size >= 8, `only ${backends.size} pods were seen`)
  },
  { timeout: 150_000 },
)

claim(
  'rollout undo brings the former template back, and rollout history counts',
  async (assert) => {
    await kubectl('set', 'env', 'deployment/steady', 'COLOR=blue')
    await kubectl('rollout', 'status', 'deployment/steady', '--timeout=40s')
    const env = (): Promise<string> =>
      kubectl('get', 'deployment', 'steady', '-o', 'jsonpath={.spec.template.spec.containers[0].env[*].value}')
    assert.equal(await env(), 'blue')
    await kubectl('rollout', 'undo', 'deployment/steady')
    await kubectl('rollout', 'status', 'deployment/steady', '--timeout=40s')
    assert.equal(await env(), '')
    assert.match(await kubectl('rollout', 'history', 'deployment/steady'), /REVISION/)
  },
  { timeout: 120_000 },
)

claim('a pod that is going away finishes what it has, while its endpoint is terminating', async (assert) => {
  await kubectl.apply(deployment('going', { grace: 8 }) + service('going', 'ports: [{port: 80, targetPort: 8080}]'))
  await kubectl('rollout', 'status', 'deployment/going', '--timeout=30s')
  await kubectl('delete', 'pod', '-l', 'app=going', '--wait=false')
  const conditions = await eventually('a terminating endpoint', async () => {
    const text = await kubectl(
      'get',
      'endpointslices',
      '-l',
      'kubernetes.io/service-name=going',
      '-o',
      'jsonpath={.items[?(@.addressType=="IPv4")].endpoints[*].conditions}',
    )
    return text.includes('"terminating":true') && text
  })
  assert.match(conditions, /"ready":false/)
})

claim(
  'a crashing container is started again with back-off, and its last state is told',
  async (assert) => {
    await kubectl.apply(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: crash}\nspec: {containers: [{name: c, image: fairlead/echo, command: [sh, -c, "echo out; exit 3"]}]}\n',
    )
    const status = await eventually(
      'it was started again',
      async () => {
        const pod = await cluster.json<{
          status: {
            containerStatuses?: {
              restartCount: number
              lastState: { terminated?: { exitCode: number } }
              state: object
            }[]
          }
        }>('get', 'pod', 'crash')
        const container = pod.status.containerStatuses?.[0]
        return container && container.restartCount >= 1 && container
      },
      30_000,
    )
    assert.equal(status.lastState.terminated?.exitCode, 3)
    assert.match(
      await eventually('CrashLoopBackOff', async () => {
        const text = await kubectl('get', 'pod', 'crash')
        return text.includes('CrashLoopBackOff') && text
      }),
      /CrashLoopBackOff/,
    )
  },
  { timeout: 90_000 },
)

claim('an unknown image is refused in the pod’s status and in an Event, by name', async (assert) => {
  await kubectl.apply(
    'apiVersion: v1\nkind: Pod\nmetadata: {name: unknown}\nspec: {containers: [{name: c, image: "nginx:1.27"}]}\n',
  )
  const described = await eventually('the reason shows', async () => {
    const text = await kubectl('describe', 'pod', 'unknown')
    return /ErrImagePull|ImagePullBackOff/.test(text) && /Warning\s+Failed/.test(text) && text
  })
  assert.match(described, /nginx:1\.27/)
  assert.match(described, /fairlead\/echo/)
})

claim(
  'a pod lists Services with its own token through the kubernetes Service, where a role lets it',
  async (assert) => {
    await kubectl.apply(
      'apiVersion: v1\nkind: Pod\nmetadata: {name: reader}\nspec: {containers: [{name: c, image: fairlead/host, command: [sleep, infinity]}]}\n',
    )
    await kubectl('wait', '--for=condition=Ready', 'pod/reader', '--timeout=20s')
    const folder = '/var/run/secrets/kubernetes.io/serviceaccount'
    const list = `curl -sS --max-time 5 --cacert ${folder}/ca.crt -H "Authorization: Bearer $(cat ${folder}/token)" https://kubernetes.default.svc/api/v1/namespaces/$(cat ${folder}/namespace)/services`
    const refused = await cluster.inPod('reader', 'sh', '-c', list)
    assert.match(refused.stdout, /User \\"system:serviceaccount:default:default\\" cannot list resource \\"services\\"/)
    await kubectl('create', 'role', 'reader', '--verb=get,list', '--resource=services')
    await kubectl('create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=default:default')
    const { stdout, stderr } = await cluster.inPod('reader', 'sh', '-c', list)
    assert.match(stdout, /"kind":\s*"ServiceList"/, stderr)
    assert.match(stdout, /"name":\s*"going"/)
    const anonymous = await cluster.inPod(
      'reader',
      'curl',
      '-sk',
      '--max-time',
      '5',
      'https://kubernetes.default.svc/api/v1/services',
    )
    assert.match(anonymous.stdout, /"code":\s*40[13]/)
    assert.match(
      (await cluster.inPod('reader', 'curl', '-sk', '--max-time', '5', 'https://kubernetes.default.svc/version'))
        .stdout,
      /gitVersion/,
    )
  },
)

claim('logs can be read and followed', async (assert) => {
  await kubectl.apply(
    'apiVersion: v1\nkind: Pod\nmetadata: {name: talker}\nspec: {restartPolicy: Never, containers: [{name: c, image: fairlead/echo, command: [sh, -c, "for i in 1 2 3; do echo line $i; sleep 0.2; done"]}]}\n',
  )
  const followed = await eventually('the log', async () => {
    const { status, stdout } = await kubectl.try('logs', '-f', 'talker')
    return status === 0 && stdout
  })
  assert.equal(followed, 'line 1\nline 2\nline 3\n')
  assert.equal(await kubectl('logs', 'talker', '--tail=1'), 'line 3\n')
})
