/** Requests by verb, resource and code, and how long they took: the numbers behind `apiserver_request_total`. */
export class RequestCounter {
  readonly #counts = new Map<string, number>()
  #seconds = 0
  #total = 0

  count(verb: string, resource: string, code: number, seconds: number): void {
    const key = `${verb}\0${resource}\0${code}`
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    this.#seconds += seconds
    this.#total++
  }

  /** Prometheus' text format 0.0.4. */
  render(): string {
    const lines = [
      '# HELP apiserver_request_total Requests answered, by verb, resource and HTTP status code.',
      '# TYPE apiserver_request_total counter',
    ]
    for (const [key, count] of this.#counts) {
      const [verb, resource, code] = key.split('\0')
      lines.push(`apiserver_request_total{verb="${verb}",resource="${resource}",code="${code}"} ${count}`)
    }
    lines.push(
      '# HELP apiserver_request_duration_seconds Time from a request to the end of its answer; streams are left out.',
      '# TYPE apiserver_request_duration_seconds summary',
      `apiserver_request_duration_seconds_sum ${this.#seconds}`,
      `apiserver_request_duration_seconds_count ${this.#total}`,
    )
    return `${lines.join('\n')}\n`
  }
}
