import type { AccessRequest } from '#access/rbac/request.ts'
import type { ApiObject } from '#api/resource.ts'
import { authorizerValue, type Inputs, toValue } from '#cel/cel.ts'
import type { Authorizer } from '../access/authorizer.ts'
import type { Caller } from '../access/caller.ts'
import type { Attributes } from '../webhooks/attributes.ts'
import type { Invocation } from '../webhooks/matching.ts'
import { requestOf } from '../webhooks/review.ts'

type Question = Parameters<Parameters<typeof authorizerValue>[0]>[0]

/** A request as expressions see it: its objects as JSON, in the form in which they are asked for. */
export interface Seen {
  readonly attributes: Attributes
  readonly form: Pick<Invocation, 'kind' | 'resource'>
  readonly object: object | null
  readonly oldObject: object | null
  /** Of what lies in one. */
  readonly namespace?: ApiObject
}

const asked = (question: Question, verb: string): AccessRequest => {
  const { path, group = '', resource = '', subresource = '', namespace = '', name = '' } = question
  if (path !== undefined) return { kind: 'path', verb, path }
  return { kind: 'resource', verb, group, resource, subresource, namespace, name }
}

const callerOf = ({ serviceAccount }: Question, caller: Caller): Caller => {
  if (serviceAccount === undefined) return caller
  const { namespace, name } = serviceAccount
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  return { name: `system:serviceaccount:${namespace}:${name}`, groups }
}

/** What is shown of a namespace. */
const namespaceShown = ({ metadata = {}, ...rest }: ApiObject): object => {
  const { managedFields: _, ownerReferences: __, ...shown } = metadata
  return { ...rest, metadata: shown }
}

/** The values of what expressions may name. */
export const inputsOf = (
  { attributes, form, object, oldObject, namespace }: Seen,
  authorizer: Authorizer,
  params?: object | null,
): Inputs => {
  const { caller, resource, subresource, name } = attributes
  const authorize = (question: Question, verb: string) =>
    authorizer.authorize(callerOf(question, caller), asked(question, verb))
  const target = {
    group: resource.group,
    resource: resource.plural,
    subresource,
    namespace: attributes.namespace,
    name,
  }
  return {
    object: toValue(object),
    oldObject: toValue(oldObject),
    request: toValue(requestOf(attributes, form)),
    namespaceObject: namespace === undefined ? null : toValue(namespaceShown(namespace)),
    params: toValue(params ?? null),
    authorizer: authorizerValue(authorize),
    'authorizer.requestResource': authorizerValue(authorize, target),
  }
}
