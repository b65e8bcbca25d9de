import type { ClusterFacts } from '../../../cluster/facts.ts'
import { policiesOf } from '../../../policies/view-of.ts'
import type { PolicyCheck } from '../../../trace/policies/check.ts'
import type { CommandFlags } from '../../../trace/question.ts'
import { flagged } from '../../cure.ts'
import { besideOneAnother } from '../beside.ts'
import { forgottenDns } from './names.ts'
import { emptyPeers } from './peers.ts'
import { unknownPorts } from './ports.ts'
import { type Check, policiesIn } from './scope.ts'
import { closedServices } from './services.ts'
import { idleSubjects, sharedPriorities, unreadable } from './subjects.ts'

/** In the order in which they are told: what stops traffic first. */
const CHECKS: readonly Check[] = [
  closedServices,
  forgottenDns,
  unreadable,
  emptyPeers,
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
    CHECKS.flatMap((check) => check(scope)),
  )
  return {
    policies: policiesIn(scope).length,
    findings: findings.map((one) => ({ ...one, cures: one.cures.map((cure) => flagged(cure, flags)) })),
    unseen,
  }
}
