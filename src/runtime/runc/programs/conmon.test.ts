import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createWithConmon } from './conmon.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-conmon-'))
after(() => rmSync(folder, { recursive: true }))

/** Answers what the test says in place of conmon, and writes down what it was called with. */
const conmon = join(folder, 'conmon')
const answers = (script: string): void => {
  writeFileSync(conmon, `#!/bin/sh\nprintf '%s\\n' "$PWD" "$@" >'${folder}/words'\n${script}\n`)
  chmodSync(conmon, 0o755)
}
const create = (more: { tty?: boolean; stdin?: boolean; stdinOnce?: boolean } = {}, program = conmon) =>
  createWithConmon(
    { runc: '/bin/runc', conmon: program },
    {
      id: 'c1',
      bundle: folder,
      runcRoot: '/runc-root',
      logPath: '/log',
      logMaxBytes: -1,
      exitDir: '/exits',
      socketDir: '/sockets',
      socketName: 's1',
      conmonPidFile: '/pid',
      tty: false,
      stdin: false,
      stdinOnce: false,
      ...more,
    },
  )
const words = (): readonly string[] => readFileSync(join(folder, 'words'), 'utf8').trim().split('\n')

test('conmon is told where everything of a container lies, and says which process waits to be started', async () => {
  answers(`echo '{"pid": 42}' >&3; sleep 0.05`)
  assert.equal(await create(), 42)
  assert.equal(
    words().join(' '),
    `${folder} --api-version 1 -c c1 -u s1 -n c1 -r /bin/runc -b ${folder} --runtime-arg --root --runtime-arg /runc-root` +
      ' -l k8s-file:/log --exit-dir /exits --socket-dir-path /sockets -P /pid --log-level error --no-sync-log --log-size-max -1',
  )
  answers(`printf '{"data": 7}' >&3`)
  assert.equal(await create(), 7, 'an answer without an end of line counts as well')
})

test('conmon is asked for a terminal, and to keep stdin open unless it is the first client’s alone', async () => {
  answers(`echo '{"pid": 42}' >&3`)
  const asked = async (more: Parameters<typeof create>[0]) => {
    await create(more)
    return words().slice(words().indexOf('-1') + 1)
  }
  assert.deepEqual(await asked({ tty: true }), ['-t'])
  assert.deepEqual(await asked({ stdin: true }), ['-i', '--leave-stdin-open'])
  assert.deepEqual(await asked({ tty: true, stdin: true, stdinOnce: true }), ['-t', '-i'])
})

test('what keeps a container from being made is told in runc’s words, else in conmon’s', async () => {
  const cannot = (message: string | RegExp) => assert.rejects(create(), { code: 'CONTAINER_CANNOT_RUN', message })
  answers(`echo '{"pid": -1, "message": "time=\\"x\\" level=error msg=\\"no such thing\\""}' >&3`)
  await cannot(/container 'c1': no such thing$/)
  answers('echo "conmon: oh" >&2; sleep 0.05; echo \'{"data": -1}\' >&3')
  await cannot(/container 'c1': conmon: oh$/)
  answers('exit 1')
  await cannot(/container 'c1': conmon ended without an answer$/)
  await assert.rejects(create({}, join(folder, 'none')), { code: 'PROCESS_NOT_STARTED', errnoName: 'ENOENT' })
})

test('conmon hands on to runc that it is a program of one processor', async () => {
  answers(`echo "$GOMAXPROCS" >'${join(folder, 'processors')}'; echo '{"pid": 42}' >&3`)
  await create()
  assert.equal(readFileSync(join(folder, 'processors'), 'utf8'), '1\n')
})

test('what has started a container leaves no process that nobody waits for, and no descriptor, also where it fails', async () => {
  const open = (): number => readdirSync('/proc/self/fd').length
  await create({}, join(folder, 'none')).catch(() => undefined)
  const before = open()
  for (const answer of [`echo '{"pid": 42}' >&3`, 'exit 1', `exec 3>&-; sleep 0.1; exit 1`]) {
    answers(`echo $$ >'${join(folder, 'pid')}'; ${answer}`)
    await create().catch(() => undefined)
    const pid = readFileSync(join(folder, 'pid'), 'utf8').trim()
    for (let tries = 0; existsSync(`/proc/${pid}`) && tries < 500; tries++) await sleep(10)
    assert.equal(existsSync(`/proc/${pid}`), false, answer)
  }
  for (let tries = 0; open() > before && tries < 500; tries++) await sleep(10)
  assert.equal(open(), before)
})
