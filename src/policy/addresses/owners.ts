/** Whoever has an address, and since when. */
interface Owner {
  readonly text: string
  readonly since: number
}

/** Who has each address; of several, as while one pod goes and another has come, the last one has it now. */
export class Owners<T extends Owner> {
  /** One alone, as nearly always, or several: the last one at the end. */
  readonly #owners = new Map<string, T | readonly T[]>()

  now(address: string): T | undefined {
    const owners = this.#owners.get(address)
    return owners === undefined || isOne(owners) ? owners : owners.at(-1)
  }

  add(owner: T): void {
    const owners = this.#owners.get(owner.text)
    if (owners === owner) return
    if (owners === undefined) {
      this.#owners.set(owner.text, owner)
      return
    }
    const all = isOne(owners) ? [owners] : owners
    if (all.includes(owner)) return
    this.#owners.set(owner.text, all.toSpliced(all.findLastIndex(({ since }) => since <= owner.since) + 1, 0, owner))
  }

  remove(owner: T): void {
    const owners = this.#owners.get(owner.text)
    if (owners === undefined) return
    const rest = isOne(owners) ? [owners].filter((one) => one !== owner) : owners.filter((one) => one !== owner)
    const [first] = rest
    if (first === undefined) this.#owners.delete(owner.text)
    else this.#owners.set(owner.text, rest.length === 1 ? first : rest)
  }
}

const isOne = <T extends Owner>(owners: T | readonly T[]): owners is T => 'text' in owners
