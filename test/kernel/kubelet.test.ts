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

test('a pod of fairlead/echo says which pod, namespace and node it is, and has printenv and curl for learners', async () => {
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
  const { id = '' } = cluster.kubelet.resolve('default', 'who')
  const run = async (...command: readonly string[]): Promise<string> => {
    let text = ''
    const stdout = new Writable({
      write(chunk, _, done) {
        text += String(chunk)
        done()
      },
    })
    const { exitCode } = await runtime.exec(id, { command, tty: false, stdout, stderr: stdout })
    return `${text}${exitCode}`
  }
  assert.equal(await run('printenv', 'GREETING'), 'hello world\n0')
  assert.equal(await run('printenv', 'NO_SUCH'), '1')
  assert.match(await run('printenv'), /^GREETING=hello world$/m)
  assert.equal(await run('curl', '-s', 'localhost:8080/hostname'), 'who0')
  assert.match(await run('curl', 'localhost:1'), /^curl: \(7\) Failed to connect to localhost port 1/)
  await cluster.client.delete(resources.pods, 'who', { namespace: 'default', gracePeriodSeconds: 0 })
  await cluster.gone('who')
})

test('a program that fails before it listens, or is another than the image’s own, is not waited for', async () => {
  const own = { name: 'own', image: 'fairlead/echo', args: ['--no-such-flag'] }
  await cluster.pod('fails', { containers: [own], restartPolicy: 'Never' })
  const failed = await cluster.until('fails', ({ status }) => status?.phase === 'Failed')
  assert.equal(failed.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 2)
  await cluster.pod('other', { containers: [{ ...own, args: [], command: ['sleep', '100'] }] })
  await cluster.until('other', isReady)
  for (const name of ['fails', 'other']) {
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
  assert.equal(existsSync(left), false)
  assert.deepEqual(readdirSync(folder), ['kept'])
})
