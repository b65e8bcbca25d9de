import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { machineArchitecture } from './archive/folder-image.ts'
import { imageStorePaths } from './image-store-folder.ts'
import { LocalImages } from './local-images.ts'
import { fakeSkopeo } from './testing/fake-skopeo.ts'

const NOBODY = () => new Map<string, readonly string[]>()
const usersOf =
  (ids: readonly string[], ...who: readonly string[]) =>
  () =>
    new Map(ids.map((id) => [id, who.length > 0 ? who : ['pod default/web']]))

const start = () => {
  const skopeo = fakeSkopeo()
  const root = join(skopeo.folder, 'store')
  const images = new LocalImages({ root })
  const archive = (...tags: readonly (readonly string[])[]): string => {
    const folder = join(skopeo.folder, `archive-${readdirSync(skopeo.folder).length}`)
    mkdirSync(folder)
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify(tags.map((RepoTags) => ({ RepoTags }))))
    const path = `${folder}.tar`
    execFileSync('tar', ['-cf', path, '-C', folder, 'manifest.json'])
    tags.forEach((RepoTags, index) => {
      skopeo.offer(`docker-archive:${path}:@${index}`, { config: JSON.stringify({ RepoTags }) })
    })
    return path
  }
  return {
    ...skopeo,
    root,
    images,
    archive,
    drafts: () => readdirSync(join(root, 'drafts')),
    [Symbol.dispose]: () => {
      rmSync(imageStorePaths(root).links, { recursive: true, force: true })
      skopeo[Symbol.dispose]()
    },
  }
}
const names = (images: LocalImages): readonly string[] => images.list().map(({ name }) => name)

test('an archive brings each of its images under all of its names, a folder one; nothing of the copy is left', async () => {
  using store = start()
  const { images, archive } = store
  await images.load(archive(['app:1', 'h.io/app:2'], ['other']))
  assert.deepEqual(names(images), ['docker.io/library/app:1', 'docker.io/library/other:latest', 'h.io/app:2'])
  assert.equal(images.find('app:1')?.id, images.find('h.io/app:2')?.id)
  assert.notEqual(images.find('app:1')?.id, images.find('other')?.id)
  assert.deepEqual([images.find('app'), images.find('h.io/other')], [undefined, undefined])
  const folder = join(store.folder, 'site')
  mkdirSync(folder)
  const site = await images.add('site', folder, { cmd: ['serve'] })
  assert.deepEqual([site.config.cmd, site.origin, site.access], [['serve'], 'local', 'all'])
  const [layer] = images.layerFolders(site)
  assert.ok(layer !== undefined && existsSync(layer))
  assert.deepEqual(store.drafts(), [])
})

test('an archive of one image takes the name that it is given; of several it cannot, and without any it wants one', async () => {
  using store = start()
  const { images, archive } = store
  const [image] = await images.load(archive(['app:1']), 'mine')
  assert.equal(image?.name, 'docker.io/library/mine:latest')
  assert.deepEqual(names(images), ['docker.io/library/mine:latest'])
  const invalid = { code: 'IMAGE_INVALID' }
  await assert.rejects(images.load(archive(['a'], ['b']), 'mine'), { ...invalid, message: /holds 2 images/ })
  await assert.rejects(images.load(archive([])), { ...invalid, message: /give it a name by --name/ })
})

test('whatever way an image is brought, it does not take the name of a built-in one, and nothing of it is', async () => {
  using store = start()
  const { images, archive } = store
  const refused = { code: 'IMAGE_INVALID', message: /'fairlead\/(?:echo|host):1' is built in/ }
  const folder = join(store.folder, 'site')
  mkdirSync(folder)
  await assert.rejects(images.add('fairlead/echo:1', folder, {}), refused)
  await assert.rejects(images.load(archive(['app:1']), 'fairlead/host:1'), refused)
  await assert.rejects(images.load(archive(['app:1'], ['other', 'fairlead/echo:1'])), refused)
  await assert.rejects(images.pull('fairlead/echo:1'), refused)
  assert.deepEqual(names(images), [])
  assert.equal(store.calls().length, 0)
})

test('an image of a registry is asked for by its digest, else its tag, with each login until one does', async () => {
  using store = start()
  const { images, offer } = store
  const login = (password: string) => ({ username: 'me', password })
  const mark = Buffer.from('me:right').toString('base64')
  offer('docker://h.io/app:1', { login: mark })
  const image = await images.pull('h.io/app:1', { logins: [login('wrong'), login('right')] })
  assert.equal(image.origin, 'registry')
  assert.equal(image.access.length, 1)
  assert.equal(image.pinned, undefined)
  assert.equal(store.calls().length, 2)
  await assert.rejects(images.pull('h.io/app:1', { logins: [login('wrong')] }), { code: 'IMAGE_DENIED' })
  await assert.rejects(images.pull('h.io/app:1', { logins: [] }), { code: 'IMAGE_DENIED' })
  // What is not about who asks is not asked again.
  offer('docker://h.io/none:1', { fault: 'manifest unknown' })
  const before = store.calls().length
  await assert.rejects(images.pull('h.io/none:1', { logins: [login('a'), login('b')] }), { code: 'IMAGE_UNKNOWN' })
  assert.equal(store.calls().length, before + 1)
  const digest = `sha256:${'a'.repeat(64)}`
  const byDigest = await images.pull(`h.io/app:1@${digest}`)
  assert.equal(byDigest.name, `h.io/app@${digest}`)
  assert.equal(byDigest.access, 'all')
  const words = store.calls().at(-1)
  assert.equal(words?.at(-2), `docker://h.io/app@${digest}`)
  assert.equal(words?.includes('--src-authfile'), false)
  assert.equal(words?.includes('--registries-conf'), false)
  const found = images.find(`h.io/app@${image.digests[0]}`)
  assert.equal(found?.id, image.id)
  assert.equal(images.find(`h.io/else@${image.digests[0]}`), undefined)
  const mirrors = [{ registry: 'h.io', mirror: 'm.io' }]
  await images.pull('h.io/app:2', { registries: { mirrors, insecure: [] } })
  assert.equal(store.calls().at(-1)?.[3], '--registries-conf')
  assert.deepEqual(store.drafts(), [])
})

test('who has shown a login once may use what is here; others must show theirs, until it is another image', async () => {
  using store = start()
  const { images, offer } = store
  const by = (password: string) => images.pull('h.io/app:1', { logins: [{ username: 'me', password }] })
  const one = await by('one')
  const both = await by('two')
  assert.deepEqual(both.access, [...one.access, both.access[1]])
  assert.equal(both.access.length, 2)
  assert.deepEqual((await by('two')).access, both.access)
  assert.equal((await images.pull('h.io/app:1', { logins: [] })).access, 'all')
  assert.equal((await by('two')).access, 'all')
  offer('docker://h.io/app:1', { config: '{"new":1}' })
  assert.equal((await by('two')).access.length, 1)
})

test('what a person asks for stays pinned, also where a pod fetches it anew', async () => {
  using store = start()
  const { images } = store
  assert.equal((await images.pull('h.io/app:1', { pinned: true })).pinned, true)
  assert.equal((await images.pull('h.io/app:1')).pinned, true)
  await images.pull('h.io/app:2')
  assert.equal(images.find('h.io/app:2')?.pinned, undefined)
  assert.equal(images.pin('h.io/app:2'), true)
  assert.equal(images.find('h.io/app:2')?.pinned, true)
  assert.equal(images.pin('h.io/app:3'), false)
})

test('an image for another machine is refused, and goes unless it was here before', async () => {
  using store = start()
  const { images, offer, root } = store
  const other = machineArchitecture() === 'arm64' ? 'amd64' : 'arm64'
  const stored = () => images.kept(NOBODY(), 0).length
  offer('docker://h.io/app:1', { config: JSON.stringify({ architecture: other, os: 'linux' }) })
  const foreign = new RegExp(
    `image 'h.io/app:1' is for linux/${other}, and this machine is linux/${machineArchitecture()}`,
  )
  await assert.rejects(images.pull('h.io/app:1'), { code: 'IMAGE_FOREIGN', message: foreign })
  offer('docker://h.io/app:1', { config: '{"os":"windows"}' })
  await assert.rejects(images.pull('h.io/app:1'), { code: 'IMAGE_FOREIGN' })
  assert.deepEqual([names(images), stored()], [[], 0])
  offer('docker://h.io/app:1', { config: JSON.stringify({ architecture: machineArchitecture(), os: 'linux' }) })
  await images.pull('h.io/app:1')
  offer('docker://h.io/app:2', { config: 'no json' })
  await assert.rejects(images.pull('h.io/app:2'), { code: 'IMAGE_CORRUPT' })
  assert.deepEqual([names(images), stored()], [['h.io/app:1'], 1])
  rmSync(join(root, 'storage'), { recursive: true })
  assert.equal(images.find('h.io/app:1'), undefined, 'somebody has emptied the storage')
})

test('an image goes with its last name, and not while somebody has it, whom the refusal names', async () => {
  using store = start()
  const { images, archive } = store
  await images.load(archive(['app:1', 'app:2']))
  const { id } = images.find('app:1')!
  const [layer] = images.layerFolders(images.find('app:1')!)
  await images.remove('app:2', usersOf([id]), NOBODY)
  assert.deepEqual(names(images), ['docker.io/library/app:1'])
  assert.ok(existsSync(layer!))
  const message = "IMAGE_IN_USE: image 'app:1' is used by a, b, c and 2 more: delete them first"
  await assert.rejects(images.remove('app:1', usersOf([id], 'a', 'b', 'c', 'd', 'e'), NOBODY), {
    code: 'IMAGE_IN_USE',
    message,
  })
  await assert.rejects(images.remove('app:1', usersOf([id], 'a', 'b', 'c'), NOBODY), /used by a, b, c: delete/)
  assert.deepEqual(names(images), ['docker.io/library/app:1'])
  await images.remove('app:1', NOBODY, NOBODY)
  assert.deepEqual([names(images), images.kept(NOBODY(), 0), existsSync(layer!)], [[], [], false])
  assert.deepEqual(readdirSync(imageStorePaths(store.root).links), [])
  await assert.rejects(images.remove('app:1', NOBODY, NOBODY), { code: 'IMAGE_UNKNOWN' })
})

test('prune takes what has lost its name, and with all whatever nobody has', async () => {
  using store = start()
  const { images, archive } = store
  await images.load(archive(['app:1']))
  const old = images.find('app:1')!.id
  await images.load(archive(['app:1', 'app:2']))
  await images.load(archive(['other']))
  const { id } = images.find('app:1')!
  assert.deepEqual(await images.prune(usersOf([old]), NOBODY), [])
  assert.deepEqual(await images.prune(NOBODY, NOBODY), [old])
  assert.deepEqual(await images.prune(NOBODY, NOBODY), [])
  assert.deepEqual(await images.prune(usersOf([id]), NOBODY, { all: true }), ['docker.io/library/other:latest'])
  assert.deepEqual(names(images), ['docker.io/library/app:1', 'docker.io/library/app:2'])
  // Somebody takes it up just when its names have gone.
  let asked = 0
  assert.deepEqual(await images.takeAway([id], () => (asked++ === 0 ? NOBODY() : usersOf([id])()), NOBODY), [])
  assert.deepEqual(names(images), ['docker.io/library/app:1', 'docker.io/library/app:2'])
  assert.deepEqual(await images.takeAway([id], NOBODY, NOBODY), ['docker.io/library/app:1', 'docker.io/library/app:2'])
})

test('an image stays by whose name a pod asks, though it runs an older one: it would find none when it begins again', async () => {
  using store = start()
  const { images, archive } = store
  await images.load(archive(['app:1']))
  const old = images.find('app:1')!.id
  await images.load(archive(['app:1', 'app:2']))
  await images.load(archive(['other']))
  assert.notEqual(images.find('app:1')!.id, old)
  const asks = usersOf(['app:1'])
  assert.deepEqual(await images.prune(usersOf([old]), asks, { all: true }), ['docker.io/library/other:latest'])
  const both = ['docker.io/library/app:1', 'docker.io/library/app:2']
  assert.deepEqual(names(images), both)
  // Who asks for it just when its names have gone.
  let asked = 0
  const late = () => (asked++ === 0 ? NOBODY() : asks())
  assert.deepEqual(await images.prune(usersOf([old]), late, { all: true }), [])
  assert.deepEqual(names(images), both)
  assert.deepEqual(await images.prune(usersOf([old]), usersOf(['app:3']), { all: true }), both)
})

test('what is known of the images that are kept: when they came, were last used, and who brought them', async () => {
  using store = start()
  const { images, archive } = store
  const [app] = await images.load(archive(['app:1', 'app:2']))
  const pulled = await images.pull('h.io/app:1')
  await images.load(archive(['gone']))
  const lost = images.find('gone')!.id
  await images.load(archive(['gone', 'else']))
  const later = Date.now() + 100_000
  const kept = images.kept(usersOf([app!.id])(), later)
  const of = (id: string) => kept.find((one) => one.id === id)
  const [first, second] = ['docker.io/library/app:1', 'docker.io/library/app:2']
  assert.deepEqual(of(app!.id), {
    id: app!.id,
    names: [first, second],
    isPinned: true,
    keptAt: Date.parse(app!.keptAt),
    usedAt: later,
  })
  const { isPinned, usedAt } = of(pulled.id)!
  assert.equal(isPinned, false)
  assert.ok(usedAt !== undefined && usedAt < later)
  assert.deepEqual(of(lost), { id: lost, names: [], isPinned: false, keptAt: undefined, usedAt: undefined })
})

test('who gives up a copy has its reason, and what was half unpacked is swept', async () => {
  using store = start()
  const { images, offer } = store
  offer('docker://h.io/app:1', { hangs: true })
  const giving = new AbortController()
  const pulling = images.pull('h.io/app:1', { signal: giving.signal })
  while (store.calls().length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  giving.abort(new Error('enough'))
  await assert.rejects(pulling, { message: 'enough' })
  const [, sweep, last] = store.calls()
  assert.match(sweep?.at(-2) ?? '', /^oci:/)
  assert.equal(last?.includes('delete'), true)
  assert.deepEqual([images.kept(NOBODY(), 0), store.drafts()], [[], []])
  const never = images.pull('h.io/app:1', { signal: AbortSignal.abort(new Error('never')) })
  await assert.rejects(never, { message: 'never' })
})

test('skopeo has the storage and its folders to itself, and no settings of the machine’s', async () => {
  using store = start()
  const { images, root } = store
  await images.pull('h.io/app:1')
  const words = store.calls()[0]!
  assert.deepEqual(words.slice(0, 2), ['--insecure-policy', '--tmpdir'])
  assert.equal(words[2]?.startsWith(join(root, 'drafts/d')), true)
  assert.deepEqual(words.slice(3, 7), ['--override-os', 'linux', 'copy', 'docker://h.io/app:1'])
  assert.match(words[7] ?? '', /^containers-storage:\[overlay@.*\/storage\+.*\/run\]localhost\/fairlead:[0-9a-f]{24}$/)
  assert.equal(JSON.parse(readFileSync(join(root, 'storage/overlay-images/images.json'), 'utf8')).length, 1)
})
