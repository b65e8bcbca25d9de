import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, test } from 'node:test'
import { type FolderImageConfig, machineArchitecture, writeFolderImage } from './folder-image.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fairlead-folder-image-'))
after(() => rmSync(scratch, { recursive: true }))
const make = async (config: FolderImageConfig = {}) => {
  const [folder, target] = [mkdtempSync(join(scratch, 'f-')), mkdtempSync(join(scratch, 't-'))]
  for (const name of ['b', 'a', 'c']) writeFileSync(join(folder, name), name.repeat(1000))
  await writeFolderImage(folder, target, config)
  const json = (path: string) => JSON.parse(readFileSync(join(target, path), 'utf8'))
  const blobPath = (digest: string): string => join('blobs', digest.replace(':', '/'))
  const entry = json('index.json').manifests[0]
  const manifest = json(blobPath(entry.digest))
  const image = json(blobPath(manifest.config.digest))
  return { target, json, blobPath, entry, manifest, image }
}

test('an image of a folder is an OCI layout whose digests and sizes are those of its parts', async () => {
  const { target, json, blobPath, entry, manifest, image } = await make()
  assert.deepEqual(json('oci-layout'), { imageLayoutVersion: '1.0.0' })
  assert.equal(json('index.json').schemaVersion, 2)
  assert.equal(manifest.schemaVersion, 2)
  assert.deepEqual(
    [entry, manifest.config, ...manifest.layers].map(({ mediaType }) => mediaType),
    ['manifest.v1+json', 'config.v1+json', 'layer.v1.tar'].map((type) => `application/vnd.oci.image.${type}`),
  )
  for (const { digest, size } of [entry, manifest.config, ...manifest.layers]) {
    const octets = readFileSync(join(target, blobPath(digest)))
    assert.equal(`sha256:${createHash('sha256').update(octets).digest('hex')}`, digest)
    assert.equal(octets.length, size)
  }
  assert.equal(readdirSync(join(target, 'blobs/sha256')).length, 3)
  assert.deepEqual(image.rootfs, { type: 'layers', diff_ids: [manifest.layers[0].digest] })
  assert.deepEqual([image.architecture, image.os, image.config], [machineArchitecture(), 'linux', {}])
  assert.equal(machineArchitecture(), ({ x64: 'amd64', ia32: '386' } as Record<string, string>)[arch()] ?? arch())
  const listed = execFileSync('tar', ['-tf', join(target, blobPath(manifest.layers[0].digest))], { encoding: 'utf8' })
  assert.deepEqual(listed.trim().split('\n'), ['./', './a', './b', './c'], 'in one order, whatever the disk says')
})

test('how it is run stands in its configuration, and what is left open is not there', async () => {
  const config = {
    entrypoint: ['/app'],
    cmd: ['-v'],
    env: ['A=1'],
    workingDir: '/srv',
    user: '7',
    exposedPorts: ['80/tcp'],
  }
  assert.deepEqual((await make(config)).image.config, {
    Entrypoint: ['/app'],
    Cmd: ['-v'],
    Env: ['A=1'],
    WorkingDir: '/srv',
    User: '7',
    ExposedPorts: { '80/tcp': {} },
  })
  assert.deepEqual((await make({ cmd: ['x'] })).image.config, { Cmd: ['x'] })
})

test('what is no folder, and one that cannot be packed, are refused with what tar says', async () => {
  const file = join(scratch, 'file')
  writeFileSync(file, '')
  for (const path of [file, join(scratch, 'none')])
    await assert.rejects(writeFolderImage(path, scratch, {}), { code: 'IMAGE_INVALID', message: /is no folder/ })
  const bin = join(scratch, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'tar'), '#!/bin/sh\necho half; echo "tar: x: Cannot read" >&2; exit 2\n')
  chmodSync(join(bin, 'tar'), 0o755)
  const path = process.env.PATH
  process.env.PATH = `${bin}${delimiter}${path}`
  try {
    await assert.rejects(make(), { code: 'IMAGE_INVALID', message: /cannot be packed: tar: x: Cannot read/ })
  } finally {
    process.env.PATH = path
  }
})
