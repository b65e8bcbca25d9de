import type { Holding } from '#access/rbac/escalation.ts'
import type { RbacPolicy } from '#access/rbac/policy.ts'
import type { AccessRequest, Decision } from '#access/rbac/request.ts'
import { combined } from '#access/rbac/rule.ts'
import type { ApiError } from '#client/client.ts'
import { quoted } from '#schema/go-quoted.ts'
import { failure, forbidden } from '../errors.ts'
import { type Caller, isMaster } from './caller.ts'
import { type NodeAuthorizer, nodeOf } from './node-authorizer.ts'

/** Says who may do what. A function of what lasts in storage at the time of the question. */
export interface Authorizer {
  authorize(caller: Caller, request: AccessRequest): Decision
  /** All that somebody may do in a namespace, as far as rules can say it. */
  rules(caller: Caller, namespace: string): Holding & { readonly isIncomplete: boolean }
  /** The rules of RBAC as they stand. */
  readonly policy: RbacPolicy
}

interface AuthorizerSources {
  /** The rules of now. */
  readonly policy: () => RbacPolicy
  readonly nodes?: () => NodeAuthorizer
}

/** Group `system:masters` may do everything, nodes what is theirs, and everyone what the rules allow. */
export const createAuthorizer = ({ policy, nodes }: AuthorizerSources): Authorizer => ({
  get policy() {
    return policy()
  },
  authorize(caller, request) {
    if (isMaster(caller)) return { allowed: true, reason: '' }
    const byNode = nodes?.().authorize(caller, request)
    if (byNode?.allowed) return byNode
    const decision = policy().authorize(caller, request)
    if (decision.allowed || !byNode?.reason) return decision
    return { allowed: false, reason: decision.reason ? `${byNode.reason}\n${decision.reason}` : byNode.reason }
  },
  rules(caller, namespace) {
    const { rules, errors } = policy().holding(caller, namespace)
    if (nodeOf(caller) === undefined) return { rules, errors, isIncomplete: false }
    return { rules, errors: ['node authorizer does not support user rule resolution', ...errors], isIncomplete: true }
  },
})

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

const refusalText = (caller: Caller, request: AccessRequest): string => {
  const who = `User ${quoted(caller.name)} cannot ${request.verb}`
  if (request.kind === 'path') return `${who} path ${quoted(request.path)}`
  const what = `resource ${quoted(combined(request))} in API group ${quoted(request.group)}`
  const where = request.namespace ? `in the namespace ${quoted(request.namespace)}` : 'at the cluster scope'
  return `${who} ${what} ${where}`
}

/** The 403 of a request that is not allowed, in Kubernetes' words, which no browser takes for HTML; the reason where there is one. */
export const refuse = (caller: Caller, request: AccessRequest, reason: string): ApiError => {
  const text = refusalText(caller, request).replace(/[&<>]/g, (character) => ENTITIES[character]!)
  const message = reason === '' ? text : `${text}: ${reason}`
  if (request.kind === 'path') return failure(403, 'Forbidden', `forbidden: ${message}`, {})
  return forbidden({ group: request.group, plural: request.resource, kind: request.resource }, request.name, message)
}
