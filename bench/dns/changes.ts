import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { Client } from '#client/client.ts'
import { compileProgram } from '../load/compile.ts'
import { NAMESPACE, type Named } from './questions.ts'

/** CLOCK_MONOTONIC in milliseconds, as the observer has it. */
const now = (): number => Number(process.hrtime.bigint()) / 1e6

const PATIENCE_MS = 2000

/**
 * Changes of Services, each a write to the API, and how long until the node's kernel has it, as nf_tables announces it
 * (bench/load/observe.c). Each Service has a slice made by hand, whose one endpoint is there or not.
 */
export class Changes {
  readonly #client: Client
  readonly #names: readonly Named[]
  readonly #observer: ChildProcess
  readonly #remove: () => void
  readonly #waiting = new Map<string, (at: number) => void>()
  readonly #ready: Promise<void>
  #next = 0

  constructor(client: Client, names: readonly Named[], netns: string) {
    const { program, remove } = compileProgram('observe')
    this.#client = client
    this.#names = names
    this.#remove = remove
    this.#observer = spawn(program, ['elements', 'fairlead', 'frontends', netns], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const lines = createInterface({ input: this.#observer.stdout as NodeJS.ReadableStream })
    this.#ready = new Promise((resolve, reject) => {
      this.#observer.once('error', reject)
      lines.on('line', (line) => {
        if (line === 'ready') resolve()
        const [, address = '', at] = line.split(' ')
        this.#waiting.get(address)?.(Number(at) / 1e6)
      })
    })
  }

  /** Milliseconds of each of `count` changes, one every `interval` ms. Throws where the kernel never had one. */
  async measure(count: number, interval: number): Promise<readonly number[]> {
    await this.#ready
    const times: Promise<number>[] = []
    for (let number = 0; number < count; number++) {
      times.push(this.#change())
      await sleep(interval)
    }
    return Promise.all(times)
  }

  close(): void {
    this.#observer.kill('SIGKILL')
    this.#remove()
  }

  async #change(): Promise<number> {
    const { name, v4 } = this.#names[this.#next++ % this.#names.length]!
    const round = Math.floor((this.#next - 1) / this.#names.length)
    const begun = now()
    const seen = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the kernel never had ${name}`)), PATIENCE_MS)
      this.#waiting.set(v4, (at) => {
        clearTimeout(timer)
        this.#waiting.delete(v4)
        resolve(at - begun)
      })
    })
    const endpoints = round % 2 === 0 ? [{ addresses: ['10.1.2.3'], conditions: { ready: true } }] : []
    await this.#client.patch(endpointSlices, `${name}-1`, 'merge', { endpoints } as Partial<EndpointSlice>, {
      namespace: NAMESPACE,
    })
    return seen
  }
}
