import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { RESTARTED } from '../processes/processes.ts'
import type { Role } from '../role.ts'
import { logPath } from '../state/state.ts'
import { Restarts } from './restarts.ts'

test('a cluster is given up where a process ends three times in this start, however often it did in earlier lives', () => {
  const stateDir = mkdtempSync(join(tmpdir(), 'fairlead-restarts-'))
  try {
    const ends = (role: Role, times: number): void => {
      mkdirSync(dirname(logPath(stateDir, role)), { recursive: true })
      for (let time = 0; time < times; time++)
        appendFileSync(logPath(stateDir, role), `supervisor: ended with status 137, ${RESTARTED}\n`)
    }
    ends('control-plane', 7)
    ends('agent-host', 2)
    const restarts = new Restarts({ stateDir })
    assert.equal(restarts.failing, undefined)
    ends('agent-host', 2)
    ends('control-plane', 2)
    assert.equal(restarts.failing, undefined)
    ends('agent-host', 1)
    assert.equal(restarts.failing, 'agent-host')
    assert.equal(new Restarts({ stateDir }).failing, undefined)
  } finally {
    rmSync(stateDir, { recursive: true })
  }
})
