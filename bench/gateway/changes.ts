import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type GatewayObjects, hostOf, serviceOf, to } from './objects.ts'

const PATIENCE_MS = 30_000
const POLL_MS = 1

interface Asked {
  readonly host: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Changes through the API, each until a request by a connection that is kept is answered as it says. */
export class Changes {
  readonly #objects: GatewayObjects
  readonly #address: string
  readonly #routes: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  /** Answers that were neither the former nor the new one. */
  failed = 0
  #next = 0
  #endpoint = 0

  constructor(objects: GatewayObjects, address: string, routes: number) {
    this.#objects = objects
    this.#address = address
    this.#routes = routes
  }

  /** Resolves when the last route that was made is in force. */
  ready(): Promise<void> {
    const last = this.#routes - 1
    return this.#settle({ host: hostOf(last) }, this.#objects.answerOf(serviceOf(last)))
  }

  /** Milliseconds from the write of an EndpointSlice until its endpoint answers. */
  async endpoint(): Promise<number> {
    const service = serviceOf(this.#endpoint++ % this.#routes)
    const before = this.#objects.answerOf(service)
    return this.#until({ host: hostOf(service) }, before, async () => {
      await this.#objects.moveEndpoint(service)
      return this.#objects.answerOf(service)
    })
  }

  /** Of a route, of one kind after the other: another backend, a path, weights, a header, a new host. */
  async route(): Promise<number> {
    const number = this.#next++
    // Far from one another, and each has its turn with all kinds.
    const route = 100 + ((number * 7) % (this.#routes - 100))
    const [name, host] = [`r${route}`, hostOf(route)]
    const own = serviceOf(route)
    const before = this.#objects.answerOf(own)
    let other = serviceOf(route + 1)
    while (this.#objects.answerOf(other) === before) other = serviceOf(other + 1)
    const after = this.#objects.answerOf(other)
    const first = { backendRefs: [to(own)] }
    // What this route had of an earlier change.
    const set = async (...rules: readonly object[]): Promise<string> => {
      await this.#objects.setRules(name, rules)
      return after
    }
    switch (number % 5) {
      case 0: {
        const took = await this.#until({ host }, before, () => set({ backendRefs: [to(other)] }))
        await this.#until({ host }, after, () => set(first).then(() => before))
        return took
      }
      case 1: {
        const rule = { matches: [{ path: { type: 'PathPrefix', value: `/p${number}` } }], backendRefs: [to(other)] }
        return this.#until({ host, path: `/p${number}/x` }, before, () => set(first, rule))
      }
      case 2: {
        const took = await this.#until({ host }, before, () => set({ backendRefs: [to(own, 1), to(other, 3)] }))
        await set(first)
        return took
      }
      case 3: {
        const headers = { 'x-change': `${number}` }
        const match = { headers: [{ name: 'x-change', value: `${number}` }] }
        return this.#until({ host, headers }, before, () => set(first, { matches: [match], backendRefs: [to(other)] }))
      }
      default: {
        const extra = `n${number}.bench.test`
        const took = await this.#until({ host: extra }, '404', async () => {
          await this.#objects.addRoute(`n${number}`, extra, other)
          return after
        })
        await this.#until({ host: extra }, after, () => this.#objects.removeRoute(`n${number}`).then(() => '404'))
        return took
      }
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Milliseconds until an answer is what `change` says that it is to be. */
  async #until(asked: Asked, before: string, change: () => Promise<string>): Promise<number> {
    await this.#settle(asked, before)
    const began = performance.now()
    const wanted = await change()
    for (;;) {
      const got = await this.#ask(asked)
      const now = performance.now() - began
      if (got === wanted) return now
      if (got !== before) this.failed++
      if (now > PATIENCE_MS) throw new Error(`${JSON.stringify(asked)}: ${got} instead of ${wanted}`)
      await sleep(POLL_MS)
    }
  }

  async #settle(asked: Asked, wanted: string): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    while ((await this.#ask(asked)) !== wanted) {
      if (performance.now() > end) throw new Error(`${JSON.stringify(asked)} is not answered by ${wanted}`)
      await sleep(POLL_MS)
    }
  }

  /** What it says, or its status where that is no 200. */
  #ask({ host, path = '/', headers = {} }: Asked): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { host: this.#address, port: 80, path, headers: { ...headers, host }, agent: this.#agent }
      const asking = request(options, (response) => {
        let text = ''
        response.setEncoding('latin1')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve(response.statusCode === 200 ? text : String(response.statusCode)))
        response.on('error', reject)
      })
      asking.on('error', reject)
      asking.end()
    })
  }
}
