import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
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
import { PassThrough } from 'node:stream'
import { after, before, describe, test } from 'node:test'
import { withContainerUmask } from '#runtime/container-umask.ts'
import { hostImageSource } from '#runtime/images/built-in/host-image.ts'
import { createImageStore } from '#runtime/images/image-store.ts'
import { readRecords, writeRecord } from '#runtime/runc/bundle/container-record.ts'
import { bundlePaths, runtimePaths } from '#runtime/runc/bundle/runtime-paths.ts'
import { cgroupFolders, cgroupProcesses, removeCgroup } from '#runtime/runc/processes/cgroup.ts'
import { OWNER } from '#runtime/runc/processes/owner.ts'
import { identifyProcess, isAlive } from '#runtime/runc/processes/process-identity.ts'
import { purgeContainers } from '#runtime/runc/purge.ts'
import { createRuncRuntime, type RuncRuntime } from '#runtime/runc/runc-runtime.ts'
import type { ContainerSpec, ContainerState, ExecOptions, SandboxNamespaces } from '#runtime/runtime.ts'
import { RuntimeError } from '#runtime/runtime-error.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

// As our processes have it.
process.umask(0o077)
const root = mkdtempSync('/var/lib/fairlead/runtime-test-')
const stateDir = join(root, 'runtime')
const cluster = `test-${process.pid}`
const sandbox: SandboxNamespaces = {
  network: `/run/netns/rt-${process.pid}`,
  ipc: join(root, 'ipc'),
  uts: join(root, 'uts'),
}
const logs = join(root, 'logs')
let runtime: RuncRuntime
let counter = 0

function spec(command: readonly string[], more: Partial<ContainerSpec> = {}): ContainerSpec {
  const id = `c${++counter}`
  return {
    id,
    image: 'fairlead/echo',
    command,
    env: [],
    mounts: [],
    namespaces: sandbox,
    cgroup: `node-1/pod-1/${id}`,
    logPath: join(logs, id, '0.log'),
    tty: false,
    stdin: false,
    annotations: {},
    ...more,
  }
}

async function run(command: readonly string[], more: Partial<ContainerSpec> = {}): Promise<ContainerSpec> {
  const made = spec(command, more)
  await runtime.create(made)
  await runtime.start(made.id)
  return made
}

function exitOf(id: string): Promise<Extract<ContainerState, { state: 'exited' }>> {
  return new Promise((resolve) => {
    runtime.onExit((exited, state) => {
      if (exited === id && state.state === 'exited') resolve(state)
    })
  })
}

async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 20))
  assert.ok(holds())
}

/** '' of a process that has ended meanwhile. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Runs to the end and gives the log's lines without their times. */
async function output(
  command: readonly string[],
  more: Partial<ContainerSpec> = {},
): Promise<{ lines: string[]; exitCode: number }> {
  const made = spec(command, more)
  const exit = exitOf(made.id)
  await runtime.create(made)
  await runtime.start(made.id)
  const { exitCode } = await exit
  const text = readFileSync(made.logPath, 'utf8')
  await runtime.remove(made.id)
  return {
    lines: text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.slice(line.indexOf(' ') + 1)),
    exitCode,
  }
}

/** A line that was written in parts is logged in parts, P before the last one. */
function whole(lines: readonly string[]): readonly string[] {
  const text = lines.map((line) => line.replace(/^std(out|err) F (.*)$/, '$2\n').replace(/^std(out|err) P /, ''))
  return text.join('').split('\n')
}

function collector(): { stream: PassThrough; text: () => string; until: (pattern: RegExp) => Promise<void> } {
  const stream = new PassThrough()
  let text = ''
  const waiting: (() => void)[] = []
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    for (const check of [...waiting]) check()
  })
  return {
    stream,
    text: () => text,
    until: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!pattern.test(text)) return
          waiting.splice(waiting.indexOf(check), 1)
          resolve()
        }
        waiting.push(check)
        check()
      }),
  }
}

async function exec(
  id: string,
  command: readonly string[],
  more: Partial<ExecOptions> = {},
): Promise<{ exitCode: number; out: string; err: string }> {
  const out = collector()
  const err = collector()
  const { exitCode } = await runtime.exec(id, { command, tty: false, stdout: out.stream, stderr: err.stream, ...more })
  return { exitCode, out: out.text(), err: err.text() }
}

before(() => {
  execFileSync('ip', ['netns', 'add', `rt-${process.pid}`])
  for (const file of [sandbox.ipc, sandbox.uts]) writeFileSync(file, '')
  execFileSync('unshare', [`--ipc=${sandbox.ipc}`, `--uts=${sandbox.uts}`, 'hostname', 'pod-1'])
  runtime = createRuncRuntime({ stateDir, cluster })
})

after(async () => {
  runtime.close()
  await purgeContainers({ stateDir, cluster })
  for (const file of [sandbox.ipc, sandbox.uts]) execFileSync('umount', [file])
  execFileSync('ip', ['netns', 'delete', `rt-${process.pid}`])
  rmSync(root, { recursive: true })
})

describe('containers', () => {
  test('a container runs, logs both streams in CRI form, and its exit code is told once', async () => {
    const { lines, exitCode } = await output(['sh', '-c', 'echo out; echo err >&2; exit 3'])
    assert.equal(exitCode, 3)
    assert.deepEqual(lines.toSorted(), ['stderr F err', 'stdout F out'])
  })

  test('a container has its pod’s hostname and network, its own processes, and the default mounts', async () => {
    const { lines } = await output([
      'sh',
      '-c',
      'hostname; echo $$; ls /sys/class/net; cat /proc/mounts; ls /proc/kcore -l; ls /dev',
    ])
    assert.deepEqual(lines.slice(0, 3), ['stdout F pod-1', 'stdout F 1', 'stdout F lo'])
    const text = lines.join('\n')
    assert.match(text, /overlay \/ overlay rw/)
    assert.match(text, /proc \/proc\/sys proc ro/)
    assert.match(text, /sysfs \/sys sysfs ro/)
    for (const device of ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'ptmx', 'pts', 'shm', 'mqueue'])
      assert.match(text, new RegExp(`F ${device}$`, 'm'))
  })

  test('environment, working folder, user, mounts and args reach the program', async () => {
    withContainerUmask(() => {
      mkdirSync(join(root, 'volume'))
      writeFileSync(join(root, 'volume/file'), 'mounted\n')
    })
    const { lines, exitCode } = await output(
      ['sh', '-c', 'echo $0 $GREETING $GOMAXPROCS; pwd; id -u; cat /data/file; touch /data/x'],
      {
        args: ['zero'],
        env: [{ name: 'GREETING', value: 'hello world' }],
        workingDir: '/tmp',
        user: { uid: 1000 },
        mounts: [{ source: join(root, 'volume'), destination: '/data', readOnly: true }],
      },
    )
    assert.deepEqual(lines.slice(0, 4), [
      'stdout F zero hello world',
      'stdout F /tmp',
      'stdout F 1000',
      'stdout F mounted',
    ])
    assert.match(lines[4]!, /Read-only file system/)
    assert.notEqual(exitCode, 0)
  })

  test('supplementary groups and no new privileges reach the program', async () => {
    const { lines } = await output(['grep', '-E', '^(Groups|NoNewPrivs):', '/proc/self/status'], {
      image: 'fairlead/host',
      user: { uid: 1000, gid: 1000, supplementalGroups: [2000, 3000] },
      noNewPrivileges: true,
    })
    // Some versions of runc name the primary group among them.
    assert.match(lines.join('\n'), /Groups:\s+(1000 )?2000 3000/)
    assert.match(lines.join('\n'), /NoNewPrivs:\s+1/)
  })

  test('capabilities are the default set, less what is dropped', async () => {
    const all = await output(['grep', 'CapEff', '/proc/self/status'])
    assert.deepEqual(all.lines, ['stdout F CapEff:\t00000000a80425fb'])
    const none = await output(['grep', 'CapEff', '/proc/self/status'], {
      capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
    })
    assert.deepEqual(none.lines, ['stdout F CapEff:\t0000000000001000'])
  })

  test('what a container leaves behind ends with it where its processes are the machine’s', async () => {
    const leaving = ['sh', '-c', 'sleep 1000 & sleep 0.3']
    const isLeft = ({ cgroup }: ContainerSpec) =>
      cgroupFolders(`/fairlead/${cluster}/${cgroup}`).flatMap(cgroupProcesses).length > 0
    const seen = spec(leaving, { hostPid: true })
    const exit = exitOf(seen.id)
    await runtime.create(seen)
    await runtime.start(seen.id)
    await exit
    await eventually(() => !isLeft(seen))
    await runtime.remove(seen.id)

    // Also where nobody of ours was there when it ended.
    const unseen = await run(leaving, { hostPid: true })
    runtime.close()
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.ok(isLeft(unseen))
    runtime = createRuncRuntime({ stateDir, cluster })
    await runtime.remove(unseen.id)
    await eventually(() => !isLeft(unseen))
  })

  test('limits stand in the container’s cgroup, and a container above its memory is OOMKilled', async () => {
    const made = spec(['sh', '-c', 'x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done'], {
      resources: { memoryLimitBytes: 16 << 20, cpuShares: 512 },
    })
    const exit = exitOf(made.id)
    await runtime.create(made)
    await runtime.start(made.id)
    const state = await exit
    assert.equal(state.reason, 'OOMKilled')
    assert.equal(state.exitCode, 137)
    await runtime.remove(made.id)
  })

  test('a program finds the limits that it has below /sys/fs/cgroup, and cannot write there', async () => {
    const limits = 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null'
    const writes = ['memory/x', 'x'].map((name) => `mkdir /sys/fs/cgroup/${name} 2>&1`)
    const { lines } = await output(['sh', '-c', [limits, ...writes].join('; ')], {
      resources: { memoryLimitBytes: 64 << 20 },
    })
    assert.equal(lines[0], `stdout F ${64 << 20}`)
    assert.equal(lines.length, 3, lines.join('\n'))
    // Under version 2 there is no folder for memory.
    for (const line of lines.slice(1)) assert.match(line, /Read-only file system|No such file/)
    assert.match(lines.at(-1)!, /Read-only file system/)
  })

  test('stop() sends SIGTERM, and SIGKILL once the grace period is over', async () => {
    const polite = await run(['sh', '-c', 'trap "exit 7" TERM; echo ready; while :; do sleep 0.05; done'])
    const deaf = await run(['sleep', '1000'])
    await new Promise((resolve) => setTimeout(resolve, 150))
    await runtime.stop(polite.id, 5)
    const began = performance.now()
    await runtime.stop(deaf.id, 0.2)
    assert.ok(performance.now() - began >= 190)
    const [first, second] = [await runtime.status(polite.id), await runtime.status(deaf.id)]
    assert.equal(first?.state === 'exited' && first.exitCode, 7)
    assert.equal(second?.state === 'exited' && second.exitCode, 137)
    assert.equal(second?.state === 'exited' && second.signal, 9)
    await runtime.remove(polite.id)
    await runtime.remove(deaf.id)
    assert.equal(await runtime.status(deaf.id), undefined)
  })

  test('of a threaded cgroup, which lists nobody, the processes are those of the one above', async () => {
    const mounted = join(root, 'cgroup2')
    const group = join(mounted, cluster)
    mkdirSync(mounted)
    execFileSync('mount', ['-t', 'cgroup2', 'none', mounted])
    const child = spawn('sleep', ['1000'])
    try {
      mkdirSync(join(group, 'threads'), { recursive: true })
      writeFileSync(join(group, 'threads/cgroup.type'), 'threaded')
      writeFileSync(join(group, 'cgroup.procs'), String(child.pid))
      assert.throws(() => readFileSync(join(group, 'threads/cgroup.procs')), { code: 'ENOTSUP' })
      assert.deepEqual(cgroupProcesses(group), [child.pid])
    } finally {
      child.kill('SIGKILL')
      await eventually(() => removeCgroup(group).length === 0)
      execFileSync('umount', [mounted])
    }
  })

  test('remove() leaves neither file nor cgroup', async () => {
    const made = await run(['sleep', '1000'])
    await runtime.remove(made.id)
    assert.deepEqual(readdirSync(join(stateDir, 'containers')), [])
    assert.deepEqual(readdirSync(join(stateDir, 'runc')), [])
    for (const hierarchy of readdirSync('/sys/fs/cgroup'))
      assert.equal(existsSync(join('/sys/fs/cgroup', hierarchy, 'fairlead', cluster, made.cgroup)), false)
  })

  test('prune() takes the cgroups of pods that are gone, in every hierarchy, and leaves those of the living', async () => {
    const [gone, living] = [await run(['true']), await run(['sleep', '1000'], { cgroup: 'node-1/pod-2/a' })]
    await runtime.remove(gone.id)
    const count = (path: string): number => cgroupFolders(`/fairlead/${cluster}/${path}`).length
    assert.ok(count('node-1/pod-1') > 0)
    await runtime.prune('node-1', new Set(['pod-2']))
    assert.equal(count('node-1/pod-1'), 0)
    assert.ok(count('node-1/pod-2/a') > 0)
    // A pod that is not named, but in which something runs, is not touched.
    await runtime.prune('node-1', new Set())
    assert.equal((await runtime.status(living.id))?.state, 'running')
    await runtime.remove(living.id)
    await runtime.prune('node-1', new Set())
    assert.equal(count('node-1/pod-2'), 0)
  })

  test('a log takes no more than it may, however fast its container writes, and its newest line is there', async () => {
    const made = spec(
      ['sh', '-c', 'yes 0123456789012345678901234567890123456789 | head -c 20000000; echo; echo the end'],
      {
        logMaxBytes: 1 << 20,
      },
    )
    const exit = exitOf(made.id)
    await runtime.create(made)
    await runtime.start(made.id)
    await exit
    const log = readFileSync(made.logPath, 'utf8')
    assert.ok(log.length <= 1 << 20, `${log.length} bytes`)
    assert.match(log, /the end\n$/)
    assert.deepEqual(readdirSync(join(logs, made.id)), ['0.log'])
    await runtime.remove(made.id)
  })

  test('a program that is not there fails create() in words, and leaves nothing, not even its id', async () => {
    const failing = spec(['no-such-program'])
    await assert.rejects(runtime.create(failing), {
      code: 'CONTAINER_CANNOT_RUN',
      message: /no-such-program.*not found/,
    })
    assert.deepEqual(await runtime.list(), [])
    await runtime.create({ ...failing, command: ['true'] })
    await runtime.remove(failing.id)
  })

  test('what runc says of a mount that cannot be is told with the container’s paths and none of ours', async () => {
    const volume = join(root, 'unwritten')
    mkdirSync(volume)
    const mounts = ['/etc', '/etc/a/b'].map((destination) => ({ source: volume, destination, readOnly: true }))
    await assert.rejects(runtime.create(spec(['true'], { mounts })), (error: RuntimeError) => {
      assert.equal(error.code, 'CONTAINER_CANNOT_RUN')
      assert.match(
        error.words,
        /: error mounting "unwritten" to rootfs at "\/etc\/a\/b": mkdir \/etc\/a: read-only file system$/,
      )
      assert.ok(error.message.includes(`mkdir ${join(stateDir, 'rootfs/etc/a')}: read-only`))
      return true
    })
    const id = (await run(['sleep', '1000'])).id
    await assert.rejects(exec(id, ['/nope']), (error: RuntimeError) => {
      assert.equal(error.words.includes(root), false)
      assert.match(error.words, /exec: "\/nope": stat \/nope: no such file or directory: unknown$/)
      return true
    })
    await runtime.remove(id)
  })

  test('a container that runc never gets done with is ended where nobody waits for it any more, and leaves nothing', async () => {
    const fifo = join(root, 'fifo')
    execFileSync('mkfifo', [fifo])
    const hanging = spec(['true'], { mounts: [{ source: fifo, destination: '/etc/group', readOnly: true }] })
    const wanted = new AbortController()
    const made = runtime.create(hanging, wanted.signal)
    const lists = [...readdirSync('/sys/fs/cgroup')]
      .map((hierarchy) => join('/sys/fs/cgroup', hierarchy, 'fairlead', cluster, hanging.cgroup, 'cgroup.procs'))
      .filter((list) => !list.includes('unified'))
    const processes = (): readonly string[] =>
      lists.flatMap((list) => (existsSync(list) ? readFileSync(list, 'utf8').split('\n') : [])).filter(Boolean)
    await eventually(() => processes().length > 0)
    wanted.abort()
    await assert.rejects(made, { code: 'CONTAINER_CANNOT_RUN' })
    // What is killed takes a moment to end.
    await eventually(() => processes().length === 0)
    assert.deepEqual(readdirSync(join(stateDir, 'containers')), [])
    assert.deepEqual(readdirSync(join(stateDir, 'runc')), [])
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      assert.equal(readOrEmpty(`/proc/${pid}/cmdline`).includes(hanging.id), false, pid)
  })

  test('a container that fails after runc has made it is ended, with its conmon, and leaves nothing', async () => {
    // The kernel takes no such limit, which is written last.
    const failing = spec(['sleep', '1000'], { podPidsLimit: -5 })
    await assert.rejects(runtime.create(failing), { code: 'EINVAL' })
    const left = (): readonly string[] =>
      readdirSync('/proc').filter(
        (pid) => /^\d+$/.test(pid) && readOrEmpty(`/proc/${pid}/cmdline`).includes(failing.id),
      )
    await eventually(() => left().length === 0)
    await eventually(() => cgroupFolders(`/fairlead/${cluster}/${failing.cgroup}`).length === 0)
    for (const folder of ['containers', 'runc']) assert.deepEqual(readdirSync(join(stateDir, folder)), [])
    await runtime.create({ ...failing, podPidsLimit: 50 })
    await runtime.remove(failing.id)
  })

  test('a conmon is known as the cluster’s by its environment, as all that the cluster starts; the program is not', async () => {
    process.env[OWNER] = `${cluster}/1`
    try {
      const made = await run(['sleep', '1000'])
      const environment = (pid: number): readonly string[] => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      const conmon = Number(readFileSync(join(stateDir, 'containers', made.id, 'conmon.pid'), 'utf8'))
      assert.ok(environment(conmon).includes(`${OWNER}=${cluster}/1`))
      const state = await runtime.status(made.id)
      assert.ok(state?.state === 'running')
      assert.ok(!environment(state.pid).some((line) => line.startsWith(OWNER)))
      await runtime.remove(made.id)
    } finally {
      delete process.env[OWNER]
    }
  })

  test('a container of an image that is not here is not made', async () => {
    await assert.rejects(runtime.create(spec(['true'], { image: 'nginx' })), {
      code: 'IMAGE_UNKNOWN',
      message: /'nginx' is not on this machine/,
    })
  })

  test('an image that moves while a container is made of it is taken as it is then, and one that goes is not here', async () => {
    const own = { stateDir: join(root, 'moving'), cluster: `${cluster}-m` }
    const store = createImageStore({ folder: join(own.stateDir, 'images') })
    // What the name leads to, one look after the other.
    const seen: (string | undefined)[] = ['old', 'new', 'new', 'new']
    const look = async (name: string) => {
      const contentId = seen.shift()
      return contentId === undefined ? undefined : { ...(await store.resolve(name)), contentId }
    }
    const resolve = async (name: string) => {
      const image = await look(name)
      if (image === undefined) throw new RuntimeError('IMAGE_UNKNOWN', `image '${name}' is not on this machine`)
      return image
    }
    const moving = createRuncRuntime({ ...own, images: { ...store, find: look, resolve } })
    const records = () => readRecords(runtimePaths(own.stateDir)).stored.map(({ imageIds }) => imageIds)
    try {
      await moving.create(spec(['sleep', '1000'], { id: 'moved' }))
      assert.deepEqual([records(), seen], [[['new']], []])
      seen.push('new', undefined, undefined)
      await assert.rejects(moving.create(spec(['sleep', '1000'], { id: 'gone' })), { code: 'IMAGE_UNKNOWN' })
      assert.equal(existsSync(join(own.stateDir, 'containers/gone')), false)
    } finally {
      moving.close()
      await purgeContainers(own)
    }
  })

  test('a container whose conmon was killed is ended and told as ContainerStatusUnknown, its children with it', async () => {
    const made = await run(['sh', '-c', 'sleep 1000 & echo child $!; while :; do sleep 0.1; done'])
    const state = await runtime.status(made.id)
    assert.ok(state?.state === 'running')
    const told = exitOf(made.id)
    const conmon = Number(readFileSync(join(stateDir, 'containers', made.id, 'conmon.pid'), 'utf8'))
    const from = performance.now()
    process.kill(conmon, 'SIGKILL')
    const exit = await told
    console.log(`# conmon killed to container told as ended: ${(performance.now() - from).toFixed(0)} ms`)
    assert.equal(exit.exitCode, 137)
    assert.equal(exit.reason, 'ContainerStatusUnknown')
    assert.match(exit.message ?? '', /conmon was killed/)
    assert.deepEqual(cgroupFolders(`/fairlead/${cluster}/${made.cgroup}`).flatMap(cgroupProcesses), [])
    await runtime.remove(made.id)
  })

  test('an end that a stopped conmon keeps to itself is found by looking', async () => {
    const made = await run(['sleep', '1000'])
    const conmon = Number(readFileSync(join(stateDir, 'containers', made.id, 'conmon.pid'), 'utf8'))
    process.kill(conmon, 'SIGSTOP')
    const told = exitOf(made.id)
    await runtime.stop(made.id, 0)
    assert.equal((await told).reason, 'ContainerStatusUnknown')
    await runtime.remove(made.id)
  })

  test('what ended while nobody looked is Unknown to whoever looks then, and to the next as well', async () => {
    const made = await run(['sleep', '1000'])
    const state = await runtime.status(made.id)
    assert.ok(state?.state === 'running')
    runtime.close()
    const conmon = Number(readFileSync(join(stateDir, 'containers', made.id, 'conmon.pid'), 'utf8'))
    for (const pid of [conmon, state.pid]) process.kill(pid, 'SIGKILL')
    while ([conmon, state.pid].some((pid) => identifyProcess(pid) !== undefined))
      await new Promise((resolve) => setTimeout(resolve, 5))
    const found = []
    for (let times = 0; times < 2; times++) {
      runtime = createRuncRuntime({ stateDir, cluster })
      found.push(await runtime.status(made.id))
      if (times === 0) runtime.close()
    }
    const [first, second] = found
    assert.ok(first?.state === 'exited')
    assert.deepEqual([first.exitCode, first.reason], [255, 'Unknown'])
    assert.deepEqual(second, first)
    await runtime.remove(made.id)
  })

  test('what a container leaves in another’s process namespace ends with it, also where nobody looked when it ended', async () => {
    const host = await run(['sh', '-c', 'while :; do sleep 1000; done'])
    const command = ['sh', '-c', 'sleep 1001 & sleep 1002 & exec sleep 1003']
    const left = (path: string): number =>
      new Set(cgroupFolders(`/fairlead/${cluster}/${path}`).flatMap(cgroupProcesses)).size
    const until = async (holds: () => boolean): Promise<void> => {
      while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
    }
    const watched = await run(command, { processesOf: host.id })
    await until(() => left(watched.cgroup) === 3)
    const told = exitOf(watched.id)
    await runtime.stop(watched.id, 0)
    await told
    await until(() => left(watched.cgroup) === 0)
    const unwatched = await run(command, { processesOf: host.id })
    await until(() => left(unwatched.cgroup) === 3)
    const state = await runtime.status(unwatched.id)
    assert.ok(state?.state === 'running')
    runtime.close()
    process.kill(state.pid, 'SIGKILL')
    await until(() => existsSync(join(stateDir, 'exits', unwatched.id)))
    runtime = createRuncRuntime({ stateDir, cluster })
    assert.equal(left(unwatched.cgroup), 2)
    await runtime.remove(unwatched.id)
    await until(() => left(unwatched.cgroup) === 0)
    for (const one of [watched, host]) await runtime.remove(one.id)
  })

  test('stop() sends the signal that the container asks for, one of those without a name as well', async () => {
    for (const [stopSignal, number, told] of [
      ['SIGUSR1', 10, 'SIGUSR1'],
      ['int', 2, 'SIGINT'],
      ['SIGRTMIN+2', 36, 'SIGRTMIN+2'],
      ['SIGNONE', 15, 'SIGTERM'],
    ] as const) {
      const made = spec(['sh', '-c', `trap "exit 42" ${number}; echo ready; while :; do sleep 0.02; done`], {
        stopSignal,
      })
      assert.equal((await runtime.create(made)).stopSignal, told)
      await runtime.start(made.id)
      while (!existsSync(made.logPath) || !readFileSync(made.logPath, 'utf8').includes('ready'))
        await new Promise((resolve) => setTimeout(resolve, 5))
      await runtime.stop(made.id, 30)
      const state = await runtime.status(made.id)
      assert.equal(state?.state === 'exited' && state.exitCode, 42, stopSignal)
      await runtime.remove(made.id)
    }
  })

  test('what a container is made as is told: whose it is, with all groups', async () => {
    const made = spec(['true'], { user: { uid: 1000, gid: 3000, supplementalGroups: [4000, 3000] } })
    const { user } = await runtime.create(made)
    assert.deepEqual(user, { uid: 1000, gid: 3000, supplementalGroups: [3000, 4000] })
    const [record] = await runtime.list()
    assert.deepEqual(record?.made.user, user)
    await runtime.remove(made.id)
  })

  test('a pod has no more processes than it may, all its containers together', async () => {
    const many = 'i=0; while [ $i -lt 30 ]; do sleep 1000 & i=$((i+1)); done; echo all'
    const beside = await run(['sleep', '1000'], { cgroup: 'node-1/pod-9/a', podPidsLimit: 20 })
    const { lines } = await output(['sh', '-c', many], { cgroup: 'node-1/pod-9/b', podPidsLimit: 20 })
    assert.match(lines.join('\n'), /can't fork/)
    assert.doesNotMatch(lines.join('\n'), /F all/)
    assert.equal((await runtime.status(beside.id))?.state, 'running')
    await runtime.remove(beside.id)
    await runtime.prune('node-1', new Set())
  })

  test('another process of ours adopts what runs, and is told when it exits', async () => {
    const made = await run(['sleep', '1000'], { annotations: { pod: 'a' } })
    const other = createRuncRuntime({ stateDir, cluster })
    try {
      const [record] = await other.list()
      assert.equal(record?.id, made.id)
      assert.equal(record?.status.state, 'running')
      assert.deepEqual(record?.annotations, { pod: 'a' })
      const told = new Promise<string>((resolve) => other.onExit(resolve))
      await runtime.stop(made.id, 0)
      assert.equal(await told, made.id)
    } finally {
      other.close()
      await runtime.remove(made.id)
    }
  })

  test('what an attempt has left half made goes without the attempt after it, which has its cgroup by then', async () => {
    const living = await run(['sleep', '1000'])
    const [left, paths] = [bundlePaths(runtimePaths(stateDir), `${living.id}-before`), runtimePaths(stateDir)]
    const { process: _, ...record } = readRecords(paths).stored.find(({ id }) => id === living.id)!
    mkdirSync(left.folder)
    writeRecord(left, { ...record, id: `${living.id}-before`, creator: { ...record.creator, startTime: '1' } })
    const other = createRuncRuntime({ stateDir, cluster })
    try {
      assert.equal(existsSync(left.folder), false)
      await new Promise((resolve) => setTimeout(resolve, 300))
      assert.equal((await runtime.status(living.id))?.state, 'running')
    } finally {
      other.close()
      await runtime.remove(living.id)
    }
  })
})

describe('exec', () => {
  test('output, input and exit code pass through', async () => {
    const made = await run(['sleep', '1000'])
    const stdin = new PassThrough()
    stdin.end('from stdin')
    const answer = await exec(made.id, ['sh', '-c', 'cat; echo " $GOMAXPROCS."; echo oops >&2; exit 5'], { stdin })
    assert.deepEqual(answer, { exitCode: 5, out: 'from stdin .\n', err: 'oops\n' })
    await runtime.remove(made.id)
  })

  test('a program that cannot be started is told in containerd’s words, and the streams have nothing of it', async () => {
    const made = await run(['sleep', '1000'])
    for (const tty of [false, true])
      for (const [program, why] of [
        ['nothing-here', /exec: "nothing-here": executable file not found in \$PATH: unknown$/],
        ['/etc/passwd', /exec: "\/etc\/passwd": permission denied: unknown$/],
        ['/none/here', /exec: "\/none\/here": stat \/none\/here: no such file or directory: unknown$/],
      ] as const) {
        const [out, err] = [collector(), collector()]
        const failed = runtime.exec(made.id, { command: [program], tty, stdout: out.stream, stderr: err.stream })
        await assert.rejects(failed, { code: 'CONTAINER_EXEC_FAILED', message: why })
        await assert.rejects(failed, {
          words:
            /^failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: /,
        })
        assert.deepEqual([out.text(), err.text()], ['', ''])
      }
    const own = await exec(made.id, ['sh', '-c', 'echo nothing here >&2; exit 127'])
    assert.deepEqual([own.exitCode, own.err], [127, 'nothing here\n'], 'what a command itself says is its own')
    await runtime.remove(made.id)
  })

  test('8 MB pass unharmed at the reader’s pace', async () => {
    const made = await run(['sleep', '1000'])
    const { out } = await exec(made.id, ['sh', '-c', 'head -c 8000000 /dev/zero | tr "\\0" x'])
    assert.equal(out.length, 8_000_000)
    await runtime.remove(made.id)
  })

  test('a terminal has the right size, follows a resize, and gives the exit code', async () => {
    const made = await run(['sleep', '1000'])
    const stdin = new PassThrough()
    const out = collector()
    let resize: ((size: { width: number; height: number }) => void) | undefined
    const done = runtime.exec(made.id, {
      command: ['sh'],
      tty: true,
      stdin,
      stdout: out.stream,
      stderr: out.stream,
      onResize: (listener) => {
        resize = listener
        listener({ width: 100, height: 30 })
      },
    })
    stdin.write('tty\n')
    await out.until(/\/dev\/pts\/\d+/)
    stdin.write('stty size\n')
    await out.until(/30 100/)
    resize?.({ width: 132, height: 43 })
    await new Promise((resolve) => setTimeout(resolve, 100))
    stdin.write('stty size\n')
    await out.until(/43 132/)
    stdin.write('exit 9\n')
    assert.deepEqual(await done, { exitCode: 9 })
    await runtime.remove(made.id)
  })

  test('an abort kills the command and what it started', async () => {
    const made = await run(['sleep', '1000'])
    const stop = new AbortController()
    const out = collector()
    const done = runtime.exec(made.id, {
      command: ['sh', '-c', 'sleep 987 & echo up; sleep 987'],
      tty: false,
      stdout: out.stream,
      stderr: out.stream,
      signal: stop.signal,
    })
    await out.until(/up/)
    stop.abort()
    assert.equal((await done).exitCode, 137)
    assert.doesNotMatch((await exec(made.id, ['ps'])).out, /987/)
    await runtime.remove(made.id)
  })
})

describe('exec of what leaves something running', () => {
  test('is over when nobody waits any more, though what was left holds its output open', async () => {
    const made = await run(['sleep', '1000'])
    for (const tty of [false, true]) {
      const stop = new AbortController()
      const out = collector()
      const done = runtime.exec(made.id, {
        command: ['sh', '-c', 'trap "" HUP; sleep 986 & echo left'],
        tty,
        stdout: out.stream,
        stderr: out.stream,
        signal: stop.signal,
      })
      await out.until(/left/)
      const held = readdirSync('/proc/self/fd').length
      setTimeout(() => stop.abort(), 200)
      await done
      await eventually(() => readdirSync('/proc/self/fd').length < held)
      assert.doesNotMatch(execFileSync('ps', ['-e', '-o', 'args'], { encoding: 'utf8' }), /runc .* exec/)
    }
    await runtime.remove(made.id)
  })
})

describe('attach', () => {
  test('stdin and stdout are the container’s own, and its end ends the attach', async () => {
    const made = await run(['sh', '-c', 'read line; echo got $line; echo bad >&2'], { stdin: true, stdinOnce: true })
    const stdin = new PassThrough()
    const [out, err] = [collector(), collector()]
    const done = runtime.attach(made.id, { tty: false, stdin, stdout: out.stream, stderr: err.stream })
    stdin.write('a line\n')
    await done
    assert.equal(out.text(), 'got a line\n')
    assert.equal(err.text(), 'bad\n')
    await runtime.remove(made.id)
  })

  test('who joins once sees also what was written before, and leaves with its stdin', async () => {
    const command = ['sh', '-c', 'echo early; echo more >&2; touch /tmp/said; cat; echo end']
    const made = await run(command, { stdin: true, stdinOnce: true })
    while ((await exec(made.id, ['test', '-e', '/tmp/said'])).exitCode !== 0);
    const stdin = new PassThrough()
    const [out, err] = [collector(), collector()]
    const done = runtime.attach(made.id, { tty: false, stdin, stdout: out.stream, stderr: err.stream })
    stdin.end('typed\n')
    await done
    assert.equal(out.text(), 'early\ntyped\nend\n')
    assert.equal(err.text(), 'more\n')
    await runtime.remove(made.id)
  })

  test('with a terminal it follows a resize', async () => {
    const made = await run(['sh'], { stdin: true, tty: true })
    const stdin = new PassThrough()
    const out = collector()
    const done = runtime.attach(made.id, {
      tty: true,
      stdin,
      stdout: out.stream,
      stderr: out.stream,
      onResize: (listener) => listener({ width: 111, height: 22 }),
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    stdin.write('stty size\n')
    await out.until(/22 111/)
    stdin.write('exit\n')
    await done
    await runtime.remove(made.id)
  })
})

describe('fairlead/host', () => {
  test('the machine’s programs run, and a write stays in the container', async () => {
    const { lines, exitCode } = await output(
      [
        'sh',
        '-c',
        'touch /usr/bin/written /usr/share/written /etc/written /srv/written && ls /usr/bin/written && curl --version && dig -v && ip -V && python3 -c "import ssl, json; print(6*7)" && awk "BEGIN {print 7*7}" && test -s /etc/ssl/certs/ca-certificates.crt',
      ],
      { image: 'fairlead/host' },
    )
    const text = lines.join('\n')
    assert.equal(exitCode, 0, text)
    for (const said of [/F \/usr\/bin\/written$/m, /F curl \d/, /F DiG \d/, /F ip utility/, /F 42$/m, /F 49$/m])
      assert.match(text, said)
    for (const path of ['/usr/bin/written', '/usr/share/written', '/etc/written', '/srv/written'])
      assert.equal(existsSync(path), false, path)
  })

  test('of the machine’s files outside of the folders of programs it sees what is listed, and nothing else', async () => {
    const name = `fairlead-secret-${process.pid}`
    const places = ['/', '/etc', '/home', '/mnt', '/opt', '/root', '/srv', '/usr', '/usr/local', '/usr/src', '/var/lib']
    const secrets = places.filter((folder) => existsSync(folder)).map((folder) => join(folder, name))
    let seen: readonly string[] = []
    // script/isolated keeps these two read-only, for everybody else's sake.
    const open = (mode: 'rw' | 'ro') => {
      for (const folder of ['/etc', '/usr']) spawnSync('mount', ['-o', `remount,bind,${mode}`, folder])
    }
    open('rw')
    try {
      for (const path of secrets) writeFileSync(path, 'a key', { mode: 0o600 })
      const { lines } = await output(
        ['sh', '-c', 'find / -xdev -type f -o -xdev -type l; echo and; cut -d" " -f2 /proc/mounts'],
        { image: 'fairlead/host' },
      )
      seen = whole(lines)
    } finally {
      for (const path of secrets) rmSync(path, { force: true })
      open('ro')
    }
    const [files, mounts] = [seen.slice(0, seen.indexOf('and')), seen.slice(seen.indexOf('and') + 1, -1)]
    const listed =
      /^\/etc\/(alternatives\/.*|ssl\/certs\/.*|debian_version|ethertypes|group|host\.conf|hostname|hosts|ld\.so\.cache|localtime|magic|mime\.types|nsswitch\.conf|os-release|passwd|protocols|resolv\.conf|rpc|services|timezone)$|^\/(bin|sbin|lib|lib32|lib64|libx32|usr\/lib64|var\/run|var\/lock)$/
    assert.ok(files.includes('/etc/passwd'))
    assert.deepEqual(
      files.filter((path) => !listed.test(path)),
      [],
    )
    const shown =
      /^\/$|^\/(usr\/)?(bin|sbin|lib|lib32|lib64|libx32|libexec|share)$|^\/(proc|sys|dev)(\/|$)|^\/(tmp|run)$/
    assert.deepEqual(
      mounts.filter((path) => !shown.test(path)),
      [],
    )
  })

  test('of /etc it has links and the listed files, for every user to read, and no key that lies beside them', async () => {
    // Of this namespace alone.
    for (const folder of ['/etc/ssl/certs', '/etc/alternatives']) execFileSync('mount', ['-t', 'tmpfs', 'none', folder])
    try {
      for (const folder of ['/etc/ssl/certs', '/etc/alternatives']) {
        writeFileSync(join(folder, 'server.key'), 'a key', { mode: 0o644 })
        symlinkSync('/usr/share/nothing', join(folder, 'link'))
      }
      writeFileSync('/etc/ssl/certs/ca-certificates.crt', 'authorities', { mode: 0o600 })
      const folder = join(root, 'images-of-etc')
      const reference = { registry: 'docker.io', repository: 'fairlead/host', tag: 'latest' }
      const image = await hostImageSource({ folder }).resolve('fairlead/host', reference)
      const etc = join(image!.lowerDirs[0]!, 'etc')
      assert.deepEqual(readdirSync(join(etc, 'ssl/certs')).sort(), ['ca-certificates.crt', 'link'])
      assert.deepEqual(readdirSync(join(etc, 'alternatives')), ['link'])
      for (const name of ['passwd', 'nsswitch.conf', 'ssl/certs/ca-certificates.crt'])
        assert.equal(statSync(join(etc, name)).mode & 0o777, 0o644, name)
      assert.doesNotMatch(readFileSync(join(etc, 'passwd'), 'utf8'), /sshd/)
    } finally {
      for (const folder of ['/etc/ssl/certs', '/etc/alternatives']) execFileSync('umount', [folder])
    }
  })

  test('another user of the container gets at the programs, at /etc and at /tmp, also of fairlead/echo', async () => {
    for (const image of ['fairlead/host', 'fairlead/echo']) {
      const command = 'cat /etc/nsswitch.conf && touch /tmp/x && ls -d /usr/bin && id -un && mkdir /root/x'
      const { lines, exitCode } = await output(['sh', '-c', command], { image, user: { uid: 65534 } })
      assert.match(lines.join('\n'), /hosts: files dns[\s\S]*F \/usr\/bin\nstdout F nobody\n/, image)
      assert.notEqual(exitCode, 0, '/root is root’s')
    }
  })

  test('a secret can be mounted at /var/run/secrets', async () => {
    mkdirSync(join(root, 'secret'))
    writeFileSync(join(root, 'secret/token'), 'abc\n')
    const mounts = [
      { source: join(root, 'secret'), destination: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ]
    const { lines } = await output(['cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'], {
      image: 'fairlead/host',
      mounts,
    })
    assert.deepEqual(lines, ['stdout F abc'])
  })
})

test('fairlead/host also runs where the state folder lies on the root file system, and leaves no mount there', async () => {
  const own = mkdtempSync(join(tmpdir(), 'fairlead-runtime-'))
  const name = `${cluster}-e`
  const onDisk = createRuncRuntime({ stateDir: join(own, 'runtime'), cluster: name })
  try {
    const made = spec(['sh', '-c', `touch /etc/written && exec sleep 1000`], { image: 'fairlead/host' })
    await onDisk.create(made)
    await onDisk.start(made.id)
    assert.equal((await onDisk.status(made.id))?.state, 'running')
    assert.equal(existsSync('/etc/written'), false)
  } finally {
    onDisk.close()
    await purgeContainers({ stateDir: join(own, 'runtime'), cluster: name })
  }
  assert.doesNotMatch(readFileSync('/proc/self/mounts', 'utf8'), new RegExp(own))
  assert.deepEqual(readdirSync(own), [])
  rmSync(own, { recursive: true })
})

describe('purge', () => {
  test('containers that end as by a power failure end in one way, whoever was still there to tell', async () => {
    const kept = join(root, 'failing')
    const failing = createRuncRuntime({ stateDir: kept, cluster: `${cluster}-failing` })
    const all = [spec(['sleep', '1000']), spec(['sleep', '1000']), spec(['sh', '-c', 'exit 3'])]
    const ended = new Promise<string>((resolve) => failing.onExit(resolve))
    for (const one of all) {
      await failing.create(one)
      await failing.start(one.id)
    }
    assert.equal(await ended, all[2]!.id)
    failing.close()
    process.kill(Number(readFileSync(join(kept, 'containers', all[0]!.id, 'conmon.pid'), 'utf8')), 'SIGKILL')
    await purgeContainers({ stateDir: kept, cluster: `${cluster}-failing`, keepFiles: true })
    const again = createRuncRuntime({ stateDir: kept, cluster: `${cluster}-failing` })
    const states = await Promise.all(all.map(({ id }) => again.status(id)))
    assert.deepEqual(
      states.map((state) => state?.state === 'exited' && [state.exitCode, state.reason]),
      [
        [255, 'Unknown'],
        [255, 'Unknown'],
        [3, 'Error'],
      ],
    )
    again.close()
    await purgeContainers({ stateDir: kept, cluster: `${cluster}-failing` })
  })

  test('it removes every process, cgroup and file with no runtime alive, and nothing else', async () => {
    const own = join(root, 'purged')
    const other = createRuncRuntime({ stateDir: own, cluster: `${cluster}-b` })
    const ids = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(async () => {
        const made = spec(['sleep', '1000'])
        await other.create(made)
        await other.start(made.id)
        return made.id
      }),
    )
    const pids = (await other.list()).map(({ status }) => (status.state === 'running' ? status.pid : 0))
    const stranger = await run(['sleep', '1000'])
    other.close()
    const began = performance.now()
    await purgeContainers({ stateDir: own, cluster: `${cluster}-b` })
    const took = performance.now() - began
    assert.equal(pids.length, ids.length)
    for (const pid of pids) assert.equal(existsSync(`/proc/${pid}`), false)
    assert.equal(existsSync(own), false)
    for (const hierarchy of readdirSync('/sys/fs/cgroup'))
      assert.equal(existsSync(join('/sys/fs/cgroup', hierarchy, 'fairlead', `${cluster}-b`)), false)
    assert.equal((await runtime.status(stranger.id))?.state, 'running')
    await runtime.remove(stranger.id)
    console.log(`# purge of 10 containers: ${took.toFixed(0)} ms`)
  })

  test('a recorded program is killed also where it has left its cgroup; one that was given its number is not', async () => {
    const own = join(root, 'recorded')
    const [program, stranger] = [1, 2].map(() => spawn('sleep', ['1000'], { stdio: 'ignore' }))
    const ours = identifyProcess(program!.pid!)!
    const theirs = identifyProcess(stranger!.pid!)!
    for (const [id, process] of [
      ['r1', ours],
      ['r2', { ...theirs, startTime: '1' }],
    ] as const) {
      mkdirSync(join(own, 'containers', id), { recursive: true })
      writeFileSync(join(own, 'containers', id, 'record.json'), JSON.stringify({ id, process, creator: process }))
    }
    try {
      await purgeContainers({ stateDir: own, cluster: `${cluster}-r` })
      assert.deepEqual([isAlive(ours), isAlive(theirs)], [false, true])
    } finally {
      for (const child of [program, stranger]) child!.kill('SIGKILL')
    }
  })

  test('it also clears what a killed process was about to make', async () => {
    const own = join(root, 'killed')
    const name = `${cluster}-c`
    const program = `
      import { readdirSync } from 'node:fs'
      import { createRuncRuntime } from ${JSON.stringify(join(import.meta.dirname, '../../src/runtime/runc/runc-runtime.ts'))}
      const runtime = createRuncRuntime({ stateDir: ${JSON.stringify(own)}, cluster: ${JSON.stringify(name)} })
      const base = ${JSON.stringify(spec(['sleep', '1000']))}
      for (let i = 0; i < 6; i++) void runtime.create({ ...base, id: 'k' + i, cgroup: 'n/p/k' + i }).then(() => runtime.start('k' + i))
      // It is at work.
      while (readdirSync(${JSON.stringify(join(own, 'containers'))}).length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${Math.floor(Math.random() * 50)})`
    spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], { stdio: 'inherit' })
    const made = readdirSync(join(own, 'containers'))
    await purgeContainers({ stateDir: own, cluster: name })
    assert.ok(made.length > 0)
    assert.equal(existsSync(own), false)
    const left = readdirSync('/proc').filter((pid) => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').includes(own)
      } catch {
        return false
      }
    })
    assert.deepEqual(left, [])
    for (const hierarchy of readdirSync('/sys/fs/cgroup')) {
      assert.equal(existsSync(join('/sys/fs/cgroup', hierarchy, 'fairlead', name)), false)
    }
  })

  test('a runtime that starts over clears what a killed one had half made, and the name is free again', async () => {
    const own = join(root, 'restarted')
    const name = `${cluster}-d`
    mkdirSync(join(own, 'containers/k1'), { recursive: true })
    const gone = { pid: 999_999_999, startTime: '1' }
    const record = {
      id: 'k1',
      image: 'x',
      annotations: {},
      stopSignal: 'SIGTERM',
      cgroupsPath: `/fairlead/${name}/n/p/k1`,
    }
    writeFileSync(join(own, 'containers/k1/record.json'), JSON.stringify({ ...record, createdAt: '', creator: gone }))
    const again = createRuncRuntime({ stateDir: own, cluster: name })
    assert.deepEqual(await again.list(), [])
    await again.create({ ...spec(['sleep', '1000']), id: 'k1' })
    assert.equal((await again.status('k1'))?.state, 'created')
    await again.remove('k1')
    again.close()
    await purgeContainers({ stateDir: own, cluster: name })
  })
})
