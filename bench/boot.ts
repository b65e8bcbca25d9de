/**
 * From nothing to answers: `fairlead up` with an empty state folder, one `kubectl apply` of three pods and a NodePort
 * Service, the first answer through each node's NodePort, the first answer by DNS name from a pod, `fairlead down`.
 * Prints each run, the medians, and the medians as JSON. Usage: script/bench boot [--runs N]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { runs: { type: 'string', default: '5' } } })
const runs = Number(values.runs)
const fairlead = join(import.meta.dirname, '..', 'bin', 'fairlead')
const folder = mkdtempSync(join(tmpdir(), 'fairlead-bench-'))
const kubeconfig = join(folder, 'kubeconfig')
const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder }
const manifest = join(folder, 'web.yaml')
writeFileSync(
  manifest,
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: fairlead/echo}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080, nodePort: 30080}]
`,
)

const must = (program: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(program, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

const answer = (address: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const call = get({ host: address, port: 30080, path: '/hostname', agent: false, timeout: 1000 }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => resolve(text.startsWith('web-') ? text : undefined))
    })
    call.on('error', () => resolve(undefined))
    call.on('timeout', () => call.destroy())
  })

interface Run {
  readonly up_ms: number
  readonly first_answer_ms: number
  readonly dns_answer_ms: number
  readonly down_ms: number
  readonly rss_mb: number
}

const once = async (): Promise<Run> => {
  const started = performance.now()
  const since = (): number => Math.round(performance.now() - started)
  const facts = JSON.parse(must(fairlead, 'up', '-o', 'json')) as { nodes: { addresses: [string, string] }[] }
  const up_ms = since()
  must('kubectl', 'apply', '-f', manifest)
  for (const { addresses } of facts.nodes) {
    while (!(await answer(addresses[0]))) {
      if (since() > 60_000) throw new Error(`no answer through ${addresses[0]}`)
      await sleep(2)
    }
  }
  const first_answer_ms = since()
  const pod = must('kubectl', 'get', 'pods', '-l', 'app=web', '-o', 'jsonpath={.items[0].metadata.name}')
  // Without a readiness probe a pod is an endpoint before it listens: the first answer is what counts, as through the
  // NodePort.
  while (
    !spawnSync('kubectl', ['exec', pod, '--', 'wget', '-qO-', 'http://web/hostname'], {
      env,
      encoding: 'utf8',
    }).stdout.startsWith('web-')
  )
    if (since() > 60_000) throw new Error('no answer by name')
  const dns_answer_ms = since()
  const { processes } = JSON.parse(must(fairlead, 'status', '-o', 'json')) as { processes: { rss: number }[] }
  const rss_mb = Math.round(processes.reduce((sum, { rss }) => sum + rss, 0) / 1e6)
  const before = performance.now()
  must(fairlead, 'down')
  return { up_ms, first_answer_ms, dns_answer_ms, down_ms: Math.round(performance.now() - before), rss_mb }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)]!

try {
  const results: Run[] = []
  for (let run = 0; run < runs; run++) results.push(await once())
  console.table(results)
  const medians = Object.fromEntries(
    (Object.keys(results[0]!) as (keyof Run)[]).map((key) => [key, median(results.map((result) => result[key]))]),
  )
  console.log(JSON.stringify({ bench: 'boot', ...medians, nodes: 3, pods: 3 }))
} finally {
  spawnSync(fairlead, ['down'], { env })
  rmSync(folder, { recursive: true, force: true })
}
