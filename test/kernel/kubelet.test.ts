import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, before, test } from 'node:test'
import { volumeMounter } from '#agent/parts/pods/volume-mounter.ts'
import { kernelAt } from '#agent/runner/agent-node.ts'
import { createMachines, removeMachines } from '#cluster/machines/machines.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { connectTcp } from '#kernel/sockets/socket.ts'
import { eventually } from '#kubelet/testing/eventually.ts'
import { FakeCluster, resources } from '#kubelet/testing/fake-cluster.ts'
import { STRANGER } from '#kubelet/testing/secure-server.ts'
import { isReady } from '#objects/conditions.ts'
import { podLink } from '#podnetwork/pod-plan.ts'
import { NetworkTarget } from '#reconciler/network/network-target.ts'
import { TargetLoop } from '#reconciler/target/target-loop.ts'
import { purgeContainers } from '#runtime/runc/purge.ts'
import { createRuncRuntime, type RuncRuntime } from '#runtime/runc/runc-runtime.ts'
import { type Planned, plan, podNetwork } from './local-network.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

// The kubelet over the real runtime and the real pod network of a node; only the API is in memory.
// As our processes have it.
process.umask(0o077)
const name = `kubelet-${process.pid}`
let planned: Planned
let stateDir: string
let runtime: RuncRuntime
let network: ReturnType<typeof podNetwork>
const cluster = new FakeCluster()
const node = () => planned.config.nodes[0]!
const inNode = () => namespacePath(node().namespace)

const startKubelet = async () => {
  runtime = createRuncRuntime({ stateDir: join(stateDir, 'runtime'), cluster: name })
  network = podNetwork(planned.config, 0)
  await cluster.start({
    node: { name: 'n1', addresses: node().addresses, podCidrs: node().podCidrs },
    runtime,
    network,
    mounter: volumeMounter,
    dialer: kernelAt(inNode()),
    stateDir: join(stateDir, 'n1'),
  })
}

before(async () => {
  planned = plan(name, 1)
  // The runtime's layers need a file system of their own: fairlead/host is the machine's root, which must not hold
  // them.
  stateDir = mkdtempSync('/var/lib/fairlead/kubelet-')
  createMachines(planned.config)
  await startKubelet()
})
after(async () => {
  await cluster.close()
  runtime.close()
  network.close()
  await purgeContainers({ stateDir: join(stateDir, 'runtime'), cluster: name })
  removeMachines({ name, config: planned.config })
  planned.discard()
})

const get = (address: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const call = request({ createConnection: () => connectTcp(inNode(), address, 8080), path }, (answer) => {
      let text = ''
      answer.on('data', (data) => {
        text += String(data)
      })
      answer.on('end', () => resolve(text))
    })
    call.on('error', reject).end()
  })

test('a pod of fairlead/echo becomes Ready by its probe, answers with its hostname on both families, and goes within its grace', async () => {
  const from = performance.now()
  await cluster.pod('web-1', {
    containers: [
      {
        name: 'echo',
        image: 'fairlead/echo',
        args: ['--delay-shutdown=0'],
        env: [{ name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'status.podIPs' } } }],
        readinessProbe: { httpGet: { path: '/healthz', port: 8080 } },
      },
    ],
  })
  const pod = await cluster.until('web-1', isReady).catch((error) => {
    throw new Error(readFileSync(cluster.kubelet.resolve('default', 'web-1').logPath ?? '', 'utf8'), { cause: error })
  })
  const took = performance.now() - from
  const [v4 = '', v6 = ''] = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
  assert.equal(await get(v4, '/hostname'), 'web-1')
  assert.equal(await get(v6, '/hostname'), 'web-1')
  assert.equal((await get(v4, '/clientip')).split(':')[0], node().addresses[0])
  assert.equal(JSON.parse(await get(v4, '/env')).WHO, `${v4},${v6}`)
  console.log(`bound to Ready: ${took.toFixed(0)} ms`)
  await cluster.client.delete(resources.pods, 'web-1', { namespace: 'default', gracePeriodSeconds: 5 })
  await cluster.gone('web-1')
  assert.deepEqual(await runtime.list(), [])
  assert.deepEqual(await network.list(), [])
  assert.deepEqual(readdirSync(join(stateDir, 'n1', 'pods')), [])
})

test('the first connection to a pod of fairlead/echo without a probe, right after it became Ready, is answered', async () => {
  const names = Array.from({ length: 20 }, (_, i) => `fresh-${i}`)
  const anybody = { runAsUser: 1000 + process.pid, readOnlyRootFilesystem: true }
  const answers = names.map(async (name, i) => {
    const container = { name: 'echo', image: 'fairlead/echo', args: ['--delay-shutdown=0'] }
    await cluster.pod(name, { containers: [i % 2 === 0 ? container : { ...container, securityContext: anybody }] })
    const pod = await cluster.until(name, isReady)
    return await get(pod.status?.podIP ?? '', '/hostname')
  })
  assert.deepEqual(await Promise.all(answers), names)
  const gone = names.map(async (name) => {
    await cluster.client.delete(resources.pods, name, { namespace: 'default', gracePeriodSeconds: 1 })
    await cluster.gone(name)
  })
  await Promise.all(gone)
})

/** Runs a command in a pod: what it wrote, and its exit status. */
const runIn =
  (name: string) =>
  async (...command: readonly string[]): Promise<string> => {
    let text = ''
    const stdout = new Writable({
      write(chunk, _, done) {
        text += String(chunk)
        done()
      },
    })
    const { id = '' } = cluster.kubelet.resolve('default', name)
    const { exitCode } = await runtime.exec(id, { command, tty: false, stdout, stderr: stdout })
    return `${text}${exitCode}`
  }

test('a pod of fairlead/echo says which pod, namespace and node it is, and has printenv, curl, wget and nc for learners', async () => {
  await cluster.pod('who', {
    containers: [
      {
        name: 'echo',
        image: 'fairlead/echo',
        args: ['--delay-shutdown=0'],
        env: [{ name: 'GREETING', value: 'hello world' }],
        securityContext: { runAsUser: 1234 },
      },
    ],
  })
  const pod = await cluster.until('who', isReady)
  const answer = (await get(pod.status?.podIP ?? '', '/')).split('\n')
  assert.deepEqual(answer.slice(1, 4), ['pod        who', 'namespace  default', 'node       n1'])
  const run = runIn('who')
  assert.equal(await run('printenv', 'GREETING'), 'hello world\n0')
  assert.equal(await run('printenv', 'NO_SUCH'), '1')
  assert.match(await run('printenv'), /^GREETING=hello world$/m)
  assert.equal(await run('curl', '-s', 'localhost:8080/hostname'), 'who0')
  assert.equal(await run('wget', '-qO-', '-T', '2', 'localhost:8080/hostname'), 'who0')
  const open = 'Connection to localhost 8080 port [tcp/*] succeeded!\n0'
  assert.equal(await run('nc', '-zv', 'localhost', '8080'), open)
  assert.equal(await run('sh', '-c', 'nc -zv -w 2 localhost 8080'), open)
  assert.match(await run('curl', 'localhost:1'), /^curl: \(7\) Failed to connect to localhost port 1/)
  await cluster.client.delete(resources.pods, 'who', { namespace: 'default', gracePeriodSeconds: 0 })
  await cluster.gone('who')
})

test('where DNS is silent, the tools of fairlead/echo end in the time that they are given, and so does a server that asks it', async () => {
  // Its own server at port 53 answers no DNS, and says nothing.
  const args = ['--udp-port=53', '--delay-shutdown=0']
  await cluster.pod('deaf', {
    containers: [{ name: 'echo', image: 'fairlead/echo', args }],
    dnsPolicy: 'None',
    // Five times five seconds.
    dnsConfig: { nameservers: ['127.0.0.1'], options: [{ name: 'attempts', value: '5' }] },
  })
  const pod = await cluster.until('deaf', isReady)
  const run = runIn('deaf')
  // On the nodes' network, where the node looks for it for seconds.
  const nobody = (node().addresses[0] ?? '').replace(/\d+$/, '250')
  const began = performance.now()
  const said = await Promise.all([
    run('curl', '-sS', '-m', '1', 'http://db/'),
    run('curl', '-sS', '--connect-timeout', '1', 'http://db/'),
    run('curl', '-sS', '-m', '1', `http://${nobody}/`),
    run('/agnhost', 'connect', 'db:80', '--timeout=1s'),
    run('timeout', '1', 'curl', '-s', 'http://db/'),
    run('nc', '-zvw', '1', 'db', '80'),
    run('timeout', '1', 'nslookup', 'db'),
    run('nslookup', '-timeout=1', '-retry=1', 'db'),
  ])
  const took = performance.now() - began
  assert.deepEqual(said, [
    'curl: (28) Resolving timed out after 1000 milliseconds\n28',
    'curl: (28) Resolving timed out after 1000 milliseconds\n28',
    'curl: (28) Connection timed out after 1000 milliseconds\n28',
    'DNS: lookup db: no answer in 1s\n1',
    '143',
    'nc: timed out\n1',
    '143',
    ';; connection timed out; no servers could be reached\n\n1',
  ])
  assert.ok(took < 15_000, `${took} ms`)
  const dialling = get(pod.status?.podIP ?? '', '/dial?host=db&port=80&request=hostname').catch(() => undefined)
  await new Promise((resolve) => setTimeout(resolve, 100))
  const deleted = performance.now()
  await cluster.client.delete(resources.pods, 'deaf', { namespace: 'default', gracePeriodSeconds: 30 })
  await cluster.gone('deaf')
  await dialling
  assert.ok(performance.now() - deleted < 15_000, 'its last look for a name does not hold it')
})

test('a program that fails before it listens, or is another than the image’s own, by command or args, is not waited for', async () => {
  const own = { name: 'own', image: 'fairlead/echo', args: ['--no-such-flag'] }
  await cluster.pod('fails', { containers: [own], restartPolicy: 'Never' })
  const failed = await cluster.until('fails', ({ status }) => status?.phase === 'Failed')
  assert.equal(failed.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 2)
  await cluster.pod('other', { containers: [{ ...own, args: [], command: ['sleep', '100'] }] })
  await cluster.until('other', isReady)
  await cluster.pod('shell', { containers: [{ ...own, args: ['sh', '-c', 'cd /tmp; sleep 100; true'] }] })
  await cluster.until('shell', isReady)
  assert.equal(await runIn('shell')('sh', '-c', 'cat /proc/1/comm; readlink /proc/1/cwd'), 'sh\n/tmp\n0')
  for (const name of ['fails', 'other', 'shell']) {
    await cluster.client.delete(resources.pods, name, { namespace: 'default', gracePeriodSeconds: 0 })
    await cluster.gone(name)
  }
})

test('files, hosts, resolv.conf, hostname and the termination message are what the container sees', async () => {
  await cluster.client.create(resources.configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cm', namespace: 'default' },
    data: { key: 'value of cm' },
  })
  const script =
    'cat /vol/key /sub/one; echo; hostname; cat /etc/resolv.conf; grep cat /etc/hosts; ls -l /tok/token; echo bye > /dev/termination-log; exit 3'
  await cluster.pod('cat', {
    restartPolicy: 'Never',
    subdomain: 'cats',
    containers: [
      {
        name: 'c',
        image: 'fairlead/host',
        command: ['sh', '-c', script],
        volumeMounts: [
          { name: 'vol', mountPath: '/vol' },
          { name: 'vol', mountPath: '/sub/one', subPath: 'key' },
          { name: 'tok', mountPath: '/tok' },
        ],
      },
    ],
    volumes: [
      { name: 'vol', configMap: { name: 'cm' } },
      { name: 'tok', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
    ],
  })
  const pod = await cluster.until('cat', (p) => p.status?.phase === 'Failed')
  const { logPath = '' } = cluster.kubelet.resolve('default', 'cat', 'c')
  const log = readFileSync(logPath, 'utf8')
  // Two lines of the log, or one: as the pipe was read.
  assert.equal(log.match(/value of cm/g)?.length, 2)
  assert.match(log, /F cat\n/)
  assert.match(log, /search default\.svc\.cluster\.local/)
  assert.match(log, /cat\.cats\.default\.svc\.cluster\.local\tcat/)
  const exit = pod.status?.containerStatuses?.[0]?.state?.terminated
  assert.equal(exit?.exitCode, 3)
  assert.equal(exit?.message?.trim(), 'bye')
  assert.equal(exit?.reason, 'Error')
})

test('an HTTPS probe and httpGet hooks go from the node to the pod’s own server', async () => {
  await cluster.client.create(resources.secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tls', namespace: 'default' },
    data: { key: btoa(STRANGER.key), cert: btoa(STRANGER.cert) },
  })
  const script = `
    const { readFileSync } = require('node:fs')
    const [key, cert] = ['key', 'cert'].map((name) => readFileSync('/tls/' + name))
    require('node:https')
      .createServer({ key, cert }, (request, response) => {
        console.log('asked ' + request.url + ' by ' + request.headers['user-agent'])
        response.end()
      })
      .listen(8443)`
  await cluster.pod('secure', {
    containers: [
      {
        name: 'server',
        image: 'fairlead/echo',
        command: ['/bin/node', '-e', script],
        volumeMounts: [{ name: 'tls', mountPath: '/tls' }],
        readinessProbe: { httpGet: { scheme: 'HTTPS', port: 8443, path: '/healthz' } },
      },
    ],
    volumes: [{ name: 'tls', secret: { secretName: 'tls' } }],
  })
  const secure = await cluster.until('secure', isReady)
  const hook = (path: string, ip = 0) => ({
    httpGet: { scheme: 'HTTPS' as const, host: secure.status?.podIPs?.[ip]?.ip, port: 8443, path },
  })
  await cluster.pod('hooked', {
    containers: [
      {
        name: 'echo',
        image: 'fairlead/echo',
        args: ['--delay-shutdown=0'],
        lifecycle: { postStart: hook('/started'), preStop: hook('/stopping', 1) },
        // A program that has not come far yet would not hear SIGTERM.
        readinessProbe: { httpGet: { port: 8080, path: '/healthz' } },
      },
    ],
  })
  await cluster.until('hooked', isReady)
  await cluster.client.delete(resources.pods, 'hooked', { namespace: 'default', gracePeriodSeconds: 5 })
  await cluster.gone('hooked')
  const { logPath = '' } = cluster.kubelet.resolve('default', 'secure')
  const asked = () => readFileSync(logPath, 'utf8').match(/(?<=F asked ).*/g) ?? []
  const until = Date.now() + 5000
  while (asked().length < 3 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(asked(), [
    '/healthz by kube-probe/1.36',
    '/started by kube-lifecycle/1.36',
    '/stopping by kube-lifecycle/1.36',
  ])
  await cluster.client.delete(resources.pods, 'secure', { namespace: 'default', gracePeriodSeconds: 1 })
  await cluster.gone('secure')
})

/** A server of gRPC's health service, in a pod: not serving until a file is there. */
const HEALTH = `
  const { existsSync } = require('node:fs')
  require('node:http2')
    .createServer()
    .on('stream', (stream, headers) => {
      stream.on('error', () => undefined)
      const isAsked = headers[':path'] === '/grpc.health.v1.Health/Check'
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': isAsked ? '0' : '12' }))
      stream.end(Buffer.from([0, 0, 0, 0, 2, 8, existsSync('/tmp/serving') ? 1 : 2]))
    })
    .listen(5000)`

test('a gRPC probe goes from the node to the pod’s own server, which says itself whether it serves', async () => {
  const readinessProbe = { grpc: { port: 5000 }, periodSeconds: 1, failureThreshold: 1 }
  const server = { name: 'server', image: 'fairlead/echo', command: ['/bin/node', '-e', HEALTH] }
  await cluster.pod('grpc', { containers: [{ ...server, readinessProbe }] })
  await cluster.until('grpc', (pod) => pod.status?.containerStatuses?.[0]?.state?.running !== undefined)
  const told = await cluster.events('Unhealthy')
  assert.match(
    told.map(({ message }) => message).join('\n'),
    /Readiness probe failed: (service unhealthy \(responded with "NOT_SERVING"\)|error: failed to connect)/,
  )
  const { id = '' } = cluster.kubelet.resolve('default', 'grpc')
  const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })
  const run = (...command: string[]) => runtime.exec(id, { command, tty: false, stdout: nowhere(), stderr: nowhere() })
  await run('touch', '/tmp/serving')
  const ready = await cluster.until('grpc', isReady)
  execFileSync('ip', ['-n', node().namespace, 'link', 'set', podLink(ready.metadata?.uid ?? ''), 'down'])
  await cluster.until('grpc', (pod) => !isReady(pod))
  await cluster.client.delete(resources.pods, 'grpc', { namespace: 'default', gracePeriodSeconds: 0 })
  await cluster.gone('grpc')
})

test('a pod that its node cannot reach is unready, by every kind of probe that goes over the network, and Ready when it can', async () => {
  const probes = {
    http: { httpGet: { path: '/healthz', port: 8080 } },
    tcp: { tcpSocket: { port: 8080 } },
  }
  for (const [kind, probe] of Object.entries(probes)) {
    const readinessProbe = { ...probe, periodSeconds: 1, failureThreshold: 1 }
    const args = ['--delay-shutdown=0']
    await cluster.pod(kind, { containers: [{ name: 'echo', image: 'fairlead/echo', args, readinessProbe }] })
  }
  for (const kind of Object.keys(probes)) {
    const { metadata } = await cluster.until(kind, isReady)
    execFileSync('ip', ['-n', node().namespace, 'link', 'set', podLink(metadata?.uid ?? ''), 'down'])
  }
  for (const kind of Object.keys(probes)) await cluster.until(kind, (pod) => !isReady(pod))
  const loop = new TargetLoop({ target: new NetworkTarget(() => network.kept()) })
  loop.flush()
  assert.equal(loop.look().length, 2)
  loop.stop()
  for (const kind of Object.keys(probes)) {
    await cluster.until(kind, isReady)
    await cluster.client.delete(resources.pods, kind, { namespace: 'default', gracePeriodSeconds: 0 })
    await cluster.gone(kind)
  }
})

test('a kubelet that starts again adopts a running container without a restart', async () => {
  await cluster.pod('stay', { containers: [{ name: 'echo', image: 'fairlead/echo' }] })
  const first = await cluster.until('stay', isReady)
  await cluster.kubelet.stop()
  runtime.close()
  network.close()
  await startKubelet()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const now = await cluster.get('stay')
  assert.equal(isReady(now), true)
  assert.equal(now.status?.containerStatuses?.[0]?.containerID, first.status?.containerStatuses?.[0]?.containerID)
  assert.equal(await get(now.status?.podIP ?? '', '/hostname'), 'stay')
  await cluster.client.delete(resources.pods, 'stay', { namespace: 'default', gracePeriodSeconds: 1 })
  await cluster.gone('stay')
})

test('an emptyDir in memory is a tmpfs shared by the containers of the pod, and is unmounted with it', async () => {
  await cluster.pod('mem', {
    containers: [
      {
        name: 'a',
        image: 'fairlead/host',
        command: ['sh', '-c', 'echo here > /m/f; sleep 60'],
        volumeMounts: [{ name: 'm', mountPath: '/m' }],
      },
      {
        name: 'b',
        image: 'fairlead/host',
        command: ['sh', '-c', 'sleep 60'],
        volumeMounts: [{ name: 'm', mountPath: '/m' }],
        readinessProbe: { exec: { command: ['sh', '-c', 'grep here /m/f && stat -f -c %T /m | grep tmpfs'] } },
      },
    ],
    volumes: [{ name: 'm', emptyDir: { medium: 'Memory', sizeLimit: '4Mi' } }],
  })
  await cluster.until('mem', isReady)
  const mounts = () => readFileSync('/proc/self/mounts', 'utf8')
  assert.match(mounts(), /fairlead-emptydir \S+\/volumes\/m tmpfs .*size=4096k/)
  await cluster.client.delete(resources.pods, 'mem', { namespace: 'default', gracePeriodSeconds: 1 })
  await cluster.gone('mem')
  assert.doesNotMatch(mounts(), /fairlead-emptydir/)
})

test('a subPath shows its folder of the volume to one container after the other, and leaves no mount', async () => {
  const folder = join(stateDir, 'shared')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  const use = (name: string, command: string) => ({
    name,
    image: 'fairlead/host',
    command: ['sh', '-c', command],
    volumeMounts: [
      { name: 'e', mountPath: '/e', subPath: 'a/b' },
      { name: 'h', mountPath: '/h', subPathExpr: 'of-$(WHO)' },
    ],
    env: [{ name: 'WHO', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
  })
  await cluster.pod('sub', {
    restartPolicy: 'Never',
    initContainers: [use('first', 'echo one > /e/file && echo two > /h/file')],
    containers: [use('then', 'cat /e/file /h/file; stat -c %a /e; sleep 60')],
    securityContext: { runAsUser: 1000, fsGroup: 2000 },
    volumes: [
      { name: 'e', emptyDir: {} },
      { name: 'h', hostPath: { path: folder, type: 'Directory' } },
    ],
  })
  // The host's folder is root's, and so is what is made in it: as Kubernetes does, with the volume's mode.
  await cluster.until('sub', (pod) => pod.status?.phase === 'Failed')
  assert.equal(statSync(join(folder, 'of-sub')).mode & 0o777, 0o755)
  await cluster.client.delete(resources.pods, 'sub', { namespace: 'default', gracePeriodSeconds: 1 })
  await cluster.gone('sub')
  await cluster.pod('sub', {
    initContainers: [use('first', 'echo one > /e/file && echo two > /h/file')],
    containers: [use('then', 'cat /e/file /h/file; sleep 60')],
    volumes: [
      { name: 'e', emptyDir: {} },
      { name: 'h', hostPath: { path: folder, type: 'Directory' } },
    ],
  })
  await cluster.until('sub', isReady)
  const { logPath = '' } = cluster.kubelet.resolve('default', 'sub', 'then')
  const until = Date.now() + 5000
  while (!readFileSync(logPath, 'utf8').includes('two') && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 10))
  assert.match(readFileSync(logPath, 'utf8'), /F one\n.*F two\n/)
  assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), /subpaths/)
  await cluster.client.delete(resources.pods, 'sub', { namespace: 'default', gracePeriodSeconds: 1 })
  await cluster.gone('sub')
  assert.equal(readFileSync(join(folder, 'of-sub/file'), 'utf8'), 'two\n', 'what is the host’s stays')
})

test('a subPath that a container has made into a link is refused in words, and nothing is made on the host', async () => {
  const folder = join(stateDir, 'of-the-host')
  mkdirSync(folder)
  const mount = { name: 'v', mountPath: '/x', subPath: 'link/made-by-pod/sub' }
  await cluster.pod('escape', {
    initContainers: [
      {
        name: 'i',
        image: 'fairlead/host',
        command: ['ln', '-s', folder, '/v/link'],
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
      },
    ],
    containers: [{ name: 'c', image: 'fairlead/host', command: ['sleep', 'infinity'], volumeMounts: [mount] }],
    volumes: [{ name: 'v', emptyDir: {} }],
  })
  const refused = await cluster.until(
    'escape',
    (pod) => pod.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
  )
  assert.equal(
    refused.status?.containerStatuses?.[0]?.state?.waiting?.message,
    'volumeMounts[/x].subPath "link/made-by-pod/sub": leads out of the volume',
  )
  assert.deepEqual(readdirSync(folder), [])
  await cluster.client.delete(resources.pods, 'escape', { namespace: 'default', gracePeriodSeconds: 1 })
  await cluster.gone('escape')
})

test('a mountPath that a link of a volume, or dots, lead away stays in the container', async () => {
  const folder = join(stateDir, 'not-for-mounts')
  mkdirSync(folder)
  const link = ['sh', '-c', `ln -s ${folder} /v/link && ln -s ../../../../../../..${folder} /v/up`]
  const v = { name: 'v', mountPath: '/v' }
  const other = ['/v/link/a', '/v/up/b', `/v/../../../../..${folder}/c`].map((mountPath) => ({ name: 'o', mountPath }))
  const list = `cat /proc/mounts | grep -c ${folder}; echo listed`
  await cluster.pod('mounts', {
    restartPolicy: 'Never',
    initContainers: [{ name: 'i', image: 'fairlead/host', command: link, volumeMounts: [v] }],
    containers: [{ name: 'c', image: 'fairlead/host', command: ['sh', '-c', list], volumeMounts: [v, ...other] }],
    volumes: ['v', 'o'].map((name) => ({ name, emptyDir: {} })),
  })
  await cluster.until('mounts', (pod) => pod.status?.phase === 'Succeeded')
  const { logPath = '' } = cluster.kubelet.resolve('default', 'mounts', 'c')
  assert.match(readFileSync(logPath, 'utf8'), /F 3\n.*F listed\n/, 'all three are in the container, by these names')
  assert.deepEqual(readdirSync(folder), [])
  assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), new RegExp(folder))
  await cluster.client.delete(resources.pods, 'mounts', { namespace: 'default', gracePeriodSeconds: 1 })
  await cluster.gone('mounts')
})

test('what a kubelet that died had mounted is unmounted, never emptied, also where its pod is gone', async () => {
  const folder = join(stateDir, 'precious')
  mkdirSync(folder)
  writeFileSync(join(folder, 'kept'), '')
  await cluster.kubelet.stop()
  runtime.close()
  network.close()
  const left = join(stateDir, 'n1/pods/0-of-a-pod-that-is-gone')
  const target = join(left, 'subpaths/c/0')
  assert.equal(volumeMounter.bindBelow({ volume: stateDir, path: 'precious' }, target), 'bound')
  assert.deepEqual(readdirSync(target), ['kept'])
  await startKubelet()
  await eventually('it is removed', () => !existsSync(left))
  assert.deepEqual(readdirSync(folder), ['kept'])
})

/** A pod that is deleted without patience goes from the API first. */
const nothingLeft = async (): Promise<void> => {
  const left = async () => [...(await runtime.list()), ...(await network.list())]
  const until = Date.now() + 10_000
  while ((await left()).length > 0 && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(await left(), [])
}

test('containers of a pod may see each other’s processes; who holds these takes the dead away, and outlives a kubelet', async () => {
  const orphan = 'while :; do (sleep 0.01 & exit 0); sleep 0.02; done'
  await cluster.pod('shared', {
    shareProcessNamespace: true,
    terminationGracePeriodSeconds: 0,
    containers: [
      { name: 'one', image: 'fairlead/echo', command: ['sh', '-c', orphan] },
      { name: 'two', image: 'fairlead/echo', command: ['sh', '-c', 'sleep 5001 & sleep 5002 & sleep 5003'] },
    ],
  })
  const before = await cluster.until('shared', isReady)
  const output = async (name: string, ...command: string[]): Promise<string> => {
    let text = ''
    const sink = () =>
      new Writable({
        write: (chunk, _encoding, done) => {
          text += String(chunk)
          done()
        },
      })
    const { id = '' } = cluster.kubelet.resolve('default', 'shared', name)
    await runtime.exec(id, { command, tty: false, stdout: sink(), stderr: sink() })
    return text
  }
  const seen = await output('two', 'ps', '-o', 'pid,args')
  assert.match(seen, /^ +1 sh -c while :; do sleep 2147483647/m)
  assert.match(seen, /while :; do \(sleep 0\.01/)
  assert.match(seen, /sleep 5003/)
  // A hundred processes lose their parent meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 2000))
  const states = (await output('two', 'sh', '-c', 'cat /proc/[0-9]*/stat')).match(/\) Z /g) ?? []
  assert.ok(states.length < 3, `${states.length} zombies`)
  // What a container has left behind ends with it.
  const two = (await runtime.list()).find(({ annotations }) => annotations['io.kubernetes.container.name'] === 'two')
  assert.ok(two?.status.state === 'running')
  process.kill(two.status.pid, 'SIGKILL')
  await cluster.until('shared', (pod) => isReady(pod) && pod.status?.containerStatuses?.[1]?.restartCount === 1)
  assert.equal((await output('one', 'ps', '-o', 'args')).match(/^sleep 500[123]$/gm)?.length, 3)

  await cluster.kubelet.stop()
  runtime.close()
  network.close()
  await startKubelet()
  const after = await cluster.get('shared')
  assert.equal(isReady(after), true)
  assert.deepEqual(after.status?.podIPs, before.status?.podIPs)
  const holder = (await runtime.list()).find(({ id }) => id === `${before.metadata?.uid}-holder`)
  assert.ok(holder?.status.state === 'running')
  process.kill(holder.status.pid, 'SIGKILL')
  const anew = await cluster.until('shared', (pod) => isReady(pod) && pod.status?.podIP !== before.status?.podIP)
  const ended = anew.status?.containerStatuses?.map(({ restartCount, lastState }) => [
    restartCount,
    lastState?.terminated?.exitCode,
  ])
  assert.deepEqual(ended, [
    [1, 137],
    [2, 137],
  ])
  assert.match((await cluster.events('SandboxChanged'))[0]?.message ?? '', /^Pod sandbox changed/)
  assert.match(await output('two', 'ps', '-o', 'pid,args'), /while :; do \(sleep 0\.01/)
  await cluster.client.delete(resources.pods, 'shared', { namespace: 'default', gracePeriodSeconds: 0 })
  await cluster.gone('shared')
  await nothingLeft()
})

test('a variable comes from a file that an init container has written, and from nowhere outside of the volume', async () => {
  const work = { name: 'work', mountPath: '/work' }
  const fileKeyRef = (path: string, key: string) => ({
    name: key,
    valueFrom: { fileKeyRef: { volumeName: 'work', path, key } },
  })
  const write = `echo "WHO='init'" >/work/env; ln -s /etc/hostname /work/out; ln -s env /work/in; mkfifo /work/fifo`
  const pod = (name: string, path: string) =>
    cluster.pod(name, {
      restartPolicy: 'Never',
      initContainers: [{ name: 'init', image: 'fairlead/echo', command: ['sh', '-c', write], volumeMounts: [work] }],
      containers: [
        {
          name: 'main',
          image: 'fairlead/echo',
          command: ['sh', '-c', 'printf %s "$WHO" >/dev/termination-log'],
          env: [fileKeyRef(path, 'WHO')],
        },
      ],
      volumes: [{ name: 'work', emptyDir: {} }],
    })
  for (const path of ['env', 'in']) {
    await pod(`file-${path}`, path)
    const done = await cluster.until(`file-${path}`, ({ status }) => status?.phase === 'Succeeded')
    assert.equal(done.status?.containerStatuses?.[0]?.state?.terminated?.message, 'init')
  }
  for (const [path, why] of [
    ['out', /it leads out of the volume/],
    ['fifo', /it is no file/],
    ['none', /file "none" of volume "work" not found/],
  ] as const) {
    await pod(`file-${path}`, path)
    const held = await cluster.until(
      `file-${path}`,
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    )
    assert.match(held.status?.containerStatuses?.[0]?.state?.waiting?.message ?? '', why)
  }
  for (const path of ['env', 'in', 'out', 'fifo', 'none']) {
    await cluster.client.delete(resources.pods, `file-${path}`, { namespace: 'default', gracePeriodSeconds: 0 })
    await cluster.gone(`file-${path}`)
  }
})

test('one container’s exit code has all of its pod made anew, init containers first, with its addresses and volumes', async () => {
  const runs = { name: 'runs', mountPath: '/runs' }
  const say = (who: string) => `echo ${who} >>/runs/log`
  const shell = (name: string, command: string) => ({
    name,
    image: 'fairlead/echo',
    command: ['sh', '-c', command],
    volumeMounts: [runs],
  })
  const rule = { action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [3] } }
  await cluster.pod('gang', {
    restartPolicy: 'Never',
    initContainers: [shell('init', say('init'))],
    containers: [
      {
        ...shell('trigger', `${say('trigger')}; [ -e /runs/once ] && exec sleep 1000; touch /runs/once; exit 3`),
        restartPolicy: 'Never',
        restartPolicyRules: [rule],
      },
      shell('bystander', 'trap "" TERM; while :; do sleep 0.1; done'),
    ],
    volumes: [{ name: 'runs', emptyDir: {} }],
  })
  const again = await cluster.until(
    'gang',
    ({ status }) => status?.containerStatuses?.every(({ restartCount, ready }) => restartCount === 1 && ready) === true,
  )
  const last = again.status?.containerStatuses?.map(({ name, lastState }) => [name, lastState?.terminated?.reason])
  assert.deepEqual(last, [
    ['bystander', 'RestartingAllContainers'],
    ['trigger', 'RestartingAllContainers'],
  ])
  assert.equal(again.status?.initContainerStatuses?.[0]?.restartCount, 1)
  const log = join(stateDir, 'n1/pods', again.metadata?.uid ?? '', 'volumes/runs/log')
  // A container without a probe is ready as soon as its program runs, and that has said nothing yet.
  await eventually('both rounds are told', () => readFileSync(log, 'utf8') === 'init\ntrigger\ninit\ntrigger\n')
  assert.equal(cluster.told('SandboxChanged').filter(({ involvedObject }) => involvedObject?.name === 'gang').length, 0)
  await cluster.client.delete(resources.pods, 'gang', { namespace: 'default', gracePeriodSeconds: 0 })
  await cluster.gone('gang')
  await nothingLeft()
})

test('a program that is not there is a StartError of its container, which is tried again with back-off or has failed', async () => {
  const container = { name: 'main', image: 'fairlead/echo', command: ['no-such-program'] }
  const why =
    /^OCI runtime create failed: runc create failed: unable to start container process: exec: "no-such-program": executable file not found in \$PATH: unknown$/
  await cluster.pod('once', { restartPolicy: 'Never', containers: [container] })
  const failed = await cluster.until('once', ({ status }) => status?.phase === 'Failed')
  const { exitCode, reason, message, startedAt } = failed.status?.containerStatuses?.[0]?.state?.terminated ?? {}
  assert.deepEqual([exitCode, reason, startedAt], [128, 'StartError', '1970-01-01T00:00:00Z'])
  assert.match(message ?? '', why)
  await cluster.pod('again', { containers: [container] })
  const held = await cluster.until(
    'again',
    ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff',
  )
  assert.equal(held.status?.containerStatuses?.[0]?.lastState?.terminated?.reason, 'StartError')
  assert.equal(held.status?.containerStatuses?.[0]?.restartCount, 1)
  for (const name of ['once', 'again']) {
    await cluster.client.delete(resources.pods, name, { namespace: 'default', gracePeriodSeconds: 0 })
    await cluster.gone(name)
  }
  await nothingLeft()
})
