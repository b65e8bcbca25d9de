import type { Outcome } from '#dataplane/nftables/evaluate.ts'
import { TABLE } from '#dataplane/nftables/rule.ts'
import type { ModelWalk } from '../explanation.ts'

/** A rule that matched in the kernel, or the end of a chain, as the kernel's trace tells it. */
export interface KernelStep {
  readonly table: string
  readonly chain: string
  readonly ruleHandle: number | undefined
  readonly type: string
  readonly verdict: string | undefined
  readonly target: string | undefined
}

/** The walk of a probe's first packet through one node. */
export interface KernelWalk {
  readonly node: string
  readonly steps: readonly KernelStep[]
}

export interface ComparedWalk extends KernelWalk {
  /** Those of our table in which a rule matched, in order, each once. */
  readonly chains: readonly string[]
  /** What became of it: `translated`, `dropped by table ip stranger, chain out`. Empty: nothing that rules do. */
  readonly ends: readonly string[]
  /** It is one of the ways that the model knows. */
  readonly fits: boolean
}

const POSTROUTING = 'nat-postrouting'
const REJECT = 'reject-it'

/** Each chain once, in the order in which it was first met. */
const once = (chains: readonly string[]): readonly string[] => [...new Set(chains)]

/** The chains of the model's walks, without doubles. */
export function waysOf(outcomes: readonly Outcome[]): readonly (readonly string[])[] {
  const ways = new Map<string, readonly string[]>()
  for (const { hops } of outcomes) {
    const chains = once(hops.map(({ chain }) => chain))
    ways.set(chains.join(), chains)
  }
  return [...ways.values()]
}

/** Holds a walk of the kernel against those of the model at the same node. */
export function compareWalk(walk: KernelWalk, model: readonly ModelWalk[]): ComparedWalk {
  const { node, steps } = walk
  const ours = steps.filter(({ table }) => table === TABLE)
  const chains = once(ours.filter(({ type }) => type === 'rule').map(({ chain }) => chain))
  const left = ours.some(({ chain }) => chain === POSTROUTING)
  // What stays on the node, for a program of its own, never meets the hook after routing; the model walks it in any
  // case.
  const met = (way: readonly string[]) =>
    left || !way.includes(POSTROUTING) ? way : way.slice(0, way.indexOf(POSTROUTING))
  const ways = model.filter((one) => one.node === node).flatMap((one) => one.ways)
  return { ...walk, chains, ends: endsOf(steps), fits: ways.some((way) => met(way).join() === chains.join()) }
}

function endsOf(steps: readonly KernelStep[]): readonly string[] {
  const ends: string[] = []
  let routed = false
  for (const { table, chain, verdict, type } of steps) {
    if (table === TABLE && chain === POSTROUTING) routed = true
    if (verdict === 'drop') {
      if (table !== TABLE) ends.push(`dropped by a ${type} of table ${table}, chain ${chain}`)
      else ends.push(chain === REJECT ? 'refused' : 'dropped')
    } else if (verdict === 'accept' && table === TABLE && type === 'rule')
      ends.push(routed ? 'masqueraded' : 'translated')
  }
  return ends
}

/** The lines of a report; equal ones once. */
export function walkLines(walks: readonly ComparedWalk[], model: readonly ModelWalk[]): readonly string[] {
  const lines = new Set<string>()
  for (const { node, chains, ends, fits } of walks) {
    const where = chains.length === 0 ? 'no chain of ours' : chains.join(', ')
    lines.add(`${node}: the kernel walked: ${[where, ...ends].join('; ')}${fits ? '' : ' (not as the model)'}`)
    if (fits) continue
    for (const one of model)
      if (one.node === node) for (const way of one.ways) lines.add(`${node}: the model walks: ${way.join(', ')}`)
  }
  return [...lines]
}
