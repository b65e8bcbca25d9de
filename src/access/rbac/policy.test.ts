import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Binding } from './bindings.ts'
import { RbacPolicy } from './policy.ts'
import type { AccessRequest, User } from './request.ts'
import { ruleAllows } from './rule.ts'

const GROUP = 'rbac.authorization.k8s.io'
const rule = (verb: string, resource: string) => ({ verbs: [verb], apiGroups: [''], resources: [resource] })

const binding = (name: string, role: string, subjects: readonly string[]): Binding => {
  const [kind = '', roleName = ''] = role.split(' ')
  return {
    metadata: { name },
    roleRef: { apiGroup: GROUP, kind, name: roleName },
    subjects: subjects.map((text) => {
      const [kind = '', name = '', namespace] = text.split(' ')
      return { kind, name, ...(namespace ? { namespace } : {}) }
    }),
  }
}

const ask = (verb: string, resource: string, namespace: string): AccessRequest => ({
  kind: 'resource',
  verb,
  group: '',
  resource,
  subresource: '',
  namespace,
  name: '',
})

const rita: User = { name: 'rita', groups: ['team', 'system:authenticated'] }
const robot: User = { name: 'system:serviceaccount:ns:robot', groups: ['system:serviceaccounts'] }

const decide = (policy: RbacPolicy, user: User, verb: string, resource: string, namespace: string): string => {
  const { allowed, reason } = policy.authorize(user, ask(verb, resource, namespace))
  return `${allowed ? 'yes' : 'no'}${reason ? `, ${reason}` : ''}`
}

test('a binding gives a role to whom it names, in its namespace, and the reason says which', () => {
  const policy = new RbacPolicy()
  policy.setRole('default', 'reader', { rules: [rule('get', 'pods')] })
  policy.setRole('', 'watcher', { rules: [rule('watch', 'pods'), rule('watch', 'nodes')] })
  policy.setBinding('default', 'readers', binding('readers', 'Role reader', ['User rita']))
  policy.setBinding('default', 'robots', binding('robots', 'ClusterRole watcher', ['ServiceAccount robot ns']))
  policy.setBinding('', 'all', binding('all', 'ClusterRole watcher', ['User nobody', 'Group team']))
  policy.setBinding('ns', 'own', binding('own', 'ClusterRole watcher', ['ServiceAccount robot']))
  const readers = 'RBAC: allowed by RoleBinding "readers/default" of Role "reader" to User "rita"'
  const all = 'RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "watcher" to Group "team"'
  const robots = 'RBAC: allowed by RoleBinding "robots/default" of ClusterRole "watcher" to ServiceAccount "robot/ns"'
  const own = 'RBAC: allowed by RoleBinding "own/ns" of ClusterRole "watcher" to ServiceAccount "robot/ns"'
  assert.equal(decide(policy, rita, 'get', 'pods', 'default'), `yes, ${readers}`)
  assert.equal(decide(policy, rita, 'get', 'pods', 'other'), 'no')
  assert.equal(decide(policy, rita, 'get', 'pods', ''), 'no')
  assert.equal(decide(policy, rita, 'watch', 'nodes', ''), `yes, ${all}`)
  assert.equal(decide(policy, rita, 'watch', 'pods', 'any'), `yes, ${all}`)
  assert.equal(decide(policy, robot, 'watch', 'pods', 'default'), `yes, ${robots}`)
  assert.equal(decide(policy, robot, 'watch', 'pods', 'ns'), `yes, ${own}`)
  assert.equal(decide(policy, robot, 'watch', 'pods', ''), 'no')
  assert.equal(decide(policy, { name: 'rita', groups: [] }, 'watch', 'pods', ''), 'no')
})

test('a subject of the cluster is a ServiceAccount only with a namespace, and a group is no user', () => {
  const policy = new RbacPolicy()
  policy.setRole('', 'r', { rules: [rule('get', 'pods')] })
  policy.setBinding('', 'b', binding('b', 'ClusterRole r', ['ServiceAccount robot', 'Group rita', 'Other rita']))
  assert.equal(decide(policy, robot, 'get', 'pods', ''), 'no')
  assert.equal(decide(policy, rita, 'get', 'pods', ''), 'no')
  assert.equal(decide(policy, { name: 'system:serviceaccount::robot', groups: [] }, 'get', 'pods', ''), 'no')
})

test('a binding of a role that is not there allows nothing, and a refusal says so once for each', () => {
  const policy = new RbacPolicy()
  policy.setBinding('', 'a', binding('a', 'ClusterRole gone', ['User rita']))
  assert.equal(
    decide(policy, rita, 'get', 'pods', 'ns'),
    'no, RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found',
  )
  policy.setBinding('ns', 'b', binding('b', 'Role gone', ['User rita']))
  policy.setBinding('ns', 'c', binding('c', 'Role gone', ['User rita']))
  policy.setRole('', 'kept', { rules: [rule('get', 'pods')] })
  policy.setBinding('ns', 'd', binding('d', 'ClusterRole kept', ['User rita']))
  assert.equal(
    decide(policy, rita, 'list', 'pods', 'ns'),
    'no, RBAC: [clusterrole.rbac.authorization.k8s.io "gone" not found, role.rbac.authorization.k8s.io "gone" not found]',
  )
  assert.match(decide(policy, rita, 'get', 'pods', 'ns'), /^yes, RBAC: allowed by RoleBinding "d\/ns"/)
  assert.deepEqual(policy.holding(rita, 'ns'), {
    rules: [rule('get', 'pods')],
    errors: [
      'clusterrole.rbac.authorization.k8s.io "gone" not found',
      'role.rbac.authorization.k8s.io "gone" not found',
      'role.rbac.authorization.k8s.io "gone" not found',
    ],
  })
  assert.deepEqual(policy.holding(rita, '').rules, [])
})

test('what changes holds for the next question, also where one was asked before', () => {
  const policy = new RbacPolicy()
  const steps: readonly (readonly [() => void, string])[] = [
    [() => policy.setRole('', 'r', { rules: [] }), 'no'],
    [() => policy.setBinding('ns', 'b', binding('b', 'ClusterRole r', ['User rita'])), 'no'],
    [() => policy.setRole('', 'r', { rules: [rule('get', 'pods')] }), 'yes'],
    [() => policy.setBinding('ns', 'b', binding('b', 'ClusterRole r', ['User other'])), 'no'],
    [() => policy.setBinding('ns', 'b', binding('b', 'ClusterRole r', ['Group team', 'User rita'])), 'yes'],
    [() => policy.setBinding('ns', 'b', undefined), 'no'],
    [() => policy.setBinding('ns', 'b', undefined), 'no'],
    [() => policy.setBinding('ns', 'b', binding('b', 'ClusterRole r', ['Group team'])), 'yes'],
    [() => policy.setRole('', 'r', undefined), 'no'],
    [() => policy.setRole('', 'r', {}), 'no'],
  ]
  for (const [step, expected] of steps) {
    step()
    assert.equal(decide(policy, rita, 'get', 'pods', 'ns').slice(0, 3).replace(',', ''), expected, String(step))
  }
})

test('who is named by several bindings keeps what the others give when one goes', () => {
  const policy = new RbacPolicy()
  for (const name of ['a', 'b', 'c']) {
    policy.setRole('', name, { rules: [rule('get', name)] })
    policy.setBinding('', name, binding(name, `ClusterRole ${name}`, ['User rita']))
  }
  policy.setBinding('', 'a', undefined)
  policy.setBinding('', 'b', binding('b', 'ClusterRole b', ['User other']))
  const has = ['a', 'b', 'c'].map((resource) => decide(policy, rita, 'get', resource, '').slice(0, 2))
  assert.deepEqual(has, ['no', 'no', 'ye'])
})

test('rules are told in the order of the bindings’ names, those of the cluster first', () => {
  const policy = new RbacPolicy()
  for (const name of ['c', 'a', 'b']) {
    policy.setRole('', name, { rules: [rule('get', name)] })
    policy.setBinding('', name, binding(name, `ClusterRole ${name}`, ['User rita']))
    policy.setBinding('ns', name, binding(name, `ClusterRole ${name}`, ['User rita']))
  }
  const resources = policy.holding(rita, 'ns').rules.map(({ resources }) => resources![0])
  assert.deepEqual(resources, ['a', 'b', 'c', 'a', 'b', 'c'])
})

test('the rules of a role are found by what names it: of the namespace, or of the cluster', () => {
  const policy = new RbacPolicy()
  policy.setRole('ns', 'r', { rules: [rule('get', 'a')] })
  policy.setRole('', 'r', {})
  const ref = { apiGroup: GROUP, kind: 'Role', name: 'r' }
  assert.deepEqual(policy.rulesOf(ref, 'ns'), [rule('get', 'a')])
  assert.equal(policy.rulesOf(ref, 'other'), undefined)
  assert.deepEqual(policy.rulesOf({ ...ref, kind: 'ClusterRole' }, 'other'), [])
  policy.setRole('ns', 'r', undefined)
  assert.equal(policy.rulesOf(ref, 'ns'), undefined)
})

test('however many users ask, and from whatever namespaces, each is answered as the first', () => {
  const policy = new RbacPolicy()
  policy.setRole('', 'r', { rules: [rule('get', 'pods')] })
  policy.setBinding('', 'b', binding('b', 'ClusterRole r', ['User u7', 'User u5000']))
  for (let number = 0; number < 6000; number++) {
    const decision = policy.authorize({ name: `u${number}`, groups: [] }, ask('get', 'pods', `n${number}`))
    assert.equal(decision.allowed, number === 7 || number === 5000)
  }
})

// What the promise says, over all objects, without any index.
interface World {
  readonly roles: readonly { namespace: string; name: string; rules: readonly object[] }[]
  readonly bindings: readonly { namespace: string; name: string; binding: Binding }[]
}

const allowedBy = ({ roles, bindings }: World, user: User, request: AccessRequest): boolean =>
  bindings.some(({ namespace, binding: { roleRef, subjects } }) => {
    if (namespace && !(request.kind === 'resource' && request.namespace === namespace)) return false
    const named = subjects!.some((subject) => {
      if (subject.kind === 'User') return subject.name === user.name
      if (subject.kind === 'Group') return user.groups.includes(subject.name)
      const where = subject.namespace || namespace
      return where !== '' && user.name === `system:serviceaccount:${where}:${subject.name}`
    })
    const at = roleRef.kind === 'Role' ? namespace : ''
    if (roleRef.kind === 'Role' && namespace === '') return false
    const role = roles.find(({ namespace: own, name }) => name === roleRef.name && own === at)
    return named && (role?.rules ?? []).some((one) => ruleAllows(one, request))
  })

test('property: with whatever roles and bindings there are, it decides as a look through all of them', () => {
  const word = fc.constantFrom('a', 'b')
  const namespace = fc.constantFrom('', 'n', 'm')
  const aRule = fc.record({
    verbs: fc.array(word, { maxLength: 2 }),
    resources: fc.array(word),
    apiGroups: fc.array(word),
  })
  const aRole = fc.record({ namespace, name: word, rules: fc.array(aRule, { maxLength: 2 }) })
  const aSubject = fc.record({ kind: fc.constantFrom('User', 'Group', 'ServiceAccount'), name: word, namespace })
  const aBinding = fc.record({
    namespace,
    name: word,
    kind: fc.constantFrom('Role', 'ClusterRole'),
    role: word,
    subjects: fc.array(aSubject),
  })
  const aUser = fc.record({
    name: fc.constantFrom('a', 'b', 'system:serviceaccount:n:a', 'system:serviceaccount:m:b'),
    groups: fc.array(word, { maxLength: 2 }),
  })
  const aQuestion = fc.record({ verb: word, group: word, resource: word, namespace })
  fc.assert(
    fc.property(
      fc.array(aRole),
      fc.array(aBinding),
      fc.array(aUser),
      fc.array(aQuestion),
      (roles, bound, users, questions) => {
        const policy = new RbacPolicy()
        const last = <T extends { namespace: string; name: string }>(list: readonly T[]): readonly T[] => [
          ...new Map(list.map((one) => [`${one.namespace}/${one.name}`, one])).values(),
        ]
        const world: World = {
          roles: last(roles),
          bindings: last(bound).map(({ namespace, name, kind, role, subjects }) => ({
            namespace,
            name,
            binding: { metadata: { name }, roleRef: { apiGroup: GROUP, kind, name: role }, subjects },
          })),
        }
        for (const { namespace, name, rules } of roles) policy.setRole(namespace, name, { rules })
        for (const { namespace, name, binding } of world.bindings) policy.setBinding(namespace, name, binding)
        for (const user of users)
          for (const one of questions) {
            const request = { kind: 'resource', subresource: '', name: '', ...one } as const
            assert.equal(policy.authorize(user, request).allowed, allowedBy(world, user, request))
          }
      },
    ),
  )
})
