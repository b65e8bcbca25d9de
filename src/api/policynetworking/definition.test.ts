import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customResourceDefinition } from '#api/apiextensions/customresourcedefinition/kind.ts'
import { validateDefinition } from '#api/apiextensions/customresourcedefinition/validate/definition.ts'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { clusterNetworkPolicyDefinition } from './definition.ts'

const told = (definition: typeof clusterNetworkPolicyDefinition) => {
  const whole: any = structuredClone(definition)
  customResourceDefinition.defaults?.(whole)
  return validateDefinition(customResourceDefinition.prepare?.create?.(whole) ?? whole).map((error) =>
    fieldErrorText(error),
  )
}

test('the definition that every cluster has from the start is valid, though no start looks', () => {
  assert.deepEqual(told(clusterNetworkPolicyDefinition), [])
  const spec = { ...clusterNetworkPolicyDefinition.spec, group: 'other.example' }
  assert.match(told({ ...clusterNetworkPolicyDefinition, spec }).join(), /metadata\.name/)
})
