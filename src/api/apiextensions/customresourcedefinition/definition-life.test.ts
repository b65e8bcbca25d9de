import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withAcceptedNames } from './accepted-names.ts'
import { withApproval } from './approval.ts'
import { conditionOf, isTrue, withCondition } from './conditions.ts'
import { defaultCustomResourceDefinition } from './defaults.ts'
import { markedDefinition, prepareDefinitionCreate, prepareDefinitionUpdate } from './prepare.ts'
import { definitionWarnings } from './warnings.ts'

type Loose = any
const NOW = Date.parse('2026-11-27T00:00:00Z')
const NAMES = { plural: 'dials', singular: 'dial', kind: 'Dial', listKind: 'DialList' }
const definition = (names: object = {}, more: Loose = {}): Loose => ({
  metadata: { name: 'dials.lab.example' },
  spec: { group: 'lab.example', names: { ...NAMES, ...names }, versions: [{ name: 'v1', storage: true }] },
  ...more,
})
const other = (acceptedNames: object, group = 'lab.example'): Loose => ({
  metadata: { name: 'other' },
  spec: { group },
  status: { acceptedNames },
})
const said = (one: Loose, type: string) => {
  const { status, reason, message } = conditionOf(one, type) ?? {}
  return `${status} ${reason}: ${message}`
}

test('a definition gets the names that nobody else has, and is established with the first', () => {
  const next = withAcceptedNames(definition({ shortNames: ['d'], categories: ['all'] }), [], NOW)
  assert.deepEqual(next.status?.acceptedNames, { ...NAMES, shortNames: ['d'], categories: ['all'] })
  assert.equal(said(next, 'NamesAccepted'), 'True NoConflicts: no conflicts found')
  assert.equal(said(next, 'Established'), 'True InitialNamesAccepted: the initial names have been accepted')
  assert.equal(conditionOf(next, 'Established')?.lastTransitionTime, '2026-11-27T00:00:00Z')
  assert.equal(withAcceptedNames(next, [], NOW), next, 'nothing is to be said anew')
  const fewer = withAcceptedNames({ ...next, spec: definition().spec }, [], NOW)
  assert.deepEqual(fewer.status?.acceptedNames, NAMES)
})

test('a name that another of the group has is not given, and the condition says which', () => {
  const cases: readonly (readonly [taken: object, reason: string, word: string])[] = [
    [{ plural: 'dials', kind: 'X' }, 'PluralConflict', 'dials'],
    [{ plural: 'x', singular: 'dials', kind: 'X' }, 'PluralConflict', 'dials'],
    [{ plural: 'x', shortNames: ['dial'], kind: 'X' }, 'SingularConflict', 'dial'],
    [{ plural: 'x', kind: 'Dial' }, 'KindConflict', 'Dial'],
    [{ plural: 'x', kind: 'DialList' }, 'ListKindConflict', 'DialList'],
    [{ plural: 'x', kind: 'X', listKind: 'Dial' }, 'KindConflict', 'Dial'],
    [{ plural: 'd', kind: 'X' }, 'ShortNamesConflict', 'd'],
  ]
  for (const [taken, reason, word] of cases) {
    const next = withAcceptedNames(definition({ shortNames: ['d'] }), [other(taken)], NOW)
    assert.equal(said(next, 'NamesAccepted'), `False ${reason}: "${word}" is already in use`)
    assert.equal(said(next, 'Established'), 'False NotAccepted: not all names are accepted')
    const elsewhere = withAcceptedNames(definition({ shortNames: ['d'] }), [other(taken, 'x.example')], NOW)
    assert.ok(isTrue(elsewhere, 'NamesAccepted'), 'another group')
  }
  const two = withAcceptedNames(
    definition({ shortNames: ['d', 'e'] }),
    [other({ plural: 'd', singular: 'e', kind: 'X' })],
    NOW,
  )
  assert.equal(said(two, 'NamesAccepted'), 'False ShortNamesConflict: ["d" is already in use, "e" is already in use]')
  assert.equal(two.status?.acceptedNames?.shortNames, undefined)
  const kept = withAcceptedNames(definition(), [other({ plural: 'x', kind: 'Dial' })], NOW)
  assert.deepEqual(kept.status?.acceptedNames, { ...NAMES, kind: '' })
})

test('who has a name keeps it, and stays established while a new one is not given', () => {
  const own = withAcceptedNames(definition({ shortNames: ['d'] }), [], NOW)
  const rivals = [other({ plural: 'dials', kind: 'Dial', shortNames: ['d', 'e'] })]
  const wish = { ...own, spec: { ...own.spec, names: { ...NAMES, shortNames: ['d', 'e'] } } }
  const next = withAcceptedNames(wish, rivals, NOW)
  assert.equal(said(next, 'NamesAccepted'), 'False ShortNamesConflict: "e" is already in use')
  assert.ok(isTrue(next, 'Established'))
  assert.deepEqual(next.status?.acceptedNames?.shortNames, ['d'])
  const self = { ...own, metadata: { name: 'dials.lab.example' } }
  assert.ok(isTrue(withAcceptedNames(definition(), [self], NOW), 'NamesAccepted'), 'itself is no rival')
})

test('a condition changes its time with its status alone, and stands where it stood', () => {
  const first = withCondition(definition(), { type: 'A', status: 'True', reason: 'r', message: 'm' }, NOW)
  const both = withCondition(first, { type: 'B', status: 'True' }, NOW)
  const same = withCondition(both, { type: 'A', status: 'True', reason: 'other' }, NOW + 5000)
  assert.deepEqual(same.status?.conditions, [
    { type: 'A', status: 'True', lastTransitionTime: '2026-11-27T00:00:00Z', reason: 'other' },
    { type: 'B', status: 'True', lastTransitionTime: '2026-11-27T00:00:00Z' },
  ])
  const changed = withCondition(same, { type: 'A', status: 'False' }, NOW + 5000)
  assert.equal(conditionOf(changed, 'A')?.lastTransitionTime, '2026-11-27T00:00:05Z')
  assert.deepEqual([isTrue(changed, 'A'), isTrue(changed, 'B'), isTrue(changed, 'C')], [false, true, false])
})

test('the version in which objects are stored is remembered with those before it', () => {
  const made = definition({}, { status: { acceptedNames: NAMES, conditions: [{ type: 'A' }] } })
  prepareDefinitionCreate(made)
  assert.deepEqual(made.status, { acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] })
  prepareDefinitionUpdate(made)
  assert.deepEqual(made.status.storedVersions, ['v1'])
  made.spec.versions = [
    { name: 'v1', storage: false },
    { name: 'v2', storage: true },
  ]
  prepareDefinitionUpdate(made)
  assert.deepEqual(made.status.storedVersions, ['v1', 'v2'])
  const none = definition()
  none.spec.versions = undefined
  prepareDefinitionCreate(none)
  assert.deepEqual(none.status, { acceptedNames: { plural: '', kind: '' } })
})

test('a definition that goes waits for its instances, and says so once', () => {
  const before = definition({}, { metadata: { name: 'x', generation: 3 }, status: { conditions: [] } })
  const deletionTimestamp = '2026-11-27T00:00:01Z'
  const marked = { ...before, metadata: { ...before.metadata, generation: 4, deletionTimestamp } }
  const next = markedDefinition(marked, before)
  const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
  assert.deepEqual(next.metadata, { name: 'x', generation: 3, deletionTimestamp, finalizers: [CLEANUP] })
  assert.equal(
    said(next, 'Terminating'),
    'True InstanceDeletionPending: CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  )
  assert.equal(conditionOf(next, 'Terminating')?.lastTransitionTime, deletionTimestamp)
  const finalizers = ['own', CLEANUP]
  const again = markedDefinition({ ...next, metadata: { ...next.metadata, finalizers } }, next)
  assert.deepEqual([again.metadata?.finalizers, again.status], [finalizers, next.status])
  const young = markedDefinition(
    { ...marked, metadata: { name: 'x', deletionTimestamp } },
    { ...before, metadata: { name: 'x' } },
  )
  assert.ok(!('generation' in young.metadata!))
})

test('what is left out of a definition follows from what is there', () => {
  const completed = (spec: Loose) => {
    defaultCustomResourceDefinition({ spec } as Loose)
    return spec
  }
  assert.deepEqual(completed({ names: { plural: 'dials', kind: 'Dial' } }), {
    names: { ...NAMES },
    conversion: { strategy: 'None' },
  })
  const said = { names: { singular: 's', kind: 'Dial', listKind: 'L' }, conversion: { strategy: 'Webhook' } }
  assert.deepEqual(completed(structuredClone(said)), said)
  assert.deepEqual(completed({ names: { kind: '' } }).names, { kind: '', singular: '' })
  const webhook = (service: object) => ({ strategy: 'Webhook', webhook: { clientConfig: { service } } })
  assert.equal(completed({ names: NAMES, conversion: webhook({}) }).conversion.webhook.clientConfig.service.port, 443)
  assert.equal(
    completed({ names: NAMES, conversion: webhook({ port: 1 }) }).conversion.webhook.clientConfig.service.port,
    1,
  )
})

test('formats that nobody holds values against are warned of, once each', () => {
  const of = (...formats: readonly string[]) => {
    const properties = Object.fromEntries(formats.map((format, index) => [`p${index}`, { type: 'string', format }]))
    return definitionWarnings({
      spec: { versions: [{ schema: { openAPIV3Schema: { type: 'object', properties } } }, {}] },
    } as Loose)
  }
  assert.deepEqual(of('date', 'duration', 'email'), [])
  assert.deepEqual(of('odd', 'date', 'odd', 'other'), ['unrecognized format "odd"', 'unrecognized format "other"'])
  assert.deepEqual(definitionWarnings({ spec: {} } as Loose), [])
})

test('who defines a kind that promises policies, and that no node of ours keeps, is told so, and what to write', () => {
  const of = (group: string, kind: string) => definitionWarnings({ spec: { group, names: { kind } } } as Loose)
  const group = 'policy.networking.k8s.io'
  const told = (kind: string, tier: string) => [
    `${kind}: Fairlead's nodes do not keep it; write a ClusterNetworkPolicy of policy.networking.k8s.io/v1alpha2, spec.tier ${tier}, in its place`,
  ]
  assert.deepEqual(of(group, 'AdminNetworkPolicy'), told('AdminNetworkPolicy', 'Admin'))
  assert.deepEqual(of(group, 'BaselineAdminNetworkPolicy'), told('BaselineAdminNetworkPolicy', 'Baseline'))
  assert.deepEqual(of(group, 'ClusterNetworkPolicy'), [])
  assert.deepEqual(of(group, 'constructor'), [])
  assert.deepEqual(of('lab.example', 'AdminNetworkPolicy'), [])
})

test('a definition of one of Kubernetes’ own groups says whether it was agreed upon', () => {
  const type = 'KubernetesAPIApprovalPolicyConformant'
  const of = (group: string, approval?: string): Loose => {
    const one = definition()
    const annotations = approval === undefined ? {} : { 'api-approved.kubernetes.io': approval }
    return { ...one, metadata: { ...one.metadata, annotations }, spec: { ...one.spec, group } }
  }
  const after = (...given: Parameters<typeof of>) => said(withApproval(of(...given), NOW), type)
  const more = 'see https://github.com/kubernetes/enhancements/pull/1111'
  const must = 'protected groups must have approval annotation "api-approved.kubernetes.io"'
  assert.equal(
    after('gateway.networking.k8s.io', 'https://example.com/1'),
    'True ApprovedAnnotation: approved in https://example.com/1',
  )
  assert.equal(
    after('x.k8s.io', 'unapproved, a test'),
    'False UnapprovedAnnotation: not approved: "unapproved, a test"',
  )
  assert.equal(after('x.k8s.io'), `False MissingAnnotation: ${must}, ${more}`)
  assert.equal(
    after('x.kubernetes.io', 'yes'),
    `False InvalidAnnotation: ${must} with either a URL or a reason starting with "unapproved", ${more}`,
  )
  const foreign = of('x.example')
  assert.equal(withApproval(foreign, NOW), foreign)
  const settled = withApproval(of('x.k8s.io'), NOW)
  assert.equal(withApproval(settled, NOW + 1000), settled, 'nothing is to be said anew')
  const next = withApproval({ ...of('x.k8s.io', 'https://example.com/2'), status: settled.status } as Loose, NOW)
  assert.equal(said(next, type), 'True ApprovedAnnotation: approved in https://example.com/2')
})
