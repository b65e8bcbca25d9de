/** By what requests are told apart: each is one of a few words, never what a client makes up. */
export interface RequestLabels {
  /** `GET`, `LIST`, `WATCH`, `APPLY`, `CONNECT`... */
  readonly verb: string
  readonly dryRun: string
  readonly group: string
  readonly version: string
  readonly resource: string
  readonly subresource: string
  /** `resource`, `namespace` or `cluster`; of what is no resource, empty. */
  readonly scope: string
}

/** Kubernetes' own bounds, in seconds. */
const BOUNDS = [
  ...[0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3],
  ...[4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
]

interface Latency {
  /** Of each bound those at or under it that are above the one before; the last is of those above all. */
  readonly within: number[]
  sum: number
}

/** In the order in which Prometheus' clients write them. */
const labelsText = (of: Readonly<Record<string, string>>): string =>
  Object.keys(of)
    .sort()
    .map((name) => `${name}="${of[name]}"`)
    .join(',')

const COMPONENT = { component: 'apiserver' }

/** Requests as they come and as they were answered: Kubernetes' numbers of them, with its labels. */
export class RequestCounter {
  readonly #counts = new Map<string, number>()
  readonly #latencies = new Map<string, Latency>()
  readonly #running = new Map<string, number>()

  /** A request that goes on until its client ends it; what is returned is called then. */
  begin({ dryRun: _, ...labels }: RequestLabels): () => void {
    const key = labelsText({ ...labels, ...COMPONENT })
    const add = (by: number): void => void this.#running.set(key, (this.#running.get(key) ?? 0) + by)
    add(1)
    return () => add(-1)
  }

  count({ dryRun, ...rest }: RequestLabels, code: number, seconds: number): void {
    const labels = { ...rest, ...COMPONENT, dry_run: dryRun }
    const key = labelsText({ ...labels, code: String(code) })
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    const of = labelsText(labels)
    let latency = this.#latencies.get(of)
    if (!latency) {
      latency = { within: Array.from({ length: BOUNDS.length + 1 }, () => 0), sum: 0 }
      this.#latencies.set(of, latency)
    }
    const bound = BOUNDS.findIndex((most) => seconds <= most)
    latency.within[bound < 0 ? BOUNDS.length : bound]!++
    latency.sum += seconds
  }

  /** Prometheus' text format 0.0.4. */
  render(): string {
    const lines = [
      '# HELP apiserver_request_total [STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
      '# TYPE apiserver_request_total counter',
    ]
    for (const [labels, count] of this.#counts) lines.push(`apiserver_request_total{${labels}} ${count}`)
    lines.push(
      '# HELP apiserver_longrunning_requests [STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
      '# TYPE apiserver_longrunning_requests gauge',
    )
    for (const [labels, count] of this.#running) lines.push(`apiserver_longrunning_requests{${labels}} ${count}`)
    lines.push(
      '# HELP apiserver_request_duration_seconds [STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
      '# TYPE apiserver_request_duration_seconds histogram',
    )
    for (const [labels, latency] of this.#latencies) lines.push(...latencyLines(labels, latency))
    return `${lines.join('\n')}\n`
  }
}

const latencyLines = (labels: string, { within, sum }: Latency): readonly string[] => {
  const name = 'apiserver_request_duration_seconds'
  let count = 0
  const buckets = within.map((more, index) => {
    count += more
    return `${name}_bucket{${labels},le="${BOUNDS[index] ?? '+Inf'}"} ${count}`
  })
  return [...buckets, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`]
}
