import type { AccessRequest, ResourceRequest } from '#access/rbac/request.ts'
import { type Caller, serviceAccountOf } from './caller.ts'
import { nodeNameOf } from './node-name.ts'

/** Whom somebody wants to count as, as the headers say it; '' and empty where they say nothing. */
export interface Wanted {
  readonly name: string
  readonly uid: string
  readonly groups: readonly string[]
  readonly extra: Readonly<Record<string, readonly string[]>>
}

interface Check {
  readonly request: AccessRequest
  /** Why it is refused whatever the rules say. */
  readonly barred?: string
}

/** A way to be allowed to be somebody else (KEP-5284): for one request by `impersonate-on:`, or for all of them. */
export interface ImpersonationMode {
  fits(wanted: Wanted, caller: Caller): boolean
  /** What must be allowed, all of it. */
  requests(wanted: Wanted, asked: AccessRequest): Iterable<Check>
  as(wanted: Wanted): Caller
}

const AUTHENTICATION = 'authentication.k8s.io'

const question = (verb: string, group: string, resource: string, name: string, more = {}): ResourceRequest => ({
  kind: 'resource',
  verb,
  group,
  resource,
  subresource: '',
  namespace: '',
  name,
  ...more,
})

const onlyName = ({ uid, groups, extra }: Wanted): boolean =>
  uid === '' && groups.length === 0 && Object.keys(extra).length === 0

const callerOf = ({ name, uid, groups, extra }: Wanted): Caller => ({
  name,
  ...(uid ? { uid } : {}),
  groups,
  ...(Object.keys(extra).length > 0 ? { extra } : {}),
})

const accountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
]

/** A ServiceAccount has its groups by its namespace, where none are asked for. */
const asNamed = (wanted: Wanted): Caller => {
  const account = serviceAccountOf(wanted)
  if (!account || wanted.groups.length > 0) return callerOf(wanted)
  return { ...callerOf(wanted), groups: accountGroups(account.namespace) }
}

const nameCheck = (verb: string, group: string, wanted: Wanted): Check => {
  const account = serviceAccountOf(wanted)
  if (!account) return { request: question(verb, group, 'users', wanted.name) }
  return { request: question(verb, group, 'serviceaccounts', account.name, { namespace: account.namespace }) }
}

function* detailChecks(verb: string, group: string, { uid, groups, extra }: Wanted): Iterable<Check> {
  if (uid) yield { request: question(verb, AUTHENTICATION, 'uids', uid) }
  for (const name of groups) yield { request: question(verb, group, 'groups', name) }
  for (const [key, values] of Object.entries(extra))
    for (const value of values)
      yield { request: question(verb, AUTHENTICATION, 'userextras', value, { subresource: key }) }
}

const onRequest = (mode: string, asked: AccessRequest): Check => ({
  request: { ...asked, verb: `impersonate-on:${mode}:${asked.verb}` },
})

/** A node by whichever ServiceAccount has been given it: all nodes, or the one that its pod is on. */
const ofNode = (
  mode: 'associated-node' | 'arbitrary-node',
  fits: (node: string, caller: Caller) => boolean,
): ImpersonationMode => ({
  fits(wanted, caller) {
    const node = nodeNameOf(wanted.name)
    return node !== undefined && onlyName(wanted) && fits(node, caller)
  },
  *requests(wanted, asked) {
    yield onRequest(mode, asked)
    const name = mode === 'associated-node' ? '*' : nodeNameOf(wanted.name)!
    yield { request: question(`impersonate:${mode}`, AUTHENTICATION, 'nodes', name) }
  },
  as: ({ name }) => ({ name, groups: ['system:nodes'] }),
})

const NODE_NAME = 'authentication.kubernetes.io/node-name'

const associatedNode = ofNode('associated-node', (node, caller) => {
  const names = caller.extra?.[NODE_NAME]
  return serviceAccountOf(caller) !== undefined && names?.length === 1 && names[0] === node
})

const arbitraryNode = ofNode('arbitrary-node', () => true)

const serviceAccount: ImpersonationMode = {
  fits: (wanted) => serviceAccountOf(wanted) !== undefined && onlyName(wanted),
  *requests(wanted, asked) {
    yield onRequest('serviceaccount', asked)
    yield nameCheck('impersonate:serviceaccount', AUTHENTICATION, wanted)
  },
  as: asNamed,
}

const VERB = 'impersonate:user-info'

const userInfo: ImpersonationMode = {
  fits: (wanted) => nodeNameOf(wanted.name) === undefined && serviceAccountOf(wanted) === undefined,
  *requests(wanted, asked) {
    yield onRequest('user-info', asked)
    yield nameCheck(VERB, AUTHENTICATION, wanted)
    const barred = barredOf(wanted)
    if (barred) yield barred
    yield* detailChecks(VERB, AUTHENTICATION, wanted)
  },
  as: callerOf,
}

/** What this mode hands to nobody. */
const barredOf = ({ groups, extra }: Wanted): Check | undefined => {
  const group = (name: string): ResourceRequest => question(VERB, AUTHENTICATION, 'groups', name)
  if (groups.includes('')) return { request: group(''), barred: 'impersonating the empty string group is not allowed' }
  if (groups.includes('system:masters'))
    return { request: group('system:masters'), barred: 'impersonating the system:masters group is not allowed' }
  const bad = Object.entries(extra).find(([, values]) => values.length === 0 || values.includes(''))
  if (!bad) return undefined
  const what = bad[1].length === 0 ? 'empty values' : 'the empty string value'
  return {
    request: question(VERB, AUTHENTICATION, 'userextras', ''),
    barred: `impersonating ${what} in extra is not allowed`,
  }
}

/** As it has always been: whoever may impersonate somebody may do all that they may. */
const anyRequest: ImpersonationMode = {
  fits: () => true,
  *requests(wanted) {
    yield nameCheck('impersonate', '', wanted)
    yield* detailChecks('impersonate', '', wanted)
  },
  as: asNamed,
}

/** In the order in which they are tried; the first refusal is the one that is told. */
export const impersonationModes: readonly ImpersonationMode[] = [
  associatedNode,
  arbitraryNode,
  serviceAccount,
  userInfo,
  anyRequest,
]
