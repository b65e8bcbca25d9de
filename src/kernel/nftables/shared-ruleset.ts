import type { Nftables } from './libnftables.ts'

/** How many transactions all who share a namespace's ruleset have written. */
interface SharedRuleset {
  transactions: number
}

/**
 * The same nftables, for one of several parts of ours that write to one namespace, each to tables of its own: what the others
 * write does not count in its `generation()`, so that it is not taken for somebody's edit.
 */
export const sharingRuleset = (nftables: Nftables, shared: SharedRuleset): Nftables => {
  let own = 0
  const wrote = (): void => {
    own++
    shared.transactions++
  }
  return {
    run(text) {
      nftables.run(text)
      wrote()
    },
    apply(changes) {
      nftables.apply(changes)
      if (changes.length > 0) wrote()
    },
    generation: () => nftables.generation() - (shared.transactions - own),
    read: (text) => nftables.read(text),
    dump: (...asked) => nftables.dump(...asked),
    rules: (...asked) => nftables.rules(...asked),
    hooks: (...asked) => nftables.hooks(...asked),
    close: () => nftables.close(),
  }
}
