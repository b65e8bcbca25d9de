import { Latencies, labelsText, Tally } from './numbers.ts'

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

/** The labels of a request as texts. */
interface Words {
  readonly counted: string
  readonly timed: string
}

/** Kubernetes' own bounds, in seconds. */
const BOUNDS = [
  ...[0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3],
  ...[4, 5, 6, 8, 10, 15, 20, 30, 45, 60],
]

const COMPONENT = { component: 'apiserver' }

/** Requests as they come and as they were answered: Kubernetes' numbers of them, with its labels. */
export class RequestCounter {
  readonly #counts = new Tally(
    'apiserver_request_total',
    'counter',
    '[STABLE] Counter of apiserver requests broken out for each verb, dry run value, group, version, resource, scope, component, and HTTP response code.',
  )
  readonly #running = new Tally(
    'apiserver_longrunning_requests',
    'gauge',
    '[STABLE] Gauge of all active long-running apiserver requests broken out by verb, group, version, resource, scope and component. Not all requests are tracked this way.',
  )
  readonly #latencies = new Latencies(
    'apiserver_request_duration_seconds',
    BOUNDS,
    '[STABLE] Response latency distribution in seconds for each verb, dry run value, group, version, resource, subresource, scope and component.',
  )

  /** As many as there are lines in what is rendered. */
  readonly #words = new Map<string, Words>()

  /** A request that goes on until its client ends it; what is returned is called then. */
  begin({ dryRun: _, ...labels }: RequestLabels): () => void {
    const key = labelsText({ ...labels, ...COMPONENT })
    this.#running.add(key)
    return () => this.#running.add(key, -1)
  }

  count(labels: RequestLabels, code: number, seconds: number): void {
    const { counted, timed } = this.#wordsOf(labels, code)
    this.#counts.add(counted)
    this.#latencies.add(timed, seconds)
  }

  /** Each request is counted, and nearly all are of those that were met before. */
  #wordsOf({ dryRun, ...rest }: RequestLabels, code: number): Words {
    const { verb, group, version, resource, subresource, scope } = rest
    const key = `${verb} ${dryRun} ${group} ${version} ${resource} ${subresource} ${scope} ${code}`
    let words = this.#words.get(key)
    if (words === undefined) {
      const labels = { ...rest, ...COMPONENT, dry_run: dryRun }
      words = { counted: labelsText({ ...labels, code: String(code) }), timed: labelsText(labels) }
      this.#words.set(key, words)
    }
    return words
  }

  /** Prometheus' text format 0.0.4. */
  render(): string {
    const lines = [this.#counts, this.#running, this.#latencies].flatMap((numbers) => numbers.lines())
    return `${lines.join('\n')}\n`
  }
}
