import { Registry } from '#metrics/registry.ts'

/** What the node answered about its health, and what the process takes. */
export class HealthMetrics {
  readonly registry = new Registry()
  readonly #healthz
  readonly #livez

  constructor(now: () => number) {
    const { registry } = this
    this.#healthz = registry.counter({
      name: 'kubeproxy_proxy_healthz_total',
      help: 'Answers of /healthz by HTTP code.',
    })
    this.#livez = registry.counter({ name: 'kubeproxy_proxy_livez_total', help: 'Answers of /livez by HTTP code.' })
    registry.read(
      'gauge',
      { name: 'process_resident_memory_bytes', help: 'Memory of the process that holds this agent and maybe others.' },
      () => process.memoryUsage.rss(),
    )
    registry.read('counter', { name: 'process_cpu_seconds_total', help: 'Processor time of that process.' }, () => {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    })
    registry.read(
      'gauge',
      { name: 'process_start_time_seconds', help: 'When that process started, since the epoch.' },
      () => Math.round(now() / 1000 - process.uptime()),
    )
  }

  answered(path: 'healthz' | 'livez', code: number): void {
    const counter = path === 'healthz' ? this.#healthz : this.#livez
    counter.add(1, { code: String(code) })
  }
}
