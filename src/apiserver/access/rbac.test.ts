import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { UnsteadyJournal } from '../testing/unsteady-journal.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const GROUP = 'rbac.authorization.k8s.io'
const RBAC = `/apis/${GROUP}/v1`
const LOCAL = `${RBAC}/namespaces/default`
const as = (user: string, ...groups: string[]) => ({ user, ...(groups.length > 0 ? { groups } : {}) })
const call = (line: string, body?: object, who?: Parameters<typeof ask>[3]) => ask(server.socketPath, line, body, who)
const object = (kind: string, name: string, more: object) => ({
  apiVersion: `${GROUP}/v1`,
  kind,
  metadata: { name },
  ...more,
})
const rule = (verbs: string, resources: string, group = '') => ({
  verbs: verbs.split(' '),
  apiGroups: [group],
  resources: resources.split(' '),
})
const roleRef = (kind: string, name: string) => ({ apiGroup: GROUP, kind, name })
const made = async (line: string, body: object) => {
  const answer = await call(line, body)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
}

/** Lets a user do something in the namespace `default`. */
const let_ = async (user: string, ...rules: object[]): Promise<void> => {
  await made(`POST ${LOCAL}/roles`, object('Role', user, { rules }))
  const binding = { subjects: [{ kind: 'User', name: user }], roleRef: roleRef('Role', user) }
  await made(`POST ${LOCAL}/rolebindings`, object('RoleBinding', user, binding))
}

test('a rule holds for the first request after it was written, and no longer than it is there', async () => {
  const list = () => call('GET /api/v1/namespaces/default/configmaps', undefined, as('rita'))
  assert.equal((await list()).status, 403)
  await let_('rita', rule('list', 'configmaps'))
  assert.equal((await list()).status, 200)
  assert.equal((await call('GET /api/v1/configmaps', undefined, as('rita'))).status, 403)
  await call(`DELETE ${LOCAL}/roles/rita`)
  const { body } = await list()
  assert.equal(
    body.message,
    'configmaps is forbidden: User "rita" cannot list resource "configmaps" in API group "" in the namespace "default": RBAC: role.rbac.authorization.k8s.io "rita" not found',
  )
  assert.deepEqual(body.details, { kind: 'configmaps' })
  await call(`DELETE ${LOCAL}/rolebindings/rita`)
  assert.ok(!(await list()).body.message.includes('RBAC'))
})

test('a refusal names parts, groups and paths, and is no HTML', async () => {
  const refusal = async (line: string) => (await call(line, undefined, as('<i>&')))?.body
  assert.equal(
    (await refusal('GET /apis/apps/v1/namespaces/ns/deployments/web/scale')).message,
    'deployments.apps "web" is forbidden: User "&lt;i&gt;&amp;" cannot get resource "deployments/scale" in API group "apps" in the namespace "ns"',
  )
  assert.equal((await refusal('GET /metrics')).message, 'forbidden: User "&lt;i&gt;&amp;" cannot get path "/metrics"')
  assert.deepEqual((await refusal('GET /metrics')).details, {})
  assert.match(
    (await refusal('DELETE /api/v1/nodes')).message,
    /^nodes is forbidden: User .* cannot deletecollection resource "nodes" in API group "" at the cluster scope$/,
  )
})

test('the roles of the start are there', async () => {
  const { body } = await call(`GET ${RBAC}/clusterroles/system:discovery`)
  assert.deepEqual(body.rules[0].verbs, ['get'])
  assert.equal((await call(`GET ${RBAC}/clusterroles`)).body.items.length, 69)
  assert.equal((await call(`GET ${RBAC}/namespaces/kube-system/roles`)).body.items.length, 6)
  assert.equal((await call(`GET ${RBAC}/namespaces/kube-public/rolebindings`)).body.items.length, 1)
})

test('what somebody took from the roles of the start comes back at the next, unless they said to leave it', async () => {
  const journal = new UnsteadyJournal()
  const first = await startTestServer({ journal })
  const change = async (line: string, body?: object): Promise<void> => {
    assert.equal((await ask(first.socketPath, line, body)).status, 200, line)
  }
  await change(`PATCH ${RBAC}/clusterroles/system:discovery`, { rules: [rule('get', 'pods')] })
  await change(`DELETE ${RBAC}/clusterroles/view`)
  await change(`PATCH ${RBAC}/clusterrolebindings/system:basic-user`, { subjects: null })
  const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' }
  await change(`PATCH ${RBAC}/clusterroles/system:kube-dns`, { rules: [], metadata: { annotations } })
  await change(`DELETE ${RBAC}/clusterrolebindings/system:kube-scheduler`)
  await ask(first.socketPath, `POST ${RBAC}/clusterrolebindings`, {
    ...object('ClusterRoleBinding', 'system:kube-scheduler', { roleRef: roleRef('ClusterRole', 'other') }),
  })
  await first.close()
  const second = await startTestServer({ journal })
  const get = async (path: string) => (await ask(second.socketPath, `GET ${RBAC}/${path}`)).body
  const discovery = (await get('clusterroles/system:discovery')).rules
  assert.deepEqual(discovery[0], rule('get', 'pods'))
  assert.equal(discovery.length, 12, 'each path that is missing')
  assert.deepEqual((await get('clusterroles/view')).metadata.labels['kubernetes.io/bootstrapping'], 'rbac-defaults')
  assert.equal((await get('clusterrolebindings/system:basic-user')).subjects[0].name, 'system:authenticated')
  assert.equal((await get('clusterroles/system:kube-dns')).rules, null)
  assert.equal((await get('clusterrolebindings/system:kube-scheduler')).roleRef.name, 'system:kube-scheduler')
  assert.equal((await get('clusterroles')).items.length, 69)
  await second.close()
})

test('nobody makes a role of what they may not do themselves', async () => {
  await let_('ed', rule('create update patch', 'roles', GROUP), rule('get list', 'pods'))
  const role = (name: string, ...rules: object[]) => object('Role', name, { rules })
  const { status, body } = await call(`POST ${LOCAL}/roles`, role('more', rule('get watch', 'pods')), as('ed'))
  assert.equal(status, 403)
  assert.equal(
    body.message,
    'roles.rbac.authorization.k8s.io "more" is forbidden: user "ed" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["pods"], Verbs:["watch"]}',
  )
  assert.equal((await call(`POST ${LOCAL}/roles`, role('less', rule('get', 'pods')), as('ed'))).status, 201)
  const grow = { rules: [rule('get', 'secrets')] }
  assert.equal((await call(`PATCH ${LOCAL}/roles/less`, grow, as('ed'))).status, 403)
  assert.equal((await call(`PATCH ${LOCAL}/roles/less`, { rules: [] }, as('ed'))).status, 200)
  await made(`POST ${LOCAL}/roles`, role('strong', rule('get', 'secrets')))
  assert.equal((await call(`PATCH ${LOCAL}/roles/strong`, { metadata: { labels: { a: 'b' } } }, as('ed'))).status, 403)
  const finalizers = { metadata: { finalizers: ['example.com/x'] } }
  assert.equal((await call(`PATCH ${LOCAL}/roles/strong`, finalizers, as('ed'))).status, 200, 'as the collector does')
  await let_('esther', rule('create escalate', 'roles', GROUP))
  assert.equal((await call(`POST ${LOCAL}/roles`, role('any', rule('*', '*')), as('esther'))).status, 201)
})

test('nobody binds a role that holds more than their own, unless they may bind it', async () => {
  const binding = (name: string, kind: string, role: string) =>
    object('RoleBinding', name, { subjects: [{ kind: 'User', name: 'x' }], roleRef: roleRef(kind, role) })
  await made(`POST ${LOCAL}/roles`, object('Role', 'pods', { rules: [rule('get', 'pods')] }))
  await made(`POST ${LOCAL}/roles`, object('Role', 'secrets', { rules: [rule('get', 'secrets')] }))
  await let_('bea', rule('create', 'rolebindings', GROUP), rule('get', 'pods'), {
    ...rule('bind', 'clusterroles', GROUP),
    resourceNames: ['cluster-admin'],
  })
  const bind = (name: string, kind: string, role: string) =>
    call(`POST ${LOCAL}/rolebindings`, binding(name, kind, role), as('bea'))
  assert.equal((await bind('b1', 'Role', 'pods')).status, 201)
  const refused = await bind('b2', 'Role', 'secrets')
  assert.equal(refused.status, 403)
  assert.match(refused.body.message, /^rolebindings\.rbac\.authorization\.k8s\.io "b2" is forbidden: user "bea"/)
  assert.equal((await bind('b3', 'ClusterRole', 'cluster-admin')).status, 201)
  const missing = await bind('b4', 'ClusterRole', 'nowhere')
  assert.equal(missing.status, 404)
  assert.equal(missing.body.message, 'clusterroles.rbac.authorization.k8s.io "nowhere" not found')
  assert.equal((await bind('b5', 'Other', 'nowhere')).status, 422)
})

test('an aggregation rule takes all of a cluster’s rights to write', async () => {
  await made(
    `POST ${RBAC}/clusterroles`,
    object('ClusterRole', 'role-writer', { rules: [rule('create', 'clusterroles', GROUP)] }),
  )
  const subjects = [{ kind: 'User', name: 'agnes' }]
  await made(
    `POST ${RBAC}/clusterrolebindings`,
    object('ClusterRoleBinding', 'agnes', { subjects, roleRef: roleRef('ClusterRole', 'role-writer') }),
  )
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }
  const body = object('ClusterRole', 'all', { aggregationRule })
  const { status, body: answer } = await call(`POST ${RBAC}/clusterroles`, body, as('agnes'))
  assert.equal(status, 403)
  assert.equal(
    answer.message,
    'clusterroles.rbac.authorization.k8s.io "all" is forbidden: must have cluster-admin privileges to use the aggregationRule',
  )
})

const whoami = async (who?: Parameters<typeof ask>[3]) => {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const { status, body } = await call('POST /apis/authentication.k8s.io/v1/selfsubjectreviews', review, who)
  if (status === 201) assert.ok(Date.parse(body.metadata.creationTimestamp) <= Date.now())
  return status === 201 ? body.status.userInfo : body.message
}

test('whoever is impersonated has the groups that are asked for, or those that are theirs', async () => {
  assert.deepEqual(await whoami(as('rita')), { username: 'rita', groups: ['system:authenticated'] })
  assert.deepEqual(await whoami(as('rita', 'a,b', 'c')), {
    username: 'rita',
    groups: ['a,b', 'c', 'system:authenticated'],
  })
  const account = 'system:serviceaccount:ns:robot'
  const own = ['system:serviceaccounts', 'system:serviceaccounts:ns', 'system:authenticated']
  assert.deepEqual(await whoami(as(account)), { username: account, groups: own })
  assert.deepEqual(await whoami(as(account, 'system:authenticated')), {
    username: account,
    groups: ['system:authenticated'],
  })
  assert.deepEqual((await whoami(as('system:node:node-1'))).groups, ['system:nodes', 'system:authenticated'])
  assert.match(
    await whoami(as('system:anonymous')),
    /User "system:anonymous" cannot create resource "selfsubjectreviews"/,
  )
  const headers = { 'impersonate-uid': '7', 'impersonate-extra-example.com%2fscope': ['read', 'write'] }
  assert.deepEqual(await whoami({ user: 'rita', headers }), {
    username: 'rita',
    uid: '7',
    groups: ['system:authenticated'],
    extra: { 'example.com/scope': ['read', 'write'] },
  })
  assert.equal(
    await whoami({ headers: { 'impersonate-group': 'a' } }),
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"a"}, Extra:map[string][]string(nil)} without impersonating a user name',
  )
})

// Requests of others than masters come by TLS alone; impersonation is asked of the function itself.
test('to be somebody else takes a rule: for one request, or for all of them', async () => {
  const { impersonated } = await import('./impersonation.ts')
  const { createAuthorizer } = await import('./authorizer.ts')
  const { RbacPolicy } = await import('#access/rbac/policy.ts')
  const caller = { name: 'op', groups: ['system:authenticated'] }
  const policyOf = (...rules: object[]) => {
    const policy = new RbacPolicy()
    policy.setRole('', 'r', { rules })
    policy.setBinding('', 'r', {
      metadata: { name: 'r' },
      subjects: [{ kind: 'User', name: 'op' }],
      roleRef: roleRef('ClusterRole', 'r'),
    })
    return policy
  }
  const list = {
    kind: 'resource',
    verb: 'list',
    group: '',
    resource: 'pods',
    subresource: '',
    namespace: 'ns',
    name: '',
  } as const
  const ask_ = (headers: Record<string, string[]>, ...rules: object[]): string => {
    const request = { headers, headersDistinct: headers } as never
    try {
      const { name, groups } = impersonated(
        createAuthorizer({ policy: () => policyOf(...rules) }),
        request,
        caller,
        () => list,
      )
      return `${name} ${groups}`
    } catch (error) {
      return (error as Error).message
    }
  }
  const user = { 'impersonate-user': ['rita'] }
  const named = (what: object, ...resourceNames: string[]) => ({ ...what, resourceNames })
  const AUTHN = 'authentication.k8s.io'
  assert.equal(
    ask_(user),
    'pods is forbidden: User "op" cannot impersonate-on:user-info:list resource "pods" in API group "" in the namespace "ns"',
  )
  assert.equal(ask_(user, named(rule('impersonate', 'users'), 'rita')), 'rita system:authenticated')
  assert.match(ask_(user, named(rule('impersonate', 'users'), 'other')), /cannot impersonate-on/)
  const on = rule('impersonate-on:user-info:list', 'pods')
  const be = named(rule('impersonate:user-info', 'users', AUTHN), 'rita')
  assert.equal(ask_(user, on, be), 'rita system:authenticated')
  assert.equal(
    ask_(user, on),
    'users.authentication.k8s.io "rita" is forbidden: User "op" cannot impersonate:user-info resource "users" in API group "authentication.k8s.io" at the cluster scope',
  )
  const group = { ...user, 'impersonate-group': ['system:masters'] }
  const all = rule('impersonate:user-info', '*', AUTHN)
  assert.match(ask_(group, on, all), /impersonating the system:masters group is not allowed$/)
  assert.equal(ask_(group, rule('impersonate', 'users groups')), 'rita system:masters,system:authenticated')
  assert.match(ask_(group, rule('impersonate', 'users')), /cannot impersonate-on:user-info:list/)
  const extra = { ...user, 'impersonate-extra-scope': ['a'] }
  assert.match(ask_(extra, rule('impersonate', 'users')), /cannot impersonate-on/)
  assert.equal(
    ask_(extra, rule('impersonate', 'users'), named(rule('impersonate', 'userextras/scope', AUTHN), 'a')),
    'rita system:authenticated',
  )
  const account = { 'impersonate-user': ['system:serviceaccount:ns:robot'] }
  assert.match(ask_(account, rule('impersonate', 'users')), /cannot impersonate-on:serviceaccount:list/)
  assert.match(
    ask_(account, rule('impersonate', 'serviceaccounts')),
    /^system:serviceaccount:ns:robot system:serviceaccounts,/,
  )
  const node = { 'impersonate-user': ['system:node:n1'] }
  assert.match(
    ask_(node, rule('impersonate-on:arbitrary-node:list', 'pods')),
    /nodes\.authentication\.k8s\.io "n1" is forbidden/,
  )
  assert.equal(
    ask_(node, rule('impersonate-on:arbitrary-node:list', 'pods'), rule('impersonate:arbitrary-node', 'nodes', AUTHN)),
    'system:node:n1 system:nodes,system:authenticated',
  )
})

test('whoever may only read gets into no pod, by whichever method it is asked', async () => {
  await let_('eve', rule('get', 'pods/exec pods/attach pods/portforward'))
  await let_('ada', rule('get create', 'pods/exec'))
  const spec = { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] }
  await made('POST /api/v1/namespaces/default/pods', { metadata: { name: 'room' }, spec })
  const enter = (who: string, part: string, headers: Record<string, string> = {}) =>
    call(`GET /api/v1/namespaces/default/pods/room/${part}`, undefined, { user: who, headers })
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
  for (const part of ['exec', 'attach', 'portforward'])
    for (const headers of [{}, upgrade]) {
      const { status, body } = await enter('eve', part, headers)
      assert.equal(status, 403)
      assert.equal(body.message, 'pods "room" is forbidden: ')
    }
  assert.equal((await enter('ada', 'exec')).status, 400)
  assert.equal((await enter('ada', 'exec', upgrade)).body.message, 'pod room does not have a host assigned')
})

const review = (kind: string, spec: object, more: object = {}) => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind,
  spec,
  ...more,
})
const AUTHORIZATION = '/apis/authorization.k8s.io/v1'

test('a review tells whether somebody may, by which rule, and refuses what is no question', async () => {
  await let_('sara', rule('get', 'pods'))
  const ofPods = { verb: 'get', resource: 'pods', namespace: 'default' }
  const others = (spec: object, more: object = {}) =>
    call(`POST ${AUTHORIZATION}/subjectaccessreviews`, review('SubjectAccessReview', spec, more))
  const { status, body } = await others({ user: 'sara', resourceAttributes: ofPods })
  assert.equal(status, 201)
  assert.deepEqual(body.status, {
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "sara/default" of Role "sara" to User "sara"',
  })
  assert.deepEqual(
    (await others({ user: 'sara', nonResourceAttributes: { path: '/metrics', verb: 'get' } })).body.status,
    {
      allowed: false,
    },
  )
  assert.equal(
    (await others({ groups: ['system:masters'], resourceAttributes: { verb: 'x', resource: 'y' } })).body.status
      .allowed,
    true,
  )
  const wrong = async (spec: object, more: object = {}) => (await others(spec, more)).body.message
  const kind = 'SubjectAccessReview.authorization.k8s.io "" is invalid: '
  assert.equal(
    await wrong({ resourceAttributes: ofPods }),
    `${kind}spec.user: Invalid value: "": at least one of user or group must be specified`,
  )
  assert.equal(
    await wrong({ user: 'x' }),
    `${kind}spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified`,
  )
  assert.equal(
    await wrong({ user: 'x', resourceAttributes: ofPods, nonResourceAttributes: { path: '/x' } }),
    `${kind}spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":""}: cannot be specified in combination with resourceAttributes`,
  )
  assert.match(
    await wrong({ user: 'x', resourceAttributes: ofPods }, { metadata: { name: 'n' } }),
    /metadata: Invalid value: .*: must be empty$/,
  )
  const local = (spec: object) =>
    call(
      `POST ${AUTHORIZATION}/namespaces/default/localsubjectaccessreviews`,
      review('LocalSubjectAccessReview', { user: 'sara', ...spec }),
    )
  assert.equal((await local({ resourceAttributes: ofPods })).body.status.allowed, true)
  assert.match(
    (await local({ resourceAttributes: { ...ofPods, namespace: 'other' } })).body.message,
    /spec\.resourceAttributes\.namespace: Invalid value: "other": must match metadata\.namespace$/,
  )
  assert.match(
    (await local({ nonResourceAttributes: { path: '/x' } })).body.message,
    /disallowed on this kind of request/,
  )
})

test('the rules that somebody has are listed for a namespace, as far as they could be found', async () => {
  const list = async (namespace: string, who: string, ...groups: string[]) =>
    await call(
      `POST ${AUTHORIZATION}/selfsubjectrulesreviews`,
      review('SelfSubjectRulesReview', { namespace }),
      as(who, ...groups),
    )
  await let_('lily', rule('get', 'pods'))
  const { body } = await list('default', 'lily')
  assert.deepEqual(body.status.resourceRules.at(-1), { verbs: ['get'], apiGroups: [''], resources: ['pods'] })
  assert.equal(body.status.incomplete, false)
  assert.equal(body.status.evaluationError, undefined)
  await call(`DELETE ${LOCAL}/roles/lily`)
  assert.equal(
    (await list('default', 'lily')).body.status.evaluationError,
    'role.rbac.authorization.k8s.io "lily" not found',
  )
  assert.deepEqual(
    (await list('default', 'x', 'system:masters', 'system:authenticated')).body.status.resourceRules[0],
    {
      verbs: ['*'],
      apiGroups: ['*'],
      resources: ['*'],
    },
  )
  const nowhere = await list('', 'lily')
  assert.deepEqual([nowhere.status, nowhere.body.message], [400, 'no namespace on request'])
})
