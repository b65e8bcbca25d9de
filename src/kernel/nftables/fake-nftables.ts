import { KernelError } from '../kernel-error.ts'
import type { Nftables } from './libnftables.ts'

/**
 * nftables in memory, for tests: keeps tables, chains and elements, is atomic, and refuses what the kernel refuses (an element that is there with other data, a deletion of what
 * is not there). `refuse` can refuse more; `loseAnswers` commits and throws all the same.
 */
export class FakeNftables implements Nftables {
  /** `ip fairlead frontends` → key → data. */
  sets = new Map<string, Map<string, string>>()
  tables = new Set<string>()
  chains = new Set<string>()
  transactions = 0
  refuse: (text: string) => string | undefined = () => undefined
  loseAnswers = false

  run(text: string): void {
    const before = {
      sets: new Map([...this.sets].map(([name, set]) => [name, new Map(set)])),
      tables: new Set(this.tables),
      chains: new Set(this.chains),
    }
    try {
      const refusal = this.refuse(text)
      if (refusal !== undefined) throw failure(refusal)
      this.#apply(text)
    } catch (error) {
      Object.assign(this, before)
      throw error
    }
    this.transactions++
    if (this.loseAnswers) throw failure('the answer was lost')
  }

  read(text: string): string {
    if (text !== 'list tables') throw failure(`${text} is not known here`)
    return [...this.tables].map((table) => `table ${table}\n`).join('')
  }

  close(): void {}

  #apply(text: string): void {
    let table = ''
    for (const line of text.split('\n').map((one) => one.trim())) {
      const words = line.split(' ')
      const name = `${words[2]} ${words[3]}`
      if (words[0] === 'table') {
        table = `${words[1]} ${words[2]}`
        this.tables.add(table)
      } else if (words[0] === 'chain') {
        this.chains.add(`${table} ${words[1]}`)
      } else if (line.startsWith('add table')) {
        this.tables.add(name)
      } else if (line.startsWith('delete table')) {
        if (!this.tables.delete(name)) throw failure(`no table ${name}`)
        for (const set of this.sets.keys()) if (set.startsWith(`${name} `)) this.sets.delete(set)
        for (const chain of this.chains) if (chain.startsWith(`${name} `)) this.chains.delete(chain)
      } else if (words[1] === 'element') {
        this.#elements(words[0] as string, `${name} ${words[4]}`, line.slice(line.indexOf('{') + 1, -1))
      }
    }
  }

  #elements(command: string, name: string, list: string): void {
    const set = this.sets.get(name) ?? new Map<string, string>()
    this.sets.set(name, set)
    for (const element of list.split(', ')) {
      // IPv6 has colons too: data stands behind one with spaces.
      const [key = '', data = ''] = element.trim().split(' : ')
      if (command === 'delete') {
        if (!set.delete(key)) throw failure(`delete ${name} ${key}: No such file or directory`)
      } else if (set.has(key) && set.get(key) !== data) {
        throw failure(`add ${name} ${key}: File exists`)
      } else {
        set.set(key, data)
      }
    }
    if (set.size === 0) this.sets.delete(name)
  }
}

const failure = (message: string) => new KernelError('NFT_APPLY_FAILED', { operation: 'fake', message })
