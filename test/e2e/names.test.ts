import { spawn } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { claim, eventually, FAIRLEAD, run } from './harness.ts'
import { type Scratch, scratch } from './scratch.ts'
import { CLAIMS, processesOf, STATE, traces } from './traces.ts'

/** As a user of the machine who is not root. */
const asNobody = (one: Scratch, ...args: readonly string[]) =>
  run('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', FAIRLEAD, ...args], { env: one.env })

claim('a name is one cluster’s on the whole machine: another state folder does not make it free', async (assert) => {
  await using one = scratch()
  const before = await traces()
  const { nodes } = await one.up('names-a', '--nodes', '1')
  const elsewhere = { FAIRLEAD_STATE: join(one.folder, 'elsewhere') }
  const second = await one.fairleadWith(elsewhere, 'up', 'names-a', '--nodes', '1')
  assert.equal(second.status, 1)
  assert.match(
    second.stderr,
    /a cluster named names-a is running \(its state is \S+\/names-a\)\n.*fairlead down names-a/,
  )
  assert.ok(!existsSync(elsewhere.FAIRLEAD_STATE), 'nothing was made')
  assert.equal((await one.status('names-a')).healthy, true, 'and nothing was taken away')
  assert.equal((await run('ip', ['netns', 'exec', nodes[0]!.namespace, 'true'])).status, 0)

  // Also where the claim was deleted: what stands under the name keeps it.
  rmSync(join(CLAIMS, 'names-a.json'))
  const third = await one.fairleadWith(elsewhere, 'up', 'names-a', '--nodes', '1')
  assert.equal(third.status, 1)
  assert.match(third.stderr, /a cluster named names-a is running/)
  assert.equal(await one.kubectl('get', '--raw', '/readyz'), 'ok')

  // Who asks about it is told the truth, from either folder.
  for (const environment of [{}, elsewhere]) {
    const listed = JSON.parse((await one.fairleadWith(environment, 'list', '-o', 'json')).stdout)
    assert.deepEqual(
      listed
        .filter(({ name }: { name: string }) => name === 'names-a')
        .map(({ state, nodes: many }: { state: string; nodes: number }) => [state, many]),
      [['running', 1]],
    )
    const status = await one.fairleadWith(environment, 'status', 'names-a')
    assert.equal(status.status, 0, status.stderr)
    assert.match(status.stdout, /^cluster names-a: healthy[\s\S]*^supervisor +\d+[\s\S]*^agent-host +\d+/m)
  }

  // And from there it is taken down whole.
  const down = await one.fairleadWith(elsewhere, 'down', 'names-a')
  assert.equal(down.status, 0, down.stderr)
  assert.deepEqual(await traces(), before)
  assert.deepEqual(processesOf('names-a'), [])
})

claim('clusters with states in different folders know of one another', async (assert) => {
  await using one = scratch()
  const before = await traces()
  // By a relative path: the cluster's processes work elsewhere.
  const elsewhere = { FAIRLEAD_STATE: `.${'/..'.repeat(20)}${one.folder}/states` }
  const made = await one.fairleadWith(elsewhere, 'up', '--name', 'names-b', '--nodes', '1')
  assert.equal(made.status, 0, made.stderr)
  assert.deepEqual(readdirSync(join(one.folder, 'states')), ['names-b'])
  const [a, b] = [
    await one.up('names-c', '--nodes', '1'),
    JSON.parse((await one.fairlead('list', '-o', 'json')).stdout),
  ]
  assert.deepEqual(
    b
      .filter(({ name }: { name: string }) => name.startsWith('names-'))
      .map(({ name, state }: { name: string; state: string }) => [name, state]),
    [
      ['names-b', 'running'],
      ['names-c', 'running'],
    ],
  )
  assert.notEqual(
    a.server,
    b.find(({ name }: { name: string }) => name === 'names-b').server,
    'and ranges and ports are not chosen twice',
  )
  assert.equal((await one.status('names-b')).healthy, true)
  assert.equal((await one.fairlead('down', 'names-b')).status, 0)
  assert.equal((await one.fairlead('down', 'names-c')).status, 0)
  assert.deepEqual(await traces(), before)
})

claim('down ends what is the cluster’s, and no program of a stranger that names its files', async (assert) => {
  await using one = scratch()
  await one.up('names-d', '--nodes', '1')
  const config = join(STATE, 'names-d', 'cluster.json')
  const strangers = [
    spawn('sh', ['-c', 'sleep 60; exit', 'sh', config], { stdio: 'ignore' }),
    spawn('tail', ['-f', config], { stdio: 'ignore' }),
    spawn('sh', ['-c', 'sleep 60; exit', '/x/agent-host.mjs', join(STATE, 'names-d'), config], { stdio: 'ignore' }),
  ]
  try {
    assert.equal((await one.fairlead('down', 'names-d')).status, 0)
    assert.ok(strangers.every(({ exitCode, signalCode }) => exitCode === null && signalCode === null))
  } finally {
    for (const stranger of strangers) stranger.kill('SIGKILL')
  }
})

claim(
  'down touches no folder that is not the cluster’s own, whatever a claim or FAIRLEAD_STATE says',
  async (assert) => {
    await using one = scratch()
    const precious = join(one.folder, 'precious')
    mkdirSync(precious)
    writeFileSync(join(precious, 'kept'), 'kept')
    // The name of a folder that is there, by way of FAIRLEAD_STATE.
    for (const verb of ['down', 'up']) {
      const { status, stderr } = await one.fairleadWith({ FAIRLEAD_STATE: one.folder }, verb, 'precious')
      assert.equal(status, 1)
      assert.match(stderr, /precious is not the state of cluster precious: it holds kept\n.*nothing in it was touched/)
    }
    // A claim that somebody forged: of the same name, and of another.
    mkdirSync(CLAIMS, { recursive: true })
    const by = { pid: 1, startTime: '1' }
    const claimOf = (name: string, stateDir: unknown) => {
      const value = {
        name,
        stateDir,
        token: `${name}/0`,
        by,
        supervisors: [],
        nodes: 1,
        hostPort: 1,
        clusterCidr: [],
        serviceCidr: [],
      }
      writeFileSync(join(CLAIMS, `${name}.json`), JSON.stringify(value))
    }
    try {
      for (const name of ['precious', 'forged']) {
        claimOf(name, precious)
        const { status, stderr } = await one.fairlead('down', name)
        assert.doesNotMatch(stderr, / {4}at /)
        // One that leads elsewhere than to a folder of its name is no claim: there is nothing of that name to take down.
        assert.equal(status, 1, stderr)
      }
      claimOf('forged', 5)
      assert.equal((await one.fairlead('list')).status, 0)
      assert.deepEqual(readdirSync(precious), ['kept'])
      assert.equal(readFileSync(join(precious, 'kept'), 'utf8'), 'kept')
    } finally {
      // With the lock, which goes with the last claim.
      for (const file of ['precious.json', 'forged.json', '.lock']) rmSync(join(CLAIMS, file), { force: true })
    }
  },
)

claim('an up that was killed half-way is called unfinished, and down clears it up', async (assert) => {
  await using one = scratch()
  const before = await traces()
  const child = spawn(FAIRLEAD, ['up', 'names-m', '--nodes', '1'], {
    env: { ...process.env, ...one.env },
    stdio: 'ignore',
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  await eventually('it is at work', async () => /^names-m +starting/m.test((await one.fairlead('list')).stdout))
  child.kill('SIGKILL')
  await ended
  assert.match((await one.fairlead('list')).stdout, /^names-m +unfinished +1 /m)
  const status = await one.fairlead('status', 'names-m')
  assert.equal(status.status, 1)
  assert.match(status.stdout, /^cluster names-m: not healthy[\s\S]*its start was cut off/)
  const again = await one.fairlead('up', 'names-m')
  assert.equal(again.status, 1)
  assert.match(again.stderr, /a cluster named names-m is there, but its start was cut off\n.*fairlead down names-m/)
  assert.equal((await one.fairlead('down', 'names-m')).status, 0)
  assert.deepEqual(await traces(), before)
  assert.deepEqual(processesOf('names-m'), [])
})

claim('folders of strangers are no clusters that died, whatever FAIRLEAD_STATE says', async (assert) => {
  await using one = scratch()
  mkdirSync(join(one.folder, 'precious'))
  writeFileSync(join(one.folder, 'precious', 'kept'), 'kept')
  const { stdout, status } = await one.fairleadWith({ FAIRLEAD_STATE: one.folder }, 'list', '-o', 'json')
  assert.equal(status, 0)
  assert.doesNotMatch(stdout, /precious/)
})

claim('an up that fails leaves no ghost, and ends, wherever its state is to lie', async (assert) => {
  await using one = scratch()
  const before = await traces()
  const dangling = join(one.folder, 'dangling')
  symlinkSync(join(one.folder, 'nowhere'), dangling)
  for (const [state, why] of [
    [dangling, /dangling\S*: a part of the path is no folder/],
    ['/proc/fairlead', /\/proc\/fairlead\S*: no folder can be made there/],
  ] as const) {
    const { status, stderr } = await one.fairleadWith({ FAIRLEAD_STATE: state }, 'up', 'names-l', '--nodes', '1')
    assert.equal(status, 1, stderr)
    assert.match(stderr, why)
    assert.deepEqual(await traces(), before)
    assert.match((await one.fairlead('down', 'names-l')).stderr, /there is no cluster named names-l/)
  }
})

claim('without root a living cluster is called living, and what needs root is said to need it', async (assert) => {
  await using one = scratch()
  await one.up('names-e', '--nodes', '1')
  const listed = await asNobody(one, 'list', '-o', 'json')
  assert.deepEqual(
    (JSON.parse(listed.stdout) as { name: string; state: string; nodes: number; server: string }[])
      .filter(({ name }) => name === 'names-e')
      .map(({ name, state, nodes, server }) => [name, state, nodes, server.startsWith('https://127.0.0.1:')]),
    [['names-e', 'running', 1, true]],
    listed.stderr,
  )
  for (const words of [['status'], ['logs'], ['kubeconfig'], ['down']] as const) {
    const { status, stdout, stderr } = await asNobody(one, ...words, 'names-e')
    assert.equal(status, 1, words[0])
    assert.match(stderr, /only root may look into cluster names-e[\s\S]*sudo/, words[0])
    assert.doesNotMatch(`${stdout}${stderr}`, /dead|fairlead down| at /, words[0])
  }
  assert.equal((await one.status('names-e')).healthy, true)
  const up = await asNobody(one, 'up', 'names-f')
  assert.match(up.stderr, /a cluster needs root/)
})

claim('a state folder that cannot be used is named, with the way out, and nothing is left', async (assert) => {
  await using one = scratch()
  const before = await traces()
  const disk = join(one.folder, 'disk')
  mkdirSync(disk)
  const refused = async (why: RegExp, setup: readonly string[], state = disk): Promise<void> => {
    assert.equal((await run('sh', ['-c', setup.join(' && ')])).status, 0, setup.join(' && '))
    const { status, stderr } = await one.fairleadWith({ FAIRLEAD_STATE: state }, 'up', 'names-g', '--nodes', '1')
    assert.equal(status, 1, stderr)
    assert.match(stderr, why)
    assert.doesNotMatch(stderr, / {4}at /, 'no stack')
    assert.deepEqual(await traces(), { ...before, mounts: (await traces()).mounts })
  }
  try {
    await refused(/disk\/names-g\S*: the disk is full \(ENOSPC\)\n.*FAIRLEAD_STATE=/, [
      `mount -t tmpfs -o size=16k disk ${disk}`,
      `head -c 16384 /dev/zero >${disk}/fill`,
    ])
    await refused(/disk\S*: the disk is read-only \(EROFS\)/, [`rm ${disk}/fill`, `mount -o remount,ro ${disk}`])
  } finally {
    await run('umount', [disk])
  }
  const plain = join(one.folder, 'plain')
  writeFileSync(plain, '')
  await refused(/plain\S*: a part of the path is no folder/, ['true'], plain)
  const few = await run('sh', ['-c', 'ulimit -n 80; exec "$@"', 'sh', FAIRLEAD, 'up', 'names-g'], { env: one.env })
  assert.equal(few.status, 1)
  assert.match(few.stderr, /a process may have 80 files open, and 3 nodes need \d+\n.*ulimit -n/)
  assert.deepEqual(await traces(), before)
})

claim(
  'a kubeconfig that cannot be written is named, the cluster goes again, and down says what stays',
  async (assert) => {
    await using one = scratch()
    const before = await traces()
    const disk = join(one.folder, 'disk')
    const config = join(disk, 'config')
    const sh = async (line: string): Promise<void> => {
      assert.equal((await run('sh', ['-c', line])).status, 0, line)
    }
    const up = () => one.fairlead('up', 'names-n', '--nodes', '1', '--kubeconfig', config)
    mkdirSync(disk)
    await sh(`mount -t tmpfs -o size=16k disk ${disk} && head -c 16384 /dev/zero >${disk}/fill`)
    try {
      for (const [setup, why] of [
        ['true', /the kubeconfig \S+config cannot be written: the disk is full \(ENOSPC\)\n.*--kubeconfig/],
        [
          `rm ${disk}/fill && mount -o remount,ro ${disk}`,
          /config cannot be written: the disk is read-only \(EROFS\)\n/,
        ],
      ] as const) {
        await sh(setup)
        const { status, stderr } = await up()
        assert.equal(status, 1)
        assert.match(stderr, why)
        assert.deepEqual(await traces(), before)
      }
      await sh(`mount -o remount,rw ${disk}`)
      assert.deepEqual(readdirSync(disk), [], 'nor half a file')
      assert.equal((await up()).status, 0)
      await sh(`mount -o remount,ro ${disk}`)
      const down = await one.fairlead('down', 'names-n')
      assert.equal(down.status, 1)
      assert.match(down.stderr, /cluster names-n is down, but its entry stays: .*read-only/)
      assert.deepEqual(await traces(), before)
      await sh(`mount -o remount,rw ${disk}`)
      // The way out, as it is printed.
      const cure = /then: KUBECONFIG=(\S+) fairlead (down names-n)/.exec(down.stderr)!
      const done = await one.fairleadWith({ KUBECONFIG: cure[1] }, ...cure[2]!.split(' '))
      assert.equal(done.status, 0, done.stderr)
      assert.deepEqual(readdirSync(disk), [])
    } finally {
      await run('umount', [disk])
    }
  },
)

claim('who cannot be told ends nothing half-way; what could not be printed is a failure', async (assert) => {
  await using one = scratch()
  const sh = (line: string) => run('sh', ['-c', line, FAIRLEAD], { env: one.env })
  // As on a terminal that was closed: every word is an error.
  const up = await sh('exec "$0" up names-o --nodes 1 2>/dev/full')
  assert.equal(up.status, 0)
  assert.match((await one.fairlead('list')).stdout, /^names-o +running/m)
  const list = await sh('exec "$0" list >/dev/full')
  assert.equal(list.status, 1)
  assert.match(list.stderr, /^fairlead: the standard output cannot be written: .*ENOSPC/)
  assert.deepEqual(await sh('"$0" status names-o | true; "$0" logs names-o | head -0'), {
    status: 0,
    stdout: '',
    stderr: '',
  })
  assert.equal((await sh('exec "$0" down names-o 2>/dev/full')).status, 0)
  assert.equal((await sh('exec "$0" bogus 2>/dev/full')).status, 2)
})

claim('verbs that look follow kubectl’s context; a kubeconfig that is a link stays one', async (assert) => {
  await using one = scratch()
  const real = join(one.folder, 'real')
  symlinkSync(real, one.kubeconfig)
  await one.up('names-h', '--nodes', '1')
  await one.up('names-i', '--nodes', '1')
  assert.ok(lstatSync(one.kubeconfig).isSymbolicLink())
  assert.match(readFileSync(real, 'utf8'), /fairlead-names-i/)
  for (const name of ['names-h', 'names-i']) {
    await one.kubectl('config', 'use-context', `fairlead-${name}`)
    assert.match((await one.fairlead('status')).stdout, new RegExp(`^cluster ${name}: healthy`))
    assert.match((await one.fairlead('logs')).stdout, new RegExp(`control plane ${name}: serving`))
    assert.match((await one.fairlead('kubeconfig')).stdout, new RegExp(`current-context: "fairlead-${name}"`))
  }
  const down = await one.fairlead('down')
  assert.match(down.stderr, /there is no cluster named fairlead/, 'what destroys does not follow')
  assert.match((await one.fairlead('down', 'names-j')).stderr, /did you mean names-[hi]\?/)
})

claim('logs -f goes on with what the processes say, and ends with the cluster', async (assert) => {
  await using one = scratch()
  await one.up('names-k', '--nodes', '1')
  const follower = spawn(FAIRLEAD, ['logs', 'names-k', '-f', '--tail', '1'], { env: { ...process.env, ...one.env } })
  let said = ''
  follower.stdout.on('data', (data: Buffer) => {
    said += String(data)
  })
  const ended = new Promise((resolve) => follower.on('close', resolve))
  await eventually('it has said what was there', async () => /agents of names-k: ready/.test(said))
  said = ''
  const agents = (await one.status('names-k')).processes.find(({ role }) => role === 'agent-host')!.pid
  process.kill(agents, 'SIGKILL')
  await eventually('the new agents say that they are ready', async () => /agents of names-k: ready/.test(said))
  assert.match(said, /^agent-host: supervisor: ended with status 137/m)
  assert.equal((await one.fairlead('down', 'names-k')).status, 0)
  assert.equal(await ended, 0)
})
