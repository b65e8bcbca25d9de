import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
// Declared ahead of the kinds that will load them: `messages` finds them by their place.
import './core/componentstatus/message.ts'
import './core/limitrange/message.ts'
import './core/persistentvolume/message.ts'
import './core/podtemplate/message.ts'
import './core/resourcequota/message.ts'
import { builtInKinds } from './kinds.ts'
import { messages } from './testing/messages.ts'

interface Words {
  readonly values?: readonly string[]
}

/** Groups that Kubernetes keeps apart from the others. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
  meta: 'io.k8s.apimachinery.pkg.apis.meta.v1',
  gatewayapi: 'io.k8s.networking.gateway.v1',
  policynetworking: 'io.k8s.networking.policy.v1alpha2',
  balancing: 'dev.fairlead.v1alpha1',
  metrics: 'io.k8s.metrics.pkg.apis.metrics.v1beta1',
}

// `words.txt` was held against a real API server's OpenAPI, which is too large to lie here: each field that takes some
// words alone, and the words.
test('a field that takes some words alone takes those that Kubernetes has', () => {
  // Those of custom resources no API server has by itself.
  const custom = [ELSEWHERE.gatewayapi, ELSEWHERE.policynetworking, ELSEWHERE.balancing]
  const own = messages.filter((one) => !custom.includes(one.package))
  const declared = own.flatMap(({ package: of, messageName, fields }) =>
    Object.entries(fields).flatMap(([name, { type }]) => {
      const { values } = type as Words
      return values === undefined ? [] : [`${of}.${messageName}.${name} ${values.join(' ')}`]
    }),
  )
  const recorded = readFileSync(new URL('./fixtures/words.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  assert.deepEqual(declared.sort(), recorded)
})

test('a message stands in the package that OpenAPI knows it by', () => {
  const groups = readdirSync(import.meta.dirname).filter((of) => existsSync(join(import.meta.dirname, of, 'group.ts')))
  const expected = [...groups.map((of) => ELSEWHERE[of] ?? `io.k8s.api.${of}.v1`), 'io.k8s.api.autoscaling.v2']
  assert.deepEqual([...new Set(messages.map((message) => message.package))].sort(), expected.sort())
  for (const { resource } of builtInKinds) {
    const group = resource.group.split('.')[0] || 'core'
    const of = ELSEWHERE[group] ?? `io.k8s.api.${group}.${resource.version}`
    assert.deepEqual([resource.message.package, resource.list.package], [of, of])
    assert.ok(messages.includes(resource.message))
  }
})
