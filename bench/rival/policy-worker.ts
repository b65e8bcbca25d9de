/**
 * In a process and namespace of its own: the same policies as chains of iptables and ipsets, by Debian's programs. Prints one
 * line of JSON. All texts are made beforehand: what is measured is what the programs and the kernel take.
 */
import { spawnSync } from 'node:child_process'
import { changesOf } from '../policy/changes.ts'
import { makeCluster } from '../policy/cluster.ts'
import { ChainPerPolicy, RIVAL_FAMILIES } from './chain-per-policy.ts'
import { loadRival, ran, restoreOf } from './policy-loader.ts'

export interface PolicyRivalOptions {
  readonly changes: number
  /** Changes end early after so long; at least three are made. */
  readonly changes_limit_ms: number
}

export interface PolicyRivalResult {
  readonly cold_ms: number
  /** Processor time of the programs. */
  readonly cold_cpu_ms: number
  readonly rules: number
  readonly entries: number
  readonly pod_changes: readonly number[]
  /** Only the policy's chains are written. */
  readonly policy_changes: readonly number[]
  /** All chains are written. */
  readonly sync_changes: readonly number[]
}

const { changes, changes_limit_ms } = JSON.parse(process.argv[2] ?? '') as PolicyRivalOptions
const cluster = makeCluster()
const rival = new ChainPerPolicy(cluster)
const { cold_ms, cold_cpu_ms, rules } = loadRival(rival)
const { entries } = rival.sets

const pod_changes: number[] = []
const policy_changes: number[] = []
const sync_changes: number[] = []
const timed = (samples: number[], commands: readonly (readonly [string, readonly string[], string])[]): void => {
  const from = performance.now()
  for (const [program, args, input] of commands) if (input !== '') ran(spawnSync(program, args, { input }), program)
  samples.push(performance.now() - from)
}
const byName = new Map(cluster.pods.map((pod) => [pod.metadata?.uid, pod]))
const began = performance.now()
for (const { number, pod, policy, counts } of changesOf(cluster, changes)) {
  // No program has anything to warm up.
  if (!counts) continue
  if (pod_changes.length >= 3 && performance.now() - began > changes_limit_ms) break
  const before = byName.get(pod.metadata?.uid)!
  byName.set(pod.metadata?.uid, pod)
  timed(pod_changes, [['ipset', ['restore'], rival.sets.renderPod(before, pod)]])
  const known = rival.sets.size
  const texts = RIVAL_FAMILIES.map((family) => [family, rival.renderPolicy(policy, family)] as const)
  const fresh = rival.sets.renderSince(known)
  const written = texts.map(([family, text]) => [restoreOf(family), ['--noflush'], text] as const)
  timed(policy_changes, [['ipset', ['restore'], fresh], ...written])
  rival.replace(policy)
  // It takes long, and each time the same.
  if (number % 10 !== 0) continue
  timed(
    sync_changes,
    RIVAL_FAMILIES.map((family) => [restoreOf(family), [], rival.render(family)] as const),
  )
}
const result: PolicyRivalResult = {
  cold_ms,
  cold_cpu_ms,
  rules,
  entries,
  pod_changes,
  policy_changes,
  sync_changes,
}
console.log(JSON.stringify(result))
