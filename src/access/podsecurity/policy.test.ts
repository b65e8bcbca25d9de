import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PodLike } from './check.ts'
import { existingPodWarnings } from './existing-pods.ts'
import { asksNothing, compareLevels, isSame, levelText, policyOf } from './policy.ts'

const PREFIX = 'pod-security.kubernetes.io/'
/** `enforce=baseline enforce-version=v1.30`. */
const read = (text: string) => {
  const labels = Object.fromEntries(
    text
      .split(' ')
      .map((part) => part.split('='))
      .map(([key, value]) => [`${PREFIX}${key}`, value ?? '']),
  )
  const { policy, errors } = policyOf(text ? labels : undefined)
  const { enforce, audit, warn } = policy
  return {
    text: [enforce, audit, warn].map(levelText).join(' '),
    errors: errors.map(({ field, badValue, detail }) => `${field} ${badValue}: ${detail}`),
    policy,
  }
}

test('the labels of a namespace say what it enforces, writes of and warns of', () => {
  for (const [labels, expected] of [
    ['', 'privileged:latest privileged:latest privileged:latest'],
    ['enforce=baseline', 'baseline:latest privileged:latest baseline:latest'],
    ['enforce=baseline enforce-version=v1.30', 'baseline:v1.30 privileged:latest baseline:v1.30'],
    ['enforce=baseline enforce-version=v1.30 warn-version=v1.9', 'baseline:v1.30 privileged:latest baseline:v1.9'],
    ['enforce=restricted warn=baseline', 'restricted:latest privileged:latest baseline:latest'],
    ['enforce=restricted warn=privileged', 'restricted:latest privileged:latest privileged:latest'],
    [
      'enforce=baseline warn=restricted audit=restricted audit-version=v1.0',
      'baseline:latest restricted:v1.0 restricted:latest',
    ],
    ['warn-version=v1.2', 'privileged:latest privileged:latest privileged:v1.2'],
  ] as const) {
    assert.equal(read(labels).text, expected, labels)
    assert.deepEqual(read(labels).errors, [])
  }
})

test('labels that cannot be read are told of, and the strictest is enforced until they can', () => {
  const level = 'must be one of privileged, baseline, restricted'
  const version = 'must be "latest" or "v1.x"'
  const { text, errors } = read(
    'enforce=odd enforce-version=1.2 audit=odd audit-version=v2.0 warn=odd warn-version=v1.02',
  )
  assert.equal(text, 'restricted:latest privileged:latest privileged:latest')
  assert.deepEqual(errors, [
    `metadata.labels[${PREFIX}enforce] odd: ${level}`,
    `metadata.labels[${PREFIX}enforce-version] 1.2: ${version}`,
    `metadata.labels[${PREFIX}audit] odd: ${level}`,
    `metadata.labels[${PREFIX}audit-version] v2.0: ${version}`,
    `metadata.labels[${PREFIX}warn] odd: ${level}`,
    `metadata.labels[${PREFIX}warn-version] v1.02: ${version}`,
  ])
  assert.equal(
    read('enforce=odd').text,
    'restricted:latest privileged:latest privileged:latest',
    'and is not warned of',
  )
})

test('levels are compared by how strict they are, policies by what they ask', () => {
  assert.ok(compareLevels('restricted', 'baseline') > 0)
  assert.ok(compareLevels('privileged', 'baseline') < 0)
  assert.equal(compareLevels('baseline', 'baseline'), 0)
  assert.ok(asksNothing(read('').policy))
  for (const labels of ['enforce=baseline', 'audit=baseline', 'warn=baseline'])
    assert.ok(!asksNothing(read(labels).policy))
  assert.ok(isSame({ level: 'baseline', version: 'latest' }, { level: 'baseline', version: 'latest' }))
  assert.ok(!isSame({ level: 'baseline', version: 'latest' }, { level: 'baseline', version: 3 }))
  assert.ok(!isSame({ level: 'baseline', version: 3 }, { level: 'restricted', version: 3 }))
})

const pod = (name: string, spec: object, owner?: string): PodLike => ({
  metadata: {
    name,
    ...(owner ? { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: owner, controller: true }] } : {}),
  },
  spec: { containers: [], ...spec } as never,
})

test('of pods that are there it is said which would not be let in, one of each controller first', () => {
  const enforce = { level: 'baseline', version: 'latest' } as const
  assert.deepEqual(existingPodWarnings('ns', enforce, [pod('fine', {})]), [])
  assert.deepEqual(
    existingPodWarnings('ns', enforce, [
      pod('c', { hostPID: true }),
      pod('b', { hostPID: true }),
      pod('z', { volumes: [{ name: 'v', hostPath: {} }], hostPID: true }),
      pod('a', { hostIPC: true }),
      pod('net', { volumes: [{ name: 'v', hostPath: {} }] }),
    ]),
    [
      'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
      'a (and 2 other pods): host namespaces',
      'net: hostPath volumes',
      'z: host namespaces, hostPath volumes',
    ],
  )
  assert.deepEqual(
    existingPodWarnings('ns', enforce, [pod('b', { hostPID: true }), pod('a', { hostPID: true })])[1],
    'a (and 1 other pod): host namespaces',
  )
  const many = Array.from({ length: 3001 }, (_, index) =>
    pod(`p${index}`, { hostPID: index === 3000 }, index === 3000 ? 'other' : 'same'),
  )
  assert.deepEqual(existingPodWarnings('ns', enforce, many), [
    'new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods',
    'existing pods in namespace "ns" violate the new PodSecurity enforce level "baseline:latest"',
    'p3000: host namespaces',
  ])
})
