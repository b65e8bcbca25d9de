import { answersOn, isOutward, type NodeLink } from '#announce/link-choice.ts'
import { LinkVoice } from '#announce/link-voice.ts'
import { solicitedNode } from '#announce/ndp.ts'
import type { Clock } from '#clock/clock.ts'
import type { Wire, WireLink } from './wire.ts'

/** How often it is looked which links there are, milliseconds. */
const LOOK_EVERY = 1000

interface SpokenLinksOptions {
  readonly wire: Wire
  readonly clock: Clock
  /** For which addresses this node answers on a link now. */
  readonly isOurs: (address: string, link: NodeLink) => boolean
  /** Another says that an address is theirs. */
  readonly onAnswer: (address: string, mac: string) => void
  /** Links have come: what is answered for is to be told there. */
  readonly onNewLink: () => void
}

interface Spoken {
  readonly link: NodeLink
  readonly voice: LinkVoice
  readonly wire: WireLink
  readonly groups: Set<string>
}

/** The links that this node speaks on: opened as they come, closed as they go. */
export class SpokenLinks {
  readonly #options: SpokenLinksOptions
  readonly #spoken = new Map<string, Spoken>()
  readonly #refused = new Map<string, string>()
  #named: ReadonlySet<string> = new Set()
  #cancel: () => void = () => undefined
  #isOpen = false
  /** When anything was heard, on any link. */
  heardAt = Number.NEGATIVE_INFINITY

  constructor(options: SpokenLinksOptions) {
    this.#options = options
  }

  get faults(): readonly string[] {
    return [...this.#refused].map(([name, text]) => `link ${name}: ${text}`)
  }

  /** Names of links that are spoken on. */
  get names(): readonly string[] {
    return [...this.#spoken.values()].map(({ link }) => link.name)
  }

  /** `named`: links that advertisements name; the others are those that lead outward. Looks at once. */
  open(named: ReadonlySet<string>): void {
    const isNew = !this.#isOpen || [...named].some((name) => !this.#named.has(name))
    this.#named = named
    this.#isOpen = true
    if (isNew) this.#look()
  }

  speaksOn(interfaces: readonly string[]): boolean {
    return this.#on(interfaces).length > 0
  }

  announce(address: string, interfaces: readonly string[]): void {
    for (const { voice, wire } of this.#on(interfaces)) for (const frame of voice.announce(address)) wire.send(frame)
  }

  probe(address: string, interfaces: readonly string[], to: string | undefined): void {
    for (const { voice, wire } of this.#on(interfaces)) for (const frame of voice.probe(address, to)) wire.send(frame)
  }

  /** Listens to the groups of these addresses, and to no others. */
  listenFor(addresses: Iterable<string>): void {
    const wanted = new Set([...addresses].filter((address) => address.includes(':')).map(solicitedNode))
    for (const spoken of this.#spoken.values()) this.#listen(spoken, wanted)
  }

  close(): void {
    this.#cancel()
    this.#isOpen = false
    for (const [key, spoken] of this.#spoken) this.#end(key, spoken)
  }

  #on(interfaces: readonly string[]): readonly Spoken[] {
    return [...this.#spoken.values()].filter(({ link }) => answersOn(link, interfaces))
  }

  #listen({ link, wire, groups }: Spoken, wanted: ReadonlySet<string>): void {
    const change = (group: string, isIn: boolean): void => {
      try {
        if (isIn) wire.join(group)
        else wire.leave(group)
        if (isIn) groups.add(group)
        else groups.delete(group)
      } catch (error) {
        this.#refused.set(link.name, `${group} is not listened to: ${(error as Error).message}`)
      }
    }
    for (const group of wanted) if (!groups.has(group)) change(group, true)
    for (const group of groups) if (!wanted.has(group)) change(group, false)
  }

  #look(): void {
    const { wire, clock, onNewLink } = this.#options
    this.#cancel()
    this.#cancel = clock.after(LOOK_EVERY, () => this.#look())
    const keyOf = (link: NodeLink): string => JSON.stringify([link, isV6(link) && wire.isRouter(link)])
    let found: ReadonlyMap<string, NodeLink>
    try {
      const links = wire.links().filter((link) => isOutward(link) || answersOn(link, [...this.#named, '']))
      found = new Map(links.map((link) => [keyOf(link), link]))
      this.#refused.clear()
    } catch (error) {
      this.#refused.set('*', `links are not seen: ${(error as Error).message}`)
      return
    }
    for (const [key, spoken] of this.#spoken) if (!found.has(key)) this.#end(key, spoken)
    const before = this.#spoken.size
    for (const [key, link] of found) if (!this.#spoken.has(key)) this.#begin(key, link)
    if (this.#spoken.size > before) onNewLink()
  }

  #begin(key: string, link: NodeLink): void {
    const { wire, isOurs, onAnswer } = this.#options
    const linkLocal = link.addresses.find((address) => address.startsWith('fe80:'))?.split('/')[0]
    const isRouter = isV6(link) && wire.isRouter(link)
    const voice = new LinkVoice({ ...link, linkLocal, isRouter }, (address) => isOurs(address, link))
    try {
      const opened = wire.open(link, {
        onFrame: (frame) => {
          this.heardAt = this.#options.clock.now()
          const { reply, answer } = voice.hear(frame)
          if (reply) opened.send(reply)
          if (answer) onAnswer(answer.address, answer.mac)
        },
        // It is opened again when it is there.
        onEnd: () => {
          const spoken = this.#spoken.get(key)
          if (spoken) this.#end(key, spoken)
        },
      })
      this.#spoken.set(key, { link, voice, wire: opened, groups: new Set() })
    } catch (error) {
      this.#refused.set(link.name, `it is not spoken on: ${(error as Error).message}`)
    }
  }

  #end(key: string, { wire }: Spoken): void {
    this.#spoken.delete(key)
    wire.close()
  }
}

const isV6 = ({ addresses }: NodeLink): boolean => addresses.some((address) => address.includes(':'))
