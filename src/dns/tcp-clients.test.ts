import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TcpClients } from './tcp-clients.ts'

test('where there are too many connections, who has the most loses the one that has been silent for longest', async () => {
  const clients = new TcpClients(4)
  const left: string[] = []
  const connection = (name: string) => clients.admit(name.split('-')[0]!, () => void left.push(name))
  connection('one-1')
  const first = connection('many-1')
  connection('many-2')
  const third = connection('many-3')
  first.active()
  connection('two-1')
  assert.deepEqual(left, ['many-2'])
  third.end()
  connection('three-1')
  assert.deepEqual(left, ['many-2'])
  connection('two-2')
  assert.deepEqual(left, ['many-2', 'two-1'])
  assert.equal(clients.size, 4)
})
