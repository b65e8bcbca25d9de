import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { explain } from '#explain/explain.ts'
import type { Cure } from '#explain/trace/cure.ts'
import type { Reason } from '#explain/trace/finding.ts'
import type { Question } from '#explain/trace/question.ts'
import type { Trace } from '#explain/trace/trace.ts'
import { commandLine, cureLine } from '#explain/words/command.ts'
import type { Broken } from './broken.ts'
import { brokenList } from './broken-list.ts'
import { brokenPolicies } from './broken-policies.ts'
import { kubectl, parseCommand } from './kubectl.ts'
import { onNode, pod } from './objects.ts'
import { startWorld, type World } from './world.ts'

/*
 * Every cure that explain prints is applied as it is printed, and the question asked again: then it is answered. A reason
 * without a cluster that gives it does not compile (`brokenList` has them all).
 */

const REASONS = Object.keys(brokenList) as Reason[]
const MOST_STEPS = 3

const question = async (world: World, { ask }: Broken): Promise<Question> =>
  typeof ask === 'function' ? ask(world) : ask
const look = async (world: World, { sees }: Broken, asked: Question, cured: boolean): Promise<Trace> => {
  const facts = await world.facts()
  return explain(sees === undefined ? facts : sees(facts, cured), asked)
}

/** The question that a printed `fairlead explain` asks. */
function asked({ argv }: Cure): Question {
  const command = commandLine(argv)
  const { words, flags, headers } = parseCommand(command)
  assert.deepEqual(words, ['fairlead', 'explain'], command)
  const { '--method': method, '--host': host, '--gateway': gateway } = flags
  const { '--from': from = '', '--to': to = '', '--proto': proto, '--family': family, '--namespace': namespace } = flags
  return {
    from,
    to,
    ...(proto !== undefined && { protocol: proto.toUpperCase() as 'TCP' }),
    ...(family !== undefined && { family: family === '6' ? 'IPv6' : 'IPv4' }),
    ...(namespace !== undefined && { namespace }),
    ...(method !== undefined && { method }),
    ...(headers.length > 0 && { headers }),
    ...(host !== undefined && { host }),
    ...(gateway !== undefined && { gateway }),
  }
}

async function brokenWorld(one: Broken): Promise<World> {
  const world = await startWorld(one.hasGateways)
  try {
    await world.make(pod('client', { spec: onNode('node-1'), ports: [], args: ['--listen='] }))
    await world.settle()
    await one.make(world)
    await world.settle()
    return world
  } catch (error) {
    await world.close()
    throw error
  }
}

const findingOf = ({ findings }: Trace, reason: Reason) => findings.find((one) => one.reason === reason)
const isDone = ({ kind }: Cure): boolean => kind !== 'look'

/** Applies a cure, and then what is printed next, until it is answered; gives the reasons that came after the first. */
async function mend(world: World, one: Broken, first: Cure, afterwards: readonly Reason[]): Promise<readonly Reason[]> {
  const met: Reason[] = []
  let next: Question | undefined
  for (let cure: Cure | undefined = first; cure !== undefined; ) {
    if (cure.kind === 'ask') next = asked(cure)
    else await kubectl(world.client, cureLine(cure))
    await world.settle()
    const explanation = await look(world, one, next ?? (await question(world, one)), true)
    if (explanation.verdict === 'reachable') return met
    const [finding] = explanation.findings
    const text = `after '${cureLine(cure)}': ${explanation.verdict}, ${JSON.stringify(explanation.findings)}`
    assert.ok(finding !== undefined && met.length < MOST_STEPS, text)
    met.push(finding.reason)
    assert.ok(afterwards.includes(finding.reason), text)
    cure = finding.cures.find(isDone)
  }
  return assert.fail('a further reason without a cure')
}

for (const reason of REASONS)
  suite(reason, { concurrency: true }, () => {
    for (const one of brokenList[reason])
      test(`${one.about}: ${one.lookOnly === undefined ? 'each cure mends' : `nothing to do by a command, since ${one.lookOnly}`}`, async () => {
        const world = await brokenWorld(one)
        const explanation = await look(world, one, await question(world, one), false).finally(world.close)
        assert.notEqual(explanation.verdict, 'reachable')
        const finding = findingOf(explanation, reason)
        assert.ok(finding, JSON.stringify(explanation.findings))
        const cures = finding.cures.filter(isDone)
        if (one.lookOnly !== undefined) {
          assert.deepEqual(cures, [])
          return
        }
        assert.notEqual(cures.length, 0, 'it has a cure')
        for (const [index, { kind }] of cures.entries()) {
          // A cluster for each: what one cure changed may make the next one idle.
          const fresh = await brokenWorld(one)
          try {
            const again = findingOf(await look(fresh, one, await question(fresh, one), false), reason)
            const cure = again?.cures.filter(isDone)[index]
            assert.equal(cure?.kind, kind, 'the same cluster has the same cures')
            const afterwards = one.afterEach?.[index] ?? one.afterwards ?? []
            assert.deepEqual(await mend(fresh, one, cure as Cure, afterwards), afterwards)
          } finally {
            await fresh.close()
          }
        }
      })
  })

const isOfPolicies = (reason: Reason): boolean => Object.hasOwn(brokenPolicies, reason)

suite('all cures of policies that are printed together, done in their order', { concurrency: true }, () => {
  for (const reason of REASONS.filter(isOfPolicies))
    for (const one of brokenList[reason])
      test(`${one.about}: ${reason}`, async () => {
        const world = await brokenWorld(one)
        try {
          const met = new Set<string>()
          for (;;) {
            const { verdict, findings } = await look(world, one, await question(world, one), met.size > 0)
            if (verdict === 'reachable') return
            // Of what leaves nowhere nobody knows yet whether it would come in; what was cured is not met again.
            const kinds = findings.map((each) => `${each.reason} ${'direction' in each ? each.direction : ''}`)
            for (const kind of kinds) assert.ok(!met.has(kind), `${kind} again: ${JSON.stringify(findings)}`)
            for (const kind of kinds) met.add(kind)
            const cures = findings
              .flatMap((each) => each.cures)
              .filter((cure) => cure.kind === 'run' && !cure.alternative)
            assert.notEqual(cures.length, 0)
            for (const cure of cures) await kubectl(world.client, cureLine(cure))
            await world.settle()
          }
        } finally {
          await world.close()
        }
      })
})

test('each reason is told in docs/explain.md, and none that does not exist', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/explain.md'), 'utf8')
  const table = text.slice(text.indexOf('\n## Reasons'), text.indexOf('\n## How it knows'))
  const told = [...table.matchAll(/^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \|/gm)].flatMap(([, words = '']) =>
    words.split(', ').map((word) => word.replaceAll('`', '')),
  )
  assert.deepEqual([...told].sort(), [...REASONS].sort())
})
