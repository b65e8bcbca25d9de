import type { Element } from '#dataplane/nftables/rule.ts'

const textOf = ({ family, set, key, data }: Element): string => `${family} ${set} ${key.join(' ')} ${data?.join(' ')}`

/**
 * What says, in one direction, how a pod and one other end talk: it decides together, and so it changes together. Undefined
 * for what says none of that.
 */
const pairOf = ({ family, set, key: [pod, identity] }: Element): string | undefined => {
  const [, direction] = /^(ingress|egress)-/.exec(set) ?? []
  return direction && `${family} ${direction} ${pod} ${identity}`
}
const isOfAnyone = ([first]: readonly Element[]): boolean => first?.key[1] === 0

function pairsOf(elements: readonly Element[]): ReadonlyMap<string, readonly Element[]> {
  const pairs = new Map<string, Element[]>()
  for (const element of elements) {
    const pair = pairOf(element)
    if (pair === undefined) continue
    const all = pairs.get(pair)
    if (all === undefined) pairs.set(pair, [element])
    else all.push(element)
  }
  return pairs
}

/** What is held and says how a pod talks with somebody of whom nothing is said any more. */
export function outlived(held: readonly Element[], wanted: readonly Element[]): readonly Element[] {
  const said = pairsOf(wanted)
  return held.filter((element) => {
    const pair = pairOf(element)
    return pair !== undefined && !said.has(pair)
  })
}

/**
 * The states in which one key's elements may be on the way from what is held to what is wanted, each of them some `most`
 * elements from the one before. Nobody is let in who is let in neither now nor then: what is said of somebody takes the
 * place of what was said of him at once; then what is said of anyone; and last goes what was said of those of whom nothing is
 * said any more, so that they count as anyone. A pod that is not policed yet is closed meanwhile.
 */
export function statesBetween(
  held: readonly Element[],
  wanted: readonly Element[],
  most: number,
): readonly (readonly Element[])[] {
  const before = pairsOf(held)
  const after = pairsOf(wanted)
  const isWanted = new Set(wanted.map(textOf))
  const isPair = (element: Element) => pairOf(element) !== undefined
  const replaced = [...after].map(([pair, add]) => ({ remove: before.get(pair) ?? [], add }))
  const steps = [
    ...held.filter((one) => !isPair(one) && !isWanted.has(textOf(one))).map((one) => ({ remove: [one], add: [] })),
    ...wanted.filter((one) => !isPair(one)).map((one) => ({ remove: [], add: [one] })),
    ...replaced.filter(({ add }) => !isOfAnyone(add)),
    ...replaced.filter(({ add }) => isOfAnyone(add)),
    ...[...before].filter(([pair]) => !after.has(pair)).map(([, remove]) => ({ remove, add: [] })),
  ]
  const state = new Map(held.map((element) => [textOf(element), element]))
  const states: Element[][] = []
  let changed = 0
  for (const { remove, add } of steps) {
    const kept = new Set(add.map(textOf))
    for (const text of remove.map(textOf)) if (!kept.has(text) && state.delete(text)) changed++
    for (const element of add) {
      const text = textOf(element)
      if (!state.has(text)) changed++
      state.set(text, element)
    }
    if (changed < most) continue
    states.push([...state.values()])
    changed = 0
  }
  return [...states, wanted]
}
