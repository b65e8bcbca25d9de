/**
 * What a cluster holds when everything that was made in it is gone again: as much after many rounds as after a few.
 * To have another thing measured, add a line to `measures`: its name, how to read it, and by how much it may differ
 * between two moments at which nothing has grown (a count: 0). It is read after the warm-up and at the end,
 * when all objects are gone. SOAK_WARM_UP and SOAK_ROUNDS give other numbers of rounds.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { eventually, withCluster } from './harness.ts'

const LONG = process.env.FAIRLEAD_LONG === '1'
/** Rounds before the first look: caches fill, and the window of former states comes to its limit of five minutes. */
const WARM_UP = Number(process.env.SOAK_WARM_UP ?? 12)
const ROUNDS = Number(process.env.SOAK_ROUNDS ?? 12)
/** Milliseconds. */
const IDLE = 125_000
const SERVICES = 200
const PODS = 30

const folder = mkdtempSync(join(tmpdir(), 'fairlead-soak-'))
if (LONG) {
  process.env.FAIRLEAD_SOAK = folder
  process.env.NODE_OPTIONS = `--require=${join(import.meta.dirname, 'fixtures', 'collect.cjs')}`
}
after(() => rmSync(folder, { recursive: true, force: true }))

type Role = 'control-plane' | 'agent-host'

const pidOf = (role: Role): number => {
  for (const pid of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8')
          .split('\0')
          .some((word) => /\.m?[jt]s$/.test(word) && word.includes(`/${role}.`))
      )
        if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'sh') return Number(pid)
    } catch {
      // It ended while we looked.
    }
  }
  throw new Error(`no process of the ${role}`)
}

/** Octets in use once all garbage is gone: of the heap, and of buffers beside it. */
const heapOf = async (role: Role): Promise<number> => {
  const pid = pidOf(role)
  const path = join(folder, String(pid))
  rmSync(path, { force: true })
  process.kill(pid, 'SIGUSR2')
  await eventually(`the memory of the ${role}`, async () => existsSync(path), 60_000)
  const { heapUsed, external } = JSON.parse(readFileSync(path, 'utf8')) as NodeJS.MemoryUsage
  return heapUsed + external
}

/** Resident memory, octets; read after heapOf(). */
const residentOf = (role: Role): number =>
  4096 * Number(readFileSync(`/proc/${pidOf(role)}/statm`, 'utf8').split(' ')[1])

const descriptorsOf = (role: Role): number => readdirSync(`/proc/${pidOf(role)}/fd`).length

const lines = (program: string, ...args: readonly string[]): number =>
  execFileSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20 })
    .split('\n')
    .filter(Boolean).length

const foldersBelow = (path: string): number => lines('find', path, '-mindepth', '1', '-type', 'd')

interface Measure {
  readonly name: string
  readonly read: () => number | Promise<number>
  /** What it may be more at the end than after the warm-up. */
  readonly slack: number
}

const MIB = 1 << 20

const soak = (name: string): void => {
  const cluster = withCluster(name)
  const nodes = (): readonly string[] => cluster.facts.nodes.map(({ namespace }) => namespace)
  const inNodes = (...command: readonly string[]): number =>
    nodes().reduce((sum, node) => sum + lines('ip', 'netns', 'exec', node, ...command), 0)

  const measures: readonly Measure[] = [
    { name: 'control plane, memory in use (octets)', read: () => heapOf('control-plane'), slack: 8 * MIB },
    { name: 'control plane, resident (octets)', read: () => residentOf('control-plane'), slack: 32 * MIB },
    { name: 'control plane, descriptors', read: () => descriptorsOf('control-plane'), slack: 2 },
    { name: 'agent host, memory in use (octets)', read: () => heapOf('agent-host'), slack: 8 * MIB },
    { name: 'agent host, resident (octets)', read: () => residentOf('agent-host'), slack: 32 * MIB },
    { name: 'agent host, descriptors', read: () => descriptorsOf('agent-host'), slack: 2 },
    { name: 'processes', read: () => lines('ps', '-e'), slack: 1 },
    { name: 'cgroups', read: () => foldersBelow('/sys/fs/cgroup'), slack: 0 },
    { name: 'folders of the state', read: () => foldersBelow(`/var/lib/fairlead/${name}`), slack: 0 },
    { name: 'files of the state', read: () => lines('find', `/var/lib/fairlead/${name}`, '-type', 'f'), slack: 4 },
    { name: 'network namespaces', read: () => lines('ip', 'netns', 'list'), slack: 0 },
    { name: 'links of the nodes', read: () => inNodes('ip', '-o', 'link'), slack: 0 },
    { name: 'routes of the nodes', read: () => inNodes('ip', '-o', 'route'), slack: 0 },
    { name: 'mounts', read: () => lines('cat', '/proc/self/mounts'), slack: 0 },
    { name: 'lines of the rulesets', read: () => inNodes('nft', 'list', 'ruleset'), slack: 400 },
  ]

  const services = (round: number): string =>
    Array.from(
      { length: SERVICES },
      (_, index) => `
apiVersion: v1
kind: Service
metadata: {name: s${index}, namespace: soak, labels: {round: r${round}}}
spec: {selector: {app: soak}, ports: [{name: http, port: 80, targetPort: 8080}]}
`,
    ).join('---')
  const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: soak, namespace: soak}
spec:
  replicas: ${PODS}
  selector: {matchLabels: {app: soak}}
  template:
    metadata: {labels: {app: soak}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [{name: c, image: fairlead/echo, ports: [{containerPort: 8080}]}]
`
  const round = async (number: number): Promise<void> => {
    await cluster.kubectl('create', 'namespace', 'soak')
    await cluster.kubectl.apply(`${services(number)}---${deployment}`)
    await cluster.kubectl('rollout', 'status', 'deployment/soak', '-n', 'soak', '--timeout=180s')
    // And again with other pods and other ports, as long as they are there.
    await cluster.kubectl('rollout', 'restart', 'deployment/soak', '-n', 'soak')
    await cluster.kubectl('rollout', 'status', 'deployment/soak', '-n', 'soak', '--timeout=180s')
    await cluster.kubectl('delete', 'namespace', 'soak', '--timeout=180s')
  }
  /** All measures, when what is idle has been closed: connections of the agents to the API are kept for two minutes. */
  const look = async (): Promise<readonly number[]> => {
    await sleep(IDLE)
    const values: number[] = []
    for (const { read } of measures) values.push(await read())
    return values
  }

  test('nothing grows with the rounds, once everything that was made is gone again', {
    timeout: 3_000_000,
    skip: LONG ? false : 'takes minutes: script/test --long runs it',
  }, async () => {
    for (let number = 1; number <= WARM_UP; number++) await round(number)
    const first = await look()
    for (let number = 1; number <= ROUNDS; number++) await round(WARM_UP + number)
    const last = await look()
    const table = measures.map(({ name: what }, index) => `${what}: ${first[index]}, then ${last[index]}`)
    console.log(table.join('\n'))
    const grown = measures.filter(({ slack }, index) => last[index]! > first[index]! + slack)
    assert.deepEqual(
      grown.map(({ name: what }) => what),
      [],
      `after ${WARM_UP} rounds and after ${WARM_UP + ROUNDS}:\n${table.join('\n')}`,
    )
  })
}

soak('soak')
