import type { Registry } from '#metrics/registry.ts'
import type { Sources } from '../sources/sources.ts'
import type { Ground, Part, PartDefinition, PartState } from './part.ts'
import { partMetrics } from './part-metrics.ts'
import { PartRun } from './part-run.ts'
import type { Place } from './place.ts'

interface PartsOptions<Here extends Place> {
  readonly place: Here
  /** In the order in which they start; each needs only such as stand before it. */
  readonly definitions: readonly PartDefinition<Here>[]
  /** Those that the definitions need are there. */
  readonly sources: Partial<Sources>
}

/**
 * The parts of one place. One that fails takes with it what stands on it, and nothing else: it is tried again with
 * back-off, and meanwhile its state says why.
 */
export class Parts<Here extends Place> {
  /** Resolves when all are ready, each for the first time. */
  readonly ready: Promise<void>
  readonly #runs: readonly PartRun[]
  readonly #metrics: Registry
  readonly #listeners = new Set<() => void>()
  #isStopped = false

  /** Starts them at once. */
  constructor({ place, definitions, sources }: PartsOptions<Here>) {
    const { clock, random, log } = place
    this.#runs = definitions.map(
      (definition) =>
        new PartRun({
          definition,
          start: (fail) => definition.start({ ...place, ...this.#ground(sources, fail) }),
          clock,
          random,
          log,
          onStarted: () => {
            this.#startAll()
            this.#tell()
          },
          onFailed: async () => {
            this.#tell()
            for (const one of this.#runs.toReversed()) if (this.#standsOn(one, definition.name)) await one.halt()
          },
          onRetry: () => this.#startAll(),
        }),
    )
    this.#metrics = partMetrics(place.name, () => this.states())
    this.ready = Promise.all(this.#runs.map(({ ready }) => ready)).then(() => undefined)
    this.#startAll()
  }

  states(): readonly PartState[] {
    return this.#runs.map((run) => {
      const state = run.state()
      if (!run.isWaiting || state.faults.length > 0) return state
      const missing = this.#missing(run).filter((name) => this.#run(name)?.state().faults.length)
      return missing.length === 0 ? state : { ...state, faults: [`it waits for ${missing.join(', ')}`] }
    })
  }

  /** What keeps pods here from working, in words: a part at fault that they rely on. */
  podFault(): string | undefined {
    for (const run of this.#runs) {
      const { name, ready, faults, nodeWaits } = run.state()
      if (nodeWaits !== undefined) return nodeWaits
      if (run.definition.carriesPods && !ready && faults.length > 0) return `${name}: ${faults.join(', ')}`
    }
    return undefined
  }

  find<P extends Part>(definition: PartDefinition<never, P>): P | undefined {
    return this.#run(definition.name)?.part as P | undefined
  }

  /** What somebody has changed of what the parts keep, in words. It is put right on the way. */
  look(): readonly string[] {
    return this.#runs.flatMap(({ part }) => part?.look?.() ?? [])
  }

  /** One after the other, the last first; what they have laid into the kernel stays. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const run of this.#runs.toReversed()) await run.halt()
  }

  #ground(sources: Partial<Sources>, fail: (error: Error) => void): Ground {
    return {
      sources: sources as Sources,
      part: (definition) => this.find(definition)!,
      find: (definition) => this.find(definition),
      states: () => this.states(),
      registries: () => [...this.#runs.flatMap(({ part }) => part?.metrics ?? []), this.#metrics],
      podFault: () => this.podFault(),
      onChange: (listener) => {
        this.#listeners.add(listener)
        return () => this.#listeners.delete(listener)
      },
      tell: () => this.#tell(),
      fail,
    }
  }

  #startAll(): void {
    if (this.#isStopped) return
    for (const run of this.#runs) if (run.isWaiting && this.#missing(run).length === 0) void run.start()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  #run(name: string): PartRun | undefined {
    return this.#runs.find(({ definition }) => definition.name === name)
  }

  /** What it needs and does not run. */
  #missing({ definition }: PartRun): readonly string[] {
    return this.#needed(definition).filter((name) => this.#run(name)?.part === undefined)
  }

  #standsOn({ definition }: PartRun, name: string): boolean {
    return this.#needed(definition).some((part) => part === name || this.#standsOn(this.#run(part)!, name))
  }

  #needed({ needs }: Pick<PartDefinition, 'needs'>): readonly string[] {
    const asked = (needs.partsIfAsked ?? []).filter(({ name }) => this.#run(name) !== undefined)
    return [...needs.parts, ...asked].map(({ name }) => name)
  }
}
