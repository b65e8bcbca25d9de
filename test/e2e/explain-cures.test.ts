import type { Event } from '#api/core/event/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { deployment, service, together, usual, withExplained } from './explaining.ts'
import { claim, eventually } from './harness.ts'

const { cluster, kubectl, explained, ask, rolledOut, nodeAddress, client, fromClient, fromHost, prove } =
  withExplained('cures')

const slice = (name: string, of: string | undefined, spec: string): string => `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}, namespace: default${of ? `, labels: {kubernetes.io/service-name: ${of}}` : ''}}
addressType: IPv4
${spec}
---
`
const podIp = async (app: string): Promise<string> =>
  (await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', `app=${app}`)).items[0]!.status!.podIP!

together(() => {
  claim('a cure mends: a Service without a selector, and pods of its name', async (assert) => {
    await client()
    await kubectl.apply(deployment('bald') + service('bald', 'ports: [{port: 80, targetPort: 8080}]'))
    await rolledOut('bald')
    const finding = await prove(assert, {
      to: 'svc/bald',
      reason: 'no-selector',
      message: /nobody wrote IPv4 endpoints/,
      probe: () => fromClient('bald'),
    })
    assert.match(finding.details!.join(), /1 pod with app=bald/)
  })

  claim('a cure mends: the port of an EndpointSlice has another name than the Service’s', async (assert) => {
    await client()
    await kubectl.apply(deployment('renamed') + service('joined', 'ports: [{name: http, port: 80, targetPort: 8080}]'))
    await rolledOut('renamed')
    await kubectl.apply(
      slice(
        'joined-1',
        'joined',
        `ports: [{port: 8080, name: web}]\nendpoints: [{addresses: [${await podIp('renamed')}]}]`,
      ),
    )
    await prove(assert, {
      to: 'svc/joined',
      reason: 'endpoint-port-unknown',
      message: /is named http, and no port of its EndpointSlices is/,
      probe: () => fromClient('joined'),
    })
  })

  claim('a cure mends: an endpoint written by hand whose pod has another address now', async (assert) => {
    await client()
    await kubectl.apply(deployment('moved') + service('moved', 'ports: [{port: 80, targetPort: 8080}]'))
    await rolledOut('moved')
    await kubectl.apply(
      slice('moved-1', 'moved', 'ports: [{port: 8080, name: ""}]\nendpoints: [{addresses: [10.244.1.250]}]'),
    )
    await prove(assert, {
      to: 'svc/moved',
      reason: 'endpoint-gone',
      message: /10\.244\.1\.250:8080, and no pod has that address/,
      probe: () => fromClient('moved'),
    })
  })

  claim('a cure mends: an endpoint written by hand is said to be not ready', async (assert) => {
    await client()
    await kubectl.apply(deployment('shy') + service('doubted', 'ports: [{port: 80, targetPort: 8080}]'))
    await rolledOut('shy')
    await kubectl.apply(
      slice(
        'doubted-1',
        'doubted',
        `ports: [{port: 8080, name: ""}]\nendpoints: [{addresses: [${await podIp('shy')}], conditions: {ready: false}}]`,
      ),
    )
    await prove(assert, { to: 'svc/doubted', reason: 'endpoints-not-ready', probe: () => fromClient('doubted') })
  })

  claim('a cure mends: a readiness gate that nobody opens', async (assert) => {
    await client()
    await kubectl.apply(
      deployment('gated', { podExtra: 'readinessGates: [{conditionType: example.com/checked}]' }) +
        service('gated', usual('gated')),
    )
    await prove(assert, {
      to: 'svc/gated',
      reason: 'pods-not-ready',
      message: /its readiness gate example\.com\/checked is not True/,
      probe: () => fromClient('gated'),
    })
  })

  claim('a cure mends: a ReplicaSet of nobody’s is scaled to zero', async (assert) => {
    await client()
    const rs = deployment('alone', { replicas: 0 }).replace('kind: Deployment', 'kind: ReplicaSet')
    await kubectl.apply(rs + service('alone', usual('alone')))
    await prove(assert, {
      to: 'svc/alone',
      reason: 'scaled-to-zero',
      message: /^ReplicaSet/,
      probe: () => fromClient('alone'),
    })
  })

  claim('a cure mends: a pod of the node’s network does not ask the cluster’s DNS', async (assert) => {
    await kubectl.apply(
      deployment('named') +
        service('named', usual('named')) +
        deployment('sender', {
          podExtra: 'hostNetwork: true',
          args: ['--http-port=9191'],
          port: '{containerPort: 9191}',
          probe: '{tcpSocket: {port: 9191}, periodSeconds: 1}',
        }),
    )
    await rolledOut('named')
    await rolledOut('sender')
    const [pod] = (await cluster.json<{ items: Pod[] }>('get', 'pods', '-l', 'app=sender')).items
    const name = pod!.metadata!.name!
    const address = (await cluster.json<Service>('get', 'service', 'named')).spec!.clusterIP!
    // What the cure says to ask, as the node's own curl asks it.
    const probe = async (to: string) => {
      const host = to === 'svc/default/named:80' ? address : to
      return (await cluster.onNode(pod!.spec!.nodeName!, 'curl', '-gfsm2', `http://${host}/hostname`)).status === 0
    }
    const finding = await prove(assert, {
      from: `pod/${name}`,
      to: 'named.default:80',
      cure: 'ask',
      reason: 'dns-not-asked',
      probe,
    })
    assert.match(finding.message, /dnsPolicy ClusterFirst means the node’s own resolver/)
    assert.match(finding.cures[1]!.command, /^kubectl patch deployment sender .*ClusterFirstWithHostNet/)
  })

  claim('a cure mends: a node port is asked of localhost', async (assert) => {
    await kubectl.apply(
      deployment('near') +
        service(
          'near',
          'type: NodePort\nselector: {app: near}\nports: [{port: 80, targetPort: 8080, nodePort: 30065}]',
        ),
    )
    await rolledOut('near')
    await prove(assert, {
      from: 'node/node-2',
      to: '127.0.0.1:30065',
      cure: 'ask',
      reason: 'asks-itself',
      probe: async (to) => (await cluster.onNode('node-2', 'curl', '-gfsm2', `http://${to}/hostname`)).status === 0,
    })
  })

  claim('a cure mends: a ConfigMap that a container names is not there', async (assert) => {
    await client()
    await kubectl.apply(
      deployment('waiting', { extra: 'envFrom: [{configMapRef: {name: absent}}]' }) +
        service('waiting', usual('waiting')),
    )
    await prove(assert, {
      to: 'svc/waiting',
      reason: 'pods-starting',
      message: /configmap "absent" not found/,
      probe: () => fromClient('waiting'),
    })
  })

  claim(
    'cures mend: an address that nobody has, or that no route leads to, where a Service is meant',
    async (assert) => {
      await client()
      await kubectl.apply(
        deployment('rare') +
          service(
            'rare',
            'externalIPs: [203.0.113.77]\nselector: {app: rare}\nports: [{port: 8123, targetPort: 8080}]',
          ) +
          service(
            'a-node-port',
            'type: NodePort\nselector: {app: rare}\nports: [{port: 8124, targetPort: 8080, nodePort: 30066}]',
          ),
      )
      await rolledOut('rare')
      // `svc/default/rare:8123` is a question to explain; a client asks for rare.default.
      const named = (to: string) => fromClient(to.replace(/^svc\/([^/]+)\/([^:]+)/, '$2.$1'))
      const asked = { cure: 'ask', probe: named } as const
      await prove(assert, { ...asked, to: '10.96.255.250:8123', reason: 'cluster-ip-unassigned' })
      await prove(assert, { ...asked, to: '10.244.1.251:8123', reason: 'nobody-there' })
      const fromOutside = { from: 'host', cure: 'ask', probe: fromHost } as const
      await prove(assert, { ...fromOutside, to: '203.0.113.77:8123', reason: 'external-ip-not-routed' })
      await prove(assert, { ...fromOutside, to: `${nodeAddress(0)}:30099`, reason: 'node-port-unknown' })
    },
    { timeout: 120_000 },
  )

  claim('explain quotes what a container said before it ended', async (assert) => {
    await client()
    await kubectl.apply(deployment('talker', { args: ['--no-such-flag'] }) + service('talker', usual('talker')))
    const finding = await eventually('its last words', async () => {
      const { explanation } = await ask('--from', 'pod/client', '--to', 'svc/talker')
      const crash = explanation.findings.find(({ reason }) => reason === 'pods-crash')
      return crash?.details?.some((line) => line.includes('said last')) && crash
    })
    assert.match(
      finding.details!.join('\n'),
      /it runs: --no-such-flag[\s\S]*container web said last:\n {2}.*no-such-flag/,
    )
    await kubectl('delete', 'deployment', 'talker')
  })

  claim(
    'two Services claim one address and port: one Event for the loser whatever the number of nodes, and the walk says so',
    async (assert) => {
      await client()
      const claims = (name: string) => service(name, `externalIPs: [198.51.100.77]\n${usual('winner')}`)
      await kubectl.apply(deployment('winner') + claims('winner'))
      await rolledOut('winner')
      const late = async () =>
        Date.parse((await cluster.json<Service>('get', 'service', 'winner')).metadata!.creationTimestamp!)
      await eventually('another second', async () => Date.now() - (await late()) > 1_100)
      await kubectl.apply(claims('loser'))
      const told = async () =>
        (await cluster.json<{ items: Event[] }>('get', 'events')).items.filter(
          ({ reason }) => reason === 'AddressTaken',
        )
      await eventually('an Event', async () => (await told()).length > 0)
      await eventually('all nodes have it', async () => {
        const walks = await Promise.all(
          [0, 1, 2].map((index) => ask('--from', `node/node-${index + 1}`, '--to', '198.51.100.77:80')),
        )
        return walks.every(({ status }) => status === 0)
      })
      const [event, ...more] = await told()
      assert.equal(more.length, 0, JSON.stringify(more))
      assert.equal(event!.count, 1)
      assert.equal(event!.involvedObject.name, 'loser')
      assert.equal(event!.source!.host, undefined)
      const lines = (await kubectl('get', 'events', '--field-selector', 'involvedObject.name=loser')).trim().split('\n')
      assert.equal(lines.length, 2, lines.join('\n'))
      const { stdout, status } = await explained('--from', 'pod/client', '--to', '198.51.100.77:80')
      assert.equal(status, 0)
      assert.match(
        stdout,
        /an external IP of default\/winner, its only port\n +default\/loser claims it too, and does not get it/,
      )
    },
  )
})

claim('a cure mends: an EndpointSlice that names no Service', async (assert) => {
  await client()
  await kubectl.apply(deployment('astray') + service('outlier', 'ports: [{port: 80, targetPort: 8080}]'))
  await rolledOut('astray')
  await kubectl.apply(
    slice('lost', undefined, `ports: [{port: 8080, name: ""}]\nendpoints: [{addresses: [${await podIp('astray')}]}]`),
  )
  const finding = await prove(assert, { to: 'svc/outlier', reason: 'no-selector', probe: () => fromClient('outlier') })
  assert.match(finding.details!.join(), /default\/lost has no label kubernetes\.io\/service-name/)
  await kubectl('delete', 'endpointslice', 'lost')
})

claim('a cure mends: the pods do not tolerate a taint', async (assert) => {
  await client()
  await kubectl('taint', 'node', 'node-3', 'disk=slow:NoSchedule')
  await kubectl.apply(deployment('kept', { node: 'node-3' }) + service('kept', usual('kept')))
  const finding = await prove(assert, {
    to: 'svc/kept',
    reason: 'pods-pending',
    message: /untolerated taint/,
    probe: () => fromClient('kept'),
  })
  assert.match(finding.details!.join(), /node-3 has the taint disk=slow:NoSchedule/)
  assert.equal(finding.cures[1]!.command, 'kubectl taint node node-3 disk:NoSchedule-')
  await kubectl('taint', 'node', 'node-3', 'disk:NoSchedule-')
})

claim('a cure mends: the only node that fits is cordoned', async (assert) => {
  await client()
  await kubectl('cordon', 'node-3')
  await kubectl.apply(deployment('barred', { node: 'node-3' }) + service('barred', usual('barred')))
  await prove(assert, { to: 'svc/barred', reason: 'pods-pending', probe: () => fromClient('barred') })
})

claim('a cure mends: no node has the processors that are asked for', async (assert) => {
  await client()
  await kubectl.apply(
    deployment('greedy', { extra: 'resources: {requests: {cpu: "900"}}' }) + service('greedy', usual('greedy')),
  )
  const finding = await prove(assert, {
    to: 'svc/greedy',
    reason: 'pods-pending',
    message: /Insufficient cpu/,
    probe: () => fromClient('greedy'),
  })
  assert.match(finding.details!.join('\n'), /asks for 900000m of cpu; free: \d+m on node-/)
  await kubectl('delete', 'deployment', 'greedy')
})

claim('a cure mends: every node is kept from the load balancer', async (assert) => {
  const label = 'node.kubernetes.io/exclude-from-external-load-balancers'
  await kubectl.apply(deployment('shut') + service('shut', `type: LoadBalancer\n${usual('shut')}`))
  await rolledOut('shut')
  const address = await eventually(
    'an address',
    async () => (await cluster.json<Service>('get', 'service', 'shut')).status?.loadBalancer?.ingress?.[0]?.ip,
  )
  await kubectl('label', 'nodes', '--all', `${label}=`)
  await eventually('no node takes it', async () => !(await fromHost(address)))
  await prove(assert, { from: 'host', to: 'svc/shut', reason: 'no-eligible-node', probe: () => fromHost(address) })
  await kubectl('label', 'nodes', '--all', `${label}-`)
})
