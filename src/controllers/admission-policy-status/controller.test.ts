import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validatingAdmissionPolicies } from '#api/admissionregistration/validatingadmissionpolicy/resource.ts'
import { startCluster } from '../testing/cluster.ts'

const policy = (name: string, spec: object, resources = ['deployments']): any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name, generation: 1 },
  spec: {
    matchConstraints: {
      resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources }],
    },
    ...spec,
  },
})

test('expressions that do not fit the types of what a policy is about are told in its status', async () => {
  const { client, settle, stop } = await startCluster({ only: ['admission-policy-status'] })
  const statusOf = async (spec: object, resources?: string[]) => {
    const { metadata } = await client.create(validatingAdmissionPolicies, policy(`p-${Math.random()}`, spec, resources))
    await settle()
    return (await client.get(validatingAdmissionPolicies, metadata!.name!)).status
  }
  const good = {
    variables: [{ name: 'n', expression: 'object.spec.replicas' }],
    validations: [
      { expression: 'variables.n > 1 && object.metadata.name.startsWith("a")' },
      { expression: 'object.spec.template.spec.containers.all(c, c.image != "x" && c.resources.limits["cpu"] == "1")' },
    ],
  }
  assert.deepEqual(await statusOf(good), { observedGeneration: 1, typeChecking: {} })
  const confused = {
    validations: [
      { expression: "object.spec.replicas > '1'", messageExpression: "'got ' + object.spec.replicas" },
      { expression: 'object.spec.maxRetries < 10' },
    ],
  }
  const warnings = (await statusOf(confused))?.typeChecking?.expressionWarnings ?? []
  assert.deepEqual(
    warnings.map(({ fieldRef }) => fieldRef),
    ['spec.validations[0].expression', 'spec.validations[0].messageExpression', 'spec.validations[1].expression'],
  )
  const words = [
    /^apps\/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_>_' applied to '\(int, string\)'/,
    /found no matching overload for '_\+_' applied to '\(string, int\)'/,
    /undefined field 'maxRetries'/,
  ]
  for (const [index, word] of words.entries()) assert.match(warnings[index]!.warning, word)
  assert.deepEqual(await statusOf(confused, ['*']), { observedGeneration: 1, typeChecking: {} })
  stop()
})
