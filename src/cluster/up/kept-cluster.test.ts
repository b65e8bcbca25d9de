import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Host, planCluster } from '../ranges/cluster-plan.ts'
import { refuseOtherShape, refuseTakenRanges } from './kept-cluster.ts'

const host = (routes: readonly string[] = [], taken: readonly number[] = []): Host => ({
  routes: () => routes.map((destination) => ({ destination, link: 'eth0' })),
  isPortFree: (_, port) => !taken.includes(port),
})
const planned = (name: string, others: Parameters<typeof refuseTakenRanges>[1] = []) =>
  planCluster(
    {
      name,
      stateDir: `/var/lib/fairlead/${name}`,
      nodes: 2,
      loadBalancer: 'pool',
      egress: false,
      ephemeral: false,
      audit: false,
      allowHostAccess: false,
      ranges: {},
      others,
    },
    host(),
  )
const stopped = planned('ci')

test('a cluster that is brought back is as it was: what says otherwise is refused, and names both', () => {
  refuseOtherShape(stopped, {})
  refuseOtherShape(stopped, {
    asked: {
      name: 'ci',
      quiet: 'true',
      kubeconfig: '/tmp/k',
      nodes: '2',
      egress: 'false',
      'cluster-cidr': '10.244.0.0/16,fd00:10:244::/56',
      'node-port-range': '30000-32767',
      'node-monitor-grace-period': '50s',
    },
    settings: [{ zone: 'eu' }, { name: 'node-2' }],
  })
  for (const [flag, value, was] of [
    ['nodes', '3', '2'],
    ['load-balancer', 'none', 'pool'],
    ['egress', 'true', 'false'],
    ['ephemeral', 'true', 'false'],
    ['audit', 'true', 'false'],
    ['allow-host-access', 'true', 'false'],
    ['network', 'none', 'routed'],
    ['service-cidr', '10.97.0.0/16,fd00:10:97::/112', '10.96.0.0/16,fd00:10:96::/112'],
    ['node-port-range', '30000-30100', '30000-32767'],
    ['node-monitor-grace-period', '10s', '50s'],
  ] as const)
    assert.throws(() => refuseOtherShape(stopped, { asked: { [flag]: value } }), {
      code: 'CLUSTER_STOPPED',
      message: `cluster ci is there, stopped, and has --${flag} ${was}, not ${value}`,
      hint: /fairlead up ci; .*fairlead down ci/,
    })
  assert.throws(() => refuseOtherShape(stopped, { settings: [{ name: 'big' }, {}] }, 'with processes that are dead'), {
    message: 'cluster ci is there, with processes that are dead, and has the nodes node-1, node-2, not big, node-2',
  })
})

test('what a stopped cluster had, and another has now, is told by the name of who has it', () => {
  refuseTakenRanges(stopped, [planned('other', [stopped])], host())
  assert.throws(() => refuseTakenRanges(stopped, [planned('other')], host()), {
    code: 'RANGE_TAKEN',
    message: /of cluster other/,
  })
  assert.throws(() => refuseTakenRanges(stopped, [], host(['10.244.7.0/24'])), {
    code: 'RANGE_TAKEN',
    message: /10\.244\.7\.0\/24 \(link eth0\)/,
  })
  assert.throws(() => refuseTakenRanges(stopped, [], host([], [stopped.apiServer.hostPort])), {
    code: 'PORT_TAKEN',
    message: 'another program listens on 127.0.0.1:6443, where the API of cluster ci was',
  })
})

test('what is left to others stays so, and what is not stays ours', () => {
  const leaving = { ...stopped, without: ['dns', 'network'] as const }
  refuseOtherShape(leaving, { asked: { without: 'dns,network', network: 'none' } })
  assert.throws(() => refuseOtherShape(leaving, { asked: { without: 'dns' } }), {
    message: 'cluster ci is there, stopped, and has --without dns,network, not dns',
  })
  assert.throws(() => refuseOtherShape(leaving, { asked: { network: 'routed' } }), /has --network none, not routed/)
  assert.throws(() => refuseOtherShape(stopped, { asked: { without: 'proxy' } }), /has no --without, not proxy/)
})
