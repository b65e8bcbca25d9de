import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { after, test } from 'node:test'
import { type EchoNetwork, ownSurroundings } from '#echo/surroundings.ts'
import type { ContainerSpec, Containers } from '../runtime.ts'
import { createVirtualRuntime } from './virtual-runtime.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-virtual-'))
const runtimes: Containers[] = []
after(async () => {
  // What listens would keep the process alive.
  for (const runtime of runtimes) for (const { id } of await runtime.list()) await runtime.remove(id)
  rmSync(folder, { recursive: true })
})

/** Ports that pods declare, and where this machine's kernel had room for them instead. */
const ports = new Map<number, number>()
const here = ownSurroundings().network
const dialed: string[] = []
const network = (): EchoNetwork => ({
  ...here,
  connect: async (host, port) => {
    dialed.push(`${host}:${port}`)
    return here.connect('127.0.0.1', port)
  },
  listen: async (server, port) => {
    if (port === 1) throw new Error('listen EADDRINUSE: port 1')
    const chosen = await here.listen(server, 0)
    ports.set(port, chosen)
    return chosen
  },
  bindUdp: async (port) => {
    const socket = await here.bindUdp(0)
    ports.set(port, socket.address().port)
    return socket
  },
})

let count = 0
const specOf = (more: Partial<ContainerSpec> = {}): ContainerSpec => {
  const id = `c-${count++}`
  return {
    id,
    image: 'nginx',
    handler: 'virtual',
    ports: [{ protocol: 'TCP', port: 80 }],
    env: [
      { name: 'HOSTNAME', value: 'web-1' },
      { name: 'COLOUR', value: 'green' },
    ],
    mounts: [],
    namespaces: { network: '/run/netns/p', ipc: '', uts: '' },
    cgroup: `n1/uid-${id}/web`,
    logPath: join(folder, `${id}.log`),
    tty: false,
    stdin: false,
    annotations: {
      'io.kubernetes.pod.name': 'web-1',
      'io.kubernetes.pod.namespace': 'shop',
      'io.fairlead.node': 'n1',
    },
    ...more,
  }
}
const made = (name: string, isThere = () => true): { readonly runtime: Containers; readonly ended: string[] } => {
  const runtime = createVirtualRuntime({ stateDir: join(folder, name), network, isThere })
  runtimes.push(runtime)
  const ended: string[] = []
  runtime.onExit((id, state) => ended.push(`${id} ${state.state === 'exited' ? state.exitCode : ''}`))
  return { runtime, ended }
}
const run = async (runtime: Containers, more: Partial<ContainerSpec> = {}): Promise<ContainerSpec> => {
  const spec = specOf(more)
  await runtime.create(spec)
  await runtime.start(spec.id)
  return spec
}
const ask = (path: string, port = 80): Promise<string> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: ports.get(port), path, agent: false }, async (answer) => {
      let text = ''
      for await (const chunk of answer) text += String(chunk)
      resolve(text)
    }).on('error', reject)
  })
const logOf = ({ logPath }: ContainerSpec): string => readFileSync(logPath, 'utf8')

test('a container answers as its pod: by name, environment and place of the pod, not of this process', async () => {
  const { runtime } = made('answers')
  const spec = await run(runtime, {
    ports: [
      { protocol: 'TCP', port: 80 },
      { protocol: 'UDP', port: 53 },
    ],
  })
  assert.equal((await runtime.status(spec.id))?.state, 'running')
  assert.equal(await ask('/hostname'), 'web-1')
  assert.deepEqual(JSON.parse(await ask('/env')), { HOSTNAME: 'web-1', COLOUR: 'green' })
  const { responses } = JSON.parse(await ask(`/dial?host=10.0.0.9&port=${ports.get(80)}&request=hostname`))
  assert.deepEqual([responses, dialed], [['web-1'], [`10.0.0.9:${ports.get(80)}`]], 'it asks from its own network')
  assert.match(await ask('/'), /\npod {8}web-1\nnamespace {2}shop\nnode {7}n1\n/)
  const socket = createSocket('udp4')
  const reply = new Promise((resolve) => socket.once('message', (data) => resolve(data.toString())))
  socket.send('hostname', ports.get(53)!, '127.0.0.1')
  assert.equal(await reply, 'web-1')
  socket.close()
  assert.match(logOf(spec), /^\d{4}-.*Z stdout F echo: http \d+, udp \d+, tcp -1 \(-1 is off\)\n$/)
  await runtime.remove(spec.id)
  await assert.rejects(ask('/hostname'))
})

test('an init container has done its work at once, and one without a port runs and answers nowhere', async () => {
  const { runtime, ended } = made('init')
  const init = await run(runtime, { isInit: true })
  assert.deepEqual(ended, [`${init.id} 0`])
  const silent = await run(runtime, { ports: [] })
  assert.equal((await runtime.status(silent.id))?.state, 'running')
  assert.match(logOf(silent), /nothing listens/)
})

test('a stop drains: it is answered until it has ended, with 0, or with 137 where its time is over', async () => {
  const { runtime, ended } = made('stop')
  const image = { image: 'fairlead/echo', ports: [] }
  const patient = await run(runtime, { ...image, args: ['--delay-shutdown=0.2'] })
  const stopped = runtime.stop(patient.id, 30)
  assert.equal(await ask('/hostname', 8080), 'web-1')
  await stopped
  assert.deepEqual(ended, [`${patient.id} 0`])
  assert.match(logOf(patient), /SIGTERM, accepting 0\.2 s more/)
  const slow = await run(runtime, { ...image, args: ['--delay-shutdown=60'] })
  const waiting = runtime.stop(slow.id, 60)
  await runtime.stop(slow.id, 0)
  await waiting
  assert.equal(ended[1], `${slow.id} 137`)
  assert.equal(logOf(slow).match(/SIGTERM/g)?.length, 1, 'it drains once, however often it is stopped')
  const killed = await run(runtime, image)
  await runtime.stop(killed.id, 0)
  assert.equal(ended[2], `${killed.id} 137`)
  assert.doesNotMatch(logOf(killed), /SIGTERM/)
  await runtime.stop(killed.id, 0)
  assert.equal(ended.length, 3)
})

test('what was removed is not here any more, and another may have its id', async () => {
  const { runtime, ended } = made('again')
  const spec = await run(runtime, { ports: [] })
  assert.deepEqual((await runtime.create(specOf())).stopSignal, 'SIGTERM')
  await runtime.remove(spec.id)
  assert.deepEqual([ended, await runtime.status(spec.id)], [[`${spec.id} 137`], undefined])
  await assert.rejects(runtime.start(spec.id), { code: 'CONTAINER_NOT_FOUND' })
  await runtime.create(spec)
  await runtime.start(spec.id)
  await runtime.start(spec.id)
  assert.equal((await runtime.status(spec.id))?.state, 'running')
  assert.equal(statSync(spec.logPath).mode & 0o777, 0o600)
  await runtime.stop(spec.id, 0)
  await assert.rejects(runtime.start(spec.id), { code: 'CONTAINER_NOT_RUNNING' })
})

test('a listener that fails keeps nobody else from hearing, and is told of', async () => {
  const errors: unknown[] = []
  const options = { stateDir: join(folder, 'listeners'), network, onError: (error: unknown) => errors.push(error) }
  const runtime = createVirtualRuntime(options)
  runtimes.push(runtime)
  const heard: string[] = []
  runtime.onExit(() => {
    throw new Error('deaf')
  })
  runtime.onExit((id) => heard.push(id))
  const { id } = await run(runtime, { isInit: true })
  assert.deepEqual([heard, errors.map(String)], [[id], ['Error: deaf']])
})

test('a request ends it with its code, a wrong flag with 2, a port that is taken with 1, each in its log', async () => {
  const { runtime, ended } = made('ends')
  const asked = await run(runtime)
  await ask('/exit?code=7')
  while (ended.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  const wrong = await run(runtime, { image: 'fairlead/echo', args: ['--colour=red'] })
  const taken = await run(runtime, {
    ports: [
      { protocol: 'TCP', port: 80 },
      { protocol: 'TCP', port: 1 },
    ],
  })
  assert.deepEqual(ended, [`${asked.id} 7`, `${wrong.id} 2`, `${taken.id} 1`])
  assert.match(logOf(wrong), /unknown flag --colour=red/)
  assert.match(logOf(taken), /EADDRINUSE/)
  await assert.rejects(ask('/hostname'), 'what had begun to listen does so no more')
})

test('the next process opens again what ran, and counts as ended what has lost its namespace', async () => {
  const before = made('adopt')
  const running = await run(before.runtime)
  const exited = await run(before.runtime, { isInit: true })
  const created = specOf()
  await before.runtime.create(created)
  ports.clear()
  const { runtime } = made('adopt')
  const found = new Map((await runtime.list()).map(({ id, status }) => [id, status.state]))
  assert.deepEqual([...found].sort(), [
    [running.id, 'running'],
    [exited.id, 'exited'],
  ])
  assert.equal(await ask('/hostname'), 'web-1')
  const { runtime: later } = made('adopt', () => false)
  const status = (await later.list()).find(({ id }) => id === running.id)?.status
  assert.equal(status?.state === 'exited' && status.reason, 'ContainerStatusUnknown')
  for (const id of [running.id, exited.id]) await later.remove(id)
  assert.deepEqual(readdirSync(join(folder, 'adopt')), [])
})

test('a record that cannot be read is told of, and keeps no other from being found', async () => {
  const { runtime } = made('torn')
  await run(runtime)
  writeFileSync(join(folder, 'torn', 'bad.json'), '{')
  const errors: unknown[] = []
  const next = createVirtualRuntime({
    stateDir: join(folder, 'torn'),
    network,
    isThere: () => true,
    onError: (error) => errors.push(error),
  })
  runtimes.push(next)
  assert.equal((await next.list()).length, 1)
  assert.match(String(errors[0]), /bad\.json: cannot be read/)
})

test('nothing runs in it: a command and an attach are refused with the reason, and it uses nothing', async () => {
  const { runtime } = made('refusals')
  const { id, cgroup } = await run(runtime)
  const stdout = new Writable()
  const options = { command: ['sh'], tty: false, stdout, stderr: stdout }
  await assert.rejects(runtime.exec(id, options), /CONTAINER_EXEC_FAILED.*RuntimeClass virtual: it has no process/)
  await assert.rejects(runtime.attach(id, options), /CONTAINER_ATTACH_FAILED/)
  await assert.rejects(runtime.exec('nobody', options), /CONTAINER_NOT_FOUND/)
  assert.equal(runtime.usage(cgroup)?.memoryBytes, 0)
  assert.equal(runtime.usage('n1/uid-other'), undefined)
  await assert.rejects(runtime.create(specOf({ id })), /CONTAINER_EXISTS/)
  await runtime.remove(id)
  await runtime.remove(id)
  assert.equal(existsSync(join(folder, 'refusals', `${id}.json`)), false)
})
