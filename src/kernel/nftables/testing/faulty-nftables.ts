import { constants } from 'node:os'
import type { ElementChange } from '#net/element-change.ts'
import { KernelError } from '../../kernel-error.ts'
import type { DumpedElement } from '../element-dump.ts'
import type { Nftables } from '../libnftables.ts'

/**
 * For tests: another nftables, the kernel's own or the fake, that fails now and then. Of each transaction `fault` says
 * what becomes of it: `refuse` it is not done; `lose` it is done, and the answer lost; `die` the process would end
 * here: neither this nor any later one is done until `alive` is set again.
 */
export class FaultyNftables implements Nftables {
  readonly #inner: Nftables
  fault: () => 'refuse' | 'lose' | 'die' | undefined = () => undefined
  alive = true

  constructor(inner: Nftables) {
    this.#inner = inner
  }

  run(text: string): void {
    this.#transact(() => this.#inner.run(text))
  }

  apply(changes: readonly ElementChange[]): void {
    this.#transact(() => this.#inner.apply(changes))
  }

  read(text: string): string {
    this.#live()
    return this.#inner.read(text)
  }

  dump(family: 'ip' | 'ip6', table: string, set: string, visit: (element: DumpedElement) => void): void {
    this.#live()
    this.#inner.dump(family, table, set, visit)
  }

  rules(family: 'ip' | 'ip6', table: string, visit: (chain: string, expressions: Uint8Array) => void): void {
    this.#live()
    this.#inner.rules(family, table, visit)
  }

  hooks(family: 'ip' | 'ip6', table: string, visit: (chain: string | undefined, settings: Uint8Array) => void): void {
    this.#live()
    this.#inner.hooks(family, table, visit)
  }

  generation(): number {
    this.#live()
    return this.#inner.generation()
  }

  close(): void {}

  #transact(write: () => void): void {
    this.#live()
    const fault = this.fault()
    if (fault === 'refuse')
      throw new KernelError('NFT_APPLY_FAILED', { operation: 'faulty', errno: constants.errno.ENOMEM })
    if (fault === 'die') {
      this.alive = false
      this.#live()
    }
    write()
    if (fault === 'lose') throw new KernelError('NFT_ANSWER_LOST', { operation: 'faulty' })
  }

  #live(): void {
    if (!this.alive) throw new KernelError('NFT_OPEN_FAILED', { operation: 'faulty', message: 'it is dead' })
  }
}
