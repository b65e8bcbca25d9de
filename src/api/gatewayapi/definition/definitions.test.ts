import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customResourceDefinition } from '#api/apiextensions/customresourcedefinition/kind.ts'
import { validateDefinition } from '#api/apiextensions/customresourcedefinition/validate/definition.ts'
import { fieldErrorText } from '#api/validation/field-error.ts'
import { gatewayDefinitions } from './definitions.ts'

const all = gatewayDefinitions()

for (const definition of all)
  test(`the definition of ${definition.spec.names.kind} is valid, though no start looks`, () => {
    const whole: any = structuredClone(definition)
    customResourceDefinition.defaults?.(whole)
    assert.deepEqual(
      validateDefinition(customResourceDefinition.prepare?.create?.(whole) ?? whole).map((error) =>
        fieldErrorText(error),
      ),
      [],
    )
  })
