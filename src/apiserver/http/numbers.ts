/** Labels in the order in which Prometheus' clients write them. */
export const labelsText = (of: Readonly<Record<string, string>>): string =>
  Object.keys(of)
    .sort()
    .map((name) => `${name}="${of[name]}"`)
    .join(',')

const head = (name: string, type: 'counter' | 'gauge' | 'histogram', help: string): readonly string[] => [
  `# HELP ${name} ${help}`,
  `# TYPE ${name} ${type}`,
]

/** A number of each of some labels, which only grows where it is a counter. */
export class Tally {
  readonly #head: readonly string[]
  readonly #name: string
  readonly #counts = new Map<string, number>()

  constructor(name: string, type: 'counter' | 'gauge', help: string) {
    this.#name = name
    this.#head = head(name, type, help)
  }

  /** Of labels as labelsText() gives them. */
  add(labels: string, by = 1): void {
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + by)
  }

  lines(): readonly string[] {
    return [...this.#head, ...[...this.#counts].map(([labels, count]) => `${this.#name}{${labels}} ${count}`)]
  }
}

interface Latency {
  /** Of each bound those at or under it that are above the one before; the last is of those above all. */
  readonly within: number[]
  sum: number
}

/** How long things took, in seconds. */
export class Latencies {
  readonly #head: readonly string[]
  readonly #name: string
  readonly #bounds: readonly number[]
  readonly #latencies = new Map<string, Latency>()

  constructor(name: string, bounds: readonly number[], help: string) {
    this.#name = name
    this.#bounds = bounds
    this.#head = head(name, 'histogram', help)
  }

  add(labels: string, seconds: number): void {
    let latency = this.#latencies.get(labels)
    if (!latency) {
      latency = { within: Array.from({ length: this.#bounds.length + 1 }, () => 0), sum: 0 }
      this.#latencies.set(labels, latency)
    }
    const bound = this.#bounds.findIndex((most) => seconds <= most)
    latency.within[bound < 0 ? this.#bounds.length : bound]!++
    latency.sum += seconds
  }

  lines(): readonly string[] {
    return [...this.#head, ...[...this.#latencies].flatMap(([labels, latency]) => this.#linesOf(labels, latency))]
  }

  #linesOf(labels: string, { within, sum }: Latency): readonly string[] {
    const name = this.#name
    let count = 0
    const buckets = within.map((more, index) => {
      count += more
      return `${name}_bucket{${labels},le="${this.#bounds[index] ?? '+Inf'}"} ${count}`
    })
    return [...buckets, `${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`]
  }
}
