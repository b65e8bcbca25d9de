import type { ClusterFacts } from '../../../cluster/facts.ts'
import type { PolicyView } from '../../../policies/policy-view.ts'
import { ruleOf } from '../../../policies/rule-parts.ts'
import { policiesOf } from '../../../policies/view-of.ts'
import { policyRef } from '../../../policies/word.ts'
import type { PolicyCheck, PolicyFinding } from '../../../trace/policies/check.ts'
import type { CommandFlags } from '../../../trace/question.ts'
import type { ObjectRef } from '../../../trace/reference.ts'
import { flagged } from '../../cure.ts'
import { besideOneAnother } from '../beside.ts'
import { clusterIps } from './cluster-ips.ts'
import { forgottenDns } from './names.ts'
import { emptyPeers } from './peers.ts'
import { unknownPorts } from './ports.ts'
import { type Check, policiesIn } from './scope.ts'
import { servicePorts } from './service-ports.ts'
import { closedServices } from './services.ts'
import { idleSubjects, sharedPriorities, unreadable } from './subjects.ts'

/** In the order in which they are told: what stops traffic first. */
const CHECKS: readonly Check[] = [
  closedServices,
  forgottenDns,
  unreadable,
  clusterIps,
  emptyPeers,
  servicePorts,
  unknownPorts,
  sharedPriorities,
  idleSubjects,
]

/**
 * What is most likely not meant in the policies of a cluster, or of one namespace. What people do on purpose, such as to
 * isolate all pods of a namespace, is no finding.
 */
export const checkPolicies = (facts: ClusterFacts, namespace: string | undefined, flags: CommandFlags): PolicyCheck => {
  const view = policiesOf(facts)
  const { unseen = [] } = facts
  if (view === undefined) return { policies: 0, findings: [], unseen }
  const scope = { facts, view, namespace }
  const findings = besideOneAnother(
    facts,
    once(
      withoutConsequences(
        view,
        CHECKS.flatMap((check) => check(scope)),
      ),
    ),
  )
  return {
    policies: policiesIn(scope).length,
    findings: findings.map((one) => ({ ...one, cures: one.cures.map((cure) => flagged(cure, flags)) })),
    unseen,
  }
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

/** What another finding tells the cause of is not told again. */
const withoutConsequences = (view: PolicyView, all: readonly PolicyFinding[]): readonly PolicyFinding[] => {
  const places = new Set(
    all.flatMap((one) =>
      one.reason === 'peer-is-cluster-ip' || one.reason === 'peer-means-nobody' || one.reason === 'policy-port-unknown'
        ? [placeOf(one.policy, ruleOf(one.path))]
        : [],
    ),
  )
  /** Of a policy, and a port of a Service that its pods do not have. */
  const ports = new Set(
    all.flatMap((one) =>
      one.reason === 'policy-port-is-services' && one.path.startsWith('spec.ingress')
        ? [placeOf(one.policy, placeOf(one.service, `${one.port.port}`))]
        : [],
    ),
  )
  const isMended = ({ namespace = '', name }: ObjectRef, port: string): boolean => {
    const pod = view.pod(namespace, name)
    return pod !== undefined && view.policiesOf(pod).some((policy) => ports.has(placeOf(policyRef(policy), port)))
  }
  return all.filter((one) => {
    if (one.reason === 'dns-forgotten')
      return !one.nearest || !places.has(placeOf(one.nearest.policy, ruleOf(one.nearest.path)))
    return (
      one.reason !== 'service-closed' ||
      !one.pods.every((pod) => isMended(pod, placeOf(one.service, `${one.port.port}`)))
    )
  })
}

const placeOf = (object: ObjectRef, at: string): string => JSON.stringify([object, at])
