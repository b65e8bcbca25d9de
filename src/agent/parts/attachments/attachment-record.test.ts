import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { AttachmentRecords, attachedPods, recordsFolder } from './attachment-record.ts'

test('a pod with two sandboxes has the addresses of both, and what is no pod with a network of its own is none', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-records-'))
  try {
    const records = new AttachmentRecords(recordsFolder(stateDir))
    const write = (uid: string, pod: string, address: string, more: object = {}, about: object = {}) =>
      records.write({
        uid,
        pod: { uid: pod, namespace: 'shop', name: pod, hostname: pod, hostNetwork: false, ...about },
        addresses: [address],
        namespaces: { network: '', ipc: '', uts: '' },
        state: 'attached',
        ...more,
      })
    write('one', 'web', '10.244.1.2')
    write('two', 'web', '10.244.1.3')
    write('three', '', '10.244.1.4')
    write('four', 'host', '172.30.0.2', {}, { hostNetwork: true })
    write('five', 'half', '10.244.1.5', { state: 'prepared' })
    write('six', 'foreign', '10.244.1.6', { cni: {} })
    const pods = attachedPods(stateDir).map(({ pod, addresses }) => [pod.name, [...addresses].sort()])
    assert.deepEqual(pods, [['web', ['10.244.1.2', '10.244.1.3']]])
  } finally {
    rmSync(stateDir, { recursive: true })
  }
})
