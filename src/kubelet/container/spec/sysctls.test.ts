import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { startCluster } from '../../testing/start-cluster.ts'
import { forbiddenSysctl, podSysctls } from './sysctls.ts'

const pod = (...names: readonly string[]): Pod =>
  ({ spec: { securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) } } }) as unknown as Pod

test('settings of the kernel are named with dots, whichever separator comes first', () => {
  assert.equal(podSysctls(pod()), undefined)
  assert.deepEqual(podSysctls(pod('kernel.shm_rmid_forced', 'net/ipv4/tcp_rmem', 'net/ipv4/conf/eno2.100/rp_filter')), {
    'kernel.shm_rmid_forced': '1',
    'net.ipv4.tcp_rmem': '1',
    'net.ipv4.conf.eno2/100.rp_filter': '1',
  })
})

test('a pod has those that reach no further than itself; another keeps it out', () => {
  assert.equal(forbiddenSysctl(pod()), undefined)
  assert.equal(
    forbiddenSysctl(pod('kernel.shm_rmid_forced', 'net/ipv4/tcp_syncookies', 'net.ipv4.tcp_wmem')),
    undefined,
  )
  assert.equal(
    forbiddenSysctl(pod('kernel.shm_rmid_forced', 'kernel/msgmax')),
    'forbidden sysctl: "kernel.msgmax" not allowlisted',
  )
})

test('containers are made with what their pod asks for, and a pod that asks for too much is rejected', async () => {
  const cluster = await startCluster()
  const asking = (name: string) => ({
    containers: [{ name: 'c', image: 'fairlead/echo' }],
    securityContext: { sysctls: [{ name, value: '1' }] },
  })
  await cluster.pod('safe', asking('kernel/shm_rmid_forced'))
  await cluster.until('safe', ({ status }) => status?.phase === 'Running')
  assert.deepEqual(cluster.runtime.byName('c').spec.sysctls, { 'kernel.shm_rmid_forced': '1' })
  await cluster.pod('unsafe', asking('kernel.msgmax'))
  const { status } = await cluster.until('unsafe', (one) => one.status?.phase === 'Failed')
  assert.deepEqual(
    [status?.reason, status?.message],
    ['SysctlForbidden', 'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted'],
  )
})
