import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodCondition } from '#api/core/pod/status/status.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { eventually } from './testing/eventually.ts'
import { resources } from './testing/fake-cluster.ts'
import { secureServer } from './testing/secure-server.ts'
import { startCluster } from './testing/start-cluster.ts'

const servers: Server[] = []
const listen = async (server: Server): Promise<number> => {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
after(() => {
  for (const server of servers) server.close()
})
const echo = { name: 'web', image: 'fairlead/echo' }
const condition = (pod: Pod, type: string): PodCondition | undefined =>
  pod.status?.conditions?.find((one) => one.type === type)

const CONFIG_ERROR = 'CreateContainerConfigError'

test('readiness follows an HTTPS probe, whatever the certificate', async () => {
  const cluster = await startCluster()
  let status = 503
  const port = await listen(secureServer((_, response) => response.writeHead(status).end()))
  const readinessProbe = { httpGet: { port, scheme: 'HTTPS' as const }, periodSeconds: 1, failureThreshold: 1 }
  await cluster.pod('web', { containers: [{ ...echo, readinessProbe }] })
  await cluster.until('web', (pod) => pod.status?.containerStatuses?.[0]?.state?.running !== undefined)
  assert.equal(isReady(await cluster.get('web')), false)
  status = 200
  await cluster.until('web', isReady)
})

test('httpGet hooks: postStart comes before readiness, preStop before SIGTERM, and any status will do', async () => {
  const cluster = await startCluster()
  const seen: string[] = []
  const held: (() => void)[] = []
  const listener: RequestListener = (request, response) => {
    seen.push(`${request.url} ${request.headers['user-agent']} ${request.headers['x-who']}`)
    held.push(() => response.writeHead(500).end())
  }
  const port = await listen(createServer(listener))
  const hook = (path: string) => ({
    httpGet: { port: 'http', path, httpHeaders: [{ name: 'X-Who', value: 'hook' }] },
  })
  const lifecycle = { postStart: hook('/started'), preStop: hook('/stopping') }
  await cluster.pod('web', { containers: [{ ...echo, ports: [{ name: 'http', containerPort: port }], lifecycle }] })
  await eventually('the postStart hook asks', () => held.length === 1)
  assert.equal(isReady(await cluster.get('web')), false)
  held.shift()?.()
  await cluster.until('web', isReady)
  await cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds: 5 })
  await eventually('the preStop hook asks', () => held.length === 1)
  const stops = () => cluster.runtime.calls.filter((call) => call.startsWith('stop'))
  assert.deepEqual(stops(), [])
  held.shift()?.()
  await cluster.gone('web')
  assert.equal(stops().length, 1)
  assert.deepEqual(seen, ['/started kube-lifecycle/1.36 hook', '/stopping kube-lifecycle/1.36 hook'])
  assert.equal(cluster.told('FailedPreStopHook').length, 0)
})

test('an HTTPS hook that is answered in plain HTTP is asked again so, with an Event', async () => {
  const cluster = await startCluster()
  let asked = 0
  const port = await listen(
    createServer((_, response) => {
      asked++
      response.end()
    }),
  )
  const postStart = { httpGet: { port, scheme: 'HTTPS' as const } }
  await cluster.pod('web', { containers: [{ ...echo, lifecycle: { postStart } }] })
  await cluster.until('web', isReady)
  assert.equal(asked, 1)
  const [event] = await cluster.events('LifecycleHTTPFallback')
  assert.match(event?.message ?? '', /^request to HTTPS lifecycle hook 10\.244\.1\.5:\d+ got HTTP response, retry with/)
})

test('a postStart hook that cannot be asked stops its container, by its preStop hook and grace, to be started again', async () => {
  const cluster = await startCluster()
  const gone = createServer()
  const port = await listen(gone)
  await new Promise((resolve) => gone.close(resolve))
  const lifecycle = { postStart: { httpGet: { port } }, preStop: { exec: { command: ['bye'] } } }
  await cluster.pod('web', { containers: [{ ...echo, lifecycle }], terminationGracePeriodSeconds: 9 })
  await cluster.until('web', (pod) => (pod.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0)
  const [first = '', ...rest] = cluster.runtime.calls.filter((call) => /^(exec|stop)/.test(call))
  assert.match(`${first} | ${rest[0]}`, /^exec \S+-0 bye \| stop \S+-0 9$/)
  assert.match(
    (await cluster.events('FailedPostStartHook'))[0]?.message ?? '',
    /^PostStartHook failed: .*: connect: connection refused$/,
  )
  assert.equal((await cluster.events('Killing'))[0]?.message, 'FailedPostStartHook')
})

test('past activeDeadlineSeconds a pod is unready at once, and Failed as DeadlineExceeded when its containers have ended', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  cluster.runtime.stubborn = true
  await cluster.pod('web', { containers: [echo], activeDeadlineSeconds: 60, terminationGracePeriodSeconds: 10 })
  await cluster.until('web', isReady)
  clock.advance(59_000)
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(isReady(await cluster.get('web')), true)
  clock.advance(1000)
  const ending = await cluster.until('web', (pod) => !isReady(pod))
  assert.equal(ending.status?.phase, 'Running')
  assert.equal(ending.status?.reason, undefined)
  assert.equal(condition(ending, 'Ready')?.reason, 'PodFailed')
  await eventually('SIGTERM', () => cluster.runtime.calls.some((call) => /^stop \S+ 10$/.test(call)))
  clock.advance(10_000)
  const failed = await cluster.until('web', (pod) => pod.status?.phase === 'Failed')
  assert.equal(failed.status?.reason, 'DeadlineExceeded')
  assert.equal(failed.status?.message, 'Pod was active on the node longer than the specified deadline')
  assert.equal(failed.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 137)
  assert.equal((await cluster.events('DeadlineExceeded')).length, 1)
  await eventually('its network is free', () => cluster.network.attached.size === 0)
  assert.equal(cluster.runtime.calls.filter((call) => call.startsWith('start')).length, 1)
})

test('a container that never began tells no waiting any more when the deadline of its pod has passed', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const waiting = { ...echo, envFrom: [{ configMapRef: { name: 'missing' } }] }
  await cluster.pod('web', { containers: [waiting], activeDeadlineSeconds: 60 })
  await cluster.until('web', ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === CONFIG_ERROR)
  clock.advance(60_000)
  const { status } = await cluster.until('web', (pod) => pod.status?.phase === 'Failed')
  assert.equal(status?.reason, 'DeadlineExceeded')
  assert.equal(status?.containerStatuses?.[0]?.state?.terminated?.reason, 'ContainerStatusUnknown')
  assert.equal(status?.containerStatuses?.[0]?.state?.waiting, undefined)
})

test('a deadline that is set on a running pod counts from its start, and one of years does not fire early', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  const years = 2_000_000_000
  await cluster.pod('web', { containers: [echo], activeDeadlineSeconds: years })
  await cluster.until('web', isReady)
  // Longer than a timer of 31 bits lasts.
  for (let turn = 0; turn < 2; turn++) {
    clock.sleep(25 * 86_400_000)
    await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal(isReady(await cluster.get('web')), true)
  }
  await cluster.client.patch(
    resources.pods,
    'web',
    'merge',
    { spec: { activeDeadlineSeconds: 51 * 86_400 } },
    { namespace: 'default' },
  )
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(isReady(await cluster.get('web')), true)
  clock.sleep(86_390_000)
  clock.advance(10_000)
  await cluster.until('web', (pod) => pod.status?.reason === 'DeadlineExceeded')
})

test('a readiness gate holds a pod unready until somebody sets its condition, and again when it is taken back', async () => {
  const cluster = await startCluster()
  const gate = 'example.com/lb-attached'
  await cluster.pod('web', { containers: [echo], readinessGates: [{ conditionType: gate }] })
  const waiting = await cluster.until('web', (pod) => condition(pod, 'ContainersReady')?.status === 'True')
  assert.equal(isReady(waiting), false)
  assert.equal(condition(waiting, 'Ready')?.reason, 'ReadinessGatesNotReady')
  assert.equal(
    condition(waiting, 'Ready')?.message,
    `corresponding condition of pod readiness gate "${gate}" does not exist.`,
  )
  const set = async (status: 'True' | 'False') => {
    const conditions = [{ type: gate, status, lastTransitionTime: '2026-01-01T00:00:00Z' }]
    await cluster.client.patch(
      resources.pods,
      'web',
      'strategic',
      { status: { conditions } },
      { namespace: 'default', subresource: 'status' },
    )
  }
  await set('True')
  const ready = await cluster.until('web', isReady)
  assert.equal(condition(ready, gate)?.status, 'True')
  await set('False')
  const lost = await cluster.until('web', (pod) => !isReady(pod))
  assert.equal(condition(lost, 'Ready')?.message, `the status of pod readiness gate "${gate}" is not "True", but False`)
  assert.equal(condition(lost, 'ContainersReady')?.status, 'True')
  assert.equal(condition(lost, gate)?.status, 'False')
})

test('a token is renewed when 80 % of its life are over, or a day, also beside a volume whose source is gone', async () => {
  const clock = new HandClock()
  const cluster = await startCluster(clock)
  await cluster.client.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cm', namespace: 'default' },
    data: { a: '1' },
  })
  const token = (expirationSeconds: number) => ({ serviceAccountToken: { path: 'token', expirationSeconds } })
  const volumes = [
    { name: 'cm', configMap: { name: 'cm' } },
    { name: 'hour', projected: { sources: [token(3600)] } },
    { name: 'year', projected: { sources: [token(31_536_000)] } },
  ]
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: `/${name}` }))
  await cluster.pod('web', { containers: [{ ...echo, volumeMounts }], volumes })
  await cluster.until('web', isReady)
  const read = (volume: string, file: string): string => {
    const mount = cluster.runtime.byName('web').spec.mounts.find(({ destination }) => destination === `/${volume}`)
    return readFileSync(join(mount?.source ?? '', file), 'utf8')
  }
  const first = { hour: read('hour', 'token'), year: read('year', 'token') }
  assert.notEqual(first.hour, first.year)
  await cluster.client.delete(resources.configMaps, 'cm', { namespace: 'default' })
  await eventually('the refresher met the gap', () => cluster.logged.some((line) => /cannot be renewed/.test(line)))
  await new Promise((resolve) => setTimeout(resolve, 10))
  clock.advance(2_879_000)
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(read('hour', 'token'), first.hour)
  clock.advance(1000)
  await eventually('the token is another', () => read('hour', 'token') !== first.hour)
  assert.equal(read('year', 'token'), first.year)
  assert.equal(read('cm', 'a'), '1')
  assert.deepEqual(
    [
      ...new Set(
        cluster.tokens.map(
          (asked) => (asked as { spec: { boundObjectRef: { name: string } } }).spec.boundObjectRef.name,
        ),
      ),
    ],
    ['web'],
  )
  // A step at a time: between them the new tokens' own times are taken down.
  for (let hour = 0; hour < 25; hour++) {
    clock.sleep(3_600_000)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await eventually('the long token is another too', () => read('year', 'token') !== first.year)
})
