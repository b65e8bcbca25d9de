/**
 * Containers of people's images: from a pod's creation to its first answer, one after the other; how many a second start when
 * all are asked for at once; how fast an image comes from a registry. Beside it Debian's containerd with the same image, where it is
 * installed: from `ctr run` to the first answer, without Kubernetes and without a network of its own. Prints a table, and the figures
 * as JSON. Usage: script/bench pods [--runs N] [--burst N]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Pod } from '#api/core/pod/message.ts'
import { pods as podResource } from '#api/core/pod/resource.ts'
import { createUnixClient } from '#client/unix-client.ts'
import { archiveOf, busyboxLayer, layer, writeLayout } from '../test/images/make-image.ts'
import { NO_REGISTRY, push, startRegistry } from '../test/images/registry.ts'
import { startContainerd } from './pods/containerd.ts'
import { firstAnswer } from './pods/first-answer.ts'

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '30' }, burst: { type: 'string', default: '90' } },
})
const [runs, burst] = [Number(values.runs), Number(values.burst)]
const PORT = 8080
const REGISTRY_PORT = 5055
/** What is fetched: octets that do not pack well, as most of an image. */
const FETCHED_MB = 128

const top = join(import.meta.dirname, '..')
const fairlead = join(top, 'bin', 'fairlead')
const folder = mkdtempSync('/var/lib/fairlead-bench-')
const env = {
  ...process.env,
  FAIRLEAD_STATE: join(folder, 'state'),
  KUBECONFIG: join(folder, 'kubeconfig'),
  HOME: folder,
}

const must = (program: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`, { cause: error })
  return stdout
}
const quantile = (numbers: readonly number[], share: number): number => {
  const sorted = numbers.toSorted((one, other) => one - other)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!)
}

/** A server that says `ok`: a shell, and busybox's httpd. */
const SERVER = ['sh', '-c', 'echo ok > /tmp/index.html; exec httpd -f -p $PORT -h /tmp']
const layout = join(folder, 'layout')
writeLayout(layout, [{ layers: [busyboxLayer('gzip')], config: { Cmd: SERVER, Env: ['PATH=/bin', `PORT=${PORT}`] } }])
const archive = join(folder, 'server.tar')
writeFileSync(archive, archiveOf(layout))
const noise = Buffer.alloc(FETCHED_MB * 1_000_000)
for (let at = 0, state = 1; at < noise.length; at += 4) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  noise.writeUInt32LE(state, at)
}
const large = join(folder, 'large')
const parts = [0, 1, 2, 3].map((part) => ({
  name: `part-${part}`,
  data: noise.subarray((part * noise.length) / 4, ((part + 1) * noise.length) / 4),
}))
writeLayout(large, [{ layers: parts.map((entry) => layer([entry], 'gzip')), config: { Cmd: ['x'] } }])

const manifest = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [{ name: 'c', image: 'bench/server:1' }],
  },
})

const measurePods = async () => {
  must(fairlead, 'up', '--nodes', '3')
  must(fairlead, 'image', 'load', archive, '--name', 'bench/server:1')
  const client = createUnixClient(join(folder, 'state/fairlead/api.sock'))
  const addresses = new Map<string, (address: string) => void>()
  const removals = new Map<string, () => void>()
  const { resourceVersion } = await client.list(podResource, {})
  const watch = client.watch(podResource, { resourceVersion }, (event) => {
    if (event.type === 'BOOKMARK') return
    const { metadata, status } = event.object
    if (event.type === 'DELETED') removals.get(metadata?.name ?? '')?.()
    if (status?.podIP) addresses.get(metadata?.name ?? '')?.(status.podIP)
  })
  const start = async (name: string): Promise<number> => {
    const from = performance.now()
    const address = new Promise<string>((resolve) => addresses.set(name, resolve))
    await client.create(podResource, manifest(name), { namespace: 'default' })
    await firstAnswer(await address, PORT)
    return performance.now() - from
  }
  /** Resolves when it has gone, as containerd's has before its next one: a start is to have nobody beside it. */
  const stop = async (name: string): Promise<void> => {
    const gone = new Promise<void>((resolve) => removals.set(name, resolve))
    await client.delete(podResource, name, { namespace: 'default', gracePeriodSeconds: 0 })
    await gone
  }
  try {
    await start('warm')
    const times: number[] = []
    for (let run = 0; run < runs; run++) {
      times.push(await start(`one-${run}`))
      await stop(`one-${run}`)
    }
    const from = performance.now()
    await Promise.all(Array.from({ length: burst }, (_, index) => start(`all-${index}`)))
    const seconds = (performance.now() - from) / 1000
    return {
      start_p50_ms: quantile(times, 0.5),
      start_p99_ms: quantile(times, 0.99),
      pods_per_s: +(burst / seconds).toFixed(1),
    }
  } finally {
    watch.stop()
    await watch.done.catch(() => undefined)
    client.close()
  }
}

const rate = (from: number): number => Math.round(FETCHED_MB / ((performance.now() - from) / 1000))

try {
  const ours: Record<string, number> = await measurePods()
  const rival = await startContainerd(folder)
  const registry = NO_REGISTRY === undefined ? await startRegistry(join(folder, 'registry'), REGISTRY_PORT) : undefined
  if (registry === undefined) console.log(`nothing is fetched: ${NO_REGISTRY}`)
  const name = `${registry?.address}/bench/large:1`
  try {
    if (registry !== undefined) {
      push(`oci:${large}`, `docker://${name}`)
      const from = performance.now()
      must(fairlead, 'image', 'pull', name)
      ours.pull_mb_per_s = rate(from)
    }
    const theirs: Record<string, number> = {}
    if (typeof rival === 'string') console.log(rival)
    else {
      const times = await rival.starts(archive, runs)
      Object.assign(theirs, { start_p50_ms: quantile(times, 0.5), start_p99_ms: quantile(times, 0.99) })
      theirs.pods_per_s = +(burst / (await rival.burst(burst))).toFixed(1)
      if (registry !== undefined) {
        const from = performance.now()
        rival.pull(name)
        theirs.pull_mb_per_s = rate(from)
      }
      await rival.stop()
    }
    console.table({ fairlead: ours, ...(typeof rival !== 'string' && { containerd: theirs }) })
    const ratios = Object.fromEntries(Object.entries(theirs).map(([key, value]) => [`containerd_${key}`, value]))
    console.log(JSON.stringify({ bench: 'pods', ...ours, ...ratios, runs, burst }))
  } finally {
    await registry?.stop()
  }
} finally {
  spawnSync(fairlead, ['down'], { env })
  rmSync(folder, { recursive: true, force: true })
}
