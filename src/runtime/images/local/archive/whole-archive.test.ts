import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { wholeArchive } from './whole-archive.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fairlead-whole-'))
after(() => rmSync(scratch, { recursive: true }))
const hexOf = (octets: Uint8Array): string => createHash('sha256').update(octets).digest('hex')
const LAYER = Buffer.from('what a layer is '.repeat(20_000))
const ID = `sha256:${hexOf(LAYER)}`
const OTHER = Buffer.from('another one')
const damaged = (octets: Uint8Array): Uint8Array => {
  const copy = Buffer.from(octets)
  copy[copy.length >> 1]! ^= 1
  return copy
}

interface Link {
  readonly to: string
}
let made = 0
const archive = (files: Readonly<Record<string, Uint8Array | Link | object>>, ...words: readonly string[]): string => {
  const folder = mkdtempSync(join(scratch, 'files-'))
  for (const [name, value] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    if ('to' in value) symlinkSync(value.to, join(folder, name))
    else writeFileSync(join(folder, name), value instanceof Uint8Array ? value : JSON.stringify(value))
  }
  const path = join(scratch, `${made++}.tar`)
  execFileSync('tar', ['-cf', path, '-C', folder, ...(words.length > 0 ? words : Object.keys(files))])
  return path
}
const docker = (
  layers: Readonly<Record<string, Uint8Array | Link>>,
  ids: readonly string[],
  ...words: readonly string[]
) =>
  archive(
    {
      'c.json': { rootfs: { diff_ids: ids } },
      ...layers,
      'manifest.json': [{ RepoTags: ['a:1'], Config: 'c.json', Layers: Object.keys(layers) }],
    },
    ...words,
  )
const oci = (blob: Uint8Array, name = hexOf(blob), ...words: readonly string[]): string =>
  archive({ 'index.json': { manifests: [{}] }, [`blobs/sha256/${name}`]: blob }, ...words)

const read = (path: string, stored: readonly string[] = [ID], signal?: AbortSignal) =>
  wholeArchive(path, { shown: 'app.tar', stored: new Set(stored), signal })
const whole = async (path: string, stored?: readonly string[]): Promise<void> => {
  assert.equal((await read(path, stored)).length, 1)
}
const refused = (path: string, why: string | RegExp): Promise<void> =>
  assert.rejects(read(path), { code: 'IMAGE_CORRUPT', message: why })
const mismatch = (name: string, want: string, octets: Uint8Array): string =>
  `IMAGE_CORRUPT: 'app.tar' is damaged: its ${name}: Digest did not match, expected sha256:${want}, got sha256:${hexOf(octets)}`

test('a layer that is here already is read in an archive all the same, packed or not, and refused where it is another', async () => {
  const bad = damaged(LAYER)
  const why = mismatch('x/layer.tar', ID.slice(7), bad)
  await whole(docker({ 'x/layer.tar': LAYER }, [ID]))
  await refused(docker({ 'x/layer.tar': bad }, [ID]), why)
  for (const pack of [gzipSync, zstdCompressSync]) {
    await whole(docker({ 'x/layer.tar': pack(LAYER) }, [ID]))
    await refused(docker({ 'x/layer.tar': pack(bad) }, [ID]), why)
  }
  await refused(
    docker({ 'x/layer.tar': gzipSync(LAYER).subarray(0, 200) }, [ID]),
    /'app\.tar' is damaged: its x\/layer\.tar cannot be unpacked by gzip: /,
  )
  await refused(docker({ 'x/layer.tar': new Uint8Array() }, [ID]), /expected sha256:/)
  // Each layer has its own.
  await whole(docker({ 'a.tar': OTHER, 'b.tar': LAYER }, [`sha256:${hexOf(OTHER)}`, ID]))
  await refused(docker({ 'a.tar': OTHER, 'b.tar': bad }, [`sha256:${hexOf(OTHER)}`, ID]), /its b\.tar: /)
})

test('a layer that only a program can unpack is unpacked by it; without it none is taken unseen', async () => {
  const bin = mkdtempSync(join(scratch, 'bin-'))
  writeFileSync(join(bin, 'layer'), LAYER)
  const searched = process.env.PATH
  const xz = docker({ 'layer.tar': Buffer.from('fd377a585a00aaaa', 'hex') }, [ID])
  const put = (text: string): void => writeFileSync(join(bin, 'xz'), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  try {
    process.env.PATH = `${bin}${delimiter}${searched}`
    put(`cat >/dev/null; cat '${bin}/layer'`)
    await whole(xz)
    put(`cat >/dev/null; echo no`)
    await refused(xz, mismatch('layer.tar', ID.slice(7), Buffer.from('no\n')))
    rmSync(join(bin, 'xz'))
    symlinkSync(execFileSync('which', ['tar'], { encoding: 'utf8' }).trim(), join(bin, 'tar'))
    process.env.PATH = bin
    await refused(xz, /its layer\.tar cannot be unpacked by xz: .*ENOENT/)
  } finally {
    process.env.PATH = searched
  }
})

test('a layer that is not here is left to whoever copies it, and so is what is not in the archive', async () => {
  await whole(docker({ 'layer.tar': damaged(LAYER) }, [ID]), [])
  await whole(docker({ 'layer.tar': LAYER }, []))
  await whole(archive({ 'manifest.json': [{ Config: 'none', Layers: ['none'] }] }))
  await whole(archive({ 'c.json': Buffer.from('['), 'manifest.json': [{ Config: 'c.json', Layers: ['none'] }] }))
  await whole(
    archive({ 'c.json': { rootfs: { diff_ids: [ID] } }, 'manifest.json': [{ Config: 'c.json', Layers: ['none'] }] }),
  )
})

test('a layer that is a link to another image’s is that one’s, and names may begin with a dot', async () => {
  const linked = (octets: Uint8Array) =>
    docker({ 'one/layer.tar': octets, 'two/layer.tar': { to: '../one/layer.tar' } }, [`sha256:${'0'.repeat(64)}`, ID])
  await whole(linked(LAYER))
  await refused(linked(damaged(LAYER)), mismatch('two/layer.tar', ID.slice(7), damaged(LAYER)))
  await whole(docker({ 'layer.tar': LAYER }, [ID], '.'))
  await refused(docker({ 'layer.tar': damaged(LAYER) }, [ID], '.'), /its layer\.tar: Digest did not match/)
})

test('links that lead to themselves are refused, and followed for ever by nobody', { timeout: 60_000 }, async () => {
  const why = /^IMAGE_CORRUPT: 'app\.tar' is damaged: its \S+ is one link of too many in a row$/
  await refused(docker({ 'layer.tar': { to: 'layer.tar' } }, [ID]), why)
  await refused(docker({ 'one.tar': { to: 'two.tar' }, 'two.tar': { to: 'one.tar' } }, [ID, ID]), why)
  const blob = ID.slice(7)
  await refused(archive({ 'index.json': { manifests: [{}] }, [`blobs/sha256/${blob}`]: { to: blob } }), why)
})

test('what an archive names by its digest is held against it, whether it is here or not', async () => {
  const packed = gzipSync(LAYER)
  for (const words of [[], ['.']]) await whole(oci(packed, undefined, ...words))
  const name = hexOf(packed)
  await refused(oci(damaged(packed), name), mismatch(`blobs/sha256/${name}`, name, damaged(packed)))
  await refused(oci(damaged(packed), name, '.'), mismatch(`./blobs/sha256/${name}`, name, damaged(packed)))
  // As newer Dockers save: by name, and not twice.
  const blob = `blobs/sha256/${ID.slice(7)}`
  await whole(docker({ [blob]: LAYER }, [ID]))
  await refused(docker({ [blob]: damaged(LAYER) }, [ID]), mismatch(blob, ID.slice(7), damaged(LAYER)))
})

test('who gives up in the midst of it hears their own reason', async () => {
  const path = docker({ 'layer.tar': LAYER }, [ID])
  await assert.rejects(read(path, [ID], AbortSignal.abort(new Error('enough'))), { message: 'enough' })
  const giving = new AbortController()
  const reading = read(path, [ID], giving.signal)
  setImmediate(() => giving.abort(new Error('later')))
  await assert.rejects(reading, { message: 'later' })
})
