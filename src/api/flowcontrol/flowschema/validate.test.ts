import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, refusedChange, refusedStatus } from '#api/testing/refusals.ts'
import { MANDATORY_SCHEMAS } from '../mandatory.ts'

const RULE = {
  subjects: [{ kind: 'User', user: { name: 'u' } }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
}
const make = (spec: object, name = 'f'): any => ({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'FlowSchema',
  metadata: { name, resourceVersion: '1' },
  spec: { priorityLevelConfiguration: { name: 'p' }, rules: [RULE], ...spec },
})
const ofRule = (rule: object): readonly string[] =>
  refusals(make({ rules: [{ ...RULE, ...rule }] })).map((text) => text.replaceAll('spec.rules[0]', ''))

test('a schema comes at its place, and leads to a level', () => {
  assert.deepEqual(refusals(make({ distinguisherMethod: { type: 'ByUser' } })), [])
  assert.deepEqual(refusals(make({ matchingPrecedence: -1, priorityLevelConfiguration: { name: '' } })), [
    'spec.matchingPrecedence: Invalid value: -1: must be a positive value',
    'spec.priorityLevelConfiguration.name: Required value: must reference a priority level',
  ])
  assert.deepEqual(refusals(make({ matchingPrecedence: 10_001, distinguisherMethod: { type: 'x' } })), [
    'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
    'spec.distinguisherMethod.type: Unsupported value: {"type":"x"}: supported values: "ByNamespace", "ByUser"',
  ])
  assert.deepEqual(refusals(make({ matchingPrecedence: 10_000 })), [])
  assert.deepEqual(refusals(make({ matchingPrecedence: 1 })), [
    "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1",
  ])
  assert.match(
    refusals(make({ priorityLevelConfiguration: { name: 'A' } }))[0]!,
    /^spec.priorityLevelConfiguration.name/,
  )
})

test('a rule is for somebody, who is told as their kind is', () => {
  assert.deepEqual(ofRule({ subjects: [], nonResourceRules: [] }), [
    '.subjects: Required value: subjects must contain at least one value',
    ': Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
  ])
  const [user, group, serviceAccount] = [{ name: 'u' }, { name: 'g' }, { name: '*', namespace: 'n' }]
  const good = [
    { kind: 'User', user },
    { kind: 'Group', group },
    { kind: 'ServiceAccount', serviceAccount },
  ]
  assert.deepEqual(ofRule({ subjects: good }), [])
  assert.deepEqual(
    ofRule({
      subjects: [{ kind: 'User', group }, { kind: 'Group', group: { name: '' }, serviceAccount }, { kind: 'x' }],
    }),
    [
      ".subjects[0].user: Required value: user is required when subject kind is 'User'",
      ".subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      '.subjects[1].group.name: Required value',
      ".subjects[1].serviceAccount: Forbidden: serviceAccount is forbidden when subject kind is not 'ServiceAccount'",
      '.subjects[2].kind: Unsupported value: "x": supported values: "Group", "ServiceAccount", "User"',
    ],
  )
  const accounts = [
    { name: '', namespace: '' },
    { name: 'A', namespace: 'B' },
  ].map((account) => ({
    kind: 'ServiceAccount',
    serviceAccount: account,
  }))
  assert.deepEqual(
    ofRule({ subjects: accounts }).map((text) => text.split(':').slice(0, 2).join(':')),
    [
      '.subjects[0].serviceAccount.name: Required value',
      '.subjects[0].serviceAccount.namespace: Required value',
      '.subjects[1].serviceAccount.name: Invalid value',
      '.subjects[1].serviceAccount.namespace: Invalid value',
    ],
  )
})

test('a rule says which requests it is for: all of a sort, or some by name', () => {
  const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] }
  assert.deepEqual(ofRule({ resourceRules: [all, { ...all, namespaces: [], clusterScope: true }] }), [])
  assert.deepEqual(ofRule({ resourceRules: [{}], nonResourceRules: [{}] }), [
    '.resourceRules[0].verbs: Required value: verbs must contain at least one value',
    '.resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group',
    '.resourceRules[0].resources: Required value: resource rules must supply at least one resource',
    '.resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    '.nonResourceRules[0].verbs: Required value: verbs must contain at least one value',
    '.nonResourceRules[0].nonResourceURLs: Required value: nonResourceURLs must contain at least one value',
  ])
  const more = { verbs: ['*', 'get'], apiGroups: ['', '*'], resources: ['a', '*'], namespaces: ['*', 'n'] }
  assert.deepEqual(ofRule({ resourceRules: [more] }), [
    `.resourceRules[0].verbs: Invalid value: ["*","get"]: if '*' is present, must not specify other verbs`,
    `.resourceRules[0].apiGroups: Invalid value: ["","*"]: if '*' is present, must not specify other api groups`,
    `.resourceRules[0].resources: Invalid value: ["a","*"]: if '*' is present, must not specify other resources`,
    `.resourceRules[0].namespaces: Invalid value: ["*","n"]: if '*' is present, must not specify other namespaces`,
  ])
  assert.deepEqual(ofRule({ resourceRules: [{ ...all, verbs: ['get', 'put'] }] }), [
    '.resourceRules[0].verbs: Unsupported value: ["get","put"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
  ])
  assert.match(
    ofRule({ resourceRules: [{ ...all, namespaces: ['n', 'A'] }] }).join(),
    /^.resourceRules\[0].namespaces\[1]: Invalid value: "A": each member of this list must be '\*' or a DNS-1123 label; a lower/,
  )
})

test('a path is whole, or ends with what may follow', () => {
  const ofPaths = (...nonResourceURLs: readonly string[]): readonly string[] =>
    ofRule({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs }] }).map((text) =>
      text.replace(/^.*\[(\d+)]: Invalid value: /, '$1 '),
    )
  assert.deepEqual(ofPaths('/', '/healthz', '/a/*'), [])
  assert.deepEqual(ofPaths('', 'a', '/a b', '/a//b', '/a*', '/*/*', '/*'), [
    '0 "": must not be empty',
    '1 "a": must start with slash',
    '2 "/a b": must not contain white-space',
    '3 "/a//b": must not contain double slash',
    '4 "/a*": wildcard can only do suffix matching',
    '5 "/*/*": wildcard can only do suffix matching',
  ])
  assert.match(ofPaths('*', '/a').join(), /must not specify other non-resource URLs/)
})

test('what every cluster has stays as it is, and a type of condition is there once', () => {
  for (const [name, spec] of Object.entries(MANDATORY_SCHEMAS)) {
    assert.deepEqual(refusals(make(spec, name)), [])
    const [refused] = refusedChange(make(spec, name), (one) => void Object.assign(one.spec, { rules: [RULE] }))
    assert.match(refused!, new RegExp(`^spec: Invalid value: .*: spec of '${name}' must equal the fixed value$`))
  }
  const conditions = [{ type: 'A' }, { type: 'A' }, { status: 'True' }]
  assert.deepEqual(refusedStatus(make({}), { conditions }), [
    'status.conditions[1].type: Duplicate value: "A"',
    'status.conditions[2].type: Required value: must not be empty',
  ])
})
