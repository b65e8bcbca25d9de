import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FakePart } from '../testing/fake-place.ts'
import { chosenParts } from './chosen-parts.ts'

test('any subset starts; a part without what it needs is refused by name with the way out, and an unknown one too', () => {
  const services = new FakePart('services')
  const network = new FakePart('network')
  const pods = new FakePart('pods', { needs: [network] })
  const list = [services, network, pods].map(({ definition }) => definition)
  const chosen = (...asked: string[]) => chosenParts('n1', list, asked, () => true).map(({ name }) => name)
  assert.deepEqual(chosen(), [])
  assert.deepEqual(chosen('services'), ['services'])
  assert.deepEqual(chosen('pods', 'network'), ['network', 'pods'])
  assert.throws(() => chosen('pods'), {
    code: 'PART_NEEDS',
    message: 'n1: part pods needs part network; ask for network,pods, or leave pods out',
  })
  assert.throws(() => chosen('dns', 'pods'), {
    code: 'PART_UNKNOWN',
    message: 'n1: there is no part dns; parts are services, network, pods',
  })
  const needing = [{ ...services.definition, needs: { parts: [], sources: ['runtime', 'pods'] as const } }]
  assert.throws(() => chosenParts('n1', needing, ['services'], (source) => source !== 'runtime'), {
    code: 'PART_NEEDS',
    message: 'n1: part services needs runtime, which this process does not have; leave services out',
  })
})
