import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { type Compression, writeImage } from './archive.ts'

const scratch = mkdtempSync(join(tmpdir(), 'fairlead-archive-'))
after(() => rmSync(scratch, { recursive: true }))

let made = 0
const make = async (names: readonly string[], compression: Compression = 'gzip', text = 'same') => {
  const at = join(scratch, `${++made}`)
  const folder = join(at, 'layer')
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  for (const name of names) {
    writeFileSync(join(folder, name), text)
    chmodSync(join(folder, name), 0o644)
    utimesSync(join(folder, name), made * 1000, made * 1000)
  }
  const file = join(at, 'image.tar')
  const cache = join(scratch, 'cache')
  const description = {
    name: 'registry.example/a/b:1',
    architecture: 'arm64',
    config: { User: '7' },
    compression,
    cache,
  }
  const written = await writeImage([{ folder, kept: true }], join(at, 'layout'), file, description)
  const json = <T>(path: string): T => JSON.parse(readFileSync(join(at, 'layout', path), 'utf8')) as T
  return { file, written, json, layout: join(at, 'layout') }
}
interface Docker {
  readonly Config: string
  readonly RepoTags: readonly string[]
  readonly Layers: readonly string[]
}

test('the same files are the same archive, in whatever order and whenever they were written', async () => {
  const one = await make(['a', 'b'])
  const again = await make(['b', 'a'])
  assert.equal(again.written.digest, one.written.digest)
  assert.ok(readFileSync(again.file).equals(readFileSync(one.file)))
  assert.notEqual((await make(['a', 'b'], 'gzip', 'another')).written.digest, one.written.digest)
})

test('both lists of the archive name the same image, and its layers can be unpacked', async () => {
  for (const [compression, unpack] of [
    ['gzip', gunzipSync],
    ['zstd', zstdDecompressSync],
  ] as const) {
    const { json, layout, file, written } = await make(['a'], compression)
    const [docker] = json<readonly Docker[]>('manifest.json')
    const { manifests } = json<{ manifests: readonly { digest: string; annotations: object }[] }>('index.json')
    assert.equal(manifests[0]!.digest, written.digest)
    assert.deepEqual(manifests[0]!.annotations, {
      'io.containerd.image.name': 'registry.example/a/b:1',
      'org.opencontainers.image.ref.name': '1',
    })
    assert.deepEqual(docker!.RepoTags, ['registry.example/a/b:1'])
    const config = json<{ architecture: string; config: object }>(docker!.Config)
    assert.deepEqual([config.architecture, config.config], ['arm64', { User: '7' }])
    const manifest = json<{ config: { digest: string }; layers: readonly { digest: string; mediaType: string }[] }>(
      `blobs/${written.digest.replace(':', '/')}`,
    )
    assert.equal(`blobs/${manifest.config.digest.replace(':', '/')}`, docker!.Config)
    assert.equal(manifest.layers[0]!.mediaType, `application/vnd.oci.image.layer.v1.tar+${compression}`)
    const tar = unpack(readFileSync(join(layout, docker!.Layers[0]!)))
    assert.match(execFileSync('tar', ['-tvf', '-'], { input: tar, encoding: 'utf8' }), / 0\/0 .* 1970-01-01 .* \.\/a$/m)
    assert.match(execFileSync('tar', ['-tf', file], { encoding: 'utf8' }), /^oci-layout\nindex\.json\nmanifest\.json\n/)
  }
})
