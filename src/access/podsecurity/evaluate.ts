import type { Check, PodLike, Violation } from './check.ts'
import { BASELINE, RESTRICTED } from './check-list.ts'
import type { Level, LevelVersion } from './policy.ts'

const made = new Map<string, readonly Check[]>()

/** All that a pod has against it. */
export const violations = ({ level, version }: LevelVersion, pod: PodLike): readonly Violation[] => {
  if (level === 'privileged') return []
  const minor = version === 'latest' ? Number.POSITIVE_INFINITY : version
  const key = `${level} ${minor}`
  let checks = made.get(key)
  if (!checks) {
    checks = checksOf(level, minor)
    // Whoever makes versions up is answered, and not remembered.
    if (made.size < 200) made.set(key, checks)
  }
  return checks.flatMap((check) => check(pod) ?? [])
}

const checksOf = (level: Exclude<Level, 'privileged'>, minor: number): readonly Check[] => {
  const formOf = (since: readonly (readonly [number, Check])[]): Check | undefined =>
    since.findLast(([from]) => from <= minor)?.[1]
  const stricter = level === 'baseline' ? [] : Object.values(RESTRICTED).filter(({ since }) => formOf(since))
  const replaced = new Set(stricter.map(({ insteadOf }) => insteadOf))
  const kept = Object.entries(BASELINE).flatMap(([id, check]) => (replaced.has(id) ? [] : check))
  return [...kept, ...stricter].flatMap(({ since }) => formOf(since) ?? [])
}

/** `host namespaces (hostNetwork=true), privileged (container "a" must not …)`. */
export const violationsText = (found: readonly Violation[]): string =>
  found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ')
