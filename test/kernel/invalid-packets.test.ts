import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { clusterOf } from '../property/clusters.ts'
import { clusterIp, podAddress, UNASSIGNED, WORLD } from '../property/plan.ts'
import { NodeUnderTest } from './node-under-test.ts'
import { PlanNetwork } from './plan-network.ts'
import { SctpSocket } from './sctp.ts'

let network: PlanNetwork
let node: NodeUnderTest

before(async () => {
  network = PlanNetwork.create()
  node = new NodeUnderTest(network.node)
  await node.start(clusterOf([], 'a'), [], { anew: true })
})
after(() => {
  node.stop()
  network.remove()
})

for (const family of [0, 1] as const)
  test(`IPv${family ? 6 : 4}: a packet of no connection to a ClusterIP that nobody has any more does not leave the node; to elsewhere it does`, async () => {
    const source = podAddress('n1', 0, family)
    const sender = SctpSocket.open(network.paths.get(source)!, source)
    // Whatever leaves the node comes there.
    const open = (address: string) => ({ address, socket: SctpSocket.open(network.paths.get(address)!, address) })
    const receivers = [WORLD[family], UNASSIGNED[family], clusterIp(3, family)].map(open)
    for (const { address } of receivers) sender.sendAbort(address, 4000, 80)
    await sleep(150)
    const met = receivers.map(({ socket }) => socket.received().map(({ chunk }) => chunk))
    for (const { socket } of receivers) socket.close()
    sender.close()
    assert.deepEqual(met, [['ABORT'], [], []])
  })
