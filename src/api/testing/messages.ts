import { readdirSync } from 'node:fs'
import type { MessageClass } from '#schema/schema.ts'

const isMessage = (value: unknown): value is MessageClass<unknown> =>
  typeof value === 'function' && 'messageName' in value

const room = new URL('../', import.meta.url)
const files = readdirSync(room, { recursive: true, encoding: 'utf8' }).filter(
  (file) => /^[^/]+\/.*\.ts$/.test(file) && !/\.test\.ts$|^testing\//.test(file),
)
const modules: object[] = await Promise.all(files.map((file) => import(new URL(file, room).href)))

const found = new Set<MessageClass<unknown>>()
const note = (value: unknown): void => {
  if (!isMessage(value) || found.has(value)) return
  found.add(value)
  for (const { type } of Object.values(value.fields)) note(type)
}
for (const module of modules) for (const value of Object.values(module)) note(value)

/** Every message that the room declares. */
export const messages: readonly MessageClass<unknown>[] = [...found]

/** The declaration of any kind that the recorded objects hold. */
export const messageOfKind = (apiVersion: string | undefined, kind: string): MessageClass<unknown> => {
  const message = messages.find(({ gvk }) => gvk?.[0] === (apiVersion || 'v1') && gvk[1] === kind)
  if (message === undefined) throw new Error(`no table for ${apiVersion} ${kind}`)
  return message
}
