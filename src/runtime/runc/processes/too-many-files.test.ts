import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

test('who cannot open a file any more takes nobody for dead, no conmon and no process of a cgroup', () => {
  const folder = mkdtempSync(join(tmpdir(), 'too-many-files-'))
  const program = join(folder, 'program.mts')
  const room = join(import.meta.dirname, '..')
  try {
    writeFileSync(join(folder, 'pid'), `${process.pid}`)
    writeFileSync(join(folder, 'exit'), '0')
    writeFileSync(join(folder, 'cgroup.procs'), `${process.pid}`)
    writeFileSync(
      program,
      `import { openSync } from 'node:fs'
      import { containerState, conmonProcess } from '${room}/bundle/container-record.ts'
      import { cgroupProcesses } from '${room}/processes/cgroup.ts'
      import { identifyProcess, isAlive, processTree, runsWith } from '${room}/processes/process-identity.ts'
      const self = identifyProcess(process.pid)
      const paths = { conmonPid: '${folder}/pid', exit: '${folder}/exit', folder: '${folder}' }
      try { for (;;) openSync('/dev/null') } catch {}
      const works = [
        () => isAlive(self), () => runsWith(process.pid, 'node', 'x'), () => processTree(process.pid),
        () => conmonProcess(paths), () => containerState({ process: self, createdAt: '' }, paths), () => cgroupProcesses('${folder}'),
      ]
      for (const work of works) try { console.log(work()) } catch (error) { console.log(error.code) }`,
    )
    const words = [
      '-c',
      'ulimit -n 60; exec "$@"',
      'sh',
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      program,
    ]
    assert.equal(execFileSync('/bin/sh', words, { encoding: 'utf8' }), 'EMFILE\n'.repeat(6))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
