import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { uncovered } from './covers.ts'
import { escalationRefusal, FULL_AUTHORITY } from './escalation.ts'
import type { AccessRequest } from './request.ts'
import { ruleAllows } from './rule.ts'

const user = { name: 'rita', groups: ['team', 'system:authenticated'] }
const rule = (verbs: string, resources: string, more: object = {}) => ({
  verbs: verbs.split(' '),
  apiGroups: [''],
  resources: resources.split(' '),
  ...more,
})
const refusal = (owned: readonly object[], wanted: readonly object[], errors: readonly string[] = []) =>
  escalationRefusal(user, { rules: owned, errors }, wanted)
const LEAD =
  'user "rita" (groups=["team" "system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n'

test('what is one’s own may be handed on, in parts and from several rules', () => {
  const own = [rule('get list', 'pods services'), rule('watch', 'pods')]
  assert.equal(refusal(own, []), undefined)
  assert.equal(refusal(own, [rule('get watch', 'pods')]), undefined)
  assert.equal(refusal(FULL_AUTHORITY, [rule('any', 'thing'), { verbs: ['get'], nonResourceURLs: ['/x'] }]), undefined)
  assert.equal(refusal([rule('get', 'pods')], [rule('get', 'pods', { resourceNames: ['a'] })]), undefined)
  assert.equal(refusal([rule('get', '*/scale')], [rule('get', 'pods/scale')]), undefined)
  assert.equal(
    refusal(
      [{ verbs: ['get'], nonResourceURLs: ['/c', '/a/*'] }],
      [{ verbs: ['get'], nonResourceURLs: ['/a/b', '/c'] }],
    ),
    undefined,
  )
})

test('what is not is refused, each resource with all verbs that are missing, sorted', () => {
  assert.equal(
    refusal([rule('get', 'pods')], [rule('get watch list', 'secrets pods'), rule('list', 'secrets')]),
    `${LEAD}{APIGroups:[""], Resources:["pods"], Verbs:["watch" "list"]}\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "watch" "list"]}`,
  )
  assert.equal(
    refusal(
      [],
      [
        { ...rule('get', 'pods'), resourceNames: ['a', 'b'] },
        { verbs: ['get', 'post'], nonResourceURLs: ['/x'] },
      ],
    ),
    `${LEAD}{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["get"]}\n{APIGroups:[""], Resources:["pods"], ResourceNames:["b"], Verbs:["get"]}\n{NonResourceURLs:["/x"], Verbs:["get"]}\n{NonResourceURLs:["/x"], Verbs:["post"]}`,
  )
})

test('names do not make up for all of a kind, nor a part for the whole, nor a group for another', () => {
  for (const [owned, wanted] of [
    [rule('get', 'pods', { resourceNames: ['a'] }), rule('get', 'pods')],
    [rule('get', 'pods', { resourceNames: ['a'] }), rule('get', 'pods', { resourceNames: ['b'] })],
    [rule('get', 'pods/scale'), rule('get', 'pods')],
    [rule('get', '*/scale'), rule('get', 'pods/status')],
    [rule('get', '*/scale'), rule('get', '*')],
    [rule('get', 'pods'), rule('get', '*')],
    [rule('get', 'pods'), rule('*', 'pods')],
    [rule('get', 'pods'), { ...rule('get', 'pods'), apiGroups: ['apps'] }],
    [rule('get', 'pods'), { ...rule('get', 'pods'), apiGroups: ['*'] }],
    [rule('*', '*'), { verbs: ['get'], nonResourceURLs: ['/x'] }],
    [
      { verbs: ['get'], nonResourceURLs: ['/x'] },
      { verbs: ['get'], nonResourceURLs: ['/x/*'] },
    ],
    [{ verbs: ['*'], nonResourceURLs: ['*'] }, rule('get', 'pods')],
  ])
    assert.match(refusal([owned!], [wanted!]) ?? '', /not currently held/, JSON.stringify([owned, wanted]))
})

test('where not all that one has could be found, the refusal says so', () => {
  assert.equal(
    refusal([], [rule('get', 'pods')], ['a not found', 'b not found']),
    `${LEAD}{APIGroups:[""], Resources:["pods"], Verbs:["get"]}; resolution errors: [a not found b not found]`,
  )
})

test('a rule comes apart into one verb, one group, one resource and one name each', () => {
  const named = { verbs: ['a', 'b'], apiGroups: ['g'], resources: ['r'], resourceNames: ['x', 'y'] }
  assert.deepEqual(uncovered([], [named]), [
    { verbs: ['a'], apiGroups: ['g'], resources: ['r'], resourceNames: ['x'] },
    { verbs: ['a'], apiGroups: ['g'], resources: ['r'], resourceNames: ['y'] },
    { verbs: ['b'], apiGroups: ['g'], resources: ['r'], resourceNames: ['x'] },
    { verbs: ['b'], apiGroups: ['g'], resources: ['r'], resourceNames: ['y'] },
  ])
  assert.deepEqual(uncovered([], [{ verbs: ['a'], nonResourceURLs: ['/x', '/y'] }]), [
    { verbs: ['a'], nonResourceURLs: ['/x'] },
    { verbs: ['a'], nonResourceURLs: ['/y'] },
  ])
  assert.deepEqual(uncovered([], [{}]), [])
})

test('property: what is covered allows nothing that its owner’s rules do not', () => {
  const word = fc.constantFrom('a', 'b', '*', 'a/s', '*/s')
  const words = fc.array(word, { minLength: 1, maxLength: 2 })
  const aRule = fc.record({
    verbs: words,
    apiGroups: words,
    resources: words,
    resourceNames: fc.array(fc.constantFrom('x', 'y'), { maxLength: 1 }),
  })
  const question = fc.record({
    verb: fc.constantFrom('a', 'b', 'c'),
    group: fc.constantFrom('a', 'b', 'c'),
    resource: fc.constantFrom('a', 'b', 'c'),
    subresource: fc.constantFrom('', 's', 't'),
    name: fc.constantFrom('', 'x', 'y'),
  })
  fc.assert(
    fc.property(
      fc.array(aRule, { maxLength: 3 }),
      fc.array(aRule, { maxLength: 2 }),
      fc.array(question),
      (owned, wanted, asked) => {
        if (uncovered(owned, wanted).length > 0) return
        for (const one of asked) {
          const request: AccessRequest = { kind: 'resource', namespace: '', ...one }
          if (wanted.some((rule) => ruleAllows(rule, request)))
            assert.ok(
              owned.some((rule) => ruleAllows(rule, request)),
              JSON.stringify([owned, wanted, one]),
            )
        }
      },
    ),
  )
})
