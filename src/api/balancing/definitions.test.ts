import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customResourceDefinition } from '#api/apiextensions/customresourcedefinition/kind.ts'
import { validateDefinition } from '#api/apiextensions/customresourcedefinition/validate/definition.ts'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { balancerDefinitions } from './definitions.ts'

for (const definition of balancerDefinitions())
  test(`an API server takes the definition of ${definition.spec.names.kind}`, () => {
    const whole: any = structuredClone(definition)
    customResourceDefinition.defaults?.(whole)
    const prepared = customResourceDefinition.prepare?.create?.(whole) ?? whole
    assert.deepEqual(validateDefinition(prepared).map(fieldErrorText), [])
  })

test('the definitions are of one group and version, for the whole cluster, and carry no marks of the Gateway API', () => {
  const facts = balancerDefinitions().map(({ metadata, spec }) => [
    metadata?.name,
    spec.scope,
    spec.versions?.map(({ name }) => name),
    metadata?.annotations ?? {},
  ])
  assert.deepEqual(facts, [
    ['loadbalancerpools.fairlead.dev', 'Cluster', ['v1alpha1'], {}],
    ['bgppeers.fairlead.dev', 'Cluster', ['v1alpha1'], {}],
  ])
})
