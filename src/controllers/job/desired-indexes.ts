/** Both ends belong to it. */
type Interval = readonly [first: number, last: number]

/** Completion indexes as a Job's status has them: in rising order, neighbours together. `1,3-5`. */
export class Indexes {
  static readonly none = new Indexes([])
  readonly #intervals: readonly Interval[]

  private constructor(intervals: readonly Interval[]) {
    this.#intervals = intervals
  }

  static of(indexes: Iterable<number>): Indexes {
    return Indexes.#joined([...indexes].map((index): Interval => [index, index]))
  }

  /** Reads those below `completions`; what is no index is passed over. */
  static parse(text: string | undefined, completions: number): Indexes {
    const intervals: Interval[] = []
    for (const part of (text ?? '').split(',')) {
      const [first, last] = /^(\d+)(?:-(\d+))?$/.exec(part)?.slice(1).map(Number) ?? []
      if (first === undefined || first >= completions) continue
      intervals.push([first, Math.min(Number.isNaN(last) ? first : last!, completions - 1)])
    }
    return Indexes.#joined(intervals)
  }

  static #joined(intervals: readonly Interval[]): Indexes {
    const joined: Interval[] = []
    for (const [first, last] of [...intervals].sort(([a], [b]) => a - b)) {
      const before = joined.at(-1)
      if (before === undefined || first > before[1] + 1) joined.push([first, last])
      else joined[joined.length - 1] = [before[0], Math.max(before[1], last)]
    }
    return new Indexes(joined)
  }

  get count(): number {
    return this.#intervals.reduce((sum, [first, last]) => sum + last - first + 1, 0)
  }

  has(index: number): boolean {
    return this.#intervals.some(([first, last]) => first <= index && index <= last)
  }

  with(others: Indexes): Indexes {
    return Indexes.#joined([...this.#intervals, ...others.#intervals])
  }

  /** How many of `others` are among these. */
  overlap(others: Indexes): number {
    let sum = 0
    for (const [first, last] of this.#intervals)
      for (const [start, end] of others.#intervals) sum += Math.max(0, Math.min(last, end) - Math.max(first, start) + 1)
    return sum
  }

  /** The first `most` below `completions` that are not among these. */
  missing(most: number, completions: number): readonly number[] {
    const found: number[] = []
    let next = 0
    for (const [first, last] of [...this.#intervals, [completions, completions] as const]) {
      for (; next < Math.min(first, completions) && found.length < most; next++) found.push(next)
      next = Math.max(next, last + 1)
    }
    return found
  }

  toString(): string {
    return this.#intervals
      .map(([first, last]) => (last === first ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
      .join(',')
  }
}
