import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { test } from 'node:test'
import type { Element } from '#dataplane/nftables/rule.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import { PolicyWriter } from './policy-writer.ts'

const rest = (pod: string, identity: number, verdict = 'return'): Element => ({
  family: 'ip',
  set: 'ingress-rest',
  key: [pod, identity],
  data: [verdict],
})
const policed = (pod: string): Element => ({ family: 'ip', set: 'policed-ingress', key: [pod] })
const identity = (address: string, number: number): Element => ({
  family: address.includes(':') ? 'ip6' : 'ip',
  set: 'identities',
  key: [address],
  data: [number],
})
const cell = (network: string, number: number): Element => ({
  family: 'ip',
  set: 'cells',
  key: [network],
  data: [number],
})
const ports = (pod: string, number: number, span: string): Element => ({
  family: 'ip',
  set: 'egress-ports',
  key: [pod, number, 'tcp', span],
  data: ['return'],
})

const POD = '10.244.1.2'
const one = { key: 'pod default/a', elements: [policed(POD), rest(POD, 7), ports(POD, 7, '80-90')] }
const two = { key: 'address 10.244.2.9', elements: [identity('10.244.2.9', 7)] }
const six = { key: 'address fd00::9', elements: [identity('fd00::9', 8)] }
const cells = { key: 'cells', elements: [cell('192.0.2.128/25', 9), cell('192.0.2.0/25', 3)] }
const all = [one, two, six, cells]

const held = ({ sets }: FakeNftables) =>
  [...sets]
    .filter(([name]) => name.includes(' fairlead-policy ') && !name.endsWith(' stamp'))
    .flatMap(([name, set]) =>
      [...set].map(([key, data]) => `${name.replace(' fairlead-policy', '')} ${key}${data && ` : ${data}`}`),
    )
    .sort()
const WHOLE = [
  'ip cells 192.0.2.0/25 : 0x3',
  'ip cells 192.0.2.128/25 : 0x9',
  'ip egress-ports 10.244.1.2 . 0x7 . tcp . 80-90 : return',
  'ip identities 10.244.2.9 : 0x7',
  'ip ingress-rest 10.244.1.2 . 0x7 : return',
  'ip policed-ingress 10.244.1.2',
  'ip6 identities fd00::9 : 0x8',
]

const start = (nftables = new FakeNftables()) => {
  const writer = new PolicyWriter(nftables)
  writer.adopt()
  return { nftables, writer }
}
const written = () => {
  const made = start()
  assert.deepEqual(made.writer.write(all).refused, [])
  return made
}

test('what shall be is written to tables of its own, and a change is its difference, in one transaction', () => {
  const { nftables, writer } = written()
  assert.deepEqual(held(nftables), WHOLE)
  assert.deepEqual([...nftables.tables].sort(), ['ip fairlead-policy', 'ip6 fairlead-policy'])
  assert.equal(writer.elements, 7)
  const texts: string[] = []
  nftables.refuse = (text) => void texts.push(text)
  writer.write([{ key: one.key, elements: [policed(POD), rest(POD, 7, 'drop')] }, two])
  assert.equal(texts.length, 1)
  assert.deepEqual(
    held(nftables),
    WHOLE.filter((line) => !line.includes('egress-ports')).map((line) => line.replace('0x7 : return', '0x7 : drop')),
  )
  assert.doesNotMatch(texts[0]!, /policed|identities/, 'what stays is not written')
  writer.write([two])
  assert.equal(texts.length, 1, 'nothing differs')
})

test('where no policy says anything there are no tables, and no packet meets a rule', () => {
  const { nftables, writer } = start()
  writer.write([
    { key: one.key, elements: [] },
    { key: 'cells', elements: [] },
  ])
  assert.deepEqual([...nftables.tables], [])
  assert.equal(nftables.transactions, 0)
  assert.equal(writer.audit(), true)
  nftables.run('add table ip other')
  assert.equal(writer.audit(), true, 'what others write is nothing to it')
  writer.write([one])
  assert.deepEqual(
    held(nftables),
    WHOLE.filter((line) => line.includes(POD)),
  )
  assert.equal(writer.audit(), true)
})

test('tables that another makes by that name while there are none of ours are found, and ours take their place', () => {
  const { nftables, writer } = start()
  nftables.run('add table ip fairlead-policy { flags dormant; }')
  assert.equal(writer.audit(), false)
  writer.adopt()
  writer.write(all)
  assert.deepEqual(held(nftables), WHOLE)
  assert.equal(writer.audit(), true)
})

test('any change is one transaction, however many addresses count as others by it, and with whatever is said of ranges', () => {
  const many = (number: number) =>
    Array.from({ length: 9000 }, (_, index) => {
      const address = `10.245.${index >> 8}.${index & 255}`
      return { key: `address ${address}`, elements: [identity(address, number)] }
    })
  const { nftables, writer } = start()
  writer.write([two])
  const before = nftables.transactions
  assert.deepEqual(writer.write([one, ...many(7), cells]).refused, [])
  assert.equal(nftables.transactions, before + 1)
  const other = { key: one.key, elements: [policed(POD), rest(POD, 8, 'drop')] }
  assert.deepEqual(writer.write([other, ...many(8), { key: 'cells', elements: [cell('192.0.2.0/24', 8)] }]).refused, [])
  assert.equal(nftables.transactions, before + 2)
})

test('it says whether less passes by what was written', () => {
  const { writer } = start()
  const isLess = (key: string, ...elements: readonly Element[]) => writer.write([{ key, elements }]).isLess
  assert.equal(isLess('address 10.0.0.1', identity('10.0.0.1', 1)), false)
  assert.equal(isLess('address 10.0.0.1', identity('10.0.0.1', 2)), true)
  assert.equal(isLess('pod default/a', policed(POD)), true)
  assert.equal(isLess('pod default/a', policed(POD), rest(POD, 1)), false)
  assert.equal(isLess('pod default/a', policed(POD), rest(POD, 1), rest(POD, 2, 'drop')), true)
  assert.equal(isLess('pod default/a', policed(POD), rest(POD, 2, 'drop')), true)
  assert.equal(isLess('pod default/a', policed(POD), rest(POD, 2, 'drop')), false)
  assert.equal(isLess('address 10.0.0.3', identity('10.0.0.3', 2)), true, 'who comes may be whom somebody refuses')
  assert.equal(isLess('pod default/a', policed(POD)), true)
  assert.equal(isLess('address 10.0.0.4', identity('10.0.0.4', 2)), false)
})

test('a start over elements that refuse somebody knows of them', () => {
  const { nftables, writer } = start()
  const pod = { key: 'pod default/a', elements: [policed(POD), rest(POD, 2, 'drop')] }
  writer.write([pod])
  const second = start(nftables).writer
  assert.equal(second.write([pod]).isLess, false)
  assert.equal(second.write([{ key: 'address 10.0.0.3', elements: [identity('10.0.0.3', 2)] }]).isLess, true)
})

test('where the kernel does not take all at once, who is who changes apart from what pods say of each: nobody is asked by a number of which they say nothing yet', () => {
  const { nftables, writer } = start()
  const pod = (...numbers: readonly number[]) => ({
    key: 'pod default/a',
    elements: [policed(POD), rest(POD, 0), ...numbers.map((number) => rest(POD, number, 'drop'))],
  })
  const network = (number: number) => ({ key: 'cells', elements: [cell('192.0.2.0/24', number)] })
  writer.write([pod(1), network(1)])
  const texts: string[] = []
  const numberOfCell = () => /cells .* : (.*)/.exec(held(nftables).find((line) => line.includes('cells')) ?? '')?.[1]
  nftables.refuse = (text) => {
    if (text.includes(' cells ') && text.includes('-rest ')) return 'Message too long'
    texts.push(text)
    assert.ok(held(nftables).includes(`ip ingress-rest ${POD} . ${numberOfCell()} : drop`))
    return undefined
  }
  writer.write([network(2), pod(2)])
  assert.equal(texts.length, 3)
  assert.deepEqual(
    held(nftables).filter((line) => /rest|cells/.test(line)),
    ['ip cells 192.0.2.0/24 : 0x2', `ip ingress-rest ${POD} . 0x0 : return`, `ip ingress-rest ${POD} . 0x2 : drop`],
  )
})

test('a start over tables of the same rules adopts them: what is right stays, and nothing is open meanwhile', () => {
  const { nftables } = written()
  const before = nftables.transactions
  const texts: string[] = []
  nftables.refuse = (text) => void texts.push(text)
  const second = start(nftables).writer
  assert.equal(nftables.transactions, before, 'reading writes nothing')
  const now = [
    { ...one, elements: [policed(POD), rest(POD, 7)] },
    two,
    cells,
    { key: 'address 10.244.2.8', elements: [identity('10.244.2.8', 7)] },
  ]
  second.write(now)
  assert.equal(texts.length, 1, 'in one transaction')
  assert.deepEqual(
    held(nftables),
    [...WHOLE.filter((line) => !/egress-ports|ip6/.test(line)), 'ip identities 10.244.2.8 : 0x7'].sort(),
  )
  assert.equal(second.audit(), true)
  const third = start(nftables).writer
  third.write(now)
  assert.equal(texts.length, 1, 'the same again: nothing')
})

test('tables of other rules are replaced in one transaction, with all that they shall hold', () => {
  const { nftables } = written()
  nftables.run(
    'delete element ip fairlead-policy stamp { 0x0 }'.replace(
      '0x0',
      [...nftables.sets.get('ip fairlead-policy stamp')!.keys()][0]!,
    ),
  )
  const second = start(nftables)
  let texts = 0
  nftables.refuse = () => void texts++
  assert.equal(second.writer.write(all).isLess, true, 'what the others let pass nobody knows')
  assert.equal(texts, 2, 'the tables, and then their seal')
  assert.deepEqual(held(nftables), WHOLE)
  assert.equal(second.writer.audit(), true)
})

test('an edit of elements, rules, hooks or whole tables is seen; what others write elsewhere is none', () => {
  const edits: readonly ((kernel: FakeNftables) => void)[] = [
    (kernel) => kernel.run(`delete element ip fairlead-policy identities { 10.244.2.9 }`),
    (kernel) => kernel.run(`add element ip fairlead-policy policed-ingress { 10.244.1.77 }`),
    (kernel) => kernel.run('delete table ip6 fairlead-policy'),
    (kernel) => {
      kernel.run('add table ip unrelated')
      kernel.chains.get('ip fairlead-policy policy-forward')!.pop()
    },
    (kernel) => {
      kernel.run('add table ip unrelated')
      kernel.chains.set('ip fairlead-policy other', ['accept'])
    },
    (kernel) => {
      kernel.run('add table ip unrelated')
      kernel.hooked.set('ip fairlead-policy policy-forward', 'type filter hook forward priority 0; policy drop;')
    },
  ]
  for (const [index, edit] of edits.entries()) {
    const { nftables, writer } = written()
    edit(nftables)
    assert.equal(writer.audit(), false, `edit ${index}`)
    writer.adopt()
    writer.write(all)
    assert.deepEqual(held(nftables), WHOLE, `edit ${index}`)
    assert.equal(writer.audit(), true, `edit ${index}`)
  }
  const { nftables, writer } = written()
  nftables.run('add table ip unrelated')
  assert.equal(writer.audit(), true)
  nftables.dump = () => assert.fail('it reads again what it has found whole')
  assert.equal(writer.audit(), true)
})

test('where the kernel refuses, the one key stands alone that it refuses; it is closed, and told', () => {
  const { nftables, writer } = written()
  nftables.refuse = (text) => (/ingress-rest.*0x63/.test(text) ? 'no' : undefined)
  const first = { key: 'pod default/b', elements: [policed('10.244.1.5'), rest('10.244.1.5', 0x63)] }
  const again = { key: one.key, elements: [policed(POD), rest(POD, 7), rest(POD, 0x63)] }
  assert.deepEqual(
    writer.write([first, two, again]).refused.map(({ key }) => key),
    ['pod default/b', 'pod default/a'],
  )
  assert.deepEqual(
    held(nftables).filter((line) => line.includes('10.244.1.')),
    ['ip policed-ingress 10.244.1.2', 'ip policed-ingress 10.244.1.5'],
  )
  nftables.refuse = () => undefined
  assert.deepEqual(writer.write([first, again]).refused, [])
  assert.equal(held(nftables).filter((line) => line.includes('ingress-rest 10.244.1.')).length, 3)
  assert.equal(writer.audit(), true)
})

test('what cannot be closed either stays as it was', () => {
  const { nftables, writer } = written()
  nftables.refuse = (text) => (text.includes('10.244.1.66') ? 'no' : undefined)
  const wrong = { key: 'pod default/a', elements: [policed('10.244.1.66')] }
  const more = Array.from({ length: 7 }, (_, index) => ({
    key: `address 10.244.3.${index}`,
    elements: [identity(`10.244.3.${index}`, 7)],
  }))
  const { refused } = writer.write([...more.slice(0, 3), wrong, ...more.slice(3)])
  assert.deepEqual(
    refused.map(({ key, error }) => [key, /no/.test(error.message)]),
    [['pod default/a', true]],
  )
  assert.equal(held(nftables).filter((line) => line.includes('10.244.3.')).length, 7)
  assert.ok(held(nftables).includes('ip policed-ingress 10.244.1.2'))
  nftables.refuse = () => undefined
  writer.write([wrong])
  assert.ok(!held(nftables).includes('ip policed-ingress 10.244.1.2'))
})

test('new tables that the kernel refuses with their elements are made closed, and filled one by one', () => {
  const { nftables } = written()
  nftables.chains.get('ip fairlead-policy policy-forward')!.pop()
  const { writer } = start(nftables)
  nftables.refuse = (text) => {
    assert.ok(held(nftables).includes('ip policed-ingress 10.244.1.2'), 'it is never open')
    return text.includes('192.0.2.0/25') ? 'no' : undefined
  }
  assert.deepEqual(
    writer.write(all).refused.map(({ key }) => key),
    ['cells'],
  )
  assert.deepEqual(
    held(nftables),
    WHOLE.filter((line) => !line.includes('cells')),
  )
})

test('an answer that got lost is told, and the tables are read before anything is written again', () => {
  const { nftables, writer } = written()
  nftables.loseAnswers = true
  assert.throws(() => writer.write([{ key: two.key, elements: [identity('10.244.2.9', 1)] }]), {
    code: 'NFT_ANSWER_LOST',
  })
  assert.equal(writer.audit(), false)
  nftables.loseAnswers = false
  writer.adopt()
  writer.write(all)
  assert.deepEqual(held(nftables), WHOLE)
})

test('a look at tables that nobody has written to since reads nothing again, from the first write on', () => {
  const { nftables, writer } = written()
  const { dump } = nftables
  nftables.dump = () => assert.fail('it reads what it has written itself')
  assert.equal(writer.audit(), true)
  nftables.dump = dump
  const second = start(nftables).writer
  nftables.dump = () => assert.fail('it reads what it has just read')
  assert.equal(second.audit(), true)
})

test('tables of the same rules that hold what cannot be ours make room for ours, with all that they shall hold', () => {
  const { nftables } = written()
  nftables.run('add element ip fairlead-policy ingress-rest { 10.244.1.77 . 0x7 : jump elsewhere }')
  const { writer } = start(nftables)
  assert.equal(writer.write(all).isLess, true)
  assert.deepEqual([held(nftables), writer.audit()], [WHOLE, true])
})

test('tables that could not be read are not taken for well', () => {
  const { nftables, writer } = written()
  const { dump } = nftables
  nftables.dump = () => {
    throw new Error('out of reach')
  }
  assert.throws(() => writer.adopt(), /out of reach/)
  nftables.dump = dump
  assert.equal(writer.audit(), false)
  writer.adopt()
  writer.write(all)
  assert.deepEqual([held(nftables), writer.audit()], [WHOLE, true])
})

test('a pod of more than a socket takes at once changes step by step, and what it holds before and then, all the while', () => {
  const { nftables, writer } = start()
  const most = 1000
  const states: number[] = []
  nftables.refuse = (text) => {
    const count = text.split(', ').length
    if (count > most)
      throw new KernelError('NFT_APPLY_FAILED', {
        operation: 'fake',
        errno: constants.errno.EMSGSIZE,
        object: 'too long',
      })
    return undefined
  }
  const many = (from: number, count: number) => Array.from({ length: count }, (_, index) => rest(POD, from + index))
  const write = (elements: readonly Element[]) => {
    const { apply } = nftables
    nftables.apply = (changes) => {
      apply.call(nftables, changes)
      states.push(held(nftables).length)
    }
    const { refused } = writer.write([{ key: 'pod default/a', elements }])
    nftables.apply = apply
    assert.deepEqual(refused, [])
  }
  write([policed(POD), ...many(1, 2500)])
  assert.equal(held(nftables).length, 2501)
  assert.ok(states.length > 2 && states[0]! <= 1000)
  states.length = 0
  write([policed(POD), ...many(2000, 2500)])
  assert.equal(held(nftables).length, 2501)
  assert.ok(states.length > 2 && Math.min(...states) === 2501, 'what is new comes before what is old goes')
  assert.ok(held(nftables).includes('ip policed-ingress 10.244.1.2'))
})

test('beside another proxy’s rules ours see to it that a pod speaks in its own name; a start beside others makes them anew', () => {
  const nftables = new FakeNftables()
  const alone = new PolicyWriter(nftables, { isAlone: true })
  alone.adopt()
  alone.write(all)
  assert.equal(nftables.chains.get('ip fairlead-policy policy-source')?.length, 2)
  assert.equal(alone.audit(), true)
  const { writer } = start(nftables)
  writer.write(all)
  assert.equal(nftables.chains.get('ip fairlead-policy policy-source'), undefined)
  assert.deepEqual(held(nftables), WHOLE)
})
