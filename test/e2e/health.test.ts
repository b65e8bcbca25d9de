import { get as httpGet, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import type { Event } from '#api/core/event/message.ts'
import type { Service } from '#api/core/service/message.ts'
import { ask, service } from './echo.ts'
import { claim, EXAMPLES, eventually, withCluster } from './harness.ts'

const cluster = withCluster('health')
const { kubectl } = cluster
const addressesOf = (node: string): readonly [string, string] =>
  cluster.facts.nodes.find(({ name }) => name === node)!.addresses

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

const fetchFrom = (address: string, port: number, path: string): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = httpGet({ host: address, port, path, agent: false, timeout: 3_000 }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }))
      response.on('error', reject)
    })
    call.on('error', reject)
    call.on('timeout', () => call.destroy(new Error('timed out')))
  })

/** `name{labels}` → number, as the node itself reads it. */
const scrape = async (node: string, loopback = '127.0.0.1'): Promise<ReadonlyMap<string, number>> => {
  const { stdout } = await cluster.onNode(node, 'curl', '-gsm3', `http://${loopback}:10249/metrics`)
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  )
}

const pod = (name: string, app: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${app}}}
spec: {nodeName: ${node}, terminationGracePeriodSeconds: 1, containers: [{name: web, image: fairlead/echo}]}
---
`
const ready = (name: string): Promise<string> =>
  kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=20s')
const balanced = (name: string, more = ''): string =>
  service(
    name,
    `type: LoadBalancer\nexternalTrafficPolicy: Local\nipFamilyPolicy: PreferDualStack\nports: [{port: 80, targetPort: 8080}]${more}`,
  )

claim('healthz and livez answer on every address of every node, as kube-proxy’s', async (assert) => {
  for (const { addresses } of cluster.facts.nodes)
    for (const address of addresses) {
      const healthz = await fetchFrom(address, 10256, '/healthz')
      assert.equal(healthz.status, 200)
      assert.equal(healthz.headers['content-type'], 'application/json')
      assert.deepEqual(Object.keys(JSON.parse(healthz.body)), ['lastUpdated', 'currentTime', 'nodeEligible'])
      const livez = await fetchFrom(address, 10256, '/livez')
      assert.equal(livez.status, 200)
      assert.match(JSON.parse(livez.body).lastUpdated, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC$/)
    }
})

claim(
  'a node that the autoscaler is about to remove fails healthz and not livez, the others neither',
  async (assert) => {
    const statuses = async (node: string) => [
      (await fetchFrom(addressesOf(node)[0], 10256, '/healthz')).status,
      (await fetchFrom(addressesOf(node)[0], 10256, '/livez')).status,
    ]
    await kubectl('taint', 'node', 'node-3', 'ToBeDeletedByClusterAutoscaler=1:NoSchedule')
    await eventually('node-3 is not eligible', async () => (await statuses('node-3'))[0] === 503)
    assert.deepEqual(await statuses('node-3'), [503, 200])
    assert.deepEqual(await statuses('node-1'), [200, 200])
    await kubectl('taint', 'node', 'node-3', 'ToBeDeletedByClusterAutoscaler-')
    await eventually('node-3 is eligible again', async () => (await statuses('node-3'))[0] === 200)
  },
)

claim(
  'the health check port of a Local LoadBalancer says on each node whether it has endpoints, and follows them',
  async (assert) => {
    await kubectl.apply(pod('near-1', 'near', 'node-1') + balanced('near'))
    await ready('near-1')
    const { spec } = await cluster.json<Service>('get', 'service', 'near')
    const port = spec!.healthCheckNodePort!
    assert.ok(port >= 30000 && port <= 32767, String(port))
    const status = async (node: string) =>
      Promise.all(addressesOf(node).map(async (address) => (await fetchFrom(address, port, '/')).status))
    await eventually('node-1 has it', async () => (await status('node-1')).join() === '200,200')
    assert.deepEqual(await status('node-2'), [503, 503])
    const { headers, body } = await fetchFrom(addressesOf('node-1')[1], port, '/anything')
    assert.deepEqual(JSON.parse(body), {
      service: { namespace: 'default', name: 'near' },
      localEndpoints: 1,
      serviceProxyHealthy: true,
    })
    assert.equal(headers['x-load-balancing-endpoint-weight'], '1')
    await kubectl.apply(pod('near-2', 'near', 'node-2'))
    await ready('near-2')
    await kubectl('delete', 'pod', 'near-1', '--now')
    await eventually('node-2 has it', async () => (await status('node-2')).join() === '200,200')
    assert.deepEqual(await status('node-1'), [503, 503])
    assert.equal(await ask(addressesOf('node-2')[0], spec!.ports![0]!.nodePort!), 'near-2')
  },
)

claim('the health check port goes with the policy that asked for it', async (assert) => {
  const { spec } = await cluster.json<Service>('get', 'service', 'near')
  await kubectl('patch', 'service', 'near', '-p', '{"spec":{"externalTrafficPolicy":"Cluster"}}')
  const outcome = () =>
    fetchFrom(addressesOf('node-2')[0], spec!.healthCheckNodePort!, '/').then(
      () => 'answered',
      (error: NodeJS.ErrnoException) => error.code,
    )
  assert.equal(await eventually('the port is closed', async () => (await outcome()) === 'ECONNREFUSED'), true)
})

claim('a health check port that another program holds is an Event, and is served once it is free', async (assert) => {
  const node = cluster.facts.nodes[0]!
  const holder = cluster.onNode(
    node.name,
    'python3',
    '-c',
    `import socket,time\ns=socket.socket()\ns.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\ns.bind(("${node.addresses[0]}",31999))\ns.listen()\ntime.sleep(4)`,
  )
  await eventually('the port is held', () =>
    cluster.onNode(node.name, 'ss', '-tlnH').then(({ stdout }) => stdout.includes(':31999')),
  )
  await kubectl.apply(balanced('held', '\nhealthCheckNodePort: 31999'))
  const event = await eventually('the Event', async () => {
    const { items } = await cluster.json<{ items: Event[] }>(
      'get',
      'events',
      '--field-selector',
      'involvedObject.name=held',
    )
    return items.find(({ reason }) => reason === 'FailedToStartServiceHealthcheck')
  })
  assert.match(event.message!, /node-1 cannot serve healthCheckNodePort 31999 on /)
  assert.equal((await fetchFrom(node.addresses[1], 31999, '/')).status, 503)
  await holder
  const later = await eventually(
    'the port is served',
    async () => (await fetchFrom(node.addresses[0], 31999, '/')).status,
  )
  assert.equal(later, 503)
})

claim('metrics are read on the node alone: its other addresses refuse, from the host and from pods', async (assert) => {
  const refusal = (address: string) =>
    fetchFrom(address, 10249, '/metrics').then(
      ({ status }) => `answered ${status}`,
      (error: NodeJS.ErrnoException) => error.code,
    )
  for (const { name, addresses } of cluster.facts.nodes) {
    assert.ok((await scrape(name)).size > 20, `${name} shows its metrics to itself`)
    for (const address of addresses) assert.equal(await refusal(address), 'ECONNREFUSED', address)
  }
  await kubectl('apply', '-f', join(EXAMPLES, 'client.yaml'))
  await ready('client')
  const { status, stdout } = await cluster.inPod('client', 'curl', '-sm3', `http://${addressesOf('node-1')[0]}:10249/`)
  assert.deepEqual([status, stdout], [7, ''])
})

claim('metrics of every node show Services, writes, and how long a change took to reach its kernel', async (assert) => {
  const name = 'kubeproxy_network_programming_duration_seconds_count'
  const noLocal = 'kubeproxy_sync_proxy_rules_no_local_endpoints_total{traffic_policy="external"}'
  const before = await scrape('node-2')
  await kubectl.apply(
    pod('seen', 'seen', 'node-1') +
      service('seen', 'type: NodePort\nexternalTrafficPolicy: Local\nports: [{port: 80, targetPort: 8080}]'),
  )
  await ready('seen')
  const after = await eventually('the change is measured on node-2', async () => {
    const metrics = await scrape('node-2', '[::1]')
    return metrics.get(name)! > before.get(name)! && metrics.get(noLocal)! >= 1 && metrics
  })
  const services = await cluster.json<{ items: Service[] }>('get', 'services', '-A')
  assert.equal(after.get('fairlead_dataplane_services'), services.items.length)
  assert.ok(
    after.get('kubeproxy_sync_proxy_rules_duration_seconds_count')! >
      before.get('kubeproxy_sync_proxy_rules_duration_seconds_count')!,
  )
  assert.equal(after.get('kubeproxy_sync_full_proxy_rules_duration_seconds_count'), 1)
  assert.equal(after.get('kubeproxy_sync_proxy_rules_service_changes_pending'), 0)
  assert.equal(after.get('kubeproxy_sync_proxy_rules_endpoint_changes_pending'), 0)
  assert.ok(after.get(noLocal)! >= 1)
  assert.ok(after.get('fairlead_dataplane_elements')! > 0)
  assert.ok(after.get('kubeproxy_proxy_healthz_total{code="200"}')! > 0)
  assert.equal(after.get('fairlead_dataplane_services_refused'), 0)
  assert.ok(after.get('kubeproxy_network_programming_duration_seconds_sum')! / after.get(name)! < 10)
})

claim('DNS queries are counted by their answer', async (assert) => {
  await kubectl('apply', '-f', join(EXAMPLES, 'client.yaml'))
  await ready('client')
  const rcode = 'fairlead_dns_requests_total{rcode="NXDOMAIN"}'
  const before = (await scrape('node-1')).get(rcode) ?? 0
  await cluster.inPod('client', 'curl', '-sm3', 'http://nobody.default.svc.cluster.local./')
  const after = (await scrape('node-1')).get(rcode) ?? 0
  assert.ok(after > before, `${before} → ${after}`)
})

claim(
  'a Local Service without endpoints on a node is one Event a node, however often it changes meanwhile',
  async (assert) => {
    await kubectl.apply(
      pod('lone', 'lone', 'node-1') +
        service(
          'lone',
          'type: NodePort\nexternalTrafficPolicy: Local\nipFamilyPolicy: PreferDualStack\nports: [{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 8080}]',
        ),
    )
    await ready('lone')
    const events = async () =>
      (
        await cluster.json<{ items: Event[] }>(
          'get',
          'events',
          '--field-selector',
          'involvedObject.name=lone,involvedObject.kind=Service',
        )
      ).items.filter(({ reason }) => reason === 'NoLocalEndpoints')
    await eventually('both other nodes say so', async () => (await events()).length === 2)
    await kubectl('annotate', 'service', 'lone', 'a=b')
    await kubectl('label', 'service', 'lone', 'c=d')
    const told = await events()
    assert.deepEqual(told.map(({ source }) => source?.host).sort(), ['node-2', 'node-3'])
    assert.deepEqual(
      told.map(({ count }) => count),
      [1, 1],
    )
  },
)

claim('of two Services that claim one address and port, the younger is told so', async (assert) => {
  const claims = (name: string) =>
    service(name, 'externalIPs: [198.51.100.7]\nports: [{port: 80, targetPort: 8080}]', 'seen')
  await kubectl.apply(claims('first'))
  await kubectl.apply(claims('second'))
  const about = async (name: string) =>
    (
      await cluster.json<{ items: Event[] }>('get', 'events', '--field-selector', `involvedObject.name=${name}`)
    ).items.filter(({ reason }) => reason === 'AddressTaken')
  const [told] = await eventually('the loser has an Event', async () => {
    const found = await about('second')
    return found.length > 0 && found
  })
  assert.match(told!.message!, /198\.51\.100\.7.*belongs to the older Service default\/first/)
  assert.deepEqual(await about('first'), [])
})
