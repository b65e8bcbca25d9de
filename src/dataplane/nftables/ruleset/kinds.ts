import { PICK_CHAINS } from './choice-chains.ts'

/**
 * What becomes of a packet once its frontend is known. One chain a kind, whatever the number of Services. `local`: of
 * this node's endpoints alone.
 */
export type Kind =
  | { readonly kind: 'drop' }
  | { readonly kind: 'reject' }
  | { readonly kind: 'pick'; readonly count: number; readonly local: boolean }
  | { readonly kind: 'sticky'; readonly count: number; readonly seconds: number; readonly local: boolean }

/** `pick-3`, `local-pick-20`, `sticky-3-10800`, `local-sticky-2-10800`: the name of the kind, and of its chain. */
export function kindName(kind: Kind): string {
  switch (kind.kind) {
    case 'drop':
    case 'reject':
      return kind.kind
    case 'pick':
      // The chains that are always there serve both.
      return `${kind.local && kind.count > PICK_CHAINS ? 'local-' : ''}pick-${kind.count}`
    case 'sticky':
      return `${kind.local ? 'local-' : ''}sticky-${kind.count}-${kind.seconds}`
  }
}

const NAME = /^(local-)?(?:pick-(\d+)|sticky-(\d+)-(\d+))$/

/** The kind that a chain of this name serves, the other way round than kindName(); undefined for a chain of no kind. */
export function kindOfChain(chain: string): Kind | undefined {
  if (chain === 'reject-it') return { kind: 'reject' }
  const match = NAME.exec(chain)
  if (match === null) return undefined
  const [, prefix, picks, count, seconds] = match
  const local = prefix !== undefined
  if (picks !== undefined) return { kind: 'pick', count: Number(picks), local }
  return { kind: 'sticky', count: Number(count), seconds: Number(seconds), local }
}
