import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameOfSignal, numberOfSignal } from './signals.ts'

test('a signal has its number by name, by half its name, and by the number itself', () => {
  for (const [text, number] of [
    ['SIGTERM', 15],
    ['term', 15],
    ['15', 15],
    [' SIGINT ', 2],
    ['SIGCLD', 17],
    ['SIGPOLL', 29],
    ['SIGRTMIN', 34],
    ['SIGRTMIN+3', 37],
    ['SIGRTMAX-14', 50],
    ['SIGRTMAX', 64],
    ['64', 64],
  ] as const)
    assert.equal(numberOfSignal(text), number, text)
  for (const text of [
    '',
    'SIG',
    'SIGNOTHING',
    '0',
    '65',
    '-9',
    'SIGRTMIN-1',
    'SIGRTMAX+1',
    'SIGRTMIN+31',
    'constructor',
  ])
    assert.equal(numberOfSignal(text), undefined, text)
})

test('and one name, that of Kubernetes, by which it is found again', () => {
  for (const [number, name] of [
    [6, 'SIGABRT'],
    [17, 'SIGCHLD'],
    [29, 'SIGIO'],
    [34, 'SIGRTMIN'],
    [49, 'SIGRTMIN+15'],
    [50, 'SIGRTMAX-14'],
    [64, 'SIGRTMAX'],
  ] as const)
    assert.equal(nameOfSignal(number), name)
  for (let number = 1; number <= 64; number++) assert.equal(numberOfSignal(nameOfSignal(number)), number)
})
