/**
 * A thousand pods: `fairlead up`, then Deployments of pods of the RuntimeClass virtual, with a NodePort Service each, until
 * every pod has answered through its Service, and each Service at its ClusterIP and at a node port: see
 * docs/benchmarks.md. `script/bench scale [--pods N] [--nodes N] [--each N]`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createUnixClient } from '#client/unix-client.ts'
import { readClaim } from '#cluster/claims/claim.ts'
import { clusterStateDir } from '#cluster/claims/known-clusters.ts'
import { findProcesses } from '#cluster/processes/processes.ts'
import { readConfig, statePaths } from '#cluster/state/state.ts'
import { askAll, type Target } from './scale/ask.ts'
import { type Web, Webs } from './scale/webs.ts'

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '1000' },
    nodes: { type: 'string', default: '10' },
    each: { type: 'string', default: '20' },
  },
})
const pods = Number(values.pods)
const each = Number(values.each)
const NAME = 'scale'
const fairlead = join(import.meta.dirname, '..', 'bin', 'fairlead')
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
const env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), HOME: folder }

const run = (...args: readonly string[]): void => {
  const { status, stderr } = spawnSync(fairlead, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`fairlead ${args.join(' ')}: ${stderr}`)
}

const seconds = (from: number): number => Math.round(performance.now() - from) / 1000
const PAGE_BYTES = 4096
/** Seconds of processor time that a process has used. */
const processorTime = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

try {
  const began = performance.now()
  run('up', '--name', NAME, '--nodes', values.nodes)
  const up_seconds = seconds(began)
  const { nodes, sockets } = readConfig(statePaths(clusterStateDir(NAME)).config)
  const client = createUnixClient(sockets.api)
  const webs = new Webs(client)
  await webs.makeNamespace()
  const wanted = Array.from(
    { length: Math.ceil(pods / each) },
    (_, index): Web => ({ name: `web-${index}`, replicas: Math.min(each, pods - index * each) }),
  )
  const applied = performance.now()
  const targets = await Promise.all(
    wanted.map(async (web, index): Promise<Target> => {
      const { spec } = await webs.make(web)
      const node = nodes[index % nodes.length]!
      const [port] = spec!.ports!
      const ways = [
        { namespace: node.namespace, address: spec!.clusterIP!, port: port!.port },
        { address: node.addresses[0], port: port!.nodePort! },
      ]
      return { ...web, ways }
    }),
  )
  await webs.running(pods)
  const running = seconds(applied)
  const requests = await askAll(targets)
  const answered = seconds(applied)
  const processes = findProcesses(readClaim(NAME)!).map(({ role, pid }) => ({
    role,
    rss_mb: Math.round((Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES) / 1e6),
    cpu_s: processorTime(pid),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  }))
  console.table(processes)
  const deleted = performance.now()
  await webs.removeAll()
  const gone_seconds = seconds(deleted)
  client.close()
  console.table([{ up_seconds, running, answered, requests, gone_seconds }])
  const rss_mb = processes.reduce((sum, one) => sum + one.rss_mb, 0)
  const figures = { seconds: answered, rss_mb, nodes: nodes.length, up_seconds, gone_seconds }
  console.log(JSON.stringify({ bench: 'scale', pods, ...figures }))
} finally {
  spawnSync(fairlead, ['down', '--name', NAME], { env })
  rmSync(folder, { recursive: true, force: true })
}
