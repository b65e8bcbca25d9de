/** One line of the text format without its name: labels and a number. */
type Labels = Readonly<Record<string, string>>

interface Description {
  readonly name: string
  /** One sentence; shown as HELP, and held against docs/metrics.md. */
  readonly help: string
}

interface Metric extends Description {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly lines: () => string
}

const escaped = (text: string, quotes: boolean): string => {
  const plain = text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n')
  return quotes ? plain.replace(/"/g, '\\"') : plain
}

const labelled = (labels: Labels): string => {
  const entries = Object.entries(labels)
  return entries.length === 0 ? '' : `{${entries.map(([name, value]) => `${name}="${escaped(value, true)}"`).join()}}`
}

const number = (value: number): string => (value === Number.POSITIVE_INFINITY ? '+Inf' : String(value))

/** Adds up; one number a label set. */
class Counter {
  readonly #values = new Map<string, { readonly labels: Labels; value: number }>()

  add(by = 1, labels: Labels = {}): void {
    const key = labelled(labels)
    const entry = this.#values.get(key)
    if (entry) entry.value += by
    else this.#values.set(key, { labels, value: by })
  }

  lines(name: string): string {
    return [...this.#values].map(([key, { value }]) => `${name}${key} ${number(value)}\n`).join('')
  }
}

/**
 * Counts observations by upper bounds, which are sorted; the text format asks for cumulative counts, made when read.
 */
class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: Uint32Array
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Uint32Array(bounds.length + 1)
  }

  observe(value: number): void {
    let at = 0
    while (at < this.#bounds.length && value > this.#bounds[at]!) at++
    this.#counts[at]!++
    this.#sum += value
  }

  lines(name: string): string {
    return histogramLines(name, this.#bounds, { labels: {}, counts: this.#counts, sum: this.#sum })
  }
}

/** What was observed elsewhere: how often up to each bound and no lower one, and how often above all of them. */
interface Observed {
  readonly labels: Labels
  readonly counts: ArrayLike<number>
  readonly sum: number
}

const histogramLines = (name: string, bounds: readonly number[], { labels, counts, sum }: Observed): string => {
  let total = 0
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, at) => {
    total += counts[at]!
    return `${name}_bucket${labelled({ ...labels, le: number(bound) })} ${total}\n`
  })
  return `${buckets.join('')}${name}_sum${labelled(labels)} ${number(sum)}\n${name}_count${labelled(labels)} ${total}\n`
}

/** A number, or one for each label set. */
export type Reading = number | readonly { readonly labels: Labels; readonly value: number }[]

/**
 * Metrics in the order in which they were made, as Prometheus' text format 0.0.4. What a number costs is paid when it
 * is read: a gauge, and a counter that is kept elsewhere anyway, is a function that gives it.
 */
export class Registry {
  readonly #metrics: Metric[] = []

  counter(description: Description): Counter {
    const counter = new Counter()
    this.#add({ ...description, type: 'counter', lines: () => counter.lines(description.name) })
    return counter
  }

  histogram(description: Description, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(bounds)
    this.#add({ ...description, type: 'histogram', lines: () => histogram.lines(description.name) })
    return histogram
  }

  /** A histogram that is kept elsewhere, or one for each label set. */
  readHistogram(description: Description, bounds: readonly number[], read: () => readonly Observed[]): void {
    this.#add({
      ...description,
      type: 'histogram',
      lines: () =>
        read()
          .map((observed) => histogramLines(description.name, bounds, observed))
          .join(''),
    })
  }

  read(type: 'counter' | 'gauge', description: Description, read: () => Reading): void {
    this.#add({
      ...description,
      type,
      lines: () => {
        const reading = read()
        const rows = typeof reading === 'number' ? [{ labels: {}, value: reading }] : reading
        return rows.map(({ labels, value }) => `${description.name}${labelled(labels)} ${number(value)}\n`).join('')
      },
    })
  }

  /** Every metric that is or may be shown: for the check against the documentation. */
  get descriptions(): readonly (Description & { readonly type: string })[] {
    return this.#metrics.map(({ name, help, type }) => ({ name, help, type }))
  }

  render(): string {
    return this.#metrics
      .map(
        ({ name, help, type, lines }) => `# HELP ${name} ${escaped(help, false)}\n# TYPE ${name} ${type}\n${lines()}`,
      )
      .join('')
  }

  #add(metric: Metric): void {
    if (this.#metrics.some(({ name }) => name === metric.name)) throw new Error(`metric ${metric.name} exists twice`)
    this.#metrics.push(metric)
  }
}
