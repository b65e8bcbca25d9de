import { constants } from 'node:os'
import type { KernelError } from '#kernel/kernel-error.ts'
import type { NetlinkRequest } from '#kernel/netlink/netlink-message.ts'
import type { InterfaceAddress } from '#kernel/rtnetlink/address.ts'
import type { Link } from '#kernel/rtnetlink/link.ts'
import type { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import type { IpFamily } from '#net/ip-address.ts'
import { familiesOf } from '#net/per-family.ts'
import { type ClusterWays, OWN } from '#podnetwork/between/cluster-ways.ts'
import { type Entry, isSameEntry, nameOf } from '#podnetwork/between/entries.ts'
import type { Edit, Target, Told } from '../target/target.ts'
import { EntryRequests, isGone, readEntries, refusalOf } from './between-entries.ts'
import { type FormerSettings, forwardingDifferences, forwardPackets } from './packet-forwarding.ts'
import { layVxlanLinks, vxlanDifferences } from './vxlan-links.ts'

const { ENODEV } = constants.errno

interface BetweenTargetOptions {
  /** In the node's namespace; whoever opened it closes it. */
  readonly rtnetlink: Rtnetlink
  /** Path of that namespace. */
  readonly namespace: string
  readonly wanted: Pick<ClusterWays, 'keys' | 'entries' | 'vxlanLinks'>
  readonly settings: FormerSettings
  /** Told at each look which links and addresses the machine has: they may be others than before. */
  readonly onLinks: (links: readonly Link[], addresses: readonly InterfaceAddress[]) => void
}

/**
 * Ways to other nodes' pods in a kernel: routes, VXLAN links, and what these know of neighbours. Under a node's name it
 * keeps what leads to that node: a change of one writes that alone. A start takes over what is there. A route of somebody
 * else's to the same place stays, and is told.
 */
export class BetweenTarget implements Target<string> {
  readonly #options: BetweenTargetOptions
  /** What the kernel holds for each key, as far as we know. */
  readonly #held = new Map<string, readonly Entry[]>()
  /** The links as they were laid last. */
  #links = ''

  constructor(options: BetweenTargetOptions) {
    this.#options = options
  }

  /** How many entries the kernel holds of ours. */
  get entries(): number {
    let sum = 0
    for (const held of this.#held.values()) sum += held.length
    return sum
  }

  adopt(): Iterable<string> {
    const { rtnetlink, wanted } = this.#options
    this.#held.clear()
    this.#layLinks()
    const found = readEntries(rtnetlink)
    const keys = wanted.keys()
    for (const key of keys) {
      const held = wanted.entries(key).flatMap((entry) => found.get(nameOf(entry)) ?? [])
      for (const entry of held) found.delete(nameOf(entry))
      if (held.length > 0) this.#held.set(key, held)
    }
    // What leads to nobody who is there goes when our own is written.
    this.#held.set(OWN, [...(this.#held.get(OWN) ?? []), ...found.values()])
    return keys
  }

  read(): readonly Edit<string>[] {
    const { rtnetlink, namespace, wanted, onLinks } = this.#options
    const there = { links: rtnetlink.links(), addresses: rtnetlink.addresses() }
    const links = vxlanDifferences(wanted.vxlanLinks(), there)
    onLinks(there.links, there.addresses)
    // What lay over it is gone with it.
    if (links.length > 0) return [{ found: links }]
    const found = readEntries(rtnetlink)
    const edits = new Map<string, string[]>()
    const note = (key: string, what: string) => edits.set(key, [...(edits.get(key) ?? []), what])
    for (const [key, held] of this.#held) {
      const still = held.flatMap((entry) => {
        const name = nameOf(entry)
        const one = found.get(name)
        found.delete(name)
        if (one === undefined) note(key, `${name} is missing`)
        else if (!isSameEntry(one, entry)) note(key, `${name} leads elsewhere`)
        return one ?? []
      })
      if (edits.has(key)) this.#held.set(key, still)
    }
    for (const entry of found.values()) note(OWN, `${nameOf(entry)} leads to no node`)
    if (found.size > 0) this.#held.set(OWN, [...(this.#held.get(OWN) ?? []), ...found.values()])
    for (const what of forwardingDifferences(namespace, this.#families())) note(OWN, what)
    return [...edits].map(([key, texts]) => ({ key, found: texts }))
  }

  write(keys: readonly string[], told: Told<string>): void {
    if (keys.length === 0) return
    const isOwn = keys.includes(OWN)
    const all = isOwn && this.#layLinks() ? [...new Set([...keys, ...this.#held.keys()])] : keys
    const errors = this.#writeEntries(all)
    if (isOwn) this.#forward(errors)
    for (const [key, error] of errors) told.refused(key, error)
    told.written(all.filter((key) => !errors.has(key)))
  }

  /** True where what lay over links may be gone: then it is not held any more. */
  #layLinks(): boolean {
    const { rtnetlink, namespace, wanted } = this.#options
    const links = wanted.vxlanLinks()
    const text = JSON.stringify(links)
    if (text === this.#links && this.#held.size > 0) return false
    this.#links = ''
    layVxlanLinks(rtnetlink, namespace, links)
    this.#links = text
    if (this.#held.size === 0) return false
    const found = readEntries(rtnetlink)
    for (const [key, held] of this.#held)
      this.#held.set(
        key,
        held.filter((entry) => found.has(nameOf(entry))),
      )
    return true
  }

  #forward(errors: Map<string, Error>): void {
    const { rtnetlink, namespace, settings } = this.#options
    try {
      forwardPackets(rtnetlink, namespace, this.#families(), settings)
    } catch (error) {
      errors.set(OWN, error as KernelError)
    }
  }

  #families(): readonly IpFamily[] {
    const routes = this.#options.wanted.entries(OWN)
    return [...new Set(familiesOf(routes.flatMap((one) => (one.kind === 'route' ? [one.destination] : []))))]
  }

  /**
   * All that goes before all that comes: a range may be another node's from now on. What only leads elsewhere takes the
   * place of what was there, but for routes: one in the place of ours may be somebody else's by now.
   */
  #writeEntries(keys: readonly string[]): Map<string, Error> {
    const { rtnetlink, wanted } = this.#options
    const make = new EntryRequests(rtnetlink)
    const requests: NetlinkRequest[] = []
    const adds = new Map<NetlinkRequest, { readonly key: string; readonly entry: Entry }>()
    const errors = new Map<string, Error>()
    const missing = new Map<string, Set<Entry>>()
    const refuse = (key: string, entry: Entry, errno: number, message?: string) => {
      if (!errors.has(key)) errors.set(key, refusalOf(entry, errno, message))
      missing.set(key, (missing.get(key) ?? new Set()).add(entry))
    }
    const plans = keys.map((key) => planOf(key, wanted.entries(key), this.#held.get(key) ?? []))
    // Routes first: they are what packets follow.
    for (const { gone } of plans) for (const entry of gone.toReversed()) push(make.remove(entry))
    for (const { key, fresh } of plans)
      for (const entry of fresh) {
        const request = make.add(entry)
        if (request === undefined) refuse(key, entry, ENODEV)
        else {
          adds.set(request, { key, entry })
          requests.push(request)
        }
      }
    function push(request: NetlinkRequest | undefined): void {
      if (request !== undefined) requests.push(request)
    }
    for (const { request, errno, message } of rtnetlink.send(requests)) {
      const added = adds.get(request)
      if (added !== undefined) refuse(added.key, added.entry, errno, message)
      // What cannot be removed is found by the next look.
      else if (!isGone(errno)) this.#links = ''
    }
    for (const { key, all } of plans) {
      const held = all.filter((entry) => !missing.get(key)?.has(entry))
      if (held.length > 0 || key === OWN) this.#held.set(key, held)
      else this.#held.delete(key)
    }
    return errors
  }
}

/** What of a key goes, and what comes. */
function planOf(key: string, all: readonly Entry[], held: readonly Entry[]) {
  const before = new Map(held.map((entry) => [nameOf(entry), entry]))
  const after = new Set(all.map(nameOf))
  const differs = (entry: Entry, other: Entry | undefined) => other === undefined || !isSameEntry(other, entry)
  const fresh = all.filter((entry) => differs(entry, before.get(nameOf(entry))))
  const moved = new Set(fresh.filter(({ kind }) => kind === 'route').map(nameOf))
  const gone = held.filter((entry) => !after.has(nameOf(entry)) || moved.has(nameOf(entry)))
  return { key, all, fresh, gone }
}
