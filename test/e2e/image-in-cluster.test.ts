import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { FAIRLEAD, run, withCluster } from './harness.ts'

const TOP = join(import.meta.dirname, '../..')
const NAME = 'registry.example/fairlead:test'
/** The bar of an image that every node of a cluster has to fetch. */
const MOST_OCTETS = 60e6

const cluster = withCluster('image', ['--nodes', '1'])
const folder = mkdtempSync('/var/lib/fairlead/image-test-')
after(() => rmSync(folder, { recursive: true, force: true }))
const archive = join(folder, 'image.tar')
const made = spawnSync(join(TOP, 'script/image'), [archive, '--name', NAME], { encoding: 'utf8' })
assert.equal(made.status, 0, made.stderr)

/** What a program in the image does: koffi loads, libnftables is found, and lists what is in its own namespace. */
const LISTS_RULES = `
const koffi = require('node:module').createRequire('/opt/fairlead/start.mjs')('koffi')
const library = koffi.load('libnftables.so.1')
const context = library.func('void *nft_ctx_new(uint32_t flags)')(0)
library.func('int nft_ctx_buffer_output(void *ctx)')(context)
const status = library.func('int nft_run_cmd_from_buffer(void *ctx, const char *text)')(context, 'add table ip own; list ruleset')
console.log(process.version, status, library.func('const char *nft_ctx_get_output_buffer(void *ctx)')(context).split('{')[0])`

interface Manifest {
  readonly layers: readonly { readonly mediaType: string; readonly size: number }[]
}

describe('the image that runs in a cluster', () => {
  test('is one archive that skopeo reads both ways, of less than 60 MB', () => {
    const inspect = (source: string): Manifest =>
      JSON.parse(execFileSync('skopeo', ['inspect', '--raw', source], { encoding: 'utf8' })) as Manifest
    const { layers } = inspect(`oci-archive:${archive}`)
    assert.ok(layers.length >= 2, 'what seldom changes is a layer of its own')
    assert.ok(layers.every(({ mediaType }) => mediaType === 'application/vnd.oci.image.layer.v1.tar+gzip'))
    assert.ok(layers.reduce((sum, { size }) => sum + size, 0) < MOST_OCTETS)
    assert.equal(inspect(`docker-archive:${archive}`).layers.length, layers.length)
  })

  const long = process.env.FAIRLEAD_LONG === '1'
  test('is the same each time, whoever makes it', { skip: !long && 'takes long: script/test --long' }, () => {
    const again = join(folder, 'again.tar')
    const words = ['-c', 'umask 077; exec "$@"', 'sh', join(TOP, 'script/image'), again, '--name', NAME]
    execFileSync('sh', words, { env: { ...process.env, TZ: 'Asia/Tokyo' } })
    assert.ok(readFileSync(again).equals(readFileSync(archive)))
  })

  test('has no shell, and the licences of all that is in it', () => {
    const names = contents()
    assert.deepEqual(
      names.filter((name) => /\/(?:sh|bash|dash|busybox)$/.test(name)),
      [],
    )
    for (const one of ['nodejs/LICENSE', 'libc6/copyright', 'libnftables1/copyright', 'haproxy/copyright'])
      assert.ok(names.includes(`./usr/share/doc/${one}`), one)
    assert.ok(names.includes('./usr/share/doc/fairlead/koffi/LICENSE.txt'))
  })

  test("is run by Debian's containerd: koffi loads, and libnftables lists rules", async (t) => {
    if (spawnSync('containerd', ['--version']).status !== 0)
      return t.skip('containerd is missing: apt-get install containerd')
    const socket = join(folder, 'containerd.sock')
    const config = join(folder, 'containerd.toml')
    const state = `root = "${folder}/root"\nstate = "${folder}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]`
    writeFileSync(config, `version = 2\n${state}\n[grpc]\naddress = "${socket}"\n`)
    const daemon = spawn('containerd', ['-c', config], { stdio: 'ignore' })
    const ctr = (...words: readonly string[]): string =>
      execFileSync('ctr', ['-a', socket, ...words], { encoding: 'utf8', timeout: 60_000 })
    try {
      for (let tries = 0; spawnSync('ctr', ['-a', socket, 'version']).status !== 0; tries++) {
        assert.ok(tries < 100, 'containerd answers')
        await sleep(50)
      }
      ctr('images', 'import', archive)
      assert.match(ctr('images', 'ls', '-q'), new RegExp(`^${NAME}$`, 'm'))
      const words = ['run', '--rm', '--cap-add', 'CAP_NET_ADMIN', NAME, 'rules', '/usr/bin/node', '-e', LISTS_RULES]
      assert.equal(ctr(...words).trim(), `${process.version} 0 table ip own`)
      assert.match(ctr('run', '--rm', NAME, 'proxy', '/usr/sbin/haproxy', '-vv'), /Built with Lua version/)
    } finally {
      daemon.kill('SIGTERM')
      await new Promise((resolve) => daemon.once('exit', resolve))
    }
  })

  test('is loaded by a cluster of ours, whose pods run it, and its entry point says which programs it has', async () => {
    const loaded = await run(FAIRLEAD, ['image', 'load', archive])
    assert.equal(loaded.status, 0, loaded.stderr)
    const pod = (name: string, container: object): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { restartPolicy: 'Never', containers: [{ name: 'one', image: NAME, ...container }] },
    })
    const items = [
      pod('version', { command: ['/usr/bin/node', '-p', '"node " + process.version'] }),
      pod('unknown', { args: ['nothing'] }),
    ]
    await cluster.kubectl.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    const ended = async (name: string, phase: string): Promise<string> => {
      await cluster.kubectl('wait', `pod/${name}`, `--for=jsonpath={.status.phase}=${phase}`, '--timeout=60s')
      return cluster.kubectl('logs', name)
    }
    assert.match(await ended('version', 'Succeeded'), new RegExp(`^node ${process.version}$`, 'm'))
    assert.match(await ended('unknown', 'Failed'), /no program 'nothing' is in this image: one of node, controller/)
  })
})

/** Names of all that is in the layers. */
function contents(): readonly string[] {
  const unpacked = mkdtempSync(join(folder, 'layout-'))
  execFileSync('tar', ['-xf', archive, '-C', unpacked])
  const [{ Layers: layers }] = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')) as [
    { readonly Layers: readonly string[] },
  ]
  return layers.flatMap((layer) =>
    execFileSync('tar', ['-tzf', join(unpacked, layer)], { encoding: 'utf8', maxBuffer: 1 << 24 }).split('\n'),
  )
}
