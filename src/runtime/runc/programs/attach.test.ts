import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { Duplex, PassThrough } from 'node:stream'
import { test } from 'node:test'
import { attachToContainer } from './attach.ts'

/** A container's stdio: what is said to it is kept, and it says nothing of itself. */
const container = () => {
  const heard: string[] = []
  let ended = false
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      heard.push(chunk.toString())
      done()
    },
    final: (done) => {
      ended = true
      done()
    },
  }) as unknown as Socket
  return { heard, isEnded: () => ended, socket, stdio: { socket, join: () => undefined } }
}
const PLACE = { id: 'c', attach: '/none', control: '/none', tty: false, stdin: true }
const never = new Promise<void>(() => undefined)

/** Says all and ends its stdin; `left` tells whether it is still attached then. */
const sayAll = async (once?: true) => {
  const { stdio, heard, isEnded, socket } = container()
  const stdin = new PassThrough()
  let left = false
  const target = { ...PLACE, ...(once && { stdinOnce: once }) }
  const output = { stdout: new PassThrough(), stderr: new PassThrough() }
  const attached = attachToContainer(target, never, { tty: false, stdin, ...output }, stdio).then(() => {
    left = true
  })
  stdin.end('abcd\n')
  while (!isEnded()) await new Promise(setImmediate)
  await new Promise(setImmediate)
  return { heard, socket, attached, left: () => left }
}

test('who has said all leaves where the stdin of the container stays open for others', async () => {
  const { heard, attached, left } = await sayAll()
  await attached
  assert.deepEqual([heard, left()], [['abcd\n'], true])
})

test('who has said all hears the rest where the stdin of the container ends with theirs', async () => {
  const { heard, socket, attached, left } = await sayAll(true)
  assert.deepEqual([heard, left()], [['abcd\n'], false])
  socket.destroy()
  await attached
})
