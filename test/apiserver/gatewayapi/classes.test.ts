import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { DEFAULT_CLASS_ANNOTATION } from '#api/networking/ingressclass/default-class.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import { startTestServer } from '#apiserver/testing/test-server.ts'
import { UnsteadyJournal } from '#apiserver/testing/unsteady-journal.ts'
import { GATEWAY_CLASSES } from '#cluster/own-objects/gateway-classes.ts'
import { ownDefinitionNames } from '#cluster/own-objects/own-definitions.ts'
import { definitionsNamed } from '#cluster/own-objects/prepared-definitions.ts'

type Loose = any
const before = { definitions: { names: ownDefinitionNames({ without: ['gateway'] }), load: definitionsNamed } }
const now = { definitions: { names: ownDefinitionNames({}), load: definitionsNamed }, firstObjects: GATEWAY_CLASSES }

test('a cluster that stands from before there were gateways gets both classes, once', async () => {
  const journal = new UnsteadyJournal()
  await (await startTestServer({ ...before, journal })).close()
  const second = await startTestServer({ ...now, journal })
  const { spec } = await second.client.get(gatewayClasses, 'fairlead')
  assert.equal(spec.controllerName, 'fairlead.dev/gateway-controller')
  const { metadata } = await second.client.get(ingressClasses, 'fairlead')
  assert.equal(metadata?.annotations?.[DEFAULT_CLASS_ANNOTATION], 'true')
  await second.client.delete(gatewayClasses, 'fairlead')
  await second.client.delete(ingressClasses, 'fairlead')
  await second.close()
  const third = await startTestServer({ ...now, journal })
  for (const resource of [gatewayClasses, ingressClasses] as Loose[])
    assert.deepEqual((await third.client.list(resource)).items, [], 'who deletes it has deleted it')
  assert.ok((await third.client.list(customResourceDefinitions)).items.length > 1)
  await third.close()
})

test('who has a default class keeps it', async () => {
  const journal = new UnsteadyJournal()
  const first = await startTestServer({ ...before, journal })
  const annotations = { [DEFAULT_CLASS_ANNOTATION]: 'true' }
  const nginx: Loose = { metadata: { name: 'nginx', annotations }, spec: { controller: 'k8s.io/ingress-nginx' } }
  await first.client.create(ingressClasses, nginx)
  await first.close()
  const second = await startTestServer({ ...now, journal })
  const classes = (await second.client.list(ingressClasses)).items
  assert.deepEqual(
    classes.map(({ metadata }) => [metadata?.name, metadata?.annotations?.[DEFAULT_CLASS_ANNOTATION]]),
    [
      ['fairlead', undefined],
      ['nginx', 'true'],
    ],
  )
  await second.close()
})
