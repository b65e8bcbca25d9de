import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { UNPACK_LIMITS } from '#runtime/images/local/copy/unpack-watch.ts'
import type { LocalImage } from '#runtime/images/local/local-image.ts'
import { LocalImages } from '#runtime/images/local/local-images.ts'
import { archiveOf, busyboxLayer, dockerArchive, layer, OWN_ARCHITECTURE, writeLayout } from './make-image.ts'
import { NO_REGISTRY, push, startRegistry } from './registry.ts'
import type { Entry } from './tar.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')
// As our processes have it.
process.umask(0o077)

mkdirSync('/var/lib/fairlead', { recursive: true })
const root = mkdtempSync('/var/lib/fairlead/images-test-')
after(() => rmSync(root, { recursive: true }))
/** One pod has these images. */
const usersOf =
  (...ids: readonly string[]) =>
  () =>
    new Map(ids.map((id) => [id, ['pod default/web of cluster ci']]))
let counter = 0
const scratch = (): string => mkdtempSync(join(root, `s${++counter}-`))
const newStore = (more: object = {}) => {
  const folder = join(scratch(), 'store')
  return { folder, images: new LocalImages({ root: folder, ...more }) }
}
const inFile = (octets: Uint8Array): string => {
  const path = join(scratch(), 'archive.tar')
  writeFileSync(path, octets)
  return path
}
const saved = (name: string, ...layers: readonly ReturnType<typeof layer>[]): string =>
  inFile(dockerArchive([{ tags: [name], layers }]))

/** Shows an image as a container would see it, in this mount namespace. */
const shown = (images: LocalImages, image: LocalImage) => {
  const place = join(scratch(), 'root')
  mkdirSync(place)
  const lower = images.layerFolders(image)
  // An overlay wants two folders.
  const folders = [...lower, ...(lower.length === 1 ? [scratch()] : [])].join(':')
  execFileSync('mount', ['-t', 'overlay', '-o', `ro,lowerdir=${folders}`, 'overlay', place])
  return { place, [Symbol.dispose]: () => void execFileSync('umount', [place]) }
}
/** How much lies in the storage's layers, and what is on its way. */
const remains = (folder: string): readonly string[] =>
  [join(folder, 'storage/overlay'), join(folder, 'drafts')].flatMap((path) =>
    existsSync(path) ? readdirSync(path).filter((name) => /^[0-9a-f]{64}$|^d/.test(name)) : [],
  )

describe('archives', () => {
  test('layers lie upon one another as they were packed: whiteouts, opaque folders, hard links, owners, modes', async () => {
    const { images } = newStore()
    const entries: readonly (readonly Entry[])[] = [
      [
        { name: 'etc', type: 'folder' },
        { name: 'etc/one', data: 'one', mode: 0o640, uid: 12, gid: 34 },
        { name: 'etc/gone', data: 'gone' },
        { name: 'etc/set', data: '', mode: 0o4755 },
        { name: 'old', type: 'folder', mode: 0o1777 },
        { name: 'old/a', data: 'a' },
        { name: 'old/deep', type: 'folder' },
        { name: 'old/deep/b', data: 'b' },
        { name: 'link', type: 'symlink', target: 'etc/one' },
        { name: 'twin', type: 'hardlink', target: 'etc/one', mode: 0o640, uid: 12, gid: 34 },
      ],
      [
        { name: 'etc/.wh.gone' },
        { name: 'old', type: 'folder', mode: 0o1777 },
        { name: 'old/.wh..wh..opq' },
        { name: 'old/new', data: 'new' },
        { name: 'implied/file', data: 'x' },
      ],
      [{ name: 'etc/one', data: 'two' }, { name: '.wh.link' }],
    ]
    for (const packed of [undefined, 'gzip', 'zstd'] as const) {
      const layout = scratch()
      writeLayout(layout, [{ layers: entries.map((one) => layer(one, packed)), name: `h/layers:${packed}` }])
      const [image] = await images.load(inFile(archiveOf(layout)))
      using at = shown(images, image!)
      const path = (name: string): string => join(at.place, name)
      assert.deepEqual(readdirSync(at.place).sort(), ['etc', 'implied', 'old', 'twin'], packed)
      assert.deepEqual([readFileSync(path('etc/one'), 'utf8'), existsSync(path('etc/gone'))], ['two', false])
      assert.deepEqual(readdirSync(path('old')), ['new'])
      assert.equal(readFileSync(path('twin'), 'utf8'), 'one')
      const twin = statSync(path('twin'))
      assert.deepEqual([twin.mode & 0o7777, twin.uid, twin.gid, twin.nlink], [0o640, 12, 34, 2])
      assert.deepEqual([statSync(path('etc/set')).mode & 0o7777, statSync(path('old')).mode & 0o7777], [0o4755, 0o1777])
      assert.equal(statSync(path('implied')).mode & 0o7777, 0o755)
    }
    // The same layers, however they were packed.
    const [one, ...others] = images.list()
    assert.equal(others.length, 2)
    for (const other of others) assert.deepEqual(other.layers, one!.layers)
  })

  test('docker save of several images under several names, packed as a whole or not, gives each of them', async () => {
    const { images } = newStore()
    const base = layer([{ name: 'base', data: 'x' }])
    const archive = dockerArchive([
      { tags: ['one:1', 'h.io:5000/a/one:latest'], layers: [base], config: { Env: ['A=b'], User: 'web' } },
      { tags: ['two:2'], layers: [base, layer([{ name: 'top', data: 'y' }])] },
    ])
    for (const octets of [archive, gzipSync(archive)]) {
      const loaded = await images.load(inFile(octets))
      assert.deepEqual(
        loaded.map(({ name }) => name),
        ['docker.io/library/one:1', 'h.io:5000/a/one:latest', 'docker.io/library/two:2'],
      )
    }
    assert.equal(images.list().length, 3)
    const [one, two] = [images.find('one:1'), images.find('two:2')]
    assert.deepEqual([one?.config.env, one?.config.user, one?.origin], [['A=b'], 'web', 'local'])
    assert.equal(two?.layers.at(-1), one?.layers[0])
    assert.equal(images.find('h.io:5000/a/one')?.id, one?.id)
    assert.equal(images.find('one:2'), undefined)
  })

  test('an archive of a folder’s content, whose names begin with a dot, is as good as one that a program has written', async () => {
    const { images } = newStore()
    const unpacked = scratch()
    const packed = dockerArchive([{ tags: ['dotted:1'], layers: [layer([{ name: 'x' }])] }])
    execFileSync('tar', ['--extract', '--directory', unpacked], { input: packed })
    const layout = scratch()
    writeLayout(layout, [{ layers: [layer([{ name: 'y' }])] }])
    for (const [folder, name] of [
      [unpacked, undefined],
      [layout, 'dotted:2'],
    ] as const) {
      const archive = inFile(execFileSync('tar', ['--create', '--directory', folder, '.'], { maxBuffer: 1 << 20 }))
      assert.equal((await images.load(archive, name)).length, 1)
      await assert.rejects(images.load(folder), { code: 'IMAGE_CORRUPT', message: /it is a folder.*tar -C/ })
    }
    assert.deepEqual(
      images.list().map(({ name }) => name),
      ['docker.io/library/dotted:1', 'docker.io/library/dotted:2'],
    )
  })

  test('an OCI archive without a name, or docker save without a tag, wants one', async () => {
    const { images } = newStore()
    const layout = scratch()
    writeLayout(layout, [{ layers: [layer([{ name: 'x' }])] }])
    const oci = inFile(archiveOf(layout))
    const docker = inFile(dockerArchive([{ tags: null, layers: [layer([{ name: 'y' }])] }]))
    for (const archive of [oci, docker]) {
      await assert.rejects(images.load(archive), { code: 'IMAGE_INVALID', message: /give it a name by --name/ })
      const [image] = await images.load(archive, 'app:2')
      assert.equal(image?.name, 'docker.io/library/app:2')
    }
    const several = inFile(
      dockerArchive([1, 2].map((n) => ({ tags: [`n:${n}`], layers: [layer([{ name: `${n}` }])] }))),
    )
    await assert.rejects(images.load(several, 'app'), { code: 'IMAGE_INVALID', message: /holds 2 images/ })
  })

  test('of an index of several architectures this machine’s is taken; where it has none, or the image is another’s, it is refused', async () => {
    const { folder, images } = newStore()
    const other = OWN_ARCHITECTURE === 'arm64' ? 'amd64' : 'arm64'
    const parts = (architecture: string) => ({ layers: [layer([{ name: architecture }])], architecture })
    const both = scratch()
    writeLayout(both, [parts(other), parts(OWN_ARCHITECTURE)], { index: true })
    const [image] = await images.load(inFile(archiveOf(both)), 'both')
    assert.equal(image?.config.architecture, OWN_ARCHITECTURE)
    const before = remains(folder)
    const foreign = scratch()
    writeLayout(foreign, [parts(other)], { index: true })
    await assert.rejects(images.load(inFile(archiveOf(foreign)), 'foreign'), { code: 'IMAGE_FOREIGN' })
    const single = inFile(dockerArchive([{ tags: ['single'], ...parts(other) }]))
    await assert.rejects(images.load(single), { code: 'IMAGE_FOREIGN', message: new RegExp(`for linux/${other}`) })
    assert.deepEqual([images.list().length, remains(folder)], [1, before])
  })

  test('an image of a folder has all that is in it, with owners and modes, and runs as it was told', async () => {
    const { images } = newStore()
    const folder = scratch()
    mkdirSync(join(folder, 'srv'), { mode: 0o755 })
    writeFileSync(join(folder, 'srv/page'), 'page', { mode: 0o604 })
    chmodSync(join(folder, 'srv/page'), 0o604)
    chownSync(join(folder, 'srv/page'), 7, 8)
    const config = {
      entrypoint: ['/app'],
      cmd: ['-v'],
      env: ['A=1'],
      workingDir: '/srv',
      user: '7',
      exposedPorts: ['80/tcp'],
    }
    const image = await images.add('site:1', folder, config)
    const { entrypoint, cmd, env, workingDir, user, exposedPorts } = image.config
    assert.deepEqual({ entrypoint, cmd, env, workingDir, user, exposedPorts }, config)
    using at = shown(images, image)
    const page = statSync(join(at.place, 'srv/page'))
    assert.deepEqual([page.mode & 0o777, page.uid, page.gid], [0o604, 7, 8])
    await assert.rejects(images.add('x', join(folder, 'srv/page'), {}), {
      code: 'IMAGE_INVALID',
      message: /is no folder/,
    })
  })
})

describe('what is kept', () => {
  test('a name that moves leaves its former image behind, until it is pruned; the last name takes the layers along', async () => {
    const { folder, images } = newStore()
    await images.load(saved('app:1', layer([{ name: 'old' }])))
    const old = images.find('app:1')!
    await images.load(saved('app:1', layer([{ name: 'new' }])))
    const fresh = images.find('app:1')!
    assert.notEqual(fresh.id, old.id)
    assert.deepEqual(await images.prune(usersOf(old.id), usersOf()), [], 'it is still run')
    assert.deepEqual(await images.prune(usersOf(), usersOf()), [old.id])
    assert.deepEqual(remains(folder), fresh.layers)
    await assert.rejects(images.remove('app:1', usersOf(fresh.id), usersOf()), {
      code: 'IMAGE_IN_USE',
      message: /pod default\/web of cluster ci/,
    })
    assert.equal(images.find('app:1')?.id, fresh.id)
    await images.remove('app:1', usersOf(), usersOf())
    assert.deepEqual([images.list(), remains(folder)], [[], []])
    await assert.rejects(images.remove('app:1', usersOf(), usersOf()), { code: 'IMAGE_UNKNOWN' })
  })

  test('with all, prune takes what has names too, but not what is run', async () => {
    const { images } = newStore()
    for (const name of ['a', 'b']) await images.load(saved(name, layer([{ name }])))
    const used = images.find('a')!
    assert.deepEqual(await images.prune(usersOf(used.id), usersOf(), { all: true }), ['docker.io/library/b:latest'])
    assert.deepEqual(
      images.list().map(({ name }) => name),
      ['docker.io/library/a:latest'],
    )
  })

  test('what is in use is noted; what a person brought is kept, and what a pod fetched may go', async () => {
    const { images } = newStore()
    for (const name of ['a', 'b']) await images.load(saved(name, layer([{ name }])))
    const [a, b] = [images.find('a')!, images.find('b')!]
    const later = Date.now() + 1_000_000
    const kept = images.kept(usersOf(a.id)(), later)
    const byName = (name: string) => kept.find(({ names }) => names.includes(`docker.io/library/${name}:latest`))
    assert.equal(byName('a')?.usedAt, later)
    assert.ok((byName('b')?.usedAt ?? later) < later)
    assert.equal(byName('b')?.keptAt, Date.parse(b.keptAt))
    assert.deepEqual([byName('a')?.isPinned, byName('b')?.isPinned], [true, true])
    assert.equal(images.pin('none'), false)
    let asked = 0
    // Somebody takes it up just before its name goes.
    const late = () => (asked++ === 0 ? new Map() : usersOf(a.id)())
    assert.deepEqual(await images.takeAway([a.id, b.id], late, usersOf()), ['docker.io/library/b:latest'])
    assert.deepEqual([images.find('a')?.id, images.find('b')], [a.id, undefined])
  })

  test('several at once, from several of us, all come; nothing stays mounted', async () => {
    const { folder, images } = newStore()
    const other = new LocalImages({ root: folder })
    const base = busyboxLayer()
    const names = ['a', 'b', 'c', 'd']
    const archives = names.map((name) => saved(name, base, layer([{ name }])))
    await Promise.all(archives.map((archive, index) => (index % 2 ? images : other).load(archive)))
    assert.equal(images.list().length, 4)
    for (const image of images.list()) for (const path of images.layerFolders(image)) assert.ok(existsSync(path))
    assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), new RegExp(folder))
  })

  test('what comes while others prune is theirs who brought it', async () => {
    const { folder, images } = newStore()
    const other = new LocalImages({ root: folder })
    const archives = ['a', 'b', 'c', 'd', 'e'].map((name) =>
      saved(name, layer([{ name, data: Buffer.alloc(100, name) }])),
    )
    let isOver = false
    const pruning = (async () => {
      const gone: string[] = []
      while (!isOver) {
        gone.push(...(await other.prune(usersOf(), usersOf())))
        await new Promise((resolve) => setImmediate(resolve))
      }
      return gone
    })()
    for (const archive of archives) await images.load(archive)
    isOver = true
    assert.deepEqual(await pruning, [])
    assert.deepEqual(
      images.list().map(({ name }) => images.find(name)?.id !== undefined),
      archives.map(() => true),
    )
  })

  test('whose layers somebody took away is not here', async () => {
    const { folder, images } = newStore()
    await images.load(saved('a', layer([{ name: 'a' }])))
    rmSync(join(folder, 'storage'), { recursive: true })
    assert.equal(images.find('a'), undefined)
    await images.load(saved('a', layer([{ name: 'a' }])))
    assert.ok(images.find('a'))
  })
})

describe('hostile and broken images', () => {
  test('what is no archive, is cut short, or is not what it says, is refused, and nothing is left of it', async () => {
    const { folder, images } = newStore()
    const whole = dockerArchive([{ tags: ['x'], layers: [busyboxLayer()] }])
    const cases: readonly (readonly [what: string, octets: Uint8Array])[] = [
      ['empty', new Uint8Array()],
      ['text', Buffer.from('no archive\n')],
      ['a tar of something else', layer([{ name: 'x', data: 'y' }]).tar],
      ['no list', dockerArchive([])],
      ['cut short', whole.subarray(0, whole.length / 2)],
      [
        'another layer',
        dockerArchive([{ tags: ['x'], layers: [layer([{ name: 'a' }])], wrongDiffId: `sha256:${'0'.repeat(64)}` }]),
      ],
      ['a broken layer', dockerArchive([{ tags: ['x'], layers: [{ tar: Buffer.alloc(4096, 7) }] }])],
    ]
    for (const [what, octets] of cases)
      await assert.rejects(images.load(inFile(octets)), { code: 'IMAGE_CORRUPT' }, what)
    await assert.rejects(images.load(inFile(new Uint8Array()), undefined, { shown: 'the standard input' }), {
      message: /'the standard input' is no archive of images: it is empty$/,
    })
    await assert.rejects(images.load('/nonexistent'), { code: 'IMAGE_CORRUPT', message: /no such file/i })
    assert.deepEqual([images.list(), remains(folder)], [[], []])
  })

  test('an archive with a damaged layer is refused also where that layer is here already, and what is here stays', async () => {
    const { folder, images } = newStore()
    const layers = [layer([{ name: 'x', data: 'y'.repeat(5000) }])]
    const docker = Buffer.from(dockerArchive([{ tags: ['app:1'], layers }]))
    const layout = scratch()
    writeLayout(layout, [{ name: 'h.io/app:2', layers }])
    const oci = Buffer.from(archiveOf(layout))
    const broken = (whole: Buffer): string => {
      const copy = Buffer.from(whole)
      copy[copy.indexOf('yyyy') + 100] = 0x7a
      return inFile(copy)
    }
    const refused = {
      code: 'IMAGE_CORRUPT',
      message: /Digest did not match, expected sha256:[0-9a-f]{64}, got sha256:/,
    }
    for (const whole of [docker, oci]) {
      await assert.rejects(images.load(broken(whole)), refused)
      await images.load(inFile(whole))
      const before = [images.list(), remains(folder)]
      await assert.rejects(images.load(broken(whole)), refused)
      assert.deepEqual([images.list(), remains(folder)], before)
      using place = shown(images, images.list()[0]!)
      assert.equal(readFileSync(join(place.place, 'x'), 'utf8'), 'y'.repeat(5000))
    }
  })

  test('no path and no link of a layer leads out of it', async () => {
    const { images } = newStore()
    const target = scratch()
    writeFileSync(join(target, 'kept'), 'as it was')
    const up = `${'../'.repeat(20)}${target.slice(1)}`
    const cases: readonly (readonly [what: string, entries: readonly Entry[]])[] = [
      ['a path that climbs', [{ name: `${up}/climbed`, data: 'x' }]],
      ['an absolute path', [{ name: `${target}/absolute`, data: 'x' }]],
      [
        'through a link',
        [
          { name: 'l', type: 'symlink', target },
          { name: 'l/through', data: 'x' },
        ],
      ],
      [
        'through a link that climbs',
        [
          { name: 'l', type: 'symlink', target: up },
          { name: 'l/through', data: 'x' },
        ],
      ],
      [
        'a hard link',
        [
          { name: 'h', type: 'hardlink', target: `${up}/kept` },
          { name: 'h', data: 'written' },
        ],
      ],
      ['a whiteout', [{ name: 'l', type: 'symlink', target }, { name: 'l/.wh.kept' }]],
      ['a whiteout that climbs', [{ name: `${up}/.wh.kept` }]],
    ]
    for (const [what, entries] of cases) {
      // Either it is refused, or it lies in the layer: as Docker does it.
      await images.load(saved('hostile', layer(entries))).catch(() => undefined)
      assert.deepEqual(readdirSync(target), ['kept'], what)
      assert.equal(readFileSync(join(target, 'kept'), 'utf8'), 'as it was', what)
      assert.equal(statSync(join(target, 'kept')).nlink, 1, what)
    }
  })

  test('a layer that unpacks to far more than it says is stopped, and nothing is left of it', async () => {
    const { folder, images } = newStore({ limits: { harmless: 8 << 20, ratio: 100, patienceMs: 300_000 } })
    const layout = scratch()
    writeLayout(layout, [{ layers: [layer([{ name: 'zeros', data: new Uint8Array(900 << 20) }], 'gzip')] }])
    await assert.rejects(images.load(inFile(archiveOf(layout)), 'bomb'), { code: 'IMAGE_TOO_LARGE' })
    assert.deepEqual([images.list(), remains(folder)], [[], []])
  })

  test('where the disk is too small an image is refused, what it had taken is given back, and a smaller one still fits', async () => {
    const disk = scratch()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'none', disk])
    try {
      const images = new LocalImages({ root: join(disk, 'store') })
      const noise = Buffer.alloc(30 << 20, 'not all the same')
      const large = saved(
        'large',
        layer([
          { name: 'a', data: noise.subarray(0, 15 << 20) },
          { name: 'b', data: noise.subarray(0, 14 << 20) },
        ]),
      )
      await assert.rejects(images.load(large), { code: 'IMAGE_DISK_FULL' })
      assert.deepEqual(remains(join(disk, 'store')), [])
      const { bsize, bfree } = statfsSync(disk)
      assert.ok(bsize * bfree > 22 << 20, `${bsize * bfree} octets are free`)
      await images.load(saved('small', layer([{ name: 'a', data: 'small' }])))
      assert.equal(images.list().length, 1)
    } finally {
      execFileSync('umount', ['--recursive', disk])
    }
  })

  test('who gives up leaves nothing behind', async () => {
    const { folder, images } = newStore()
    const giving = new AbortController()
    const archive = saved('app', busyboxLayer(), layer([{ name: 'much', data: new Uint8Array(300 << 20) }]))
    const loading = images.load(archive, undefined, { signal: giving.signal })
    const storage = join(folder, 'storage/overlay')
    while (!existsSync(storage) || readdirSync(storage).length < 2)
      await new Promise((resolve) => setTimeout(resolve, 5))
    giving.abort(new Error('enough'))
    await assert.rejects(loading, { message: 'enough' })
    const { layers } = (await images.load(saved('base', busyboxLayer())))[0]!
    await images.prune(usersOf(), usersOf())
    assert.deepEqual(remains(folder), layers)
  })
})

describe('registries', { skip: NO_REGISTRY }, () => {
  test('an image is fetched by its tag or its digest; one that moved is fetched anew; what is unknown is said to be', async () => {
    const { images } = newStore()
    const registry = await startRegistry(scratch(), 5001)
    try {
      const layout = scratch()
      const digest = writeLayout(layout, [{ layers: [busyboxLayer('gzip')], config: { Cmd: ['sh'] } }])
      push(`oci:${layout}`, `docker://${registry.address}/app/web:1`)
      const name = `${registry.address}/app/web`
      const byTag = await images.pull(`${name}:1`, { logins: [], registries: { mirrors: [], insecure: [] } })
      assert.deepEqual([byTag.origin, byTag.access, byTag.digests[0]], ['registry', 'all', digest])
      const byDigest = await images.pull(`${name}@${digest}`, { logins: [], registries: { mirrors: [], insecure: [] } })
      assert.deepEqual([byDigest.id, byDigest.name], [byTag.id, `${name}@${digest}`])
      await images.remove(`${name}@${digest}`, usersOf(), usersOf())
      // It is here by its tag, and so by what that was.
      assert.equal(images.find(`${name}@${digest}`)?.id, byTag.id)
      assert.equal(images.find(`${registry.address}/other@${digest}`), undefined)
      const next = scratch()
      writeLayout(next, [{ layers: [busyboxLayer('gzip'), layer([{ name: 'v2' }], 'zstd')] }])
      push(`oci:${next}`, `docker://${name}:1`)
      const moved = await images.pull(`${name}:1`, { logins: [], registries: { mirrors: [], insecure: [] } })
      assert.deepEqual([moved.layers.length, moved.layers[1]], [2, byTag.layers[0]])
      const settings = { logins: [], registries: { mirrors: [], insecure: [] } }
      const isPinned = () => images.kept(new Map(), 0).find(({ id }) => id === moved.id)?.isPinned
      assert.equal(isPinned(), false)
      assert.equal(images.pin(`${name}:1`), true)
      await images.pull(`${name}:1`, settings)
      assert.equal(isPinned(), true, 'what a person asked for stays so, whoever fetches it again')
      for (const unknown of [`${name}:none`, `${registry.address}/none:1`, `${name}@sha256:${'0'.repeat(64)}`])
        await assert.rejects(images.pull(unknown, settings), { code: 'IMAGE_UNKNOWN' }, unknown)
    } finally {
      await registry.stop()
    }
    await assert.rejects(
      images.pull('127.0.0.1:5001/app/web:1', { logins: [], registries: { mirrors: [], insecure: [] } }),
      {
        code: 'IMAGE_UNREACHABLE',
        message: /connection refused/,
      },
    )
  })

  test('a registry that wants a login is shown each that there is, and its images are for who has it', async () => {
    const { images } = newStore()
    const registry = await startRegistry(scratch(), 5002, 'me')
    try {
      const layout = scratch()
      writeLayout(layout, [{ layers: [layer([{ name: 'x' }])] }])
      const name = `${registry.address}/private:1`
      push(`oci:${layout}`, `docker://${name}`, '--dest-creds', 'me:secret')
      const registries = { mirrors: [], insecure: [] }
      const [right, wrong] = ['secret', 'wrong'].map((password) => ({ username: 'me', password }))
      await assert.rejects(images.pull(name, { logins: [], registries }), {
        code: 'IMAGE_DENIED',
        message: /imagePullSecrets/,
      })
      await assert.rejects(images.pull(name, { logins: [wrong!], registries }), { code: 'IMAGE_DENIED' })
      const image = await images.pull(name, { logins: [wrong!, right!], registries })
      assert.equal(image.access.length, 1)
      assert.doesNotMatch(JSON.stringify(image), /secret/)
    } finally {
      await registry.stop()
    }
  })

  test('a mirror is asked in a registry’s place, and what it has counts as the registry’s', async () => {
    const { images } = newStore()
    const registry = await startRegistry(scratch(), 5003)
    try {
      const layout = scratch()
      writeLayout(layout, [{ layers: [layer([{ name: 'x' }])] }])
      push(`oci:${layout}`, `docker://${registry.address}/hub/library/nginx:1.27`)
      const mirrors = [{ registry: 'docker.io', mirror: `http://${registry.address}/hub` }]
      const image = await images.pull('nginx:1.27', { logins: [], registries: { mirrors, insecure: [] } })
      assert.equal(image.name, 'docker.io/library/nginx:1.27')
    } finally {
      await registry.stop()
    }
  })

  test('a registry that takes a question and does not answer, or only a little, is given up', async () => {
    const { folder, images } = newStore({ limits: { ...UNPACK_LIMITS, patienceMs: 1500 } })
    let dribbling: NodeJS.Timeout | undefined
    const server = createServer((request, response) => {
      if (request.url === '/v2/') response.end()
      if (request.url?.includes('/manifests/dribbles')) {
        response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' })
        dribbling = setInterval(() => response.write(' '), 50)
      }
    })
    await new Promise<void>((resolve) => server.listen(5005, '127.0.0.1', resolve))
    try {
      for (const tag of ['silent', 'dribbles'])
        await assert.rejects(
          images.pull(`127.0.0.1:5005/app:${tag}`, { logins: [], registries: { mirrors: [], insecure: [] } }),
          {
            code: 'IMAGE_UNREACHABLE',
            message: new RegExp(`image '127.0.0.1:5005/app:${tag}': nothing has come for 1.5 seconds`),
          },
        )
      assert.deepEqual([images.list(), remains(folder)], [[], []])
    } finally {
      clearInterval(dribbling)
      server.closeAllConnections()
      server.close()
    }
  })

  test('what a registry gives is held against its digest', async () => {
    const { folder, images } = newStore()
    const registry = await startRegistry(scratch(), 5004)
    try {
      const layout = scratch()
      writeLayout(layout, [{ layers: [busyboxLayer('gzip')] }])
      const name = `${registry.address}/app:1`
      push(`oci:${layout}`, `docker://${name}`)
      const blobs = readdirSync(registry.folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('/data'))
        .map((path) => join(registry.folder, path))
      const largest = blobs.toSorted((one, other) => lstatSync(other).size - lstatSync(one).size)[0]!
      const octets = readFileSync(largest)
      octets[octets.length >> 1]! ^= 1
      writeFileSync(largest, octets)
      const settings = { logins: [], registries: { mirrors: [], insecure: [] } }
      await assert.rejects(images.pull(name, settings), { code: 'IMAGE_CORRUPT' })
      truncateSync(largest, octets.length >> 1)
      await assert.rejects(images.pull(name, settings), (error: { code: string }) =>
        ['IMAGE_CORRUPT', 'IMAGE_UNREACHABLE'].includes(error.code),
      )
      assert.deepEqual([images.list(), remains(folder)], [[], []])
    } finally {
      await registry.stop()
    }
  })
})
