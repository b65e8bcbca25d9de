import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { holdImage, releaseImages } from '#runtime/images/image-hold.ts'
import { identifyProcess } from '#runtime/runc/processes/process-identity.ts'
import { statePaths } from '../state/state.ts'
import { imageAskers, imageUsers } from './image-users.ts'

const root = mkdtempSync(join(tmpdir(), 'fairlead-users-'))
after(() => rmSync(root, { recursive: true }))

const container = (cluster: string, id: string, pod: string, more: object): void => {
  const folder = join(statePaths(join(root, cluster)).containers, 'containers', id)
  mkdirSync(folder, { recursive: true })
  const annotations = { 'io.kubernetes.pod.namespace': 'default', 'io.kubernetes.pod.name': pod }
  writeFileSync(join(folder, 'record.json'), JSON.stringify({ id, annotations, creator: identifyProcess(1), ...more }))
}
const podDir = (cluster: string, node: string, uid: string): string =>
  join(statePaths(join(root, cluster)).pods, node, 'pods', uid)

test('who has an image: containers of every cluster, those being made too, and pods that have it as a volume', () => {
  mkdirSync(join(root, '.images'))
  assert.deepEqual(imageUsers(root), new Map())
  container('ci', 'web-1', 'web', { image: 'web:1', imageIds: ['sha256:a', 'sha256:b'], process: { pid: 1 } })
  container('ci', 'web-2', 'web', { image: 'web:1', imageIds: ['sha256:a'], process: { pid: 1 } })
  container('stopped', 'db', 'db', { image: 'h.io/db', imageIds: ['sha256:a'], process: { pid: 1 } })
  container('ci', 'coming', 'coming', { imageIds: ['sha256:c'] })
  const reader = podDir('ci', 'node-1', 'u-1')
  holdImage(reader, 'v', { imageId: 'sha256:d', image: 'web:1', pod: 'default/reader' })
  holdImage(reader, 'older', { imageId: 'sha256:d', pod: 'default/reader' })
  assert.deepEqual(Object.fromEntries(imageUsers(root)), {
    'sha256:a': ['pod default/web of cluster ci', 'pod default/db of cluster stopped'],
    'sha256:b': ['pod default/web of cluster ci'],
    'sha256:c': ['pod default/coming of cluster ci'],
    'sha256:d': ['pod default/reader of cluster ci'],
  })
  assert.deepEqual(Object.fromEntries(imageAskers(root)), {
    'web:1': ['pod default/web of cluster ci', 'pod default/reader of cluster ci'],
    'h.io/db': ['pod default/db of cluster stopped'],
  })
  releaseImages(reader)
  releaseImages(reader)
  assert.equal(imageUsers(root).has('sha256:d'), false)
  assert.deepEqual(imageUsers(join(root, 'none')), new Map())
})
