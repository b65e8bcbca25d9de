import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ExplainError } from '#explain/ask/explain-error.ts'
import { CliError } from './cli-error.ts'
import type { Command } from './command.ts'
import { explain } from './commands/explain.ts'
import { check } from './commands/policy/check.ts'
import { matrix } from './commands/policy/matrix.ts'
import { statusOf, statusOfError } from './explain-status.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-status-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** The status with which the verb ends where it cannot answer. */
const failing = async (flags: Readonly<Record<string, string>>, verb: Command = explain): Promise<unknown> => {
  const environment = { HOME: folder, KUBECONFIG: join(folder, 'none') }
  const io = { out: () => undefined, err: () => undefined, terminal: false, environment }
  const error: unknown = await verb
    .run({ argument: '', words: [], flags, switches: {}, lists: {}, given: new Set(), io })
    .then(
      () => undefined,
      (reason: unknown) => reason,
    )
  return (error as { readonly exitStatus?: unknown } | undefined)?.exitStatus
}

test('the exit status is the verdict’s: reachable, not or not always, not known', () => {
  assert.equal(statusOf('reachable', undefined), 0)
  assert.equal(statusOf('unreachable', undefined), 1)
  assert.equal(statusOf('sometimes', undefined), 1)
  assert.equal(statusOf('unknown', undefined), 3)
})

test('real packets settle what the walk could not know, and overrule what it says is reachable', () => {
  assert.equal(statusOf('unknown', 'agree'), 0)
  assert.equal(statusOf('reachable', 'agree'), 0)
  assert.equal(statusOf('reachable', 'disagree'), 1)
  assert.equal(statusOf('reachable', 'unanswered'), 3)
  assert.equal(statusOf('unreachable', 'agree'), 1, 'it agrees that nobody answers')
  assert.equal(statusOf('sometimes', 'agree'), 1)
})

test('so is a namespace that is not there, for the verbs of policies, for which 1 is an answer', async () => {
  assert.equal(statusOfError(new CliError('NO_SUCH_NAMESPACE', 'there is no namespace nope')), 2)
  assert.equal(await failing({}, matrix), 3)
  assert.equal(await failing({}, check), 3)
  assert.equal(await failing({ port: 'http' }, matrix), 2)
})

test('a question that cannot be asked is told from an answer that cannot be had', async () => {
  assert.equal(statusOfError(new ExplainError({ code: 'SOURCE_UNKNOWN', why: 'no-host' })), 2)
  assert.equal(await failing({}), 2, 'no --to')
  assert.equal(await failing({ to: 'svc/web', name: 'x', context: 'y' }), 2)
  assert.equal(await failing({ to: 'svc/web', name: 'No_Name' }), 2)
  assert.equal(await failing({ to: 'svc/web', name: 'not-there' }), 3)
  assert.equal(await failing({ to: 'svc/web', kubeconfig: join(folder, 'none') }), 3)
})
