import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mountsBelow } from './mount-table.ts'

test('mountsBelow() lists mounts below a folder, deepest first, and neither the folder nor its namesakes', () => {
  const line = (path: string): string => `30 1 0:30 / ${path} rw - tmpfs x rw`
  const mountinfo = ['/s', '/s/a', '/s/a/b\\040c', '/st/a', '/'].map(line).join('\n')
  assert.deepEqual(mountsBelow('/s', mountinfo), ['/s/a/b c', '/s/a'])
})
