import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Command, helpOf, type Io, nameArgument, nameFlag, outputFlag, parseInvocation } from './command.ts'
import { table } from './table.ts'

const io: Io = { out: () => undefined, err: () => undefined, terminal: false, environment: {} }
const command: Command = {
  name: 'paint',
  summary: 'paint a fence',
  description: 'Paints it.',
  argument: { name: 'COLOUR', default: 'white', choices: ['white', 'green'], help: 'of what colour' },
  flags: { name: nameFlag, output: outputFlag, quick: { help: 'one coat' } },
  examples: ['fairlead paint'],
  run: async () => 0,
}

test('parseInvocation() gives defaults, values, switches and the argument', () => {
  const plain = parseInvocation(command, [], io)
  assert.deepEqual(plain, {
    argument: 'white',
    words: [],
    flags: { name: 'fairlead', output: undefined },
    switches: { quick: false },
    lists: {},
    given: new Set(),
    io,
  })
  const full = parseInvocation(command, ['--quick', 'green', '-o', 'json', '--name=ci'], io)
  assert.deepEqual(full, {
    argument: 'green',
    words: [],
    flags: { name: 'ci', output: 'json' },
    switches: { quick: true },
    lists: {},
    given: new Set(['quick', 'output', 'name']),
    io,
  })
})

test('a flag that may be said several times gives all that was said, in its order', () => {
  const lined: Command = { ...command, flags: { line: { value: 'LINE', short: 'l', repeats: true, help: 'a line' } } }
  assert.deepEqual(parseInvocation(lined, [], io).lists, { line: [] })
  assert.deepEqual(parseInvocation(lined, ['-l', 'b', '--line', 'a,c', '-l', 'b'], io).lists, {
    line: ['b', 'a,c', 'b'],
  })
})

test('parseInvocation() refuses what it does not know, and names it', () => {
  for (const [words, message] of [
    [['--bogus'], /^paint: there is no flag --bogus$/],
    [['--quick=yes'], /paint: Option '--quick' does not take an argument/],
    [['--name'], /paint: Option '--name <value>' argument missing/],
    [['--name', '-x'], /^paint: --name lacks its value; one that starts with a dash is written --name=-VALUE$/],
    [['-o', '-x'], /^paint: --output lacks its value/],
    [['--name', ''], /^paint: --name is empty$/],
    [['-o', ''], /^paint: --output is empty$/],
    [['-o', 'yaml'], /--output is yaml, but may be: json/],
    [['red'], /'red' is not understood; it takes one of: white, green/],
    [['green', 'green'], /'green' is not understood/],
  ] as const)
    assert.throws(() => parseInvocation(command, words, io), { code: 'USAGE', message })
  const bare: Command = { ...command, argument: undefined }
  assert.throws(() => parseInvocation(bare, ['green'], io), { code: 'USAGE', message: /Unexpected argument 'green'/ })
})

test('parseInvocation() takes a cluster’s name as a plain word, and refuses two that differ', () => {
  const plain: Command = { ...command, argument: nameArgument }
  assert.equal(parseInvocation(plain, [], io).flags.name, 'fairlead')
  assert.equal(parseInvocation(plain, ['ci'], io).flags.name, 'ci')
  assert.equal(parseInvocation(plain, ['ci', '--name', 'ci'], io).flags.name, 'ci')
  assert.throws(() => parseInvocation(plain, ['ci', '--name', 'other'], io), {
    code: 'USAGE',
    message: /is it 'ci', or --name other\?/,
  })
  assert.throws(() => parseInvocation(plain, ['ci', 'cd'], io), {
    code: 'USAGE',
    message: /'cd' is not understood; it takes at most one NAME/,
  })
  assert.throws(() => parseInvocation(plain, [''], io), { code: 'USAGE', message: 'paint: --name is empty' })
  assert.match(helpOf(plain), /Usage: fairlead paint \[NAME\] \[flags\]/)
})

test('a flag that takes a list may be said several times, each adds to it; of any other, two values that differ are refused', () => {
  const listed: Command = {
    ...command,
    flags: { name: nameFlag, env: { value: 'NAME=VALUE,…', help: 'what it knows' } },
  }
  const flagsOf = (...words: string[]) => parseInvocation(listed, words, io).flags
  assert.equal(flagsOf('--env', 'A=1,B=2', '--env=C=3').env, 'A=1,B=2,C=3')
  assert.equal(flagsOf('--env', 'A=1').env, 'A=1')
  assert.equal(flagsOf().env, undefined)
  assert.equal(flagsOf('--name', 'ci', '--name', 'ci').name, 'ci')
  assert.throws(() => flagsOf('--name', 'ci', '--name', 'other'), {
    code: 'USAGE',
    message: 'paint: is it --name ci, or --name other?',
    hint: 'give one of them',
  })
  assert.throws(() => flagsOf('--env', 'A=1', '--env', ''), { code: 'USAGE', message: 'paint: --env is empty' })
  assert.throws(() => flagsOf('--name', '', '--name', 'ci'), { code: 'USAGE', message: /--name/ })
})

test('parseInvocation() gives a verb that takes several words all of them, and what stands behind --', () => {
  const several: Command = { ...command, argument: { name: 'FENCE…', words: [1, 3], help: 'which' } }
  assert.deepEqual(parseInvocation(several, ['a', '--quick', 'b'], io).words, ['a', 'b'])
  assert.deepEqual(parseInvocation(several, ['a', '--', '--quick', '-x'], io).words, ['a', '--quick', '-x'])
  for (const [words, message] of [
    [[], /^paint: it takes FENCE…$/],
    [['a', 'b', 'c', 'd'], /'d' is not understood; it takes FENCE…/],
    [[''], /a word is empty/],
  ] as const)
    assert.throws(() => parseInvocation(several, words, io), { code: 'USAGE', message })
  assert.match(helpOf(several), /Usage: fairlead paint FENCE… \[flags\]/)
})

test('parseInvocation() says what may have been meant', () => {
  assert.throws(() => parseInvocation(command, ['--quikc'], io), { hint: /^did you mean --quick\? / })
  assert.throws(() => parseInvocation(command, ['-o', 'jsn'], io), { message: /; did you mean json\?$/ })
  assert.throws(() => parseInvocation(command, ['--zzzzzzzz'], io), { hint: /^fairlead help paint/ })
})

test('helpOf() says how to use a verb: its words, flags, defaults and examples', () => {
  const help = helpOf(command)
  assert.match(help, /^fairlead paint: paint a fence\n\nUsage: fairlead paint \[white\|green\] \[flags\]\n/)
  assert.match(help, /^ {2}--name NAME +name of the cluster \(fairlead\)$/m)
  assert.match(help, /^ {2}-o, --output json +print JSON for programs$/m)
  assert.match(help, /COLOUR: of what colour \(white\)/)
})

test('table() aligns its columns and ends lines without spaces', () => {
  assert.equal(
    table(
      ['NODE', 'PODS'],
      [
        ['node-10', '3'],
        ['a', ''],
      ],
    ),
    'NODE      PODS\nnode-10   3\na\n',
  )
})
