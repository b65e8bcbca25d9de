import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodePath, noKubelet } from './no-kubelet.ts'

const said = (path: string) => {
  const { code, reason, message } = noKubelet(path, 'ci', [
    { name: 'front', state: 'stopped' },
    { name: 'back', state: 'paused' },
    { name: 'new' },
  ])
  return [code, reason, message]
}

test('the logs of a pod on a node that is off are no 404, and the answer names the node and the verb that undoes it', () => {
  const of = (why: string) => [500, 'InternalError', why]
  assert.deepEqual(
    said('/nodes/front/containerLogs/shop/web/main?tailLines=1'),
    of(
      'the kubelet of node front of cluster ci cannot be reached: the node is stopped; to undo it: fairlead node start front --name ci',
    ),
  )
  assert.match(String(said('/nodes/back/exec/shop/web/main')[2]), /is paused; to undo it: fairlead node unpause back/)
  assert.match(String(said('/nodes/new')[2]), /node new of cluster ci cannot be reached: the node is not up yet/)
  assert.deepEqual(
    said('/nodes/a%2Fb?x'),
    of(
      'the kubelet of node a/b of cluster ci cannot be reached: nobody runs it at present; how the nodes are: fairlead node list --name ci',
    ),
  )
  assert.match(String(said('/nodes/%ff/pods')[2]), /node %ff of cluster ci/)
})

test('what is below no node is not there', () => {
  assert.deepEqual(said('/pods'), [404, 'NotFound', 'the agents of cluster ci serve no /pods'])
  assert.deepEqual(nodePath('/nodes/n1?a=b'), ['/nodes/n1', '/?a=b'])
  assert.deepEqual(nodePath('/nodes/n1/exec/a'), ['/nodes/n1', '/exec/a'])
  assert.equal(nodePath('/nodes/'), undefined)
})
