// What reading and writing one object costs: script/node bench/codec.ts
import { readFileSync } from 'node:fs'
import { Pod } from '#api/core/pod/message.ts'
import { Service } from '#api/core/service/message.ts'
import { decodeJsonText, encodeJson } from '#schema/json.ts'
import { decodeProtobuf, encodeEnveloped, unwrapUnknown } from '#schema/protobuf.ts'
import type { MessageClass } from '#schema/schema.ts'

const ROUNDS = 20_000
const fixture = (name: string): Buffer => readFileSync(new URL(`../src/api/fixtures/objects/${name}`, import.meta.url))

const measure = (name: string, run: () => unknown): void => {
  for (let round = 0; round < 2000; round++) run()
  const start = process.hrtime.bigint()
  for (let round = 0; round < ROUNDS; round++) run()
  console.log(`${name.padEnd(28)} ${(Number(process.hrtime.bigint() - start) / ROUNDS / 1000).toFixed(1)} µs`)
}

const bench = <T>(name: string, message: MessageClass<T>, file: string): void => {
  const text = JSON.stringify(JSON.parse(fixture(`${file}.json`).toString()))
  const { raw } = unwrapUnknown(new Uint8Array(fixture(`${file}.pb`)))
  const { object } = decodeJsonText(message, text)
  measure(`${name} JSON.parse`, () => JSON.parse(text))
  measure(`${name} decodeJsonText`, () => decodeJsonText(message, text))
  measure(`${name} JSON.stringify`, () => JSON.stringify(object))
  measure(`${name} encodeJson`, () => encodeJson(message, object))
  measure(`${name} decodeProtobuf`, () => decodeProtobuf(message, raw))
  measure(`${name} encodeEnveloped`, () => encodeEnveloped(message, object))
}

bench('Service', Service, 'core-services-web')
bench('Pod', Pod, 'core-pods-p1')
