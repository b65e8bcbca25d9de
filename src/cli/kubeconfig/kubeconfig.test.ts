import assert from 'node:assert/strict'
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { addCluster, removeCluster } from './kubeconfig.ts'
import { leaveKubeconfig } from './kubeconfig-entry.ts'
import { editKubeconfigFile, kubeconfigPath } from './kubeconfig-file.ts'
import { readKubeconfigs } from './kubeconfig-read.ts'

const access = {
  server: 'https://127.0.0.1:6443',
  certificateAuthority: 'ca',
  clientCertificate: 'cert',
  clientKey: 'key',
}
const OTHERS = `apiVersion: v1
kind: Config
# the clusters of work
clusters:
- cluster:
    server: https://work.example
  name: work
contexts:
- context: {cluster: work, user: work}
  name: work
current-context: work
users:
- name: work
  user:
    token: abc # never share
`
const scratch = (): { path: (name: string) => string; [Symbol.dispose](): void } => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-kubeconfig-'))
  return { path: (name) => join(folder, name), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test('addCluster() makes a whole kubeconfig where there was none', () => {
  const config = parse(addCluster(undefined, 'a', access, 'x'))
  assert.equal(config['current-context'], 'fairlead-a')
  assert.deepEqual(config.contexts, [{ name: 'fairlead-a', context: { cluster: 'fairlead-a', user: 'fairlead-a' } }])
  assert.equal(Buffer.from(config.users[0].user['client-key-data'], 'base64').toString(), 'key')
})

test('removeCluster() after addCluster() gives back the text that was there, comments and all', () => {
  const added = addCluster(OTHERS, 'a', access, 'x')
  assert.equal(parse(added)['current-context'], 'fairlead-a')
  const removed = removeCluster(added, 'a', 'x')!
  assert.deepEqual(parse(removed), parse(OTHERS))
  assert.match(removed, /# never share/)
})

test('addCluster() twice keeps one entry, and the way back', () => {
  const again = { ...access, server: 'https://127.0.0.1:7' }
  const text = addCluster(addCluster(OTHERS, 'a', access, 'x'), 'a', again, 'x')
  const twice = parse(text)
  assert.deepEqual(
    twice.clusters.map((entry: { name: string }) => entry.name),
    ['work', 'fairlead-a'],
  )
  assert.equal(twice.clusters[1].cluster.server, 'https://127.0.0.1:7')
  assert.deepEqual(parse(removeCluster(text, 'a', 'x')!), parse(OTHERS))
})

test('removeCluster() leads back past clusters that went before it, in whatever order', () => {
  const both = addCluster(addCluster(OTHERS, 'a', access, 'x'), 'b', access, 'x')
  const withoutA = removeCluster(both, 'a', 'x')!
  assert.equal(parse(withoutA)['current-context'], 'fairlead-b')
  assert.deepEqual(parse(removeCluster(withoutA, 'b', 'x')!), parse(OTHERS))
  const withoutB = removeCluster(both, 'b', 'x')!
  assert.equal(parse(withoutB)['current-context'], 'fairlead-a')
  assert.deepEqual(parse(removeCluster(withoutB, 'a', 'x')!), parse(OTHERS))
})

test('removeCluster() leaves a context that somebody chose since, and does not name one that is gone', () => {
  const added = addCluster(OTHERS, 'a', access, 'x')
  const switched = added.replace('current-context: fairlead-a', 'current-context: work')
  assert.equal(parse(removeCluster(switched, 'a', 'x')!)['current-context'], 'work')
  const gone = addCluster(OTHERS.replace('current-context: work', 'current-context: gone'), 'a', access, 'x')
  assert.equal(parse(removeCluster(gone, 'a', 'x')!)['current-context'], '')
  assert.equal(removeCluster(OTHERS, 'a', 'x'), undefined)
})

test('addCluster() refuses a file that is no kubeconfig and names it', () => {
  assert.throws(() => addCluster('- a\n- b\n', 'a', access, '/home/x/config'), {
    code: 'KUBECONFIG_MALFORMED',
    message: /\/home\/x\/config/,
  })
  assert.throws(() => addCluster('{ a: [', 'a', access, '/home/x/config'), { code: 'KUBECONFIG_MALFORMED' })
})

test('kubeconfigPath() takes the file that kubectl takes', () => {
  using folder = scratch()
  writeFileSync(folder.path('b'), OTHERS)
  const list = ['a', 'b', 'c'].map(folder.path).join(':')
  assert.equal(kubeconfigPath(undefined, { KUBECONFIG: list }), folder.path('b'))
  assert.equal(kubeconfigPath(undefined, { KUBECONFIG: `${folder.path('x')}:${folder.path('y')}` }), folder.path('y'))
  assert.equal(kubeconfigPath('/explicit', { KUBECONFIG: list }), '/explicit')
  assert.equal(kubeconfigPath(undefined, { HOME: '/home/me' }), '/home/me/.kube/config')
})

test('editKubeconfigFile() keeps a symbolic link, writes mode 0600 and takes its lock away', async () => {
  using folder = scratch()
  writeFileSync(folder.path('real'), OTHERS, { mode: 0o644 })
  symlinkSync('real', folder.path('link'))
  await editKubeconfigFile(folder.path('link'), (text) => `${text}# seen\n`)
  assert.ok(lstatSync(folder.path('link')).isSymbolicLink())
  assert.equal(readFileSync(folder.path('real'), 'utf8'), `${OTHERS}# seen\n`)
  assert.equal(statSync(folder.path('real')).mode & 0o777, 0o600)
  assert.equal(existsSync(folder.path('link.lock')), false)
})

test('editKubeconfigFile() leaves a file to its owner, also where root edits it', async () => {
  using folder = scratch()
  const owner = process.getuid!() === 0 ? 1234 : process.getuid!()
  writeFileSync(folder.path('config'), OTHERS)
  if (owner === 1234) chownSync(folder.path('config'), owner, owner)
  await editKubeconfigFile(folder.path('config'), (text) => `${text}# seen\n`)
  assert.equal(statSync(folder.path('config')).uid, owner)
})

test('editKubeconfigFile() takes an emptied file away, but not what a link leads to: whoever made the link wants it', async () => {
  using folder = scratch()
  for (const name of ['plain', 'real']) writeFileSync(folder.path(name), OTHERS)
  symlinkSync('real', folder.path('link'))
  for (const name of ['plain', 'link']) await editKubeconfigFile(folder.path(name), () => '')
  assert.equal(existsSync(folder.path('plain')), false)
  assert.ok(lstatSync(folder.path('link')).isSymbolicLink())
  assert.equal(readFileSync(folder.path('real'), 'utf8'), '')
})

test('leaveKubeconfig() takes away a file that holds nothing else, and leaves one that does', async () => {
  using folder = scratch()
  writeFileSync(folder.path('ours'), addCluster(undefined, 'a', access, 'x'))
  writeFileSync(folder.path('theirs'), addCluster(OTHERS, 'a', access, 'x'))
  for (const name of ['ours', 'theirs']) assert.equal(await leaveKubeconfig('a', folder.path(name)), true, name)
  assert.equal(existsSync(folder.path('ours')), false)
  assert.deepEqual(parse(readFileSync(folder.path('theirs'), 'utf8')), parse(OTHERS))
  assert.equal(await leaveKubeconfig('a', folder.path('theirs')), false, 'nothing of it was there')
})

test('editKubeconfigFile() keeps a link that leads to nothing yet, and refuses one that leads in a circle', async () => {
  using folder = scratch()
  symlinkSync('second', folder.path('first'))
  symlinkSync('below/real', folder.path('second'))
  await editKubeconfigFile(folder.path('first'), () => OTHERS)
  for (const link of ['first', 'second']) assert.ok(lstatSync(folder.path(link)).isSymbolicLink(), link)
  assert.equal(readFileSync(folder.path('below/real'), 'utf8'), OTHERS)
  symlinkSync('b', folder.path('a'))
  symlinkSync('a', folder.path('b'))
  await assert.rejects(
    editKubeconfigFile(folder.path('a'), () => OTHERS),
    { code: 'KUBECONFIG_MALFORMED', message: /a is a link that leads nowhere/ },
  )
})

test('a kubeconfig that cannot be used is named, with what is wrong and the way out', async () => {
  using folder = scratch()
  mkdirSync(folder.path('folder'))
  writeFileSync(folder.path('plain'), '')
  for (const [path, why] of [
    ['folder', /folder cannot be written: it is a folder \(EISDIR\)$/],
    ['plain/config', /plain\/config cannot be written: a part of the path is no folder/],
  ] as const) {
    const told = { code: 'KUBECONFIG_UNUSABLE', message: why, hint: /--kubeconfig/ }
    await assert.rejects(
      editKubeconfigFile(folder.path(path), () => OTHERS),
      told,
    )
  }
  assert.throws(() => readKubeconfigs([folder.path('folder')]), {
    code: 'KUBECONFIG_UNUSABLE',
    message: /folder cannot be read: it is a folder/,
  })
  assert.deepEqual(readdirSync(folder.path('.')).sort(), ['folder', 'plain'], 'no lock is left')
})

test('editKubeconfigFile() waits for another writer’s lock', async () => {
  using folder = scratch()
  writeFileSync(folder.path('config.lock'), '')
  setTimeout(() => rmSync(folder.path('config.lock')), 100)
  const started = Date.now()
  await editKubeconfigFile(folder.path('config'), () => 'x: 1\n')
  assert.ok(Date.now() - started >= 90)
  assert.equal(readFileSync(folder.path('config'), 'utf8'), 'x: 1\n')
})
