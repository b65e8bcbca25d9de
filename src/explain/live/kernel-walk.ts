import { TABLE } from '#dataplane/nftables/rule.ts'
import { POLICY_TABLE } from '#dataplane/policy/ruleset.ts'
import type { ComparedWalk, KernelStep, KernelWalk, WalkEnd } from '../trace/live.ts'
import type { ModelWalk } from '../trace/walk/model-walk.ts'

const POSTROUTING = 'nat-postrouting'
const REJECT = 'reject-it'

/** Holds a walk of the kernel against those of the model at the same node. */
export function compareWalk(walk: KernelWalk, model: readonly ModelWalk[]): ComparedWalk {
  const { node, steps } = walk
  const ours = steps.filter(({ table }) => table === TABLE)
  const chains = [...new Set(ours.filter(({ type }) => type === 'rule').map(({ chain }) => chain))]
  const left = ours.some(({ chain }) => chain === POSTROUTING)
  // What stays on the node, for a program of its own, never meets the hook after routing; the model walks it in any
  // case.
  const met = (way: readonly string[]) =>
    left || !way.includes(POSTROUTING) ? way : way.slice(0, way.indexOf(POSTROUTING))
  const ways = model
    .filter((one) => one.node === node)
    .flatMap((one) => one.ways.map((way) => way.map(({ chain }) => chain)))
  return { ...walk, chains, ends: endsOf(steps), fits: ways.some((way) => met(way).join() === chains.join()) }
}

function endsOf(steps: readonly KernelStep[]): readonly WalkEnd[] {
  const ends: WalkEnd[] = []
  let routed = false
  for (const { table, chain, verdict, type } of steps) {
    if (table === TABLE && chain === POSTROUTING) routed = true
    if (verdict === 'drop') {
      if (table === POLICY_TABLE) ends.push({ code: 'dropped-by-policies', chain })
      else if (table !== TABLE) ends.push({ code: 'dropped-elsewhere', table, chain, by: type })
      else ends.push({ code: chain === REJECT ? 'refused' : 'dropped' })
    } else if (verdict === 'accept' && table === TABLE && type === 'rule')
      ends.push({ code: routed ? 'masqueraded' : 'translated' })
  }
  return ends
}
