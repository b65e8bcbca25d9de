import { conditionOf, withCondition } from './conditions.ts'
import type { CustomResourceDefinition } from './message.ts'

/** By which groups of Kubernetes' own say that a definition was agreed upon. */
export const APPROVAL = 'api-approved.kubernetes.io'
const COMMUNITY = /(?:^|\.)(?:k8s|kubernetes)\.io$/
const MORE = 'see https://github.com/kubernetes/enhancements/pull/1111'
const MUST = `protected groups must have approval annotation "${APPROVAL}"`

interface Approval {
  readonly state: 'missing' | 'bypassed' | 'approved' | 'invalid'
  readonly message: string
}

/** Whether a definition of one of Kubernetes' own groups was agreed upon; undefined for other groups. */
export const approvalOf = ({ metadata, spec }: CustomResourceDefinition): Approval | undefined => {
  if (!COMMUNITY.test(spec.group)) return undefined
  const annotation = metadata?.annotations?.[APPROVAL] ?? ''
  if (annotation === '') return { state: 'missing', message: `${MUST}, ${MORE}` }
  if (annotation.startsWith('unapproved'))
    return { state: 'bypassed', message: `not approved: ${JSON.stringify(annotation)}` }
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^/?#]/.test(annotation)
    ? { state: 'approved', message: `approved in ${annotation}` }
    : { state: 'invalid', message: `${MUST} with either a URL or a reason starting with "unapproved", ${MORE}` }
}

const REASONS = {
  missing: 'MissingAnnotation',
  bypassed: 'UnapprovedAnnotation',
  approved: 'ApprovedAnnotation',
  invalid: 'InvalidAnnotation',
} as const

/** A definition with the condition that says so. The same object where nothing is to be said anew. */
export const withApproval = (definition: CustomResourceDefinition, now: number): CustomResourceDefinition => {
  const approval = approvalOf(definition)
  if (approval === undefined) return definition
  const { state, message } = approval
  const type = 'KubernetesAPIApprovalPolicyConformant'
  const condition = { type, status: state === 'approved' ? 'True' : 'False', reason: REASONS[state], message }
  const said = conditionOf(definition, type)
  return said?.reason === condition.reason && said.message === message
    ? definition
    : withCondition(definition, condition, now)
}
