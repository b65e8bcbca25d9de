import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { layerFolder, storedIds, storedImage } from './containers-storage.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fairlead-storage-'))
after(() => rmSync(scratch, { recursive: true }))

const storage = (images: readonly object[] | null, layers: readonly object[]): string => {
  const root = mkdtempSync(join(scratch, 's-'))
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  write('overlay-images/images.json', JSON.stringify(images))
  write('overlay-layers/layers.json', JSON.stringify(layers))
  write(`overlay-images/app/=${Buffer.from('sha256:app').toString('base64')}`, '{"os":"linux"}')
  return root
}
const LAYERS = [
  { id: 'base', 'diff-size': 5 },
  { id: 'top', parent: 'middle', 'diff-size': 100 },
  { id: 'middle', parent: 'base' },
]
const APP = {
  id: 'app',
  digest: 'sha256:d1',
  names: ['other', 'copy'],
  layer: 'top',
  'big-data-digests': {
    manifest: 'sha256:d1',
    'manifest-sha256:d2': 'sha256:d2',
    'sha256:app': 'sha256:app',
    'signature-1': 'sha256:s',
  },
}

test('an image that was copied is found by the name of its copy, with its layers from the top and its manifests', () => {
  const root = storage([{ id: 'before' }, APP], LAYERS)
  assert.deepEqual(storedImage(root, 'copy'), {
    id: 'sha256:app',
    digests: ['sha256:d1', 'sha256:d2'],
    layers: ['top', 'middle', 'base'],
    sizeBytes: 105,
    config: '{"os":"linux"}',
  })
  assert.deepEqual(storedIds(root), ['sha256:before', 'sha256:app'])
  assert.equal(layerFolder('/s', 'top'), '/s/overlay/top/diff')
  const { 'big-data-digests': _, digest: __, layer: ___, ...bare } = APP
  const { digests, layers } = storedImage(storage([bare], LAYERS), 'copy')
  assert.deepEqual([digests, layers], [[], []])
})

test('a storage that is not there, or empty, has no images', () => {
  assert.deepEqual(storedIds(join(scratch, 'none')), [])
  assert.deepEqual(storedIds(storage(null, [])), [])
})

test('an image whose parts are not there is corrupt, and so is one whose layers lie upon themselves', () => {
  const corrupt = (root: string, message: RegExp) =>
    assert.throws(() => storedImage(root, 'copy'), { code: 'IMAGE_CORRUPT', message })
  corrupt(storage([], LAYERS), /the copy 'copy' is not in /)
  corrupt(storage([APP], LAYERS.slice(0, 2)), /image sha256:app: its layer middle is not in /)
  corrupt(storage([APP], [{ id: 'top', parent: 'top' }]), /its layer top is not in/)
})
