import { setTimeout as sleep } from 'node:timers/promises'
import { PolicyView } from '#explain/policies/policy-view.ts'
import { askAll, gotThere, type Question } from '#facts/live/ask-all.ts'
import { gatherPolicyFacts } from '#facts/policy-facts.ts'
import { mayPass } from '../../contract/policies/contract.ts'
import type { PolicyCluster } from '../../contract/policies/model.ts'
import { SctpSocket } from '../../kernel/sctp.ts'
import type { Assert } from '../harness.ts'
import type { Stand, World } from './world.ts'

/** One connection of a table: from each pod, to each pod, at each port, by each way. */
interface Cell {
  readonly from: Stand
  readonly to: Stand
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly port: number
  readonly way: 'IPv4' | 'IPv6' | 'ClusterIP'
}

/**
 * What a person says of a table, at one port: `* > x/* no` (all that is not spoken of passes, and the last that speaks counts; a pod
 * and itself are nobody's business).
 */
export interface Truth {
  readonly port: number
  readonly protocol: Cell['protocol']
  readonly lines: readonly string[]
}

/** `at('80/TCP', '* > x/* no', 'x/b > x/a yes')` */
export const at = (port: string, ...lines: readonly string[]): Truth => {
  const [number, protocol] = port.split('/')
  return { port: Number(number), protocol: protocol as Cell['protocol'], lines }
}

const isMeant = (pattern: string, name: string): boolean =>
  pattern === '*' || (pattern.endsWith('/*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern)

const saidOf = ({ lines }: Truth, { from, to }: Cell): boolean => {
  let passes = true
  for (const line of lines) {
    const [, source = '', target = '', word] = /^(\S+) > (\S+) (yes|no)$/.exec(line) ?? []
    if (word === undefined) throw new Error(`a truth reads "x/a > y/* no": ${line}`)
    if (isMeant(source, from.name) && isMeant(target, to.name)) passes = word === 'yes'
  }
  return passes
}

/** Milliseconds in which nothing comes to anybody; and in which who met something else is asked again. */
const ALL = { quietMs: 100, againMs: 8_000 }
/** Those that tell that the nodes have been told. */
const FEW = { quietMs: 25, againMs: 8_000 }
const HERALDS = 16
const FIRST_PORT = 20_000
const MOST_PORT = 60_000

const nameOf = ({ from, to, protocol, port, way }: Cell): string =>
  `${from.name} to ${to.name}, ${port}/${protocol}, ${way}`

/** All pairs of a world, which are asked by real packets, beside what the contract, the model and a person say. */
export class Table {
  readonly world: World
  readonly cells: readonly Cell[]
  readonly #sctp = new Map<string, SctpSocket>()
  #known: readonly boolean[]
  #port = FIRST_PORT
  asked = 0

  constructor(world: World) {
    this.world = world
    const { TCP, UDP } = world.shape.ports
    const ports = [
      ...TCP.map((port) => ({ protocol: 'TCP' as const, port })),
      ...UDP.map((port) => ({ protocol: 'UDP' as const, port })),
      // Whoever knows no other protocol takes it for TCP.
      ...TCP.map((port) => ({ protocol: 'SCTP' as const, port })),
    ]
    this.cells = world.stands.flatMap((from) =>
      world.stands.flatMap((to) =>
        ports.flatMap(({ protocol, port }) => {
          const ways: Cell['way'][] = ['IPv4', 'IPv6']
          if (world.shape.services && protocol !== 'SCTP' && from !== to) ways.push('ClusterIP')
          return protocol === 'SCTP' && from === to ? [] : ways.map((way) => ({ from, to, protocol, port, way }))
        }),
      ),
    )
    this.#known = this.cells.map(() => true)
    for (const { path, addresses } of world.stands)
      for (const address of [addresses.IPv4, addresses.IPv6]) this.#sctp.set(address, SctpSocket.open(path, address))
  }

  /**
   * That every connection meets what the contract says of the API's objects, what the model of `explain` says, and what a person
   * said: first those few that are to change, until they have, and then all.
   */
  async holds(assert: Assert, what: string, ...truths: readonly Truth[]): Promise<void> {
    const expected = await this.#expected(assert, what)
    for (const truth of truths) {
      const spoken = this.cells.filter(
        (cell) => cell.port === truth.port && cell.protocol === truth.protocol && cell.from !== cell.to,
      )
      assert.ok(spoken.length > 0, `${what}: ${truth.port}/${truth.protocol} is asked`)
      const other = spoken.filter((cell) => saidOf(truth, cell) !== expected[this.cells.indexOf(cell)])
      assert.deepEqual(other.map(nameOf), [], `${what}: the contract says what upstream does`)
    }
    const changing = [...this.cells.keys()].filter((index) => expected[index] !== this.#known[index])
    const step = Math.max(1, Math.floor(changing.length / HERALDS))
    await this.#ask(
      changing.filter((_, index) => index % step === 0),
      expected,
      FEW,
    )
    const met = await this.#ask([...this.cells.keys()], expected, ALL)
    const wrong = this.cells.filter((_, index) => met[index] !== expected[index])
    assert.deepEqual(
      wrong.map((cell) => `${nameOf(cell)}: passes ${met[this.cells.indexOf(cell)]}`),
      [],
      `${what}: the kernels do what the policies say`,
    )
    this.#known = expected
    this.asked += this.cells.length
  }

  /** What passes now, whatever should. */
  async look(): Promise<readonly { readonly name: string; readonly passes: boolean }[]> {
    const met = await this.#ask([...this.cells.keys()], [], { ...ALL, againMs: 0 })
    return this.cells.map((cell, index) => ({ name: nameOf(cell), passes: met[index]! }))
  }

  /** How many of the table may not pass, as it was last. */
  get forbidden(): number {
    return this.#known.filter((passes) => !passes).length
  }

  close(): void {
    for (const socket of this.#sctp.values()) socket.close()
    this.world.client.close()
  }

  async #expected(assert: Assert, what: string): Promise<readonly boolean[]> {
    const facts = await gatherPolicyFacts(this.world.client, true)
    const view = new PolicyView(facts)
    const nodes = facts.nodes.map(({ metadata }) => metadata?.name ?? '')
    const words = new Map<string, boolean>()
    const wordOf = ({ from, to, protocol, port, way }: Cell): boolean => {
      // A Service leads to the pod's address of its own family.
      const family = way === 'ClusterIP' ? 'IPv4' : way
      const [source, destination] = [from.addresses[family], to.addresses[family]]
      const key = `${source} ${destination} ${protocol} ${port}`
      let word = words.get(key)
      if (word === undefined) {
        word = nodes.every((node) =>
          mayPass(facts as unknown as PolicyCluster, { source, destination, protocol, port }, node),
        )
        const model = view.words(source, destination, { protocol, port }).every(({ passes }) => passes)
        if (model !== word) assert.equal(model, word, `${what}: the model, of ${key}`)
        words.set(key, word)
      }
      return word
    }
    return this.cells.map(wordOf)
  }

  /** By index of the cell. */
  async #ask(
    indexes: readonly number[],
    expected: readonly boolean[],
    patience: typeof ALL,
  ): Promise<readonly boolean[]> {
    const met = new Array<boolean>(this.cells.length)
    const [byHand, bySocket] = [true, false].map((hand) =>
      indexes.filter((index) => (this.cells[index]!.protocol === 'SCTP') === hand),
    ) as [number[], number[]]
    const questions = bySocket.map((index): Question => {
      const { from, to, protocol, port, way } = this.cells[index]!
      return { namespace: from.path, protocol, address: to.addresses[way]!, port, expected: expected[index] }
    })
    const [answers] = await Promise.all([askAll(questions, patience), this.#askByHand(byHand, expected, met, patience)])
    for (const [place, index] of bySocket.entries()) met[index] = gotThere(answers[place]!)
    return met
  }

  /** SCTP: whether a packet that begins an association arrives, from a port that nothing was sent from yet. */
  async #askByHand(
    indexes: readonly number[],
    expected: readonly boolean[],
    met: boolean[],
    { quietMs, againMs }: typeof ALL,
  ): Promise<void> {
    const until = Date.now() + againMs
    for (let open = indexes; open.length > 0; ) {
      const sent = new Map<number, number>()
      for (const index of open) {
        const { from, to, port, way } = this.cells[index]!
        this.#port = this.#port >= MOST_PORT ? FIRST_PORT : this.#port + 1
        sent.set(this.#port, index)
        met[index] = false
        this.#sctp.get(from.addresses[way]!)!.sendInit(to.addresses[way]!, this.#port, port)
      }
      for (let last = Date.now(); Date.now() - last < quietMs; await sleep(2))
        for (const socket of this.#sctp.values())
          for (const { tag, chunk } of socket.received()) {
            const index = chunk === 'INIT' ? sent.get(tag) : undefined
            if (index === undefined) continue
            met[index] = true
            last = Date.now()
          }
      open = open.filter((index) => met[index] !== expected[index])
      if (Date.now() >= until) return
    }
  }
}
