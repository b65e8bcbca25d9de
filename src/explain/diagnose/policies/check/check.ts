import type { ClusterFacts } from '../../../cluster/facts.ts'
import { ruleOf } from '../../../policies/rule-parts.ts'
import { policiesOf } from '../../../policies/view-of.ts'
import type { PolicyCheck, PolicyFinding } from '../../../trace/policies/check.ts'
import type { CommandFlags } from '../../../trace/question.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import { flagged } from '../../cure.ts'
import { besideOneAnother } from '../beside.ts'
import { clusterIps } from './cluster-ips.ts'
import { cured, isShifting, patchedObject } from './cured.ts'
import { forgottenDns } from './names.ts'
import { emptyPeers } from './peers.ts'
import { unknownPorts } from './ports.ts'
import { type Check, policiesIn, type Scope } from './scope.ts'
import { servicePorts } from './service-ports.ts'
import { closedServices } from './services.ts'
import { splitRules } from './split-rules.ts'
import { idleSubjects, sharedPriorities, unreadable } from './subjects.ts'

/** Slips of a policy, whatever they come to. */
const SLIPS: readonly Check[] = [
  splitRules,
  unreadable,
  clusterIps,
  emptyPeers,
  servicePorts,
  unknownPorts,
  sharedPriorities,
  idleSubjects,
]

/** What all policies come to: it is looked at when slips are mended, which may be all that it comes from. */
const EFFECTS: readonly Check[] = [closedServices, forgottenDns]

/**
 * What is most likely not meant in the policies of a cluster, or of one namespace. What people do on purpose, such as to
 * isolate all pods of a namespace, is no finding.
 */
export const checkPolicies = (facts: ClusterFacts, namespace: string | undefined, flags: CommandFlags): PolicyCheck => {
  const { unseen = [] } = facts
  const scope = scopeOf(facts, namespace)
  if (scope === undefined) return { policies: 0, findings: [], unseen }
  return {
    policies: policiesIn(scope).length,
    findings: foundIn(scope).map((one) => ({ ...one, cures: one.cures.map((cure) => flagged(cure, flags)) })),
    unseen,
  }
}

const scopeOf = (facts: ClusterFacts, namespace: string | undefined): Scope | undefined => {
  const view = policiesOf(facts)
  return view && { facts, view, namespace, unsure: [] }
}

/** Whether a person must look. */
const isShown = ({ cures }: PolicyFinding): boolean => cures.length > 0 && cures.every(({ kind }) => kind === 'look')

/** More slips than stand one behind the other in a policy. */
const MOST_ROUNDS = 12

/** What is found, and what is found when that is mended, until nothing is: so all cures together, in their order, mend all. */
function foundIn(start: Scope): readonly PolicyFinding[] {
  let found: readonly PolicyFinding[] = []
  let scope: Scope | undefined = start
  const present = new Set<string>()
  for (let round = 0; round < MOST_ROUNDS && scope !== undefined; round++) {
    const here: Scope = scope
    const standing = SLIPS.flatMap((check) => check(here))
    const slips = newIn(found, standing)
    const effects = slips.length === 0 || round === 0 ? newIn(found, effectsIn(here, standing)) : []
    if (round === 0) for (const one of [...slips, ...effects]) present.add(keyOf(one))
    const next = slips.length > 0 ? notShifted(slips) : effects
    if (next.length === 0) break
    const told = next.map((one) => (present.has(keyOf(one)) ? one : { ...one, follows: true as const }))
    const before = found.length
    found = besideOneAnother(start.facts, once([...found, ...told]))
    const cures = found.slice(before).flatMap((one) => one.cures)
    scope = scopeOf(cured(here.facts, cures), start.namespace)
  }
  return merged(found)
}

/** What is not known yet, or has a cure only now. */
const newIn = (found: readonly PolicyFinding[], all: readonly PolicyFinding[]): readonly PolicyFinding[] => {
  const known = Map.groupBy(found, keyOf)
  return all.filter((one) => (known.get(keyOf(one)) ?? []).every((other) => isShown(other) && !isShown(one)))
}

/** What policies come to beside the slips that stand there, and that only a person can mend. */
const effectsIn = (scope: Scope, standing: readonly PolicyFinding[]): readonly PolicyFinding[] => {
  const unsure = standing.filter(isShown)
  const places = new Set(unsure.flatMap((one) => ('path' in one ? [placeOf(one.policy, ruleOf(one.path))] : [])))
  return EFFECTS.flatMap((check) => check({ ...scope, unsure })).filter(
    (one) =>
      one.reason !== 'dns-forgotten' ||
      !one.nearest ||
      !places.has(placeOf(one.nearest.policy, ruleOf(one.nearest.path))),
  )
}

/** What a Service lacks at one end, it may lack at the other too. */
const keyOf = ({ cures, follows: _, ...matter }: PolicyFinding): string =>
  JSON.stringify([matter, matter.reason === 'service-closed' && cures.map(({ effect }) => effect.code)])
const placeOf = (object: ObjectRef, at: string): string => JSON.stringify([object, at])

/** Where a cure takes something out of a list, what else is patched of that object is found again at its new place. */
function notShifted(all: readonly PolicyFinding[]): readonly PolicyFinding[] {
  const kept: PolicyFinding[] = []
  const [patchedOnes, shifted] = [new Set<string>(), new Set<string>()]
  for (const one of all) {
    const objects = one.cures.flatMap((cure) => patchedObject(cure) ?? [])
    const shifts = one.cures.some(isShifting)
    if (objects.some((object) => shifted.has(object) || (shifts && patchedOnes.has(object)))) continue
    for (const object of objects) (shifts ? shifted : patchedOnes).add(object)
    kept.push(one)
  }
  return kept
}

/** What the same cures mend, for the same reason, is one: a port of a rule may be that of several Services. */
const once = (all: readonly PolicyFinding[]): readonly PolicyFinding[] => {
  const met = new Set<string>()
  return all.filter((one) => {
    const done = one.cures.filter(({ kind }) => kind !== 'look').map(({ argv, input }) => [argv, input])
    const key = JSON.stringify(done.length > 0 ? [one.reason, done] : one)
    if (met.has(key)) return false
    met.add(key)
    return true
  })
}

/** Of a Service one finding, with all cures that it needs; of what has a cure only when another is done that. */
function merged(all: readonly PolicyFinding[]): readonly PolicyFinding[] {
  const ofService = Map.groupBy(all, (one) =>
    one.reason === 'service-closed' ? JSON.stringify([one.service, one.port]) : undefined,
  )
  const last = new Map(all.map((one) => [keyOf(one), one]))
  const first = new Map([...ofService].map(([key, ones]) => [ones[0], key]))
  return all.flatMap((one): readonly PolicyFinding[] => {
    if (one.reason !== 'service-closed') return last.get(keyOf(one)) === one ? [one] : []
    const key = first.get(one)
    return key === undefined ? [] : [{ ...one, cures: (ofService.get(key) ?? []).flatMap(({ cures }) => cures) }]
  })
}
