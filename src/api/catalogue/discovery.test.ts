import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { builtInKinds } from '#api/kinds.ts'

const recorded: readonly any[] = JSON.parse(readFileSync(new URL('./fixtures/discovery.json', import.meta.url), 'utf8'))

test('each kind has the names, the verbs and the parts that a real API server names in discovery', () => {
  const idOf = ({ group, plural }: { readonly group: string; readonly plural: string }) => `${group}/${plural}`
  const known = new Set(recorded.map(idOf))
  const compared = builtInKinds.filter(({ resource }) => known.has(idOf(resource)))
  const absent = new Map(builtInKinds.map(({ resource, unserved = {} }) => [idOf(resource), Object.keys(unserved)]))
  const ours = compared.map(({ resource, verbs, subresources }) => ({
    group: resource.group,
    plural: resource.plural,
    kind: resource.kind,
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singular: resource.singular,
    shortNames: resource.shortNames,
    categories: resource.categories,
    verbs,
    subresources: Object.fromEntries(
      Object.entries(subresources).map(([name, { verbs, body = resource.message }]) => [
        name,
        { kind: body.gvk![1], verbs },
      ]),
    ),
  }))
  const theirs = recorded.map((kind) => ({
    ...kind,
    subresources: Object.fromEntries(
      Object.entries(kind.subresources).filter(([name]) => !absent.get(idOf(kind))?.includes(name)),
    ),
  }))
  assert.deepEqual(ours, theirs)
})

test('what is said of a kind beside its checks is what the API promises', () => {
  const kindsWith = (has: (kind: any) => unknown): readonly string[] =>
    builtInKinds.filter(has).map(({ resource }) => resource.plural)
  assert.deepEqual(
    kindsWith(({ isConditional }) => isConditional),
    [
      'apiservices',
      'poddisruptionbudgets',
      'csidrivers',
      'csinodes',
      'csistoragecapacities',
      'volumeattachments',
      'mutatingadmissionpolicies',
      'mutatingadmissionpolicybindings',
      'mutatingwebhookconfigurations',
      'validatingadmissionpolicies',
      'validatingadmissionpolicybindings',
      'validatingwebhookconfigurations',
      'customresourcedefinitions',
      'leases',
      'runtimeclasses',
      'flowschemas',
      'prioritylevelconfigurations',
    ],
  )
  assert.deepEqual(
    kindsWith(({ isCreatedByPut }) => isCreatedByPut),
    [
      'endpoints',
      'events',
      'limitranges',
      'events',
      'clusterrolebindings',
      'clusterroles',
      'rolebindings',
      'roles',
      'leases',
    ],
  )
  assert.deepEqual(
    kindsWith(({ isBornWithStatus }) => isBornWithStatus),
    ['nodes'],
  )
  assert.deepEqual(
    kindsWith(({ answersDeleted }) => answersDeleted),
    [
      'namespaces',
      'persistentvolumeclaims',
      'persistentvolumes',
      'pods',
      'podtemplates',
      'resourcequotas',
      'serviceaccounts',
      'services',
      'csidrivers',
      'csinodes',
      'storageclasses',
      'volumeattachments',
      'volumeattributesclasses',
    ],
  )
  assert.deepEqual(
    kindsWith(({ deletion }) => deletion?.knowsNoGrace),
    ['namespaces', 'customresourcedefinitions'],
  )
  assert.deepEqual(
    kindsWith(({ deprecation }) => deprecation),
    ['componentstatuses', 'endpoints'],
  )
  const unruled = builtInKinds.flatMap(({ subresources }) =>
    Object.entries(subresources).flatMap(([name, { isUnruled, answeredBy }]) =>
      isUnruled ? [`${name} ${answeredBy}`] : [],
    ),
  )
  assert.deepEqual(unruled, ['finalize finalize', 'binding binding'])
  const answering = (word: string): readonly string[] =>
    builtInKinds.flatMap(({ resource, subresources }) =>
      Object.entries(subresources).flatMap(([name, { answeredBy }]) =>
        answeredBy === word ? [`${resource.plural}/${name}`] : [],
      ),
    )
  assert.deepEqual(
    answering('own').filter((part) => !part.endsWith('/status')),
    ['pods/ephemeralcontainers', 'pods/resize', 'certificatesigningrequests/approval'],
  )
  for (const [word, parts] of Object.entries({
    scale: ['replicationcontrollers/scale', 'deployments/scale', 'replicasets/scale', 'statefulsets/scale'],
    eviction: ['pods/eviction'],
    token: ['serviceaccounts/token'],
    log: ['pods/log'],
    stream: ['pods/attach', 'pods/exec', 'pods/portforward'],
    proxy: ['nodes/proxy', 'pods/proxy', 'services/proxy'],
  }))
    assert.deepEqual(answering(word), parts)
})
